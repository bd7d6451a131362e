"""Which workflows a resource gives, and the steps of each.

- ``track``: create, fetch (until its state has ended), list what came of it
- ``lifecycle``: create, fetch, list, update, delete
- ``read``: list, fetch an item of the list
- ``pages``: list all pages, where the description says how the next one is asked for
- ``update``: change an item, whose id is an input, where nothing creates one
- ``call``: one operation, which the user asked for
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.generate.openapi.catalog import ApiOperation, ApiResource
from arazzo_runner.generate.openapi.pages import page_cursor

Kind: TypeAlias = Choice["track", "lifecycle", "read", "pages", "update", "call"]
MOST_CHILDREN: Final = 3
"""The lists that a workflow reads of what came of a resource."""
POLL: Final = "poll"
"""In place of an operation's key: to wait for a state."""


class Recipe(Struct, frozen=True):
    """A workflow that a resource may give; ``title`` tells it from those of like resources."""

    kind: Kind
    resource: ApiResource
    children: tuple[ApiResource, ...] = ()
    call: ApiOperation | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same when operations are taken from it."""
        own = (self.call.key,) if self.call else ()
        return (self.kind, *self.resource.segments, *own)

    def without(self, keys: frozenset[str]) -> Recipe:
        """The recipe without some operations."""
        children = (one.without(keys) for one in self.children)
        return Recipe(
            self.kind,
            self.resource.without(keys),
            tuple(one for one in children if one.listing is not None),
            None if self.call is not None and self.call.key in keys else self.call,
        )


def recipes_of(resources: Sequence[ApiResource]) -> Iterator[Recipe]:
    """All that the resources may give, in their order."""
    for resource in resources:
        children = tuple(_children(resource, resources))
        if resource.create is not None:
            yield Recipe("track", resource, children)
            yield Recipe("lifecycle", resource, children)
        yield Recipe("read", resource)
        if page_cursor(resource.listing) is not None:
            yield Recipe("pages", resource)
        if resource.create is None and resource.update is not None:
            yield Recipe("update", resource)


def _children(resource: ApiResource, resources: Iterable[ApiResource]) -> Iterator[ApiResource]:
    """The collections below an item that only the API itself fills."""
    above = (*resource.segments, "{}")
    found = (
        one
        for one in resources
        if one.segments[:-1] == above and one.listing is not None and one.create is None
    )
    yield from list(found)[:MOST_CHILDREN]
