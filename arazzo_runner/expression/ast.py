"""The trees that expressions, templates and conditions are parsed to, once, at load.

Arazzo Specification 1.1.0, "Runtime Expressions" and "Criterion Object". Every node keeps the
text it was parsed from (``text``) and where that begins in the whole string (``start``), for
messages and reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as Choice
from typing import TypeAlias

from arazzo_runner.expression.value import Value

Message: TypeAlias = Choice["request", "response", "message"]


@dataclass(frozen=True, slots=True)
class Path:
    """The way from a value to a value inside it.

    ``tokens`` are unescaped. A ``pointer`` is RFC 6901 (``#/a/0``; array tokens are digits); a
    ``walk`` is the tolerated ``.name`` and ``[0]`` navigation. Without tokens: the value itself.
    """

    kind: Choice["pointer", "walk"] = "pointer"
    tokens: tuple[str | int, ...] = ()


WHOLE = Path()


@dataclass(frozen=True, slots=True)
class Expression:
    """The root of all expression nodes: ``text`` as written, ``start`` its offset."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class UrlRef(Expression):
    """``$url``"""


@dataclass(frozen=True, slots=True)
class MethodRef(Expression):
    """``$method``"""


@dataclass(frozen=True, slots=True)
class StatusCodeRef(Expression):
    """``$statusCode``"""


@dataclass(frozen=True, slots=True)
class SelfRef(Expression):
    """``$self``"""


@dataclass(frozen=True, slots=True)
class HeaderRef(Expression):
    """``$request.header.X``, ``$response.header.X``, ``$message.header.X``"""

    message: Message
    name: str


@dataclass(frozen=True, slots=True)
class QueryRef(Expression):
    """``$request.query.x``"""

    message: Message
    name: str


@dataclass(frozen=True, slots=True)
class PathRef(Expression):
    """``$request.path.x``"""

    message: Message
    name: str


@dataclass(frozen=True, slots=True)
class BodyRef(Expression):
    """``$request.body``, ``$response.body#/a``, ``$message.payload``"""

    message: Message
    path: Path = WHOLE


@dataclass(frozen=True, slots=True)
class InputRef(Expression):
    """``$inputs.x``, ``$inputs.x#/a``

    ``name`` is the whole dotted text after ``$inputs.`` (without index brackets and pointer): the
    exact key is tried first, then its first segment and a walk along ``walk``.
    """

    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputRef(Expression):
    """``$outputs.x``; ``name`` and ``walk`` as in :class:`InputRef`"""

    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepOutputRef(Expression):
    """``$steps.<step>.outputs.<name>``; ``name`` and ``walk`` as in :class:`InputRef`"""

    step_id: str
    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkflowRef(Expression):
    """``$workflows.<id>.inputs|outputs.<name>``; ``name`` and ``walk`` as in :class:`InputRef`"""

    workflow_id: str
    field: Choice["inputs", "outputs"]
    name: str
    path: Path = WHOLE
    walk: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRef(Expression):
    """``$sourceDescriptions.<name>.<reference>``; ``reference`` holds any characters"""

    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class ComponentRef(Expression):
    """``$components.<type>.<name>``"""

    type: Choice["parameters", "successActions", "failureActions"]
    name: str


NamedRef: TypeAlias = InputRef | OutputRef | StepOutputRef | WorkflowRef


@dataclass(frozen=True, slots=True)
class Malformed(Expression):
    """A string that begins like an expression and does not parse; using it is an error.

    ``reason`` is a sentence; ``at`` is the offset in the whole string where parsing stopped.
    """

    reason: str
    at: int


# --- values as documents write them ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; also a whole subtree without any expression in it."""

    value: Value


@dataclass(frozen=True, slots=True)
class Template:
    """Text with ``{$...}`` in it: strings and expressions in order."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class SelectorType:
    """An Expression Type Object: the language and its version (defaults filled in)."""

    language: Choice["jsonpath", "xpath", "jsonpointer"]
    version: str


@dataclass(frozen=True, slots=True)
class Selector:
    """A Selector Object (1.1): ``selector`` applied to the value of ``context``.

    Its text is a template too: ``{$...}`` in it is substituted before it is applied.
    """

    context: Expression
    selector: Template | Literal
    type: SelectorType


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """An object of which some member is dynamic; keys are never evaluated."""

    members: tuple[tuple[str, Dynamic], ...]


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """An array of which some item is dynamic."""

    items: tuple[Dynamic, ...]


Dynamic: TypeAlias = Literal | Expression | Template | Selector | ObjectOf | ArrayOf
"""Any value of an Arazzo document that may hold expressions, parsed."""


# --- conditions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal of a simple condition: number, ``true``, ``false``, ``null``, ``'text'``."""

    value: Value
    text: str
    start: int


Operand: TypeAlias = Constant | Expression


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left op right``; comparisons do not chain."""

    operator: Choice["==", "!=", "<", "<=", ">", ">="]
    left: Condition
    right: Condition


@dataclass(frozen=True, slots=True)
class Not:
    """``!condition``"""

    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """``left && right``"""

    left: Condition
    right: Condition


@dataclass(frozen=True, slots=True)
class Or:
    """``left || right``"""

    left: Condition
    right: Condition


Condition: TypeAlias = Operand | Comparison | Not | And | Or


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that parsed, but not by the standard: a sentence, the range, the standard form.

    ``standard`` is the text to write instead of the range, when there is one.
    """

    message: str
    start: int
    end: int
    standard: str | None = None
