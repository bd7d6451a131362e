"""Values of a document checked against the schema of what takes them: AZ313 to AZ316.

As far as the value is known: constants, and expressions with a schema. A part of a request that is
text on the wire (a parameter, a field of a form) takes what can be spelled so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.ast import (
    ArrayTemplate,
    DynamicValue,
    Expression,
    Literal,
    ObjectTemplate,
    Template,
)
from arazzo_runner.expression.value import Value, describe, is_ordered, to_number, to_text
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.schemas import expression_shape
from arazzo_runner.lint.values.constraints import (
    Broken,
    broken_by_items,
    broken_by_scalar,
)
from arazzo_runner.openapi.schema.descend import (
    MissingMember,
    SchemaShape,
    descend_step,
    member_hint,
    type_words,
    types_of_value,
)
from arazzo_runner.openapi.schema.shape import (
    Alternative,
    JsonTypes,
    types_of_alternative,
)
from arazzo_runner.openapi.schema.walk import flagged_properties, properties_of
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean, nearest
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import guess_known

_NUMBERS: Final = frozenset({"number", "integer"})
_TREES: Final = frozenset({"object", "array"})
_NOT_SCALAR: Final = frozenset({"array", "null"})
CHANGE_EITHER: Final = "write a value that the schema allows, or correct the schema"
_LONGEST: Final = 60
_NUMBER: Final = lazy_pattern(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_BETWEEN: Final = lazy_pattern(r"[,|]")

Members: TypeAlias = tuple[tuple[str, DynamicValue], ...]


class TypeCheckContext(Struct, frozen=True):
    """What is fitted: in which step, what it becomes on the wire, and whether that is all of it.

    It is not where replacements add to a payload later on. ``delimiter`` stands between the items
    of an array that is one text; ``is_escaped``: within an item it is percent-encoded.
    ``name``: of the parameter, empty for a body; ``noun`` is what a body is.
    """

    view: StepContext
    becomes: Choice["json", "form", "parameter"]
    is_whole: bool = True
    delimiter: str | None = None
    is_escaped: bool = False
    name: str = ""
    noun: str = "request body"

    @property
    def owner(self) -> str:
        """What the value is, in words: a parameter, which has a name, or the request body."""
        return f"the parameter `{self.name}`" if self.name else f"the {self.noun}"

    @property
    def is_text(self) -> bool:
        """Whether scalars lose their types on the way."""
        return self.becomes != "json"

    @property
    def certain(self) -> Severity:
        """The severity of what the description refuses: it may be meant to be refused."""
        return Severity.WARNING if self.view.expects_refusal else Severity.ERROR


def value_findings(
    value: DynamicValue, shape: SchemaShape | MissingMember, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    """All that is wrong with a value by what is known of its schema."""
    if isinstance(shape, MissingMember) or shape.alternatives is None or () in shape.alternatives:
        return
    match value:
        case Literal(dict() as members_):
            yield from _object(_literals(members_), shape, place, on)
        case Literal(list() as items):
            yield from _array(tuple(Literal(one) for one in items), shape, place, on)
        case Literal(constant):
            yield from _scalar(constant, shape, place, on)
        case ObjectTemplate(members_):
            yield from _object(members_, shape, place, on)
        case ArrayTemplate(items_):
            yield from _array(items_, shape, place, on)
        case Template():
            yield from _kind_fits(frozenset({"string"}), shape, place, on, "a string")
        case Expression():
            yield from _expression(value, shape, place, on)
        case _:
            return


def _literals(members_: dict[str, Value]) -> Members:
    return tuple((name, Literal(one)) for name, one in members_.items())


# --- objects and arrays ---------------------------------------------------------------------------


def _object(
    given: Members, shape: SchemaShape, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    candidates = [one for one in shape.alternatives or () if _is_accepted(one, "object")]
    if not candidates:
        yield from _kind_fits(frozenset({"object"}), shape, place, on, "an object")
        return
    names = {name for name, _ in given}
    lacks = [(_missing_properties(one, names, on.view), one) for one in candidates]
    fewest, _ = min(lacks, key=lambda pair: len(pair[0]))
    if fewest and on.is_whole:
        yield _missing_property(fewest, len(candidates), place, on)
    for name, member in given:
        below = descend_step(shape, name)
        if isinstance(below, MissingMember):
            yield from _unknown_properties(name, below, place, on)
        else:
            yield from value_findings(member, below, place.at(name), on)


def _is_accepted(alternative: Alternative, kind: str) -> bool:
    kinds = types_of_alternative(alternative)
    return kinds is None or kind in kinds


def _missing_properties(alternative: Alternative, given: set[str], view: StepContext) -> list[str]:
    """The required properties that are not given; what only responses have does not count."""
    description = view.operation.description
    found: dict[str, None] = {}
    for part in alternative:
        required = part.node.get("required")
        if isinstance(required, list):
            names = (one for one in required if isinstance(one, str))
            found.update(dict.fromkeys(one for one in names if one not in given))
    if not found:
        return []
    hidden = {
        name
        for part in alternative
        for name in flagged_properties(description, part.node, part.place, "readOnly")
    }
    return [name for name in found if name not in hidden and not _has_default(alternative, name)]


def _has_default(alternative: Alternative, name: str) -> bool:
    schemas = (properties_of(part.node).get(name) for part in alternative)
    return any(isinstance(one, dict) and "default" in one for one in schemas)


def _missing_property(
    names: list[str], forms: int, place: Place, on: TypeCheckContext
) -> Diagnostic:
    listed = " and ".join(f"`{name}`" for name in names)
    noun = "property" if len(names) == 1 else "properties"
    message = f"{on.owner} of {on.view.operation_label} requires the {noun} {listed}"
    held_by = "value" if on.name else "payload"
    way_out = f"add {'it' if len(names) == 1 else 'them'} to the {held_by}"
    if forms > 1:
        way_out += f"; it may have {forms} forms, and this is the closest"
    label, subject = "missing here", " ".join(names)
    return Diagnostic("AZ313", on.certain, message, place, label, way_out, subject=subject)


def _unknown_properties(
    name: str, why: MissingMember, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    near = nearest(name, why.known)
    doubtful = Severity.WARNING if near else Severity.HINT
    severity = on.certain if why.proven else doubtful
    verb = "accepts" if why.proven else "documents"
    message = f"{on.owner} of {on.view.operation_label} {verb} no property `{name}`"
    help_line = member_hint(name, why)
    at = place.at(name).key()
    fix = guess_known(at, name, why.known)
    yield Diagnostic("AZ314", severity, message, at, "not documented", help_line, (), fix)


def _array(
    items: tuple[DynamicValue, ...], shape: SchemaShape, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    if not any(_is_accepted(one, "array") for one in shape.alternatives or ()):
        yield from _kind_fits(frozenset({"array"}), shape, place, on, "an array")
        return
    known_items = [one.value for one in items if isinstance(one, Literal)]
    are_known = len(known_items) == len(items)
    counted = known_items if are_known else list(range(len(items)))
    if on.is_whole and (broken := broken_by_items(counted, shape, are_known=are_known)):
        yield _refused_finding("this array", broken, place, on)
    for index, item in enumerate(items):
        yield from value_findings(item, descend_step(shape, index), place.at(index), on)


# --- constants ------------------------------------------------------------------------------------


def _scalar(
    constant: Value, shape: SchemaShape, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    kinds, values = shape.kinds, shape.values
    if on.becomes == "parameter" and _has_to_be_array(constant, kinds):
        yield from _as_item(constant, shape, place, on)
        return
    if kinds is not None and not _can_be(constant, kinds, on):
        shown = describe(constant, _LONGEST)
        message = f"{on.view.operation_label} accepts {type_words(kinds)} here, not {shown}"
        yield Diagnostic("AZ315", on.certain, message, place, "", f"write {type_words(kinds)}")
    elif values is not None and not any(_is_type(constant, one, on) for one in values):
        shown = describe(constant, _LONGEST)
        spelled = [to_text(one) for one in values if one is not None]
        listed = ", ".join(f"`{one}`" for one in spelled[:12])
        more = " and more" if len(spelled) > 12 else ""
        message = f"{shown} is not one of the values that {on.view.operation_label} accepts here"
        help_line = did_you_mean(to_text(constant), spelled) or f"they are {listed}{more}"
        texts = (one for one in values if isinstance(one, str))
        fix = guess_known(place, constant, texts) if isinstance(constant, str) else None
        yield Diagnostic("AZ315", on.certain, message, place, "", help_line, (), fix)
    elif constant is not None and (broken := broken_by_scalar(readings(constant, on), shape)):
        yield _refused_finding(describe(constant, _LONGEST), broken, place, on)


def _refused_finding(shown: str, broken: Broken, place: Place, on: TypeCheckContext) -> Diagnostic:
    message = f"{shown} is not what {on.view.operation_label} accepts here: {broken.message}"
    severity = Severity.WARNING if broken.by_format else on.certain
    return Diagnostic("AZ315", severity, message, place, "", CHANGE_EITHER)


def readings(constant: Value, on: TypeCheckContext) -> Iterator[Value]:
    """The values that a constant may be once it is text: itself, its spelling, a number."""
    yield constant
    if not on.is_text or isinstance(constant, dict | list):
        return
    text = to_text(constant)
    yield text
    if _NUMBER.fullmatch(text):
        yield to_number(text)


def _as_item(
    constant: Value, shape: SchemaShape, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    """A scalar for a parameter that is an array: its items as one text, or else the only item."""
    if on.delimiter is not None:
        yield from _as_delimited(to_text(constant).split(on.delimiter), shape, place, on)
        return
    several = [one.strip() for one in _BETWEEN.split(to_text(constant))]
    as_list = len(several) > 1 and not list(_of_items(several, shape, place, on))
    found = [] if as_list else list(_of_items([constant], shape, place, on))
    yield from found
    if isinstance(constant, str) and not found:
        message = f"{_takes_array(constant, on)} is sent as its only item"
        severity = Severity.WARNING if as_list else Severity.HINT
        yield _list_finding(severity, message, several if as_list else [constant], place)


def _has_to_be_array(constant: Value, kinds: JsonTypes | None) -> bool:
    """Whether a scalar is of no type that is accepted, unless it is an item."""
    if constant is None or kinds is None or "array" not in kinds or "object" in kinds:
        return False
    scalars = kinds - _NOT_SCALAR
    return not scalars or not (
        types_of_value(constant) & scalars or _is_readable_as(constant, scalars)
    )


def _as_delimited(
    items: list[str], shape: SchemaShape, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    """A text in place of a list whose items are one text on the wire."""
    found = list(_of_items(items, shape, place, on))
    yield from found
    if len(items) > 1 and on.is_escaped and not found:
        message = f"{_takes_array(','.join(items), on)} is sent as one item, its `,` as `%2C`"
        yield _list_finding(Severity.WARNING, message, [one.strip() for one in items], place)


def _takes_array(text: str, on: TypeCheckContext) -> str:
    return f"{on.view.operation_label} accepts an array here, and {describe(text, _LONGEST)}"


def _list_finding(
    severity: Severity, message: str, items: Iterable[str], place: Place
) -> Diagnostic:
    help_line = f"write a list: `[{', '.join(items)}]`"
    return Diagnostic("AZ315", severity, message, place, "", help_line)


def _of_items(
    items: Iterable[Value], shape: SchemaShape, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    found = _array(tuple(Literal(one) for one in items), shape, place, on)
    yield from (replace(one, place=place) for one in found)


def _can_be(constant: Value, kinds: JsonTypes, on: TypeCheckContext) -> bool:
    own = types_of_value(constant)
    if isinstance(constant, float) and constant.is_integer():
        own |= {"integer"}
    if own & kinds:
        return True
    return on.is_text and _is_readable_as(constant, kinds)


def _is_readable_as(constant: Value, kinds: JsonTypes) -> bool:
    """Whether a constant reads as one of the kinds once it is text."""
    if constant is None or kinds & _TREES or "string" in kinds:
        return True
    text = to_text(constant)
    if text in ("true", "false"):
        return "boolean" in kinds
    return bool(kinds & _NUMBERS) and (is_ordered("<=", 0, text) or is_ordered(">", 0, text))


def _is_type(constant: Value, listed: Value, on: TypeCheckContext) -> bool:
    if on.is_text:
        return to_text(constant) == to_text(listed)
    return bool(constant == listed) and types_of_value(constant) == types_of_value(listed)


# --- expressions ----------------------------------------------------------------------------------


def _expression(
    value: Expression, shape: SchemaShape, place: Place, on: TypeCheckContext
) -> Iterator[Diagnostic]:
    got = expression_shape(value, on.view, ())
    if got is None or got.kinds is None:
        return
    found = list(_kind_fits(got.kinds - {"null"}, shape, place, on, value))
    yield from found
    if found or got.values is None or shape.values is None:
        return
    ways = ((one, other) for one in got.values for other in shape.values)
    if not any(_is_type(one, other, on) for one, other in ways):
        message = f"`{value.text}` never has a value that {on.view.operation_label} accepts here"
        listed = ", ".join(f"`{to_text(one)}`" for one in shape.values[:12])
        yield Diagnostic("AZ316", Severity.WARNING, message, place, "", f"it accepts {listed}")


def _kind_fits(
    kinds: JsonTypes,
    shape: SchemaShape,
    place: Place,
    on: TypeCheckContext,
    value: str | Expression,
) -> Iterator[Diagnostic]:
    """What is wrong when a value of some of these kinds gets where the shape is."""
    wanted = shape.kinds
    if wanted is None or not kinds or kinds & wanted or _can_be_written(kinds, wanted, on):
        return
    takes = f"{on.view.operation_label} accepts {type_words(wanted)} here"
    if isinstance(value, str):
        help_line = f"write {type_words(wanted)}"
        yield Diagnostic("AZ315", on.certain, f"{takes}, not {value}", place, "", help_line)
        return
    message = f"{takes}, and `{value.text}` is {type_words(kinds)}"
    help_line = f"pass {type_words(wanted)}: a member of it, or another value"
    yield Diagnostic("AZ316", Severity.WARNING, message, place, "", help_line)


def _can_be_written(kinds: JsonTypes, wanted: JsonTypes, on: TypeCheckContext) -> bool:
    """Whether values of these kinds, once they are text, can be read as the wanted ones."""
    if on.becomes == "json":
        return False
    if "string" in kinds or wanted & _TREES:
        return True
    # Objects and arrays are fields of a form as JSON; in a path or query they fall apart.
    return "string" in wanted and (on.becomes == "form" or bool(kinds - _TREES))
