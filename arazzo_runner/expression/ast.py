"""The trees that expressions, templates and conditions are parsed to, once, at load.

Arazzo Specification 1.1.0, "Runtime Expressions" and "Criterion Object". Every node keeps the
text it was parsed from (``text``) and where that begins in the whole string (``start``), for
messages and reports.
"""

from __future__ import annotations

from typing import Literal as Choice
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.expression.value import Value

MessageKind: TypeAlias = Choice["request", "response", "message"]


class Path(Struct, frozen=True):
    """The way from a value to a value inside it.

    ``tokens`` are unescaped. A ``pointer`` is RFC 6901 (``#/a/0``; array tokens are digits); a
    ``walk`` is the tolerated ``.name`` and ``[0]`` navigation. Without tokens: the value itself.
    """

    kind: Choice["pointer", "walk"] = "pointer"
    tokens: tuple[str | int, ...] = ()


WHOLE = Path()


class Expression(Struct, frozen=True):
    """The root of all expression nodes: ``text`` as written, ``start`` its offset."""

    text: str
    start: int


class UrlRef(Expression, frozen=True):
    """``$url``"""


class MethodRef(Expression, frozen=True):
    """``$method``"""


class StatusCodeRef(Expression, frozen=True):
    """``$statusCode``"""


class SelfRef(Expression, frozen=True):
    """``$self``"""


class HeaderRef(Expression, frozen=True):
    """``$request.header.X``, ``$response.header.X``, ``$message.header.X``"""

    message: MessageKind
    name: str


class QueryRef(Expression, frozen=True):
    """``$request.query.x``"""

    message: MessageKind
    name: str


class PathRef(Expression, frozen=True):
    """``$request.path.x``"""

    message: MessageKind
    name: str


class BodyRef(Expression, frozen=True):
    """``$request.body``, ``$response.body#/a``, ``$message.payload``"""

    message: MessageKind
    path: Path = WHOLE


class InputRef(Expression, frozen=True):
    """``$inputs.x``, ``$inputs.x#/a``

    ``name`` is the whole dotted text after ``$inputs.`` (without index brackets and pointer): the
    exact key is tried first, then its first segment and a walk along ``walk``.
    """

    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()


class OutputRef(Expression, frozen=True):
    """``$outputs.x``; ``name`` and ``walk`` as in :class:`InputRef`"""

    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()


class StepOutputRef(Expression, frozen=True):
    """``$steps.<step>.outputs.<name>``; ``name`` and ``walk`` as in :class:`InputRef`"""

    step_id: str
    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()


class WorkflowRef(Expression, frozen=True):
    """``$workflows.<id>.inputs|outputs.<name>``; ``name`` and ``walk`` as in :class:`InputRef`

    With a ``step_id``, ``$workflows.<id>.steps.<step>.outputs.<name>``: the output of a step. The
    grammar of Arazzo 1.1.0 has no such form; ``dependsOn`` and the specification's tests do.
    """

    workflow_id: str
    field: Choice["inputs", "outputs"]
    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()
    step_id: str = ""


class SourceRef(Expression, frozen=True):
    """``$sourceDescriptions.<name>.<reference>``; ``reference`` holds any characters"""

    name: str
    reference: str


class ComponentRef(Expression, frozen=True):
    """``$components.<type>.<name>``"""

    type: Choice["parameters", "successActions", "failureActions"]
    name: str


NamedRef: TypeAlias = InputRef | OutputRef | StepOutputRef | WorkflowRef


class MalformedExpression(Expression, frozen=True):
    """A string that begins like an expression and does not parse; using it is an error.

    ``reason`` is a sentence; ``at`` is the offset in the whole string where parsing stopped.
    ``way_out`` is what to write where an expression may be a part of text.
    """

    reason: str
    at: int
    way_out: str = ""

    @property
    def explanation(self) -> str:
        """The reason, with the way out where there is one."""
        return f"{self.reason}; {self.way_out}" if self.way_out else self.reason


# --- values as documents write them ---------------------------------------------------------------


class Literal(Struct, frozen=True):
    """A constant; also a whole subtree without any expression in it."""

    value: Value


class Template(Struct, frozen=True):
    """Text with ``{$...}`` in it: strings and expressions in order."""

    parts: tuple[str | Expression, ...]


class SelectorType(Struct, frozen=True):
    """An Expression Type Object: the language and its version (defaults filled in).

    ``regex``, which has no version, is an extension.
    """

    language: Choice["jsonpath", "xpath", "jsonpointer", "regex"]
    version: str


class Selector(Struct, frozen=True):
    """A Selector Object (1.1): ``selector`` applied to the value of ``context``.

    Its text is a template too: ``{$...}`` in it is substituted before it is applied.
    """

    context: Expression
    selector: Template | Literal
    type: SelectorType


class ObjectTemplate(Struct, frozen=True):
    """An object of which some member is dynamic; keys are never evaluated."""

    members: tuple[tuple[str, DynamicValue], ...]


class ArrayTemplate(Struct, frozen=True):
    """An array of which some item is dynamic."""

    items: tuple[DynamicValue, ...]


DynamicValue: TypeAlias = (
    Literal | Expression | Template | Selector | ObjectTemplate | ArrayTemplate
)
"""Any value of an Arazzo document that may hold expressions, parsed."""


# --- conditions -----------------------------------------------------------------------------------


class Constant(Struct, frozen=True):
    """A literal of a simple condition: number, ``true``, ``false``, ``null``, ``'text'``."""

    value: Value
    text: str
    start: int


Operand: TypeAlias = Constant | Expression


Operator: TypeAlias = Choice["==", "!=", "<", "<=", ">", ">="]


class Comparison(Struct, frozen=True):
    """``left op right``; comparisons do not chain."""

    operator: Operator
    left: Condition
    right: Condition


class Not(Struct, frozen=True):
    """``!condition``"""

    condition: Condition


class And(Struct, frozen=True):
    """``left && right``"""

    left: Condition
    right: Condition


class Or(Struct, frozen=True):
    """``left || right``"""

    left: Condition
    right: Condition


Condition: TypeAlias = Operand | Comparison | Not | And | Or


class Notice(Struct, frozen=True):
    """Something that parsed, but not by the standard: a sentence, the range, the standard form.

    ``standard`` is the text to write instead of the range.
    """

    message: str
    start: int
    end: int
    standard: str
