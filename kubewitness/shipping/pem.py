"""Certificates and keys that the inventory names, looked at before they are sent anywhere. Pure."""

from __future__ import annotations

from kubewitness.errors import KubewitnessError


def check_authority(text: str, where: str) -> None:
    """Certificates in PEM, and no key. Raises KubewitnessError."""
    check_certificate(text, where)
    if "PRIVATE KEY-----" in text:
        raise KubewitnessError(
            f"{where}: holds a private key, and an authority's stays where it is: name its certificate"
        )


def check_certificate(text: str, where: str) -> None:
    """At least one certificate in PEM. Raises KubewitnessError."""
    if "-----BEGIN CERTIFICATE-----" not in text or "-----END CERTIFICATE-----" not in text:
        raise KubewitnessError(f"{where}: holds no certificate: give one in PEM")


def check_key(text: str, where: str) -> None:
    """A private key in PEM that needs no password, as nobody is there to type one. Raises KubewitnessError."""
    if "PRIVATE KEY-----" not in text:
        raise KubewitnessError(f"{where}: holds no private key: give one in PEM")
    if "ENCRYPTED" in text:
        raise KubewitnessError(f"{where}: the key has a password, and no service can type it: give one without")
