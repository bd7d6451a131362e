"""URI references and the base that they are resolved against.

RFC 3986, section 5, for every scheme alike: the standard library's ``urljoin`` resolves only those
that it knows. Arazzo Specification 1.1.0, "Establishing the Base URI" and appendix B.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.text.pattern import lazy_pattern

# RFC 3986, appendix B.
_PARTS: Final = lazy_pattern(
    r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL
)


class Uri(Struct, frozen=True):
    """The five parts of a URI reference; None for one that is not there."""

    scheme: str | None
    authority: str | None
    path: str
    query: str | None
    fragment: str | None

    def __str__(self) -> str:
        # RFC 3986, section 5.3
        return "".join((
            f"{self.scheme}:" if self.scheme is not None else "",
            f"//{self.authority}" if self.authority is not None else "",
            self.path,
            f"?{self.query}" if self.query is not None else "",
            f"#{self.fragment}" if self.fragment is not None else "",
        ))  # fmt: skip


def split_uri(reference: str) -> Uri:
    """The parts of a URI reference; any text has some."""
    match = _PARTS.fullmatch(reference)
    assert match is not None  # the expression matches every text
    scheme, authority, path, query, fragment = match.groups()
    return Uri(scheme, authority, path, query, fragment)


def base_uri(self_uri: str | None, retrieval_uri: str) -> str:
    """What relative references in a document resolve against.

    ``self_uri`` is its ``$self``, which may itself be relative to the URI that the document was
    retrieved from (or that its container, or the application, gave it).
    """
    return resolve_reference(retrieval_uri, self_uri) if self_uri else retrieval_uri


def resolve_reference(base: str, reference: str) -> str:
    """The target URI of a reference (RFC 3986, section 5.2.2)."""
    return str(_resolve(split_uri(base), split_uri(reference)))


def relative_reference(base: str, target: str) -> str:
    """A reference that leads from a base URI to a target; the target itself where none is shorter.

    Different targets have different references.
    """
    here, there = split_uri(base), split_uri(target)
    if (here.scheme, here.authority) != (there.scheme, there.authority):
        return target
    above, below = here.path.split("/")[:-1], there.path.split("/")
    if not above or above[0] != below[0]:
        return target
    shared = 0
    while shared < min(len(above), len(below) - 1) and above[shared] == below[shared]:
        shared += 1
    path = "/".join([".."] * (len(above) - shared) + below[shared:])
    if not path or ":" in path.partition("/")[0]:
        path = f"./{path}"  # section 4.2: else it would be empty, or begin with a scheme
    return str(replace(there, scheme=None, authority=None, path=path))


def without_fragment(uri: str) -> str:
    """The URI of the document that a URI points into."""
    return uri.partition("#")[0]


def _resolve(base: Uri, reference: Uri) -> Uri:
    if reference.scheme is not None:
        return replace(reference, path=_without_dots(reference.path))
    if reference.authority is not None:
        path = _without_dots(reference.path)
        return replace(reference, scheme=base.scheme, path=path)
    if not reference.path:
        query = base.query if reference.query is None else reference.query
        return replace(base, query=query, fragment=reference.fragment)
    path = reference.path if reference.path.startswith("/") else _merge_paths(base, reference.path)
    return replace(
        base, path=_without_dots(path), query=reference.query, fragment=reference.fragment
    )


def _merge_paths(base: Uri, path: str) -> str:
    # section 5.2.3
    if base.authority is not None and not base.path:
        return "/" + path
    return base.path[: base.path.rfind("/") + 1] + path


def _without_dots(path: str) -> str:
    """Remove ``.`` and ``..`` segments (section 5.2.4)."""
    if "." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    absolute = segments[0] == ""
    for index, segment in enumerate(segments[1:] if absolute else segments, start=1):
        last = index == len(segments) - absolute
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
            continue
        if last:
            kept.append("")
    return ("/" if absolute else "") + "/".join(kept)
