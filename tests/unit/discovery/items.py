"""Made-up findings."""

from __future__ import annotations

from kubewitness.discovery.found import Found, Place, Unseen
from kubewitness.managed import Provider
from kubewitness.model import Reason, Unread

SHOP = Place("111111111111", "eu-west-1", "shop")


def cluster(name: str, place: Place = SHOP, **data: str) -> Found:
    arn = f"arn:aws:eks:{place.location}:{place.scope}:cluster/{name}"
    return Found(Provider.EKS, arn, name, f"{place.scope}/{place.location}/{name}", place, data)


def unseen(scope: str, location: str = "", reason: Reason = Reason.DENIED, detail: str = "eks:ListClusters") -> Unseen:
    return Unseen(Provider.EKS, Place(scope, location), Unread(reason, detail))
