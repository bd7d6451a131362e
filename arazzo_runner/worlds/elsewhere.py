"""Where credentials may go beside the server they are for: ``--credential NAME@ORIGIN``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from types import MappingProxyType
from typing import Final, TypeAlias

from arazzo_runner.expression.scope import Headers
from arazzo_runner.worlds import failures
from arazzo_runner.worlds.addresses import literal_zone
from arazzo_runner.worlds.origin import Origin, parse_url

HeadersByOrigin: TypeAlias = Mapping[Origin, Set[str]]
"""By origin, the header fields (in lower case) that go along when a redirect leads there."""

NOWHERE: Final[HeadersByOrigin] = MappingProxyType({})

# No path, no query, no pattern: `https://*.example` would look as if it were one.
_ORIGIN: Final = re.compile(r"https?://[^/?#*\s]+/?", re.IGNORECASE)


def headers_by_origin(
    carriers: Iterable[tuple[str, str]], origins: Mapping[str, Iterable[str]]
) -> HeadersByOrigin:
    """What of a request may go where; ``carriers`` are schemes and their header fields.

    ``origins`` are those that each scheme's credential may go to. Raises Unusable.
    """
    if not origins:
        return NOWHERE
    found: dict[Origin, set[str]] = {}
    for scheme, name in carriers:
        for text in origins.get(scheme, ()):
            found.setdefault(parse_destination(text), set()).add(name)
    return found


def parse_destination(text: str) -> Origin:
    """An origin that credentials may go to: https, or this machine; raises Unusable."""
    if _ORIGIN.fullmatch(text) is None:
        raise failures.origin_error(text.rpartition("@")[2])
    origin, _ = parse_url(text)
    if origin.scheme == "http" and literal_zone(origin.host) != "loopback":
        raise failures.unencrypted_origin_error(origin)
    return origin


def matching_headers(headers: Headers, names: Set[str]) -> Headers:
    """The header fields with these names, which are in lower case."""
    return tuple(one for one in headers if one[0].lower() in names)
