"""An API in process: it responds by its description and keeps what a run does to it.

read_request ─► route_of ─► what happens to the resources (here, lists.py) ─► response.py
"""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.compose import (
    advance_states,
    compose_body,
    echoed_facts,
    touched_facts,
    with_facts,
)
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.http import to_response
from arazzo_runner.mock.ids import new_id, path_facts
from arazzo_runner.mock.lists import ListRequest
from arazzo_runner.mock.problem import Problem, ProblemError, problem_members, problem_response
from arazzo_runner.mock.request import ParsedRequest, read_request
from arazzo_runner.mock.resources import (
    Facts,
    MockState,
    Resource,
    facts_of,
    id_field,
    normalized_name,
    path_text,
    resource_path,
)
from arazzo_runner.mock.response import documented_response, status_response
from arazzo_runner.mock.routes import MockRoute, item_operation, route_of
from arazzo_runner.mock.templates import ResponseTemplate, ResponseTemplates
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import Operation


class MockApi:
    """One API; a run has one for each source description, and they know nothing of each other."""

    def __init__(self, seed: int = 0) -> None:
        self.dice = SeededChoice(seed)
        self.state = MockState()
        self.frames = ResponseTemplates()

    def answer(self, operation: Operation, request: HttpRequest) -> HttpResponse:
        """Answer a request. Raises NoExample where no answer can be made up."""
        try:
            incoming = read_request(operation, request)
            return self.route(incoming, route_of(incoming))
        except ProblemError as refusal:
            return self.refuse(operation, refusal.problem)

    def route(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """Do what the request asks for and tell of it. Raises Refused and NoExample."""
        path = resource_path(route.collection, route.name)
        if self.state.is_deleted(path) and incoming.operation.method != "PUT":
            raise ProblemError(
                Problem(404, f"there is no resource at `{path}` any more: it was deleted")
            )
        match route.action:
            case "create":
                return self.create(incoming, route)
            case "fetch":
                return self.fetch(incoming, route)
            case "list":
                return self.list(incoming, route)
            case "change":
                return self.change(incoming, route)
            case "delete":
                return self.delete(incoming, route)
            case "clear":
                return self.clear(incoming, route)
            case _:
                assert_never(route.action)

    def create(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``POST /pets``"""
        operation, sent = incoming.operation, facts_of(incoming.body)
        home = self.frames.home(operation, route)
        own = id_field(home.members, route.parameter)
        name = sent.get(normalized_name(own)) if own else None
        clock = self.state.tick()
        if name is None:
            taken = self.state.collections.get(route.collection, {})
            place = self.dice.at(route.collection, "created", clock)
            name = new_id(operation, route, home, taken, place)
        self.state.written.add(route.collection)
        facts = path_facts(incoming, route, own, name)
        known = {**sent, **_echoes(incoming), **facts}
        resource = Resource(path_text(name), known, clock, frozenset(sent))
        return self.respond(incoming, replace(route, name=resource.id), resource, facts)

    def fetch(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``GET /pets/{id}``; one that was never created is made up, and stays."""
        frame = self.frames.of(incoming.operation)
        resource, facts = self.resource_of(incoming, route, frame)
        resource = replace(resource, fetches=resource.fetches + 1)
        later = advance_states(frame, resource)
        if later:
            later |= touched_facts(frame, self.state.tick())
        return self.respond(incoming, route, resource.with_facts(later), facts)

    def change(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``PUT``, ``PATCH`` or ``POST /pets/{id}``"""
        home = self.frames.home(incoming.operation, route)
        resource, facts = self.resource_of(incoming, route, home)
        sent = facts_of(incoming.body)
        later = touched_facts(home, self.state.tick())
        changed = resource.with_facts({**later, **sent, **_echoes(incoming), **facts})
        changed = replace(changed, fixed=resource.fixed | sent.keys())
        return self.respond(incoming, route, changed, facts)

    def delete(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``DELETE /pets/{id}``"""
        frame = self.frames.home(incoming.operation, route)
        resource, facts = self.resource_of(incoming, route, frame)
        response = self.respond(incoming, route, resource, facts)
        self.state.remove(route.collection, resource.id)
        return response

    def clear(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``DELETE /pets``"""
        self.state.clear(route.collection)
        body = self.frames.of(incoming.operation).base(self.dice)
        return to_response(
            documented_response(incoming.operation), body, incoming.operation, None, self.dice
        )

    def list(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``GET /pets``"""
        body = ListRequest(self.frames, self.state, self.dice, incoming, route).body()
        return to_response(
            documented_response(incoming.operation), body, incoming.operation, None, self.dice
        )

    def resource_of(
        self, incoming: ParsedRequest, route: MockRoute, frame: ResponseTemplate
    ) -> tuple[Resource, Facts]:
        """The resource that a path names, though it may be new, and the facts of the path."""
        own = id_field(frame.members, route.parameter) if route.parameter else None
        value = incoming.parameters.get(("path", route.parameter), route.name)
        facts = path_facts(incoming, route, own, value)
        resource = self.state.get(route.collection, route.name)
        # One that was there before the run began: older than whatever the run creates.
        born = -60 * (1 + len(self.state.resources_of(route.collection)))
        return (resource or Resource(route.name, {}, born)).with_facts(facts), facts

    def respond(
        self, incoming: ParsedRequest, route: MockRoute, resource: Resource, facts: Facts
    ) -> HttpResponse:
        """The answer about a resource; what it says is from then on known of the resource."""
        operation = incoming.operation
        url = incoming.address(resource_path(route.collection, resource.id))
        place = self.dice.at(route.collection, resource.id)
        body = compose_body(self.frames.of(operation), resource, facts, url, place)
        # What can never be fetched is no resource but an action: each answers for itself.
        if route.parameter or item_operation(operation.description, route):
            self.state.put(route.collection, resource.with_facts(facts_of(body)))
        created = url if route.action == "create" else None
        return to_response(documented_response(operation), body, operation, created, place)

    def refuse(self, operation: Operation, problem: Problem) -> HttpResponse:
        """The documented answer where a resource is not there, a problem (RFC 9457) otherwise."""
        answer = status_response(operation, 404) if problem.status == 404 else None
        if answer is None or answer.media is None:
            return problem_response(problem)
        said = {"message": problem.detail, "error": problem.detail, "code": problem.status}
        frame = ResponseTemplate(answer.schema, answer.examples)
        base = frame.base(self.dice.at("404"))
        body = with_facts(frame, base, {**said, **problem_members(problem)})
        return to_response(answer, body, operation, None, self.dice)


def _echoes(incoming: ParsedRequest) -> dict[str, Value]:
    """What the documented examples of request and answer have in common."""
    sent = incoming.media.examples if incoming.media else ()
    answered = documented_response(incoming.operation).examples
    return echoed_facts(sent[0], answered[0], incoming.body) if sent and answered else {}
