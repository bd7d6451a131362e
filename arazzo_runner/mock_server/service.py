"""The answers of a mock server: sources, their state, and what happens to a request.

Nothing here waits, so that no request sees the half of another one's change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.asyncapi.model import AsyncApiDescription
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.http_semantics.media_type import essence, is_json
from arazzo_runner.mock.api import MockApi
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.time_budget import within_seconds
from arazzo_runner.mock.problem import Problem, ProblemError, problem_response
from arazzo_runner.mock.resources import MockState, StateBound
from arazzo_runner.mock.steps.expectations import NO_EXPECTATION, StepExpectation
from arazzo_runner.mock_server.emit.targets import EmitSources
from arazzo_runner.mock_server.preferences import NO_PREFERENCES, Preferences, preferences_for
from arazzo_runner.mock_server.routes import MockRoutes, MockTarget, NoRoute, RouteMatch
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.openapi.response.contract import Judge, response_for
from arazzo_runner.text.diagnostic import Diagnostic, error, nearest
from arazzo_runner.text.pattern import lazy_pattern

BOUND: Final = StateBound(generated=2_000, changed=10_000, deleted=10_000, size=32 * 2**20)
"""What each source keeps: a server may run for weeks, under whatever comes."""

MAX_SECONDS: Final = 5.0
"""Of work for one request: nobody else is served meanwhile."""

MAX_PATH: Final = 8_192
MAX_DEPTH: Final = 100
"""How deep JSON in a request may be nested."""

_BAD_ESCAPE: Final = lazy_pattern(r"%(?![0-9A-Fa-f]{2})")
_STRING: Final = lazy_pattern(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


class ServerRequest(Struct, frozen=True):
    """A request: ``path`` and ``query`` as they were sent, ``origin`` as the client named it."""

    method: str
    path: str
    query: str
    origin: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def url(self) -> str:
        """The path with the query."""
        return f"{self.path}?{self.query}" if self.query else self.path


class ServedResponse(Struct, frozen=True):
    """``target`` and ``request`` are what the mock took it for; ``reason`` is why it was refused.

    ``opinions`` are what another judge holds against it.
    """

    response: HttpResponse
    target: MockTarget | None = None
    request: HttpRequest | None = None
    reason: str = ""
    opinions: tuple[str, ...] = ()


class MockService:
    """The sources of a server by name, with their routes and their state.

    Of ``channels`` it sends messages where it is ordered to.
    """

    def __init__(
        self,
        descriptions: Mapping[str, ApiDescription],
        seed: int = 0,
        judge: Judge | None = None,
        channels: Mapping[str, AsyncApiDescription] | None = None,
    ) -> None:
        self.descriptions = descriptions
        self.emits = EmitSources(descriptions, channels or {})
        self.routes = MockRoutes(descriptions)
        self.judge = judge
        self.apis = {name: MockApi(seed, state=MockState(BOUND)) for name in descriptions}

    def check_operations(self, before: MockService | None = None) -> None:
        """Look whether there is something to serve, and of each source of ``before`` that had it.

        Raises DocumentError with what is wrong with the operations, UsageError AZ906 where there
        are none at all, and nothing that could be sent.
        """
        served = self.counts()
        empty = [name for name, count in served.items() if not count]
        was = before.counts() if before is not None else {}
        if len(empty) < len(served):
            empty = [name for name in empty if was.get(name)]
        if not empty:
            return
        broken = [one for each in self.routes.broken for one in each.diagnostics]
        if broken:
            raise DocumentError(*broken)
        raise UsageError(*map(self._empty_source_finding, empty))

    def counts(self) -> dict[str, int]:
        """How many operations and webhooks each source has."""
        sent = self.emits.counts()
        served = self.routes.operations
        return {name: served.get(name, 0) + sent.get(name, 0) for name in {**served, **sent}}

    def _empty_source_finding(self, name: str) -> Diagnostic:
        if name in self.descriptions:
            return _no_operation(self.descriptions[name])
        return error("AZ906", f"`{name}` has no channel over HTTP that messages are sent to")

    def reset(self) -> None:
        """Forget all that requests have done."""
        for api in self.apis.values():
            api.state = MockState(BOUND)

    def serve(
        self,
        incoming: ServerRequest,
        wanted: Preferences = NO_PREFERENCES,
        fault: int | None = None,
    ) -> ServedResponse:
        """Answer a request; ``fault`` is a status that it gets whatever it asks for."""
        problem = request_problem(incoming)
        if problem is not None:
            return _refusal(problem)
        found = self.routes.find(incoming.method, incoming.path, incoming.query)
        if isinstance(found, NoRoute):
            return _no_route_response(incoming, found)
        if fault is not None:
            return self._case(incoming, found, Preferences(str(fault)))
        applied = preferences_for(wanted, found.target.operation)
        served = self._case(incoming, found, applied)
        text = applied.applied_text()
        if not text:
            return served
        headers = (*served.response.headers, ("Preference-Applied", text))
        return replace(served, response=replace(served.response, headers=headers))

    def _case(
        self, incoming: ServerRequest, found: RouteMatch, wanted: Preferences
    ) -> ServedResponse:
        operation = found.target.operation
        query = f"?{incoming.query}" if incoming.query else ""
        url = f"{incoming.origin}{found.path}{query}"
        request = HttpRequest(operation.method, url, incoming.headers, incoming.body)
        if wanted.code and response_for(operation, int(wanted.code)) is None:
            detail = f"`{operation.title}` does not document {wanted.code}"
            response, reason = problem_response(Problem(int(wanted.code), detail)), ""
        else:
            response, reason = self._answer(found.target, request, wanted)
        opinions: tuple[str, ...] = ()
        if self.judge is not None:
            opinions = tuple(one.message for one in self.judge(operation, request, response))
        return ServedResponse(response, found.target, request, reason, opinions)

    def _answer(
        self, target: MockTarget, request: HttpRequest, wanted: Preferences
    ) -> tuple[HttpResponse, str]:
        api, operation = self.apis[target.source], target.operation
        expected = _expectation(wanted)
        accept = partial(api.accept, operation, request, expected)
        try:
            return within_seconds(MAX_SECONDS, accept), ""
        except ProblemError as refusal:
            return api.refuse(operation, refusal.problem), refusal.problem.detail
        except (NoExample, QueryError) as reason:
            detail = f"no response of `{operation.title}` could be generated: {reason}"
        except DocumentError as reason:
            detail = f"the description of `{operation.title}` is invalid: {reason}"
        except RecursionError:
            detail = f"the request, or a schema of `{operation.title}`, is nested too deeply"
        return problem_response(Problem(500, detail)), detail


def _no_operation(description: ApiDescription) -> Diagnostic:
    raw = description.raw
    names = [name for name in raw if isinstance(name, str)] if isinstance(raw, dict) else []
    why = "it has no path with a method" if "paths" in names else "it has no `paths`"
    similar = None if "paths" in names else nearest("paths", names)
    hint = f"is `{similar}` to be `paths`?" if similar else None
    message = f"`{description.source.name}` has no operation to serve: {why}"
    return error("AZ906", message, help=hint)


def _expectation(wanted: Preferences) -> StepExpectation:
    """What the mock is to do: an error that is preferred is given whatever the request is."""
    if not wanted.case:
        return NO_EXPECTATION
    return StepExpectation(case=wanted.case, sends_invalid=wanted.code >= "300")


def request_problem(incoming: ServerRequest) -> Problem | None:
    """What is wrong with a request, whichever operation it is for."""
    if len(incoming.path) + len(incoming.query) > MAX_PATH:
        return Problem(414, f"the path and query are longer than {MAX_PATH:,} characters")
    if _BAD_ESCAPE.search(incoming.path):
        return Problem(400, "the path has a `%` that no two hexadecimal digits follow")
    content_type = header_value(incoming.headers, "Content-Type") or ""
    if is_json(essence(content_type)) and is_too_deep(incoming.body):
        return Problem(400, f"the body is nested more than {MAX_DEPTH} levels deep")
    return None


def is_too_deep(body: bytes) -> bool:
    """Whether a body may be JSON that is nested too deeply: its brackets, strings aside."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for one in _STRING.sub(b"", body):
        if one in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif one in b"]}":
            depth -= 1
    return False


def _refusal(problem: Problem, headers: tuple[tuple[str, str], ...] = ()) -> ServedResponse:
    response = problem_response(problem)
    response = replace(response, headers=(*response.headers, *headers))
    return ServedResponse(response, reason=problem.detail)


def _no_route_response(incoming: ServerRequest, found: NoRoute) -> ServedResponse:
    """The answer where there is no operation (RFC 9110, sections 15.5.5, 15.5.6 and 9.3.7)."""
    refused = partial(_refusal, headers=(("Allow", ", ".join(found.allowed)),))
    if incoming.method == "OPTIONS" and (found.allowed or incoming.path == "*"):
        allowed = (("Allow", ", ".join(found.allowed)),) if found.allowed else ()
        return ServedResponse(HttpResponse(204, allowed, b""))
    if found.allowed:
        detail = f"`{incoming.path}` has no {incoming.method}; it has {', '.join(found.allowed)}"
        return refused(Problem(405, detail))
    if found.sources:
        places = " or ".join(f"`/{name}{incoming.path}`" for name in found.sources)
        detail = f"`{incoming.method} {incoming.path}` is in several sources; ask for {places}"
        return _refusal(Problem(404, detail))
    return _refusal(Problem(404, f"no API description has the path `{incoming.path}`"))
