"""The resources that a run has created, read, changed and deleted; their values by plain names.

In plain names `FlowSid` is `flow_sid`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.text.json_write import ASCII, write_json

Facts: TypeAlias = Mapping[str, Value]
"""Values by plain name."""


def normalized_name(name: str) -> str:
    """A name without case, underscores, hyphens and dots."""
    # What clients send may be of any length: it is not for keeping.
    return _short_name(name) if len(name) <= _SHORT else _plain_name(name)


_SHORT: Final = 100


def _plain_name(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())


_short_name = lru_cache(maxsize=65_536)(_plain_name)


def facts_of(value: Value) -> dict[str, Value]:
    """The members of an object as facts; nothing of any other value."""
    if not isinstance(value, dict):
        return {}
    return {normalized_name(name): member for name, member in value.items()}


def path_text(value: Value) -> str:
    """A value as it stands in a path."""
    return value if isinstance(value, str) else write_json(value, ASCII)


COMMON_IDS = ("id", "sid", "uuid", "key", "slug", "code", "number", "name")
ID_ENDS = ("id", "uuid", "number", "no", "code", "key", "reference")
"""How ids end that begin with the noun of their collection: `orderNumber` of `/orders`."""
NAMES = ("name", "key", "slug", "uuid", "login", "username", "title")
"""Members by which a resource may be found too, where its path names it so."""
CERTAIN_IDS = ("id", "sid", "uuid", "uid", "guid")


def is_noun(name: str, noun: str) -> bool:
    """Whether a member is called like the items of a collection: `category` of `categories`."""
    plain = normalized_name(name)
    return bool(plain) and plain in (
        noun, noun.removesuffix("s"), noun.removesuffix("es"), noun.removesuffix("ies") + "y"
    )  # fmt: skip


def id_field(names: Iterable[str], parameter: str, noun: str = "") -> str | None:
    """The member that holds what a path parameter names: for `petId`, `petId`, `pet_id`, or `id`.

    The member of the parameter's name, else the longest that the parameter's name ends with, else
    one that is called as ids are, by itself or after ``noun``, the plain name of the collection.
    What has a better one is not known by its `name`.
    """
    by_plain = {normalized_name(name): name for name in names}
    exact = exact_id_field(by_plain.values(), parameter)
    if exact:
        return exact
    own = (name for name in by_plain for end in ID_ENDS if name.endswith(end)
           and is_noun(name.removesuffix(end), noun))  # fmt: skip
    common = (name for name in COMMON_IDS if name in by_plain)
    found = next(chain(own, common), None)
    return by_plain[found] if found else None


def exact_id_field(names: Iterable[str], parameter: str) -> str | None:
    """The member that is called like a path parameter or its end, or as only ids are."""
    by_plain = {normalized_name(name): name for name in names}
    wanted = normalized_name(parameter)
    if wanted in by_plain:
        return by_plain[wanted]
    endings = [name for name in by_plain if name and wanted.endswith(name)]
    if endings:
        return by_plain[max(endings, key=len)]
    return next((by_plain[name] for name in CERTAIN_IDS if name in by_plain), None)


EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
"""When every run of the mock begins: its clock shows no real time, only what came first."""


class Resource(Struct, frozen=True):
    """One resource: its id as it stands in a path, and what is known of it.

    ``fixed`` are plain names whose values a client has set; ``fetches`` counts how often it was
    read by itself; ``born`` is when it was created, in seconds of the mock's clock: below 0 for one
    that was there before the run. ``spelling`` has the names of its facts as a client wrote them.
    """

    id: str
    facts: Facts
    born: int
    fixed: frozenset[str] = frozenset()
    fetches: int = 0
    spelling: Mapping[str, str] = {}

    def with_facts(self, facts: Facts) -> Resource:
        """The resource with further facts."""
        return replace(self, facts={**self.facts, **facts})


class StateBound(Struct, frozen=True):
    """How much is kept: of what no request has changed, of all else, and of what was deleted.

    ``size`` is that of all values together, about, in characters. The defaults are for a run, which
    has an end.
    """

    generated: int = 50_000
    changed: int = 50_000
    deleted: int = 50_000
    size: int = 256 * 2**20


class MockState:
    """Resources by collection and id, and a clock that moves when something is written.

    Beyond its ``bound`` it forgets what was used least recently, as if it had never been there;
    what the mock has generated itself before what requests have created or changed.
    """

    def __init__(self, bound: StateBound = StateBound()) -> None:  # noqa: B008 - it is frozen
        self.bound = bound
        self.collections: dict[str, dict[str, Resource]] = {}
        self._called: dict[tuple[str, str], dict[str, None]] = {}
        self._generated: dict[tuple[str, str], int] = {}
        self._changed: dict[tuple[str, str], int] = {}
        self._size = 0
        self.written: set[str] = set()
        self.gone: dict[str, Resource | None] = {}
        self.paged: set[str] = set()
        self.write_only: dict[str, set[str]] = {}
        self.tags: dict[str, str] = {}
        self.outdated: dict[str, set[str]] = {}
        self.shown: dict[tuple[str, str], dict[int, tuple[Resource, Value]]] = {}
        self.clock = 0

    def tick(self) -> int:
        """Let a minute pass; returns the clock, in seconds."""
        self.clock += 60
        return self.clock

    def get(self, collection: str, name: str) -> Resource | None:
        """The resource of this id, if there is one."""
        return self.collections.get(collection, {}).get(name)

    def find_by_name(self, collection: str, name: str) -> Resource | None:
        """The resource that is called so, though its id is another."""
        called = self._called.get((collection, name))
        return self.collections[collection][next(iter(called))] if called else None

    def put(self, collection: str, resource: Resource) -> None:
        """Keep a resource, in the place of an earlier one of the same id."""
        known = self.collections.setdefault(collection, {})
        before = known.get(resource.id)
        known[resource.id] = resource
        names = _names(resource)
        self._drop_names(collection, before, names)
        for name in names:
            self._called.setdefault((collection, name), {})[resource.id] = None
        self.gone.pop(resource_path(collection, resource.id), None)
        self._weigh((collection, resource.id), resource)

    def _weigh(self, key: tuple[str, str], resource: Resource) -> None:
        """Count a resource as the one used last, and forget what is beyond the bound."""
        self._uncount(key)
        is_changed = bool(resource.fixed) or resource.born > 0
        size = value_size(resource.facts)
        (self._changed if is_changed else self._generated)[key] = size
        self._size += size
        while self._excess():
            oldest = next(iter(self._generated or self._changed))
            if len(self._changed) > self.bound.changed:
                oldest = next(iter(self._changed))
            self._forget(*oldest)

    def _excess(self) -> bool:
        return (
            len(self._generated) > self.bound.generated
            or len(self._changed) > self.bound.changed
            or (self._size > self.bound.size and len(self._generated) + len(self._changed) > 1)
        )

    def _uncount(self, key: tuple[str, str]) -> None:
        self._size -= self._generated.pop(key, 0) + self._changed.pop(key, 0)

    def _forget(self, collection: str, name: str) -> None:
        """Drop a resource as if it had never been there."""
        self._drop(collection, name)
        path = resource_path(collection, name)
        self.tags.pop(path, None)
        self.outdated.pop(path, None)
        if not self.collections.get(collection):
            # Not even the collection was: listed again, it is filled anew.
            self.collections.pop(collection, None)
            self.paged.discard(collection)
            self.written.discard(collection)
            self.write_only.pop(collection, None)

    def keep(self, is_known: Callable[[str], bool]) -> None:
        """Forget all collections but those whose paths are known, and the deletions elsewhere."""
        for collection in [one for one in self.collections if not is_known(one)]:
            for name in list(self.collections.get(collection, ())):
                self._forget(collection, name)
        self.gone = {path: one for path, one in self.gone.items() if is_known(path)}

    def remove(self, collection: str, name: str) -> None:
        """Take a resource away; its path and all below it are gone."""
        resource = self._drop(collection, name)
        self.gone[resource_path(collection, name)] = resource
        if len(self.gone) > self.bound.deleted:
            path = next(iter(self.gone))
            del self.gone[path]
            self.outdated.pop(path, None)

    def _drop(self, collection: str, name: str) -> Resource | None:
        resource = self.collections.get(collection, {}).pop(name, None)
        self._drop_names(collection, resource)
        self._uncount((collection, name))
        self.shown.pop((collection, name), None)
        return resource

    def _drop_names(
        self, collection: str, resource: Resource | None, kept: Container[str] = ()
    ) -> None:
        """Drop the names of a resource, but those that are kept."""
        if resource is None:
            return
        for name in _names(resource):
            if name in kept:
                continue
            called = self._called[collection, name]
            del called[resource.id]
            if not called:
                del self._called[collection, name]

    def restore(self, collection: str, name: str, facts: Facts) -> bool:
        """Bring back a deleted resource with facts about its end; whether there was one."""
        resource = self.gone.get(resource_path(collection, name))
        if resource is None:
            return False
        self.put(collection, replace(resource.with_facts(facts), fixed=resource.fixed | {*facts}))
        return True

    def clear(self, collection: str) -> None:
        """Forget all resources of a collection."""
        for name in list(self.collections.get(collection, {})):
            self.remove(collection, name)
        self.written.add(collection)

    def is_deleted(self, path: str) -> bool:
        """Whether the resource at ``path``, or one that it belongs to, was deleted."""
        if not self.gone:
            return False
        ends = [at for at, one in enumerate(path) if one == "/"]
        return any(path[:end] in self.gone for end in (*ends, len(path)))

    def count(self, collection: str) -> int:
        """How many resources a collection has."""
        return len(self.collections.get(collection, {}))

    def resources_of(self, collection: str) -> list[Resource]:
        """The resources of a collection, the newest first."""
        known = self.collections.get(collection, {}).values()
        return sorted(known, key=lambda one: one.born, reverse=True)


def value_size(value: Value) -> int:
    """About how many characters a value takes, and some for each of its parts."""
    match value:
        case str():
            return len(value) + _PART
        case dict() | Mapping():
            return sum(len(name) + value_size(one) for name, one in value.items()) + _PART
        case list():
            return sum(map(value_size, value)) + _PART
        case _:
            return _PART


_PART: Final = 16


def _names(resource: Resource) -> list[str]:
    """What a resource is called, beside its id; each once."""
    values = (resource.facts.get(plain) for plain in NAMES)
    return [*dict.fromkeys(one for one in values if isinstance(one, str))]


def resource_path(collection: str, name: str) -> str:
    """The path of a resource; of the collection itself for an empty name."""
    return f"{collection}/{name}" if name else collection


def timestamp(clock: int) -> str:
    """A moment of the mock's clock, RFC 3339 in UTC."""
    return (EPOCH + timedelta(seconds=clock)).strftime("%Y-%m-%dT%H:%M:%SZ")
