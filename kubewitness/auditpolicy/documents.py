"""What stands behind the first YAML document of a file: kube-apiserver does not read it, and says nothing."""

from __future__ import annotations

from kubewitness.godecode.tree import Mark
from kubewitness.godecode.yamlbytes import codec_of


def second_document(data: bytes) -> Mark | None:
    """Where the second document of a YAML file begins that has something in it; ``None``: there is none, or JSON."""
    text = data.decode(codec_of(data), "replace")
    if text.lstrip().startswith("{"):
        return None
    begun, start = False, None
    for number, line in enumerate(text.splitlines(), 1):
        is_marker = line[:3] in {"---", "..."} and not line[3:4].strip()
        if is_marker and begun:
            start = start or Mark(number, 1)
        has_content = bool((line[3:] if is_marker else line).split("#", 1)[0].strip()) and not line.startswith("%")
        if has_content and start is not None:
            return start
        begun = begun or is_marker or has_content
    return None
