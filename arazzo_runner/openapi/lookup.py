"""Finding an operation by its operationId or by a JSON Pointer; only what is found is built.

OpenAPI Specification 3.2.0, sections "Paths Object" and "Path Item Object".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import unquote

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import object_at, optional_text
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.openapi.references import reference_of, reference_target, resolve_reference
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place, pointer_text

# Path Item Object: `query` since 3.2, where any other method stands in `additionalOperations`.
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
ADDITIONAL: Final = "additionalOperations"


class OperationEntry(Struct, frozen=True):
    """An operation that is there but not built: ``item`` is its path item with its place."""

    method: str
    path: str
    item: tuple[dict[str, Value], Place]
    node: dict[str, Value]
    place: Place


class _KnownOperations(Struct, frozen=True):
    """The operationIds and pointers of all operations, when so many path items were ``read``."""

    read: int
    ids: dict[str, None]
    pointers: dict[str, None]


def operation_ids(description: ApiDescription) -> Collection[str]:
    """All operationIds that :func:`all_operations` knows, each once, in their order."""
    return _known_operations(description).ids


def operation_pointers(description: ApiDescription) -> Collection[str]:
    """The pointers, as URI fragments, of all that :func:`all_operations` knows, in their order."""
    return _known_operations(description).pointers


def _known_operations(description: ApiDescription) -> _KnownOperations:
    memo = description.memo
    known: _KnownOperations | None = memo.get(("known",))
    if known is None or known.read != memo.get(("read",), 0):
        every = list(all_operations(description))
        ids = dict.fromkeys(name for _, _, name in every if name is not None)
        pointers = (pointer_text(pointer_of(method, path)) for method, path, _ in every)
        fragments = dict.fromkeys(f"#{one}" for one in pointers)
        known = memo["known",] = _KnownOperations(memo.get(("read",), 0), ids, fragments)
    return known


def all_operations(description: ApiDescription) -> Iterator[tuple[str, str, str | None]]:
    """Each operation's method, path and operationId, in the order of the description.

    Path items that are broken, and those in documents that nothing has read so far, have none.
    """
    for entry in _known_entries(description):
        yield entry.method, entry.path, optional_text(entry.node, "operationId")


def pointer_of(method: str, path: str) -> tuple[str, ...]:
    """The JSON Pointer to an operation, by the names that :func:`all_operations` gives."""
    field = method.lower()
    return ("paths", path, field) if field in METHODS else ("paths", path, ADDITIONAL, method)


def find_by_id(description: ApiDescription, operation_id: str) -> Operation | None:
    """The operation of this operationId, or None; the case of letters counts.

    Path items that are references are followed only when no other has it. Raises DocumentError
    AZ214 and AZ217 when the description is broken at the operation, or where nothing has this id
    at a path item behind which it may be.
    """
    search = _search(description)
    while search.left and operation_id not in search.entries:
        _look_into(description, search, search.left.pop())
    if operation_id in search.entries:
        return build_operation(description, search.entries[operation_id])
    if search.broken:
        raise DocumentError(*search.broken)
    return None


def namesakes(description: ApiDescription, operation_id: str) -> list[OperationEntry]:
    """All operations at hand with this operationId, of which there should be one.

    OpenAPI Specification 3.2.0, Operation Object: it MUST be unique.
    """
    names = _names(description)
    paths = names.paths.get(operation_id, [])
    if len(paths) < 2 and not names.behind:
        return []
    unread = replace(description, load=None)
    found: list[OperationEntry] = []
    for path in dict.fromkeys((*paths, *names.behind)):
        with suppress(DocumentError):
            entries = _entries(unread, path)
            found += (one for one in entries if one.node.get("operationId") == operation_id)
    return found


def find_by_pointer(description: ApiDescription, tokens: tuple[str, ...]) -> Operation | None:
    """The operation at ``("paths", "/pets/{id}", "get")``, or None.

    The pointer may lead through a path item's ``$ref``, into ``additionalOperations``, or to a
    shared path item that one path refers to. Tokens may be percent-encoded.
    """
    for candidate in dict.fromkeys((tokens, tuple(unquote(token) for token in tokens))):
        entry = _at(description, candidate)
        if entry:
            return build_operation(description, entry)
    return None


def standard_form(tokens: tuple[str, ...]) -> tuple[str, ...] | None:
    """The tokens that a pointer means which is not written as it has to be, else None.

    Its ``/`` are not escaped, or its method is in capitals: names in JSON compare exactly.
    """
    *before, last = tokens
    method = last.lower()
    cased = (*before, method) if method in METHODS and before[-1:] != [ADDITIONAL] else tokens
    meant = escaped_form(pointer_text(cased)) or cased
    return None if meant == tokens else meant


def escaped_form(text: str) -> tuple[str, ...] | None:
    """The tokens that an unescaped pointer means: ``#/paths/pets/{id}/get``, else None.

    None also for a pointer that is written as it has to be (``#/paths/~1pets~1{id}/get``).
    """
    pointer = text.rpartition("#")[2]
    if not pointer.startswith("/paths/") or "~1" in pointer:
        return None
    _, _, *parts = pointer.split("/")
    tail = -2 if len(parts) > 2 and parts[-2] == ADDITIONAL else -1
    path, last = parts[:tail], tuple(parts[tail:])
    if not path or not (last[0] in METHODS or len(last) == 2):
        return None
    # `#/paths//pets/get` keeps the path's own slash, `#/paths/pets/get` has lost it.
    return ("paths", "/" + "/".join(path).lstrip("/"), *last)


def _paths(description: ApiDescription) -> dict[str, Value]:
    if ("paths",) not in description.memo:
        place = Place(description.source, ("paths",))
        paths = object_at(description.raw.get("paths"), place, "`paths`")
        description.memo["paths",] = {key: one for key, one in paths.items() if key[:1] == "/"}
    found: dict[str, Value] = description.memo["paths",]
    return found


class _Names(Struct, frozen=True):
    """The paths of each operationId that stands in ``paths`` itself, as often as it does.

    ``behind`` are the paths whose operations stand elsewhere, or deeper.
    """

    paths: dict[str, list[str]]
    behind: list[str]


def _names(description: ApiDescription) -> _Names:
    if ("names",) not in description.memo:
        description.memo["names",] = _read_names(_paths(description))
    found: _Names = description.memo["names",]
    return found


def _read_names(paths: dict[str, Value]) -> _Names:
    names = _Names({}, [])
    for path, item in paths.items():
        if not isinstance(item, dict):
            continue
        if "$ref" in item or ADDITIONAL in item:
            names.behind.append(path)
        for method in item.keys() & METHODS:
            node = item[method]
            name = node.get("operationId") if isinstance(node, dict) else None
            if isinstance(name, str):
                names.paths.setdefault(name, []).append(path)
    return names


class _Search(Struct):
    """How far the operationIds are known: ``left`` are the paths not looked into, the next last."""

    left: list[str]
    entries: dict[str, OperationEntry] = field(default_factory=dict)
    broken: list[Diagnostic] = field(default_factory=list)


def _search(description: ApiDescription) -> _Search:
    if ("search",) not in description.memo:
        # What stands in the description itself comes before what has to be read first.
        paths = _paths(description)
        nearest = sorted(paths, key=lambda path: _distance(paths[path]))
        description.memo["search",] = _Search(nearest[::-1])
    found: _Search = description.memo["search",]
    return found


def _distance(item: Value) -> int:
    reference = reference_of(item)
    if reference is None:
        return 0
    return 1 if reference.startswith("#") else 2


def _look_into(description: ApiDescription, search: _Search, path: str) -> None:
    try:
        entries = _entries(description, path)
    except DocumentError as reason:
        search.broken.extend(reason.diagnostics)
        return
    for entry in entries:
        name = optional_text(entry.node, "operationId")
        if name is not None:
            search.entries.setdefault(name, entry)


def operation_entries(description: ApiDescription) -> Iterator[OperationEntry]:
    """Each operation, in the order of the description, references followed.

    Path items that are broken have none.
    """
    for path in _paths(description):
        with suppress(DocumentError):
            yield from _entries(description, path)


def broken_path_items(description: ApiDescription) -> Iterator[Diagnostic]:
    """Why path items have no operations: what is wrong with those that are broken."""
    for path in _paths(description):
        try:
            _entries(description, path)
        except DocumentError as reason:
            yield from reason.diagnostics


def _known_entries(description: ApiDescription) -> Iterator[OperationEntry]:
    """The operations for which nothing has to be read."""
    return operation_entries(replace(description, load=None))


def _entries(description: ApiDescription, path: str) -> tuple[OperationEntry, ...]:
    key = ("entries", path)
    if key not in description.memo:
        place = Place(description.source, ("paths", path))
        description.memo[key] = tuple(_read_item(description, path, place))
        description.memo["read",] = description.memo.get(("read",), 0) + 1
    found: tuple[OperationEntry, ...] = description.memo[key]
    return found


def _read_item(description: ApiDescription, path: str, place: Place) -> Iterator[OperationEntry]:
    seen = set[str]()
    layers = _layers(description, description.raw["paths"][path], place)
    for node, at in layers:
        for method, operation, where in _operations(description, node, at):
            if method not in seen:
                seen.add(method)
                yield OperationEntry(method, path, _shared_layer(layers), operation, where)


def _layers(
    description: ApiDescription, node: Value, place: Place
) -> list[tuple[dict[str, Value], Place]]:
    """A path item, and the one it refers to; what stands beside the ``$ref`` goes first."""
    own = (object_at(node, place, "a path item"), place)
    if reference_of(node) is None:
        return [own]
    referred, at = resolve_reference(description, node, place)
    return [own, (object_at(referred, at, "a path item"), at)]


def _shared_layer(
    layers: list[tuple[dict[str, Value], Place]],
) -> tuple[dict[str, Value], Place]:
    """The layer that says what all operations of the path share."""
    sharing = (layer for layer in layers if "parameters" in layer[0] or "servers" in layer[0])
    return next(sharing, layers[-1])


def _operations(
    description: ApiDescription, item: dict[str, Value], place: Place
) -> Iterator[tuple[str, dict[str, Value], Place]]:
    methods = METHODS if description.version >= (3, 2) else METHODS[:-1]
    for method, node in item.items():
        if method in methods:
            at = place.at(method)
            yield method.upper(), object_at(node, at, f"`{method}`"), at
    if description.version >= (3, 2):
        place = place.at(ADDITIONAL)
        for method, node in object_at(item.get(ADDITIONAL), place, f"`{ADDITIONAL}`").items():
            yield method, object_at(node, place.at(method), f"`{method}`"), place.at(method)


def _at(description: ApiDescription, tokens: tuple[str, ...]) -> OperationEntry | None:
    match tokens:
        case ("paths", path, method) if method in METHODS:
            wanted = method.upper()
        case ("paths", path, "additionalOperations", method):
            wanted = method
        case _:
            return _at_place(description, tokens)
    if path not in _paths(description):
        return None
    entries = _entries(description, path)
    return next((entry for entry in entries if entry.method == wanted), None)


def _at_place(description: ApiDescription, tokens: tuple[str, ...]) -> OperationEntry | None:
    """The operation of a shared path item, where exactly one path refers to it."""
    root = Place(description.source)
    try:
        node, place = reference_target(description, "#" + pointer_text(tokens), root)
    except DocumentError:
        return None
    if not isinstance(node, dict):
        return None
    found = [entry for entry in _known_entries(description) if entry.place == place]
    return found[0] if len(found) == 1 else None


def build_operation(description: ApiDescription, entry: OperationEntry) -> Operation:
    """The operation of an entry, built once. Raises DocumentError AZ214 and AZ217."""
    key = ("operation", entry.method, entry.path)
    if key not in description.memo:
        read = _reader(description)
        own = (entry.node, entry.place)
        description.memo[key] = read(description, entry.method, entry.path, entry.item, own)
    operation: Operation = description.memo[key]
    return operation


def _reader(description: ApiDescription) -> Callable[..., Operation]:
    if description.version == (2, 0):
        from arazzo_runner.openapi.swagger2 import read_operation as read_swagger2

        return read_swagger2
    from arazzo_runner.openapi.openapi3 import read_operation as read_openapi3

    return read_openapi3
