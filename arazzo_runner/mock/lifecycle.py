"""The life of a resource: there is one of each name, and one that was deleted is gone.

What a step is prepared for happens where it would: a duplicate, a resource that nobody created, a
request without the credential that other steps pass.
"""

from __future__ import annotations

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.problem import Problem, ProblemError
from arazzo_runner.mock.request import ParsedRequest
from arazzo_runner.mock.resources import (
    CERTAIN_IDS,
    Facts,
    MockState,
    normalized_name,
    resource_path,
)
from arazzo_runner.mock.response import path_stem, status_response
from arazzo_runner.mock.routes import MockRoute
from arazzo_runner.mock.steps.wishes import named_values, tells_end, wishes_of
from arazzo_runner.mock.template_store import ResponseTemplates
from arazzo_runner.text.json_write import write_json

UNAUTHORIZED = 401
UNKNOWN = 404
CONFLICT = 409
UNIQUE = (*CERTAIN_IDS, "name", "username", "login", "email", "slug", "key", "code")
"""Members of which two resources of a collection seldom have the same value."""


def deleted_error(path: str) -> ProblemError:
    """The refusal of a request about what was deleted."""
    return ProblemError(Problem(404, f"there is no resource at `{path}` any more: it was deleted"))


def refuse_unknown(state: MockState, incoming: ParsedRequest, route: MockRoute) -> None:
    """Raise ProblemError for what nobody created, where the step goes on from a 404 or demands one.

    Its name stands in the document: that of an input may well be there. A 404 that is documented
    and demanded is given in any case.
    """
    collection, name = route.collection, route.name
    expected = incoming.expected
    if expected.demands(UNKNOWN) and status_response(incoming.operation, UNKNOWN) is None:
        # RFC 9110, section 15.5.5: it needs no documentation. All below an unknown id is unknown.
        collection, name = _last_named(incoming)
    elif (
        route.action != "fetch"
        or UNKNOWN not in expected.handled
        or route.parameter not in expected.literals
        or collection in state.written
    ):
        return
    if name and not (state.get(collection, name) or state.find_by_name(collection, name)):
        path = resource_path(collection, name)
        raise ProblemError(Problem(UNKNOWN, f"there is no resource at `{path}`: none was created"))


def _last_named(incoming: ParsedRequest) -> tuple[str, str]:
    """The collection and id of the last path parameter, if its value stands in the document."""
    home, _, last = path_stem(incoming.operation.path).rpartition("/{")
    name = last.partition("}")[0]
    is_literal = name in incoming.expected.literals and name in incoming.pieces
    return (incoming.path(home), incoming.pieces[name]) if is_literal else ("", "")


def refuse_anonymous(incoming: ParsedRequest) -> None:
    """Raise ProblemError for a request without a credential, where the step names the 401."""
    expected = incoming.expected
    if expected.is_anonymous and expected.names(UNAUTHORIZED):
        detail = "the request has no credential, as those of other steps have"
        raise ProblemError(Problem(UNAUTHORIZED, detail))


def is_deleted(
    state: MockState, frames: ResponseTemplates, incoming: ParsedRequest, route: MockRoute
) -> bool:
    """Whether the resource is gone; one whose end is a documented state may still be read.

    It is brought back with that state where the step expects it.
    """
    path = resource_path(route.collection, route.name)
    if incoming.operation.method == "PUT" or not state.is_deleted(path):
        return False
    ended = _ended_facts(frames, incoming, route) if route.action == "fetch" else {}
    return not (ended and state.restore(route.collection, route.name, ended))


def _ended_facts(frames: ResponseTemplates, incoming: ParsedRequest, route: MockRoute) -> Facts:
    """The documented state of a deleted resource that the step expects; nothing without one."""
    frame = frames.of_response(incoming.answer())
    envelope = frame.envelope(route)
    for wish in wishes_of(incoming.expected.success):
        is_inside = wish.tokens[: len(envelope)] == envelope
        tokens = wish.tokens[len(envelope) :] if is_inside else wish.tokens
        if tells_end(wish) and tokens and wish.value in named_values(frame, wish.tokens):
            value: Value = wish.value
            for token in reversed(tokens[1:]):
                value = {str(token): value}
            return {normalized_name(str(tokens[0])): value}
    return {}


def refuse_duplicate(
    state: MockState, incoming: ParsedRequest, route: MockRoute, own: str | None, sent: Facts
) -> None:
    """Raise ProblemError for a second resource of the same name, where 409 is documented.

    A step whose criteria take no 409 gets what it expects, one that names it a 409 in any case.
    """
    documented = {one.status for one in incoming.operation.responses}
    expected = incoming.expected
    takes = not expected.criteria or expected.is_success(CONFLICT)
    if not expected.names(CONFLICT) and not (str(CONFLICT) in documented and takes):
        return
    names = [normalized_name(own)] if own else []
    for name in (*names, *UNIQUE):
        value = sent.get(name)
        for other in state.resources_of(route.collection):
            if isinstance(value, str | int) and name in other.fixed and other.facts[name] == value:
                shown = f"`{name}` {write_json(value)}"
                detail = f"there already is a resource at `{route.collection}` with {shown}"
                raise ProblemError(Problem(CONFLICT, detail))
