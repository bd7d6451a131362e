"""Lists of resources: filtered by query parameters, one page of them, and its links.

`status=sold` keeps the items whose member is `sold`; `DateCreatedFrom` and `price_lt` are the ends
of a range of `date_created` and `price`. The beginning of a range belongs to it, its end does not,
unless its name says so (`lte`, `max`). Parameters named like no member change nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from math import ceil
from typing import Final

from msgspec import Struct

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.mock.compose import compose_body
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.ids import new_id, path_facts
from arazzo_runner.mock.paging import PAGING, Page, page_of, page_values, requested_size
from arazzo_runner.mock.request import ParsedRequest
from arazzo_runner.mock.resources import (
    Facts,
    MockState,
    Resource,
    facts_of,
    id_field,
    normalized_name,
    path_text,
    resource_path,
)
from arazzo_runner.mock.response import ENVELOPES, DocumentedResponse
from arazzo_runner.mock.routes import MockRoute
from arazzo_runner.mock.template_store import ResponseTemplates
from arazzo_runner.mock.templates import ResponseTemplate

ENDS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    **dict.fromkeys(("from", "after", "since", "start", "min", "gte"), operator.ge),
    **dict.fromkeys(("to", "before", "until", "end", "lt"), operator.lt),
    **dict.fromkeys(("max", "lte"), operator.le),
    "gt": operator.gt,
}


def is_match(facts: Facts, query: Mapping[str, Value]) -> bool:
    """Whether a resource belongs to a list that is asked for with ``query``, by plain name."""
    return all(_is_equal(facts, name, value) for name, value in query.items())


def _is_equal(facts: Facts, name: str, wanted: Value) -> bool:
    if name in facts:
        return bool(_texts(facts[name]) & _texts(wanted))
    for ending, compare in ENDS.items():
        value = facts.get(name.removesuffix(ending)) if name.endswith(ending) else None
        if _is_comparable(value, wanted):
            return compare(value, wanted)
    return True


def _texts(value: Value) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {path_text(one).casefold() for one in values}


def _is_comparable(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return True
    return isinstance(left, int | float) and isinstance(right, int | float)


def filter_facts(facts: Facts, query: Mapping[str, Value]) -> dict[str, Value]:
    """The values that items have if they are listed: what ``query`` says of known members."""
    return {
        name: value[0] if isinstance(value, list) and value else value
        for name, value in query.items()
        if name in facts
    }


POPULATION: Final = 2
"""How many resources a collection has that the run did not fill."""
PAGES: Final = 2.5
"""How many pages they fill where a page size is asked for, so that there are pages to walk."""
MOST: Final = 125
SORTS: Final = ("sort", "sortby", "orderby", "order", "ordering")


class ListRequest(Struct, frozen=True):
    """One request for a list; ``own`` is the member that holds the items' ids."""

    frames: ResponseTemplates
    state: MockState
    dice: SeededChoice
    incoming: ParsedRequest
    route: MockRoute

    def body(self) -> Value:
        """The body of the answer: the page that was asked for. Raises Refused and NoExample."""
        resources = self.sort_resources(self.resources())
        page = self.page(len(resources))
        shown = resources[page.start : page.start + page.size]
        return self.around([self.item(one) for one in shown], page)

    def with_items(self, answer: DocumentedResponse, resources: list[Resource]) -> MaybeValue:
        """The documented response with these resources in its list; MISSING where it has none."""
        way = answer.array
        if way is None:
            members = self.frames.of_response(answer).members
            way = next(((name,) for name in members if normalized_name(name) in ENVELOPES), None)
        if way is None:
            return MISSING
        frame = self.frames.of_response(answer)
        base = frame.base(self.dice.at(self.route.collection, "several"))
        items: list[Value] = [dict(self.members_of(one)) for one in resources]
        body = _with(base, way, items) if way and isinstance(base, dict) else items
        return body if frame.fits(body) else MISSING

    def members_of(self, resource: Resource) -> dict[str, Value]:
        """A resource by the names that clients wrote."""
        return {name: resource.facts[plain] for plain, name in resource.spelling.items()
                if plain in resource.facts}  # fmt: skip

    def filter_values(self) -> dict[str, Value]:
        """The query parameters that were given, by plain name."""
        parameters = self.incoming.parameters.items()
        return {
            normalized_name(name): value for (where, name), value in parameters if where == "query"
        }

    def sort_resources(self, resources: list[Resource]) -> list[Resource]:
        """The resources as `sort` asks for: `title`, `-year`, `year desc`."""
        given = self.filter_values()
        asked = next((given[name] for name in SORTS if name in given), None)
        texts = asked if isinstance(asked, list) else str(asked or "").split(",")
        for text in reversed([str(one).strip() for one in texts]):
            name, _, order = text.lstrip("+-").replace(":", " ").partition(" ")
            plain = normalized_name(name)
            sortable = [
                one for one in resources if isinstance(one.facts.get(plain), str | int | float)
            ]
            kinds = {isinstance(one.facts[plain], str) for one in sortable}
            if len(sortable) < len(resources) or len(kinds) != 1:
                continue
            is_falling = text.startswith("-") or order.strip().lower().startswith("desc")
            resources = sorted(resources, key=lambda one: one.facts[plain], reverse=is_falling)
        return resources

    def resources(self) -> list[Resource]:
        """All resources that belong to the list, the newest first."""
        filters = {
            name: one
            for name, one in self.filter_values().items()
            if name not in PAGING and name not in SORTS
        }
        found = [one for one in self.ensure_resources() if is_match(one.facts, filters)]
        if found or not filters or self.route.collection in self.state.written:
            return found
        # Nobody knows what the API holds: it may as well hold what is looked for.
        self.populate(POPULATION, filters)
        listed = self.state.resources_of(self.route.collection)
        return [one for one in listed if is_match(one.facts, filters)]

    def ensure_resources(self) -> list[Resource]:
        """The collection; one that is listed first and never was filled has some resources."""
        collection = self.route.collection
        untouched = collection not in self.state.collections
        if untouched and collection not in self.state.written:
            size = requested_size(self.filter_values())
            count = ceil(size * PAGES) if size and size * PAGES <= MOST else POPULATION
            self.populate(count, {})
        return self.state.resources_of(collection)

    def populate(self, count: int, filters: dict[str, Value]) -> None:
        """Make resources that a run did not create, one after the other, the newest first."""
        frame, operation = self.frame().resource(self.route), self.incoming.operation
        own = id_field(frame.members, self.route.parameter, self.route.noun)
        for at in range(count):
            taken = self.state.collections.setdefault(self.route.collection, {})
            dice = self.dice.at(self.route.collection, "listed", len(taken))
            name = new_id(self.frames, operation, self.route, frame, taken, dice)
            resource = Resource(path_text(name), {}, self.born(count, at, len(taken)))
            resource = resource.with_facts(path_facts(self.incoming, self.route, own, name))
            item = self.item(resource)
            known = facts_of(self.within(item))
            further = filter_facts(known, filters)
            resource = resource.with_facts({**known, **further})
            self.state.put(self.route.collection, resource)
            if not further:  # it is shown as it was made
                self.item_forms(resource)[id(self.frame())] = resource, item

    def born(self, count: int, at: int, others: int) -> int:
        """When a made-up resource came about: after what it belongs to, else before the run."""
        home, _, name = self.route.collection.rpartition("/")[0].rpartition("/")
        parent = self.state.get(home, name)
        if parent is None or parent.born < 0:
            return -60 * (1 + others)
        return parent.born + count - at

    def frame(self) -> ResponseTemplate:
        """The frame of an item."""
        return self.frames.items(self.incoming.answer(), self.incoming.operation, self.route)

    def within(self, item: Value) -> Value:
        """The resource within an item of the list."""
        for name in self.frame().envelope(self.route):
            item = item.get(name) if isinstance(item, dict) else item
        return item

    def item(self, resource: Resource) -> Value:
        """A resource as the list shows it."""
        forms, key = self.item_forms(resource), id(self.frame())
        known = forms.get(key)
        if known is None or known[0] is not resource:
            known = forms[key] = (resource, self.compose_item(resource))
        return known[1]

    def item_forms(self, resource: Resource) -> dict[int, tuple[Resource, Value]]:
        """The forms of an item that were made, by the frames of the lists that show it."""
        return self.state.shown.setdefault((self.route.collection, resource.id), {})

    def compose_item(self, resource: Resource) -> Value:
        """A resource as the list shows it, made anew."""
        place = self.dice.at(self.route.collection, resource.id)
        url = self.incoming.address(resource_path(self.route.collection, resource.id))
        frame = self.frame()
        envelope = frame.envelope(self.route)
        return compose_body(frame, resource, resource.facts, url, place, envelope)

    def page(self, total: int) -> Page:
        """The page that is asked for."""
        declared = [one for one in self.incoming.operation.parameters if one.location == "query"]
        names = {normalized_name(one.name): one.name for one in declared}
        counted = [
            one.schema.value
            for one in declared
            if normalized_name(one.name) == "page" and one.schema
        ]
        zero = any(
            isinstance(one, dict) and 0 in (one.get("minimum"), one.get("default"))
            for one in counted
        )
        known = self.route.collection in self.state.paged
        first, url = 0 if zero else 1, self.incoming.url
        page = page_of(self.filter_values(), names, first, total, url, knows_tokens=known)
        self.state.paged.add(self.route.collection)
        return page

    def around(self, items: list[Value], page: Page) -> Value:
        """The items in the documented answer, which tells of the page."""
        answer = self.incoming.answer()
        frame = self.frames.of_response(answer)
        base = frame.page(self.dice.at(self.route.collection, "page"))
        if not answer.array:
            return items if frame.fits(items) else base
        if not isinstance(base, dict):
            return base
        body = _with(base, answer.array, items)
        if not frame.fits(body):
            return base
        for path in _places(body, answer.array[-1]):
            body = _page_members(frame, body, path, page, answer.array[-1])
        return body


def _places(body: dict[str, Value], array: str) -> Iterator[tuple[str, ...]]:
    """The members that may tell of the page: at the top, or one object below."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from ((name, inner) for inner in value if inner != array)
        elif name != array:
            yield (name,)


def _page_members(
    frame: ResponseTemplate, body: dict[str, Value], path: tuple[str, ...], page: Page, array: str
) -> dict[str, Value]:
    for value in page_values(page, normalized_name(path[-1]), array):
        changed = _with(body, path, value)
        if frame.fits(changed):
            return changed
    return body


def _with(body: dict[str, Value], path: tuple[str, ...], value: Value) -> dict[str, Value]:
    """The body with another value at ``path``, or without it for MISSING."""
    name, *rest = path
    if rest:
        inner = body.get(name)
        return {**body, name: _with(inner if isinstance(inner, dict) else {}, tuple(rest), value)}
    others = {key: one for key, one in body.items() if key != name}
    return others if value is MISSING else {**body, name: value}
