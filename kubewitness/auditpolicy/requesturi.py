"""The URI of a request as Go's net/url splits and decodes it: what kube-apiserver saw of it.

Source: https://pkg.go.dev/net/url
"""

from __future__ import annotations

import re
from typing import Final

from kubewitness.errors import KubewitnessError

_CONTROL: Final = re.compile("[\x00-\x1f\x7f]")
_ESCAPE: Final = re.compile(rb"%([0-9a-fA-F]{2})")
_BAD_ESCAPE: Final = re.compile("%(?![0-9a-fA-F]{2}).{0,2}")
_MOST_PARAMETERS: Final = 10_000
_LONGEST_SHOWN: Final = 80


class UriError(KubewitnessError):
    """No HTTP server would have taken this URI."""


def split_uri(uri: str) -> tuple[str, str]:
    """The decoded path, and the query as it stands. Bytes that are no UTF-8 come as lone surrogates (surrogateescape).

    ``*`` (of ``OPTIONS *``) is a path too. Raises UriError for what Go's server answers with 400 by itself, and for a
    URI that names a host: audit events hold none.
    """
    if _CONTROL.search(uri):
        raise UriError(f"{_shown(uri)}: invalid control character in URL")
    path, _, query = uri.partition("?")
    if not path.startswith("/") and uri != "*":
        raise UriError(f"{_shown(uri)}: a request URI starts with /")
    if "%" in path:
        bad = _BAD_ESCAPE.search(path)
        if bad is not None:
            raise UriError(f'{_shown(uri)}: invalid URL escape "{bad[0]}"')
        path = _decoded(path)
    return path, query


def first_values(query: str) -> dict[str, str]:
    """The first value of each parameter. A parameter with ``;`` or with a bad escape is left out, as Go does."""
    found: dict[str, str] = {}
    if query.count("&") >= _MOST_PARAMETERS:
        return found
    for parameter in query.split("&"):
        if not parameter or ";" in parameter or _BAD_ESCAPE.search(parameter):
            continue
        key, _, value = parameter.replace("+", " ").partition("=")
        found.setdefault(_decoded(key), _decoded(value))
    return found


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    data = text.encode("utf-8", "surrogatepass")
    return _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), data).decode("utf-8", "surrogateescape")


def _shown(uri: str) -> str:
    return uri if len(uri) <= _LONGEST_SHOWN else f"{uri[:_LONGEST_SHOWN]}..."
