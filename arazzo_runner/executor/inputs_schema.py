"""The inputs that a workflow declares, by its JSON Schema: names, defaults, what is required.

Arazzo Specification 1.1.0, Workflow Object, ``inputs`` (JSON Schema 2020-12). All that asks what a
workflow declares asks an :class:`InputsSchema`, which ``executor/bind/inputs`` makes once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from arazzo_runner.expression.query.limits import MAX_LEVELS
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.descend import (
    SchemaShape,
    standalone_shape,
    types_of_shape,
)
from arazzo_runner.openapi.schema.standalone import (
    Bundle,
    Inner,
    SchemaNode,
    possible_schemas,
    standalone_parts,
    sure_schemas,
    walk_schemas,
)
from arazzo_runner.openapi.schema.validator import Validator
from arazzo_runner.openapi.schema.walk import (
    Relation,
    Subschema,
    has_properties,
    is_closed,
    item_schemas,
    member_schemas,
    properties_of,
    subschemas,
)
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.source import Place, Pointer

if TYPE_CHECKING:
    from arazzo_runner.document.generated_kind import GeneratedKind


class DeclaredInput(Struct, frozen=True):
    """An input of a workflow: its schema, and where it is declared."""

    name: str
    schema: Value
    place: Place


class WebhookName(Struct, frozen=True):
    """``x-webhook`` of an input, an extension: the channel whose public address is its default."""

    text: str
    place: Place


class WebhookInput(Struct, frozen=True):
    """An input whose default is the public address of a channel (``x-webhook``)."""

    name: str
    source: str
    channel: str
    address: str


class InputsSchema(Struct, frozen=True):
    """What a workflow declares of its inputs.

    ``value`` is the JSON Schema with all it refers to under its ``$defs``; None: no inputs.
    ``stated`` are the inputs that it has by name; ``is_open``: others are welcome. ``closed``: the
    schema itself refuses others. ``generated`` are the inputs with ``x-generate``, ``webhooks``
    those with ``x-webhook``. ``findings`` are references that cannot be resolved, and what is wrong
    with these extensions.
    """

    value: Value
    bundle: Bundle
    stated: Mapping[str, DeclaredInput]
    is_open: bool = False
    closed: bool = False
    findings: tuple[Diagnostic, ...] = ()
    generated: Mapping[str, GeneratedKind] = {}
    webhooks: Mapping[str, WebhookName] = {}

    @property
    def declarations(self) -> Mapping[str, DeclaredInput] | None:
        """The inputs by name; None where any name is welcome."""
        return None if self.is_open else self.stated

    @property
    def whole(self) -> InputValue:
        """What the schema says of the inputs as a whole."""
        return InputValue(self, (self.value,))

    def accepts(self, name: str) -> bool:
        """Whether the workflow takes an input of this name."""
        return self.is_open or name in self.stated

    def refuses(self, name: str) -> bool:
        """Whether no input can have this name: no property or pattern has it, and no other may."""
        is_sure = any(map(is_closed, self.whole.sure_parts()))
        return is_sure and name not in self.stated and not self.whole.member(name).is_stated

    def accepted_inputs(self, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """Those of some inputs that the workflow takes."""
        return {name: value for name, value in inputs.items() if self.accepts(name)}

    def schemas(self) -> dict[str, Value]:
        """The schemas of the inputs that are stated by name."""
        return {name: one.schema for name, one in self.stated.items()}

    def with_defaults(self, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """The inputs with the schema's ``default``s for what is missing, also in nested objects."""
        return _fill(self.value, dict(inputs))[0]

    def required(self) -> Iterator[str]:
        """The names that are always required."""
        for part in standalone_parts(self.value, self.value):
            names = part.get("required")
            yield from (
                one for one in (names if isinstance(names, list) else ()) if isinstance(one, str)
            )

    def types_of(self, name: str) -> tuple[str, ...]:
        """The types that an input may have by its schema; none where it may have any."""
        return _types_of(self.stated[name].schema, self.value)

    def has_default(self, name: str) -> bool:
        """Whether an input has a value where none is set."""
        declared = self.stated.get(name)
        schema = declared.schema if declared else None
        return any("default" in part for part in standalone_parts(schema, self.value))


