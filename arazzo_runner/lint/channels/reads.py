"""What a step reads of the message that it sends or receives: its payload and its headers.

Arazzo Specification 1.1.0, "Runtime Expressions" (``$message``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from arazzo_runner.document.rules.expressions import expressions_in
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import StepPlan
from arazzo_runner.expression.ast import (
    BodyRef,
    Expression,
    HeaderRef,
    MethodRef,
    PathRef,
    QueryRef,
    StatusCodeRef,
    UrlRef,
)
from arazzo_runner.lint.channels.context import payload_shape
from arazzo_runner.lint.reads import selector_tokens, selectors
from arazzo_runner.openapi.schema.descend import (
    DescentFailure,
    PathToken,
    SchemaShape,
    descend,
    member_hint,
    names_of,
    shape_of,
    type_words,
)
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean, warning
from arazzo_runner.text.source import Place, pointer_text
from arazzo_runner.text.suggested_fix import guess_known

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Message, MessageSchema

_OF_HTTP: Final = (MethodRef, PathRef, QueryRef, StatusCodeRef, UrlRef)


def read_findings(step: StepPlan, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ220: parts of HTTP; AZ310, AZ324: what the messages do not have."""
    payload = payload_shape(call)
    for expression, place in expressions_in(step.step):
        match expression:
            case BodyRef(message="message", path=path):
                yield from _member_finding(path.tokens, place, payload, call)
            case HeaderRef(message="message", name=name):
                yield from header_finding(name, place, call)
            case BodyRef() | HeaderRef():
                yield _http_finding(expression, place, _in_message(expression))
            case one if isinstance(one, _OF_HTTP):
                yield _http_finding(expression, place, None)
            case _:
                pass
    for name, value in step.step.outputs:
        for selector, place in selectors(value, step.step.place.at("outputs", name)):
            context = selector.context
            if isinstance(context, BodyRef) and context.message == "message":
                tokens = (*context.path.tokens, *selector_tokens(selector))
                at = place.at("selector")
                yield from _member_finding(tokens, at, payload, call)


def _http_finding(expression: Expression, place: Place, way_out: str | None) -> Diagnostic:
    message = f"`{expression.text}` never has a value here: a message is no HTTP response"
    return warning("AZ220", message, place, "nothing to read", way_out)


def _in_message(expression: BodyRef | HeaderRef) -> str:
    text = expression.text.replace(".body", ".payload", 1)
    return f"write `$message.{text.partition('.')[2]}`"


def _member_finding(
    tokens: tuple[PathToken, ...],
    place: Place,
    payload: SchemaShape | None,
    call: ChannelCall,
) -> Iterator[Diagnostic]:
    found = descend(payload, tokens) if payload is not None else None
    if not isinstance(found, DescentFailure):
        return
    *before, last = found.tokens
    why = found.absent
    where = pointer_text(tuple(str(one) for one in before))
    subject = f"`{where}` of the payload" if where else "the payload"
    subject += f" of {call.label}"
    if why.kinds:
        message = f"{subject} is {type_words(why.kinds)}, so it has no `{last}`"
    else:
        message = f"{subject} {'has' if why.proven else 'documents'} no `{last}`"
    severity = Severity.ERROR if why.proven else Severity.WARNING
    fix = guess_known(place, str(last), why.known)
    yield Diagnostic("AZ310", severity, message, place, "", member_hint(last, why), (), fix)


def header_finding(name: str, place: Place, call: ChannelCall) -> Iterator[Diagnostic]:
    """AZ324, where all messages document their headers."""
    known = _header_names(call.messages)
    if known and name.lower() not in (one.lower() for one in known):
        message = f"no message of {call.label} documents the header `{name}`"
        listed = ", ".join(f"`{one}`" for one in known)
        way_out = did_you_mean(name, known) or f"documented: {listed}"
        fix = guess_known(place, name, known)
        yield warning("AZ324", message, place, "not documented", way_out, fix)


def _header_names(messages: Iterable[Message]) -> list[str]:
    """The headers that the messages document; none where one of them documents none."""
    found: dict[str, None] = {}
    for one in messages:
        own = [name for schema in one.headers for name in _property_names(schema)]
        if not own:
            return []
        found.update(dict.fromkeys(own))
    return list(found)


def _property_names(headers: MessageSchema) -> list[str]:
    if headers.schema is None:
        return []
    shape = shape_of(schemas_of(headers.description), headers.schema)
    return [name for one in shape.alternatives or () for name in names_of(one)]
