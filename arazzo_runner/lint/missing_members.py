"""AZ310: reads of members that the schema of the value cannot have or does not name.

An error where the schema proves it, a warning where it only does not name it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from arazzo_runner.expression.ast import BodyRef, InputRef, StepOutputRef
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.reads import ExpressionRead, reads_of
from arazzo_runner.lint.responses import ResponseOutcome
from arazzo_runner.lint.schemas import NoBody, root_of, tokens_text
from arazzo_runner.openapi.schema.descend import (
    DescentFailure,
    MissingMember,
    PathToken,
    SchemaShape,
    descend,
    descend_step,
    member_hint,
    type_words,
)
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.source import pointer_text
from arazzo_runner.text.suggested_fix import guess_known

_ARRAY: Final = frozenset({"array"})


def missing_member_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ310 for everything that the step reads."""
    for read in reads_of(view):
        found = _missing_member(view, read, read.when)
        if found is None:
            continue
        if read.also:
            found = _after_failure(view, read, found)
        if found is not None:
            yield found


def _after_failure(view: StepContext, read: ExpressionRead, found: Diagnostic) -> Diagnostic | None:
    """Outputs are evaluated after a failure too: what an error answers may be meant."""
    failing = tuple(one for one in read.also if one not in read.when and one.response.content)
    may_have = bool(failing) and _missing_member(view, read, failing) is None
    if may_have and view.step.on_failure:
        return None
    help_line = "only a response that makes the step fail has it" if may_have else found.help
    is_certain = not may_have and not view.step.on_failure
    severity = found.severity if is_certain else Severity.WARNING
    if found.severity is Severity.HINT:
        severity = Severity.HINT
    return replace(found, severity=severity, help=help_line)


def _missing_member(
    view: StepContext, read: ExpressionRead, when: tuple[ResponseOutcome, ...]
) -> Diagnostic | None:
    root = root_of(read.expression, view, when)
    tokens = (*root.tokens, *read.query) if root else ()
    if root is None or root.base is None or not tokens:
        return None
    if isinstance(root.base, NoBody):
        return _no_body(view, read, when, root.base)
    found = descend(root.base, tokens)
    return _finding(view, read, found, root.base) if isinstance(found, DescentFailure) else None


def _no_body(
    view: StepContext, read: ExpressionRead, when: tuple[ResponseOutcome, ...], body: NoBody
) -> Diagnostic | None:
    statuses = ", ".join(dict.fromkeys(one.response.status for one in when))
    message = f"{view.operation_label} documents no body for {statuses}"
    # Many descriptions leave out the bodies that their servers send.
    severity = Severity.ERROR if body.proven else Severity.HINT
    return Diagnostic("AZ310", severity, message, read.place, "nothing to read")


def _finding(
    view: StepContext, read: ExpressionRead, failure: DescentFailure, base: SchemaShape
) -> Diagnostic:
    *before, last = failure.tokens
    where = pointer_text(tuple(tokens_text(before)))
    subject = f"`{where}` of {_member_label(view, read)}" if where else _member_label(view, read)
    why = failure.absent
    severity = Severity.ERROR if why.proven else Severity.WARNING
    if why.kinds:
        message = f"{subject} is {type_words(why.kinds)}, so it has no {_scope_label(last)}"
    else:
        verb = "has" if why.proven else "documents"
        message = f"{subject} {verb} no {_scope_label(last)}"
    help_line = _items_hint(tuple(before), last, why, base) or member_hint(last, why)
    fix = guess_known(read.place, str(last), why.known)
    return Diagnostic("AZ310", severity, message, read.place, "", help_line, (), fix)


def _scope_label(token: PathToken) -> str:
    match token:
        case str():
            return f"`{token}`"
        case int():
            return f"item {token}"
        case _:
            return "member"


def _member_label(view: StepContext, read: ExpressionRead) -> str:
    match read.expression:
        case BodyRef():
            return f"the response of {view.operation_label}"
        case InputRef(name=name, walk=walk):
            return f"the input `{_first(name, walk)}`"
        case StepOutputRef(step_id=step_id, name=name, walk=walk):
            return f"the output `{_first(name, walk)}` of `{step_id}`"
        case other:
            return f"`{other.text}`"


def _first(name: str, walk: tuple[PathToken, ...]) -> str:
    """A name without the walk that follows it."""
    return name.partition(".")[0] if walk else name


def _items_hint(
    before: tuple[PathToken, ...], last: PathToken, why: MissingMember, base: SchemaShape
) -> str | None:
    """Where the items of an array have what the array has not: the way to the first of them."""
    holder = descend(base, before)
    if why.kinds != _ARRAY or isinstance(holder, DescentFailure) or not isinstance(last, str):
        return None
    item = descend_step(holder, 0)
    if isinstance(item, MissingMember) or isinstance(descend_step(item, last), MissingMember):
        return None
    first = pointer_text(tuple(tokens_text((*before, 0, last))))
    return f"`#{first}` is that of its first item"
