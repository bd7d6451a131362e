"""``--header [SOURCE=]NAME=VALUE``: header fields that the user adds to requests.

They go to the servers of the document, or of one source description, and nowhere else: a redirect
to another origin leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from arazzo_runner.errors import UsageError
from arazzo_runner.http_semantics.headers import OF_CONNECTION, Headers
from arazzo_runner.text.diagnostic import SafeRepr, error
from arazzo_runner.text.pattern import lazy_pattern

_PARTS: Final = lazy_pattern(r"([^=:]*)([=:])(.*)", re.DOTALL)
_NAME: Final = lazy_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = lazy_pattern(r"[\x00-\x08\x0a-\x1f\x7f]")


class UserHeader(SafeRepr, frozen=True):
    """A header field; ``source`` is the source description that it is for, empty for all."""

    source: str
    name: str
    value: str

    def brief(self) -> str:
        """The name alone: the value may be a secret."""
        return self.name


def parse_user_header(text: str, sources: Collection[str]) -> UserHeader:
    """Read ``[SOURCE=]NAME=VALUE`` or ``[SOURCE=]NAME: VALUE``.

    What stands before the first ``=`` is a source only where it is the name of one. Raises
    ValueError; its text does not show the value.
    """
    source, mark, rest = _split(text)
    if mark == "=" and source in sources and _split(rest)[1]:
        return UserHeader(source, *_field(rest))
    return UserHeader("", *_field(text))


def parse_user_headers(texts: Iterable[str], sources: Collection[str]) -> list[UserHeader]:
    """Read them as ``parse_user_header`` does.

    Raises UsageError (AZ906) for one that the names of the sources make unusable: ``a=b c: d`` is a
    header ``a``, unless there is a source ``a``.
    """
    try:
        return [parse_user_header(text, sources) for text in texts]
    except ValueError as reason:
        message = f"a value of `--header` cannot be sent: {reason}"
        help_ = "what stands before the first `=` is a source description, and the header behind it"
        raise UsageError(error("AZ906", message, help=help_)) from None


def is_ambiguous(text: str) -> bool:
    """Whether only the names of source descriptions can say where the name of the header is."""
    _, mark, rest = _split(text)
    return mark == "=" and _NAME.fullmatch(_split(rest)[0].strip()) is not None


def user_headers(texts: Iterable[str], source: str, sources: Collection[str]) -> Headers:
    """The header fields for a source description; a later one of a name wins, its own above all.

    Raises UsageError (AZ906), see ``parse_user_headers``.
    """
    parsed = parse_user_headers(texts, sources)
    fields = {one.name.lower(): (one.name, one.value) for one in parsed if not one.source}
    fields |= {
        one.name.lower(): (one.name, one.value) for one in parsed if source and one.source == source
    }
    return tuple(fields.values())


def merge_headers(headers: Headers, others: Headers) -> Headers:
    """Header fields and others, which win."""
    names = {name.lower() for name, _ in others}
    return (*(one for one in headers if one[0].lower() not in names), *others)


def check_field(name: str, value: str) -> None:
    """Raise ValueError for a header field that cannot be sent, without its value."""
    if _NAME.fullmatch(name) is None:
        raise ValueError("a header is `NAME=VALUE` or `NAME: VALUE`, with a name of HTTP")
    if name.lower() in OF_CONNECTION:
        raise ValueError(f"the header `{name}` is set by the connection only")
    if _CONTROL.search(value):
        raise ValueError(f"the header `{name}` contains a line break or another control character")
    if not value.isascii():
        raise ValueError(f"the header `{name}` contains characters beyond ASCII")


def _split(text: str) -> tuple[str, str, str]:
    parts = _PARTS.fullmatch(text)
    return (parts[1].strip(), parts[2], parts[3]) if parts else ("", "", "")


def _field(text: str) -> tuple[str, str]:
    name, _, value = _split(text)
    value = value.strip(" \t")
    check_field(name, value)
    return name, value
