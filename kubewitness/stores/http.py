"""One question to a store over HTTP, and why there is no answer."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kubewitness.model import Reason, Unread

_SECONDS: Final = 30
_LARGEST: Final = 64 * 1024 * 1024
_REASONS: Final = {401: Reason.DENIED, 403: Reason.DENIED, 429: Reason.THROTTLED, 504: Reason.TIMEOUT}


@dataclass(frozen=True, slots=True)
class Http:
    """How a store is reached. ``url``: http or https, without a path. ``authority``: a PEM file; empty: the system's.

    ``token``: a bearer token; empty: none. It goes nowhere but into the request: a redirection is not followed.
    """

    url: str
    authority: str = ""
    token: str = ""

    def ask(self, path: str, query: dict[str, str]) -> str | Unread:
        """The body of the answer, as text."""
        request = urllib.request.Request(f"{self.url}{path}?{urlencode(query)}")  # noqa: S310  https, or a loopback
        if self.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        try:
            context = ssl.create_default_context(cafile=self.authority or None)
            opener = urllib.request.build_opener(_Straight(), urllib.request.HTTPSHandler(context=context))
            with opener.open(request, timeout=_SECONDS) as answer:
                body: bytes = answer.read(_LARGEST + 1)
        except urllib.error.HTTPError as error:
            return Unread(_REASONS.get(error.code, Reason.UNREACHABLE), f"{self.url}: HTTP {error.code}")
        except TimeoutError:
            return Unread(Reason.TIMEOUT, f"{self.url}: no answer in {_SECONDS} s")
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or error
            return Unread(Reason.UNREACHABLE, f"{self.url}: {str(why)[:200]}")
        if len(body) > _LARGEST:
            return Unread(Reason.PARSE, f"{self.url}: an answer of more than {_LARGEST >> 20} MiB")
        return body.decode("utf-8", "replace")


class _Straight(urllib.request.HTTPRedirectHandler):
    """An answer that leads elsewhere is none."""

    def redirect_request(self, *_arguments: object, **_more: object) -> None:
        return None