class InputValue(Struct, frozen=True):
    """What a workflow's schema says of its inputs, of one of them, or of a value inside.

    The schemas in ``sure`` apply to the value, those in ``possible`` where a condition or a branch
    is met. There are none where nothing is said of it.
    """

    schema: InputsSchema
    sure: tuple[Value, ...] = ()
    possible: tuple[Value, ...] = ()

    @property
    def is_stated(self) -> bool:
        """Whether any schema is about the value."""
        return bool(self.sure or self.possible)

    def sure_parts(self) -> list[dict[str, Any]]:
        """The schemas that apply to the value, those that they refer to and combine too."""
        return self._walk(self.sure, sure_schemas)

    def possible_parts(self) -> list[dict[str, Any]]:
        """The schemas that may apply to the value."""
        known = {id(part) for part in self.sure_parts()}
        parts = self._walk((*self.sure, *self.possible), possible_schemas)
        return [part for part in parts if id(part) not in known]

    def names(self, name: str) -> bool:
        """Whether a property of this name is stated."""
        parts = (*self.sure_parts(), *self.possible_parts())
        return any(name in properties_of(part) for part in parts)

    def member(self, name: str) -> InputValue:
        """The member of a name, by ``properties``, by a pattern, or as one of the others."""
        return self._below(lambda part: member_schemas(part, name, is_name_match))

    def item(self, index: int) -> InputValue:
        """The item of an index."""
        return self._below(lambda part: item_schemas(part, index))

    def sure_shape(self) -> SchemaShape:
        """What is known of the value, whatever else is set."""
        return standalone_shape({"allOf": [*self.sure]}, self.schema.value)

    def shape(self) -> SchemaShape:
        """What is known of the value; what a branch says counts where nothing else is said."""
        shape = self.sure_shape()
        if not self.possible or types_of_shape(shape):
            return shape
        return standalone_shape({"anyOf": [*self.possible]}, self.schema.value)

    def _below(self, find: Callable[[dict[str, Any]], Iterable[Subschema]]) -> InputValue:
        found = [
            tuple(one for part in parts for one, _ in find(part) if one is not False)
            for parts in (self.sure_parts(), self.possible_parts())
        ]
        return InputValue(self.schema, *found)

    def _walk(self, schemas: Iterable[Value], inner: Inner) -> list[dict[str, Any]]:
        start: list[tuple[Value, Pointer]] = [(one, ()) for one in schemas]
        return [node for node, _ in walk_schemas(start, self.schema.value, inner)]


def is_name_match(pattern: str, name: str) -> bool:
    """Whether a name matches, by the validator that has a bound on the time for it."""
    try:
        return not _pattern_validator(pattern).is_valid({name: None})
    except ValueError:  # a finding of the workflow
        return False


@lru_cache(maxsize=256)
def _pattern_validator(pattern: str) -> Validator:
    return schema_validator({"patternProperties": {pattern: False}})


def read_inputs_schema(bundle: Bundle, findings: Iterable[Diagnostic] = ()) -> InputsSchema:
    """What a bundled schema declares."""
    schema = bundle.value
    if schema is None:
        return InputsSchema(None, bundle, {}, findings=tuple(findings))
    nodes = [
        *walk_schemas([(schema, ())], schema, sure_schemas),
        *walk_schemas([(schema, ())], schema, possible_schemas),
    ]
    parts = [node for node, _ in nodes]
    stated = _stated_inputs(nodes, bundle)
    is_open = not any(map(has_properties, parts)) or any(map(_is_open, parts))
    closed = any(map(is_closed, parts))
    generated, wrong = _read_generated(stated, schema)
    webhooks, misnamed = _read_webhooks(stated, schema)
    found = (*findings, *wrong, *misnamed, *_endless_defaults(bundle))
    return InputsSchema(schema, bundle, stated, is_open, closed, found, generated, webhooks)


def _endless_defaults(bundle: Bundle) -> Iterator[Diagnostic]:
    if not _fill(bundle.value, {})[1]:
        message = (
            f"the defaults of the inputs are nested deeper than {MAX_LEVELS} levels,"
            f" or consist of more than {MAX_DEFAULTS:,} objects"
        )
        yield error("AZ109", message, bundle.place, help="leave out a `default` on the way")


_GENERATE: Final = "x-generate"
_WEBHOOK: Final = "x-webhook"


def _with_extension(
    stated: Mapping[str, DeclaredInput], root: Value, name: str
) -> Iterator[tuple[DeclaredInput, Value, Place]]:
    """The inputs whose schemas have an extension, its value, and where it stands."""
    for one in stated.values():
        if not isinstance(one.schema, dict) or one.schema.keys().isdisjoint((name, "$ref")):
            continue
        parts = standalone_parts(one.schema, root)
        value = next((part[name] for part in parts if name in part), None)
        if value is not None:
            yield one, value, one.place.at(name) if name in one.schema else one.place


