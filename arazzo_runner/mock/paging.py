"""Pages of a list: which page a request asks for, and what the response says of it.

Names of parameters and members are compared plainly (`page_size` is `PageSize`). A page is asked
for by its index, by an offset, or by a token that an earlier response gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote_plus, urlsplit, urlunsplit

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.mock.problem import Problem, ProblemError
from arazzo_runner.mock.request_values import parse_query
from arazzo_runner.mock.resources import normalized_name
from arazzo_runner.openapi.model import Operation

SIZES: Final = ("pagesize", "perpage", "limit", "size", "maxresults", "maxpagesize", "itemsperpage",
                "pagelimit", "top", "first", "take")  # fmt: skip
INDEXES: Final = ("page", "pagenumber", "pageindex", "pageno", "currentpage")
OFFSETS: Final = ("offset", "skip", "startindex")
TOKENS: Final = ("pagetoken", "cursor", "pagecursor", "nexttoken", "continuationtoken")
PAGING: Final = frozenset((*SIZES, *INDEXES, *OFFSETS, *TOKENS))

DEFAULT_SIZE: Final = 50
MARK: Final = "PT"


class Page(Struct, frozen=True):
    """A page of ``total`` items, from ``start``; ``first_index`` is what the API counts from."""

    start: int
    size: int
    total: int
    first_index: int
    url: str
    names: Mapping[str, str]

    @property
    def item_count(self) -> int:
        """How many items are on the page."""
        return max(0, min(self.size, self.total - self.start))

    @property
    def is_paged(self) -> bool:
        """Whether a request can ask for a page."""
        return not PAGING.isdisjoint(self.names)

    def index(self) -> int:
        """The index of the page, as the API counts."""
        return self.start // self.size + self.first_index

    def next(self) -> int | None:
        """Where the next page starts, or None."""
        return self.start + self.size if self.start + self.size < self.total else None

    def previous(self) -> int | None:
        """Where the page before starts, or None."""
        return max(0, self.start - self.size) if self.start > 0 else None


def is_paged(operation: Operation) -> bool:
    """Whether an operation has a parameter that asks for a page."""
    return any(normalized_name(one.name) in PAGING for one in operation.parameters)


def requested_size(query: Mapping[str, Value]) -> int | None:
    """The page size that is asked for, by plain parameter names."""
    sizes = (query[name] for name in SIZES if name in query)
    return next((size for size in sizes if isinstance(size, int) and size > 0), None)


def page_of(
    query: Mapping[str, Value],
    names: Mapping[str, str],
    first_index: int,
    total: int,
    url: str,
    *,
    knows_tokens: bool = True,
) -> Page:
    """The page that a request asks for. Raises ProblemError for a token that no answer gave.

    ``query`` are the query parameters by plain name; ``names`` the declared names by plain name.
    ``knows_tokens`` tells that answers gave tokens: one of before the run leads to the beginning.
    """
    size = requested_size(query) or (DEFAULT_SIZE if PAGING & names.keys() else max(total, 1))
    token = next((name for name in TOKENS if query.get(name)), None)
    if token is None:
        start = _start(query, size, first_index)
    else:
        start = _from_token(names[token], str(query[token]), knows_tokens=knows_tokens)
    return Page(start, size, total, first_index, url, names)


def _start(given: Mapping[str, Value], size: int, first_index: int) -> int:
    for name in OFFSETS:
        if isinstance(given.get(name), int):
            return max(0, int(given[name]))
    for name in INDEXES:
        if isinstance(given.get(name), int):
            return max(0, int(given[name]) - first_index) * size
    return 0


def _from_token(name: str, token: str, *, knows_tokens: bool) -> int:
    place = parse_digits(token.removeprefix(MARK))
    if place is None:
        if not knows_tokens:
            return 0
        raise ProblemError(
            Problem(
                400,
                f"the page token `{token}` was not returned by an earlier response",
                (name, "query"),
            )
        )
    return place


def url_of(page: Page, start: int) -> str:
    """The URL of the page that begins at ``start``."""
    parts = urlsplit(page.url)
    new = _query(page, start)
    changed = {normalized_name(name) for name, _ in new}
    kept = [
        (name, value)
        for name, value in parse_query(parts.query)
        if normalized_name(name) not in changed
    ]
    dropped = {*INDEXES, *OFFSETS, *TOKENS}
    pairs = [
        (quote_plus(name), value) for name, value in kept if normalized_name(name) not in dropped
    ]
    pairs += [(quote_plus(name), quote_plus(value)) for name, value in new]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _query(page: Page, start: int) -> list[tuple[str, str]]:
    """The parameters that ask for the page at ``start``, by their declared names."""
    found: list[tuple[str, str]] = []
    for names, value in (
        (SIZES, str(page.size)),
        (INDEXES, str(start // page.size + page.first_index)),
        (OFFSETS, str(start)),
        (TOKENS, f"{MARK}{start}" if start else ""),
    ):
        declared = next((page.names[name] for name in names if name in page.names), None)
        if declared and value:
            found.append((declared, value))
    return found


def page_values(page: Page, name: str, key: str) -> Iterator[Value]:
    """What a member of this plain name may say of the page, the likeliest first.

    ``key`` is the name of the member that holds the items.
    """
    if name in SIZES:
        yield page.size
    if name in INDEXES:
        yield page.index()
    if name in OFFSETS:
        yield page.start
    if name in NUMBERS:
        yield NUMBERS[name](page)
    if name in COUNTS:
        yield page.item_count if page.is_paged else page.total
    if name in PLACES:
        yield from _place(page, PLACES[name](page))
    if name in NEXT_TOKENS or name in TOKENS:
        yield from _next_token(page)
    if name in MORE:
        yield page.next() is not None
    if name == "key":
        yield key


def _next_token(page: Page) -> tuple[MaybeValue, ...]:
    start = page.next()
    if start is None:  # where there has to be one, that of a page without items
        return None, MISSING, "", f"{MARK}{page.total}", page.total
    return f"{MARK}{start}", start


def _place(page: Page, start: int | None) -> tuple[MaybeValue, ...]:
    if start is None:
        return None, MISSING, ""
    return url_of(page, start), start // page.size + page.first_index


def _total(page: Page) -> int:
    return page.total


def _pages(page: Page) -> int:
    return -(-page.total // page.size)


def _current_page(page: Page) -> int:
    return page.start


def _first(_page: Page) -> int:
    return 0


def _last(page: Page) -> int:
    return max(0, _pages(page) - 1) * page.size


_TOTALS: Final = (
    "total", "totalcount", "totalitems", "totalresults", "totalelements", "totalentries",
    "totalrecords", "totalhits", "totalrows", "totalsize", "resultcount",
    "resultscount", "numfound",
)  # fmt: skip
_PAGE_COUNTS: Final = ("totalpages", "pagecount", "numpages", "pages")
NUMBERS: Final[dict[str, Callable[[Page], int]]] = {
    **dict.fromkeys(_TOTALS, _total),
    **dict.fromkeys(_PAGE_COUNTS, _pages),
}
_ENDINGS: Final = ("pageurl", "pageuri", "page", "url", "link")
PLACES: Final[dict[str, Callable[[Page], int | None]]] = {
    **dict.fromkeys(("next", *(f"next{ending}" for ending in _ENDINGS)), Page.next),
    **dict.fromkeys(("previous", *(f"previous{ending}" for ending in _ENDINGS)), Page.previous),
    **dict.fromkeys(("prev", *(f"prev{ending}" for ending in _ENDINGS)), Page.previous),
    **dict.fromkeys(("first", *(f"first{ending}" for ending in _ENDINGS)), _first),
    **dict.fromkeys(("last", *(f"last{ending}" for ending in _ENDINGS)), _last),
    **dict.fromkeys(("url", "uri", "self", "selflink"), _current_page),
}
COUNTS: Final = ("count", "itemcount", "itemscount", "pageitems", "numberofelements", "returned")
"""Of the items on a page; of all where there are no pages."""
NEXT_TOKENS: Final = ("nextpagetoken", "nextcursor", "nexttoken", "endcursor")
MORE: Final = ("hasmore", "hasnext", "hasnextpage")
