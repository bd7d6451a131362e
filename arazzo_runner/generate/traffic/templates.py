"""Path templates of requests of which no API description is known: `/orders/81f3` is an item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from arazzo_runner.generate.identifiers import camel_case, singular, split_words, unused_name
from arazzo_runner.text.pattern import lazy_pattern

_ID: Final = lazy_pattern(
    r"[0-9]+"
    r"|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?=.*[0-9])[0-9a-fA-F]{8,}"
    r"|[A-Za-z]{1,8}[_-](?=.*[0-9])[A-Za-z0-9_-]{3,}"
    r"|(?=(.*[0-9]){2})[A-Za-z0-9_=-]{10,}"
    r"|(?=.*[0-9])(?=.*[A-Z])[A-Za-z0-9_=-]{6,}"
    r"|[^/]*@[^/]+"
)
_VERSION: Final = lazy_pattern(r"v?[0-9]+(\.[0-9]+)*|[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_ROOTS: Final = frozenset({"api", "rest", "services", "service", "public"})
_WORDY: Final = lazy_pattern(r"v[0-9]+([a-z]+[0-9]*)?")

IsFromResponse = Callable[[str], bool]
"""Whether a segment of a path, decoded, is what an earlier response named."""


def is_identifier(segment: str) -> bool:
    """Whether a segment looks like the id of one thing."""
    return _ID.fullmatch(segment) is not None and not _WORDY.fullmatch(segment)


def infer_template(segments: Sequence[str], is_from_response: IsFromResponse) -> str:
    """The path template of decoded segments: ids are parameters, named by what is before them."""
    names: list[str] = []
    template: list[str] = []
    for index, segment in enumerate(segments):
        is_id = is_identifier(segment) or (index > 0 and is_from_response(segment))
        if is_id and not _is_version(segments, index):
            name = unused_name(_parameter_name(template), names)
            names.append(name)
            template.append(f"{{{name}}}")
        else:
            template.append(segment)
    return "/" + "/".join(template)


def _is_version(segments: Sequence[str], index: int) -> bool:
    """Whether a segment is the version of the API: `/2/orders`, `/api/2/orders`."""
    is_first = index == 0 or (index == 1 and segments[0].lower() in _ROOTS)
    is_last = index + 1 == len(segments)
    return is_first and not is_last and _VERSION.fullmatch(segments[index]) is not None


def _parameter_name(before: Sequence[str]) -> str:
    """``orderId`` behind ``orders``."""
    nouns = [one for one in before if not one.startswith("{")]
    words = singular(split_words(nouns[-1])) if nouns else ()
    return camel_case((*words, "id")) if words else "id"