def _read_generated(
    stated: Mapping[str, DeclaredInput], root: Value
) -> tuple[dict[str, GeneratedKind], list[Diagnostic]]:
    """The kinds of ``x-generate``, an extension, and what is wrong with them."""
    generated: dict[str, GeneratedKind] = {}
    wrong: list[Diagnostic] = []
    for one, text, place in _with_extension(stated, root, _GENERATE):
        from arazzo_runner.document.generated_kind import has_type, parse_kind

        try:
            kind = parse_kind(text)
        except ValueError as reason:
            wrong.append(error("AZ113", f"`x-generate` of the input `{one.name}`: {reason}", place))
            continue
        if has_type(kind, _types_of(one.schema, root)):
            generated[one.name] = kind
        else:
            types = " or ".join(_types_of(one.schema, root))
            message = f"`x-generate` of the input `{one.name}` gives values of the type {kind.type}"
            wrong.append(error("AZ113", message, place, f"and the input is of the type {types}"))
    return generated, wrong


def _read_webhooks(
    stated: Mapping[str, DeclaredInput], root: Value
) -> tuple[dict[str, WebhookName], list[Diagnostic]]:
    """The channels of ``x-webhook``, an extension, and what is wrong with them."""
    webhooks: dict[str, WebhookName] = {}
    wrong: list[Diagnostic] = []
    for one, text, place in _with_extension(stated, root, _WEBHOOK):
        types = _types_of(one.schema, root)
        if not isinstance(text, str):
            message = f"`x-webhook` of the input `{one.name}` is not the name of a channel"
            wrong.append(error("AZ113", message, place))
        elif types and "string" not in types:
            message = f"`x-webhook` of the input `{one.name}` gives a URL"
            hint = f"and the input is of the type {' or '.join(types)}"
            wrong.append(error("AZ113", message, place, hint))
        else:
            webhooks[one.name] = WebhookName(text, place)
    return webhooks, wrong


def _types_of(schema: Value, root: Value) -> tuple[str, ...]:
    return tuple(types_of_shape(standalone_shape(schema, root)))


def _is_open(part: dict[str, Any]) -> bool:
    """Whether a schema takes names that it does not state."""
    others = subschemas(part, Relation.REST, Relation.UNEVALUATED, Relation.PATTERN)
    return any(schema is not False for schema, _ in others)


def _stated_inputs(nodes: Iterable[SchemaNode], bundle: Bundle) -> dict[str, DeclaredInput]:
    found: dict[str, DeclaredInput] = {}
    for part, path in nodes:  # of several schemas for one name that counts which surely applies
        for name, one in properties_of(part).items():
            place = bundle.place_of((*path, "properties", name))
            found.setdefault(name, DeclaredInput(name, one, place))
    return found


# --- defaults -------------------------------------------------------------------------------------

MAX_DEFAULTS: Final = 10_000
"""The objects that the defaults of inputs consist of, at the most."""


class _Object(Struct, frozen=True):
    """An object to fill, its schema, and the schemas of the defaults that it is part of."""

    members: dict[str, Value]
    schema: Value
    defaults: tuple[int, ...] = ()
    depth: int = 1


def _fill(root: Value, value: dict[str, Value]) -> tuple[dict[str, Value], bool]:
    """A value with defaults, and whether these are all: there may be endlessly many."""
    filled, left = dict(value), MAX_DEFAULTS
    todo = [_Object(filled, root)]
    while todo and left > 0:
        one = todo.pop()
        if one.depth > MAX_LEVELS:
            return filled, False
        for part in standalone_parts(one.schema, root):
            for name, stated in properties_of(part).items():
                inner = _fill_property(one, name, stated, root)
                todo += () if inner is None else (inner,)
                left -= inner is not None and inner.defaults != one.defaults
    return filled, not todo


def _fill_property(one: _Object, name: str, schema: Value, root: Value) -> _Object | None:
    """Set a member that is missing; what is an object is to be filled as well.

    A default that its own schema would put into it again has no end, and stays as it is written.
    """
    defaults = one.defaults
    if name not in one.members:
        parts = standalone_parts(schema, root)
        part = next((part for part in parts if "default" in part), None)
        if part is None or id(part) in defaults:
            return None
        one.members[name] = part["default"]
        defaults = (*defaults, id(part))
    held = one.members[name]
    if not isinstance(held, dict):
        return None
    inner = one.members[name] = dict(held)
    return _Object(inner, schema, defaults, one.depth + 1)
