"""An API in process: it responds by its description and keeps what a run does to it.

read_request ─► route_of ─► what happens to the resources (here, lists.py) ─► response.py
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import assert_never

from msgspec.structs import replace

from arazzo_runner.executor.plan import attempt_numbers
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.mock.compose import (
    advance_states,
    compose_body,
    echoed_facts,
    sent_envelope,
    touched_facts,
)
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.http import to_response, with_wished_headers
from arazzo_runner.mock.ids import id_readers, new_id, path_facts
from arazzo_runner.mock.lifecycle import (
    deleted_error,
    is_deleted,
    refuse_anonymous,
    refuse_duplicate,
    refuse_unknown,
)
from arazzo_runner.mock.lists import ListRequest
from arazzo_runner.mock.preconditions import (
    note_change,
    precondition_response,
    with_entity_tag,
)
from arazzo_runner.mock.problem import Problem, ProblemError
from arazzo_runner.mock.reason import REFUSALS, refusal_response, with_status
from arazzo_runner.mock.request import ParsedRequest, read_request
from arazzo_runner.mock.resources import (
    Facts,
    MockState,
    Resource,
    exact_id_field,
    facts_of,
    id_field,
    normalized_name,
    path_text,
    resource_path,
)
from arazzo_runner.mock.response import (
    BODILESS,
    DocumentedResponse,
    chosen_response,
)
from arazzo_runner.mock.routes import MockRoute, item_operation, route_of
from arazzo_runner.mock.steps.expectations import NO_EXPECTATION, SUCCESSES, StepExpectation
from arazzo_runner.mock.steps.reads import value_at, with_reads
from arazzo_runner.mock.steps.wishes import (
    Wish,
    WishSettings,
    wishes_of,
    with_wishes,
)
from arazzo_runner.mock.template_store import CompiledTemplates, ResponseTemplates
from arazzo_runner.mock.templates import ResponseTemplate, without_write_only
from arazzo_runner.mock.write_only import is_readable, readable_body, readable_reads
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.model import Operation

STRICT = (*REFUSALS, 406, 415)
STRICT_NOTE = (
    "the mock is strict: it takes no request that is not as documented; "
    "with `--mock-lenient` it does"
)


class MockApi:
    """One API; a run has one for each source description, and they know nothing of each other.

    ``lenient`` answers what is not as documented too, with a note; runs share what is ``compiled``.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        lenient: bool = False,
        state: MockState | None = None,
        compiled: CompiledTemplates | None = None,
    ) -> None:
        self.dice = SeededChoice(seed)
        self.state = state or MockState()
        self.frames = ResponseTemplates(compiled)
        self.lenient = lenient

    def answer(
        self,
        operation: Operation,
        request: HttpRequest,
        expected: StepExpectation = NO_EXPECTATION,
        key: str = "",
    ) -> HttpResponse:
        """Answer a request; ``key`` names the attempt. Raises NoExample where none can be made."""
        try:
            return self.accept(operation, request, expected, key)
        except ProblemError as refusal:
            response = self.refuse(operation, refusal.problem, expected)
            is_surprise = response.status in STRICT and not expected.is_success(response.status)
            return (
                replace(response, notes=(*response.notes, STRICT_NOTE)) if is_surprise else response
            )

    def accept(
        self, operation: Operation, request: HttpRequest, expected: StepExpectation, key: str = ""
    ) -> HttpResponse:
        """Answer a request that is as documented. Raises ProblemError for another, NoExample."""
        # A step that wants to be refused is refused.
        takes_all = self.lenient or expected.sends_invalid
        is_lenient = takes_all and any(map(expected.is_success, SUCCESSES))
        incoming = read_request(operation, request, is_lenient=is_lenient)
        incoming = replace(incoming, expected=expected, key=key)
        response = self.route(incoming, route_of(incoming))
        notes = (*incoming.notes, *response.notes)
        return replace(response, notes=notes) if notes else response

    def refuse(
        self, operation: Operation, problem: Problem, expected: StepExpectation = NO_EXPECTATION
    ) -> HttpResponse:
        """The response for a request with a problem: as it is documented, or the problem itself."""
        return refusal_response(operation, problem, expected, self.frames, self.dice)

    def route(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """Do what the request asks for and tell of it. Raises Refused and NoExample."""
        refuse_anonymous(incoming)
        path = resource_path(route.collection, route.name)
        is_gone = is_deleted(self.state, self.frames, incoming, route)
        expected = incoming.expected
        if is_gone and not expected.case and (expected.is_success(404) or not expected.criteria):
            raise deleted_error(path)
        refuse_unknown(self.state, incoming, route)
        known = self.state.get(route.collection, route.name) is not None
        is_new = route.action == "create" or (
            incoming.operation.method == "PUT" and not known and route.action == "change"
        )
        chosen = precondition_response(self.state, incoming, route)
        chosen = chosen or self.choose_response(incoming, is_new=is_new)
        incoming = replace(incoming, response=chosen)
        if not 200 <= chosen.status <= 299 or "example" in chosen.key:
            return self.static_response(incoming)
        if is_gone:
            raise deleted_error(path)
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

    def choose_response(self, incoming: ParsedRequest, *, is_new: bool) -> DocumentedResponse:
        """The documented response to give. Raises ProblemError for an ``Accept`` that none fits."""
        accept = header_value(incoming.headers, "Accept")
        operation, expected = incoming.operation, incoming.expected
        try:
            return chosen_response(
                operation, expected, accept, is_new=is_new, is_lenient=self.lenient
            )
        except ProblemError:
            if not self.lenient:
                raise
            return chosen_response(operation, expected, None, is_new=is_new, is_lenient=True)

    def static_response(self, incoming: ParsedRequest) -> HttpResponse:
        """The failure that the step expects, or its case; nothing happens to the resources."""
        answer = incoming.answer()
        said = "" if answer.note else f"the mock returns {answer.status}, as the step expects"
        frame = self.frames.of_response(answer)
        body = frame.base(self.dice.at(str(answer.status)))
        if "example" not in answer.key:
            body = with_status(frame, body, answer.status)
        return self.write_response(incoming, body, None, {}, said)

    def create(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``POST /pets``"""
        if isinstance(incoming.body, list) and all(isinstance(one, dict) for one in incoming.body):
            return self.create_several(incoming, route, incoming.body)
        operation = incoming.operation
        sent, spelling = self.sent_facts(incoming, route)
        home = self.frames.home(operation, route)
        own = id_field(home.members, route.parameter, route.noun)
        name = sent.get(normalized_name(own)) if own else None
        refuse_duplicate(self.state, incoming, route, own, sent)
        clock = self.state.tick()
        if name is None:
            taken = self.state.collections.get(route.collection, {})
            place = self.dice.at(route.collection, "created", clock)
            readers = id_readers(incoming, own, route)
            name = new_id(self.frames, operation, route, home, taken, place, readers)
        self.state.written.add(route.collection)
        facts = path_facts(incoming, route, own, name)
        known = {**sent, **_echoes(incoming), **facts}
        spelling = {normalized_name(own or "id"): own or "id", **spelling}
        known.setdefault(normalized_name(own or "id"), name)
        resource = Resource(path_text(name), known, clock, frozenset(sent), spelling=spelling)
        return self.respond(incoming, replace(route, name=resource.id), resource, facts)

    def create_several(
        self, incoming: ParsedRequest, route: MockRoute, bodies: list[Value]
    ) -> HttpResponse:
        """``POST /pets`` with a list of them; the response has them where it has a list."""
        response: HttpResponse | None = None
        before = set(self.state.collections.get(route.collection, {}))
        for body in bodies:
            response = self.create(replace(incoming, body=body), route)
        answer = incoming.answer()
        listing = ListRequest(self.frames, self.state, self.dice, incoming, route)
        made = [one for name, one in self.state.collections.get(route.collection, {}).items()
                if name not in before]  # fmt: skip
        body = listing.with_items(answer, made) if made or response is None else MISSING
        if body is MISSING:
            return response or self.write_response(incoming, {}, None, {})
        fixed = frozenset().union(*(one.fixed for one in made))
        return self.write_response(incoming, body, None, {}, fixed=fixed)

    def sent_facts(
        self, incoming: ParsedRequest, route: MockRoute
    ) -> tuple[dict[str, Value], dict[str, str]]:
        """What a body says of the resource, out of its envelope, and how it spells the names."""
        body = readable_body(self.state, incoming, route)
        others: dict[str, Value] = {}
        if isinstance(body, dict):
            for name in sent_envelope(body, self.frames.of_response(incoming.answer()), route):
                others |= facts_of({key: one for key, one in body.items() if key != name})
                body = body[name]
        names = body if isinstance(body, dict) else {}
        return {**others, **facts_of(body)}, {normalized_name(one): one for one in names}

    def fetch(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``GET /pets/{id}``; one that was never created is generated, and stays."""
        frame = self.frames.of_response(incoming.answer()).resource(route)
        route, resource, facts = self.resource_of(incoming, route, frame)
        resource = replace(resource, fetches=resource.fetches + 1)
        later = advance_states(frame, resource)
        if later:
            later |= touched_facts(frame, self.state.tick())
        return self.respond(incoming, route, resource.with_facts(later), facts)

    def change(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``PUT``, ``PATCH`` or ``POST /pets/{id}``"""
        home = self.frames.home(incoming.operation, route)
        route, resource, facts = self.resource_of(incoming, route, home)
        sent, spelling = self.sent_facts(incoming, route)
        later = touched_facts(home, self.state.tick())
        changed = resource.with_facts({**later, **sent, **_echoes(incoming), **facts})
        changed = replace(
            changed,
            fixed=resource.fixed | sent.keys(),
            spelling={**resource.spelling, **spelling},
        )
        return self.respond(incoming, route, changed, facts)

    def delete(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``DELETE /pets/{id}``"""
        frame = self.frames.home(incoming.operation, route)
        route, resource, facts = self.resource_of(incoming, route, frame)
        known = resource.with_facts({"deleted": True})
        response = self.respond(incoming, route, known, facts)
        self.state.remove(route.collection, resource.id)
        note_change(self.state, resource_path(route.collection, resource.id))
        return response

    def clear(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``DELETE /pets``"""
        self.state.clear(route.collection)
        body = self.frames.of_response(incoming.answer()).base(self.dice)
        return self.write_response(incoming, body, None, {})

    def list(self, incoming: ParsedRequest, route: MockRoute) -> HttpResponse:
        """``GET /pets``"""
        body = ListRequest(self.frames, self.state, self.dice, incoming, route).body()
        listed = self.state.resources_of(route.collection)
        fixed = frozenset().union(*(one.fixed for one in listed))
        return self.write_response(incoming, body, None, {}, fixed=fixed)

    def resource_of(
        self, incoming: ParsedRequest, route: MockRoute, frame: ResponseTemplate
    ) -> tuple[MockRoute, Resource, Facts]:
        """The resource that a path names, though it may be new, and the facts of the path."""
        own = id_field(frame.members, route.parameter, route.noun) if route.parameter else None
        value = incoming.parameters.get(("path", route.parameter), route.name)
        resource = self.state.get(route.collection, route.name)
        if not isinstance(value, str):  # a number is no `name`
            own = exact_id_field(frame.members, route.parameter)
        if resource is None and route.parameter:
            resource = self.state.find_by_name(route.collection, route.name)
            if resource is not None:
                route = replace(route, name=resource.id)
                value = resource.facts.get(normalized_name(own or ""), value)
        facts = path_facts(incoming, route, own, value)
        # One that was there before the run began: older than whatever the run creates.
        born = -60 * (1 + self.state.count(route.collection))
        if resource is None:
            shown = own or ("id" if route.parameter else "")
            spelling = {normalized_name(shown): shown} if shown else {}
            known = {normalized_name(shown): value} if shown else {}
            resource = Resource(route.name, known, born, spelling=spelling)
        return route, resource.with_facts(facts), facts

    def respond(
        self, incoming: ParsedRequest, route: MockRoute, resource: Resource, facts: Facts
    ) -> HttpResponse:
        """The answer about a resource; what it says is from then on known of the resource."""
        operation = incoming.operation
        url = incoming.address(resource_path(route.collection, resource.id))
        place = self.dice.at(route.collection, resource.id)
        frame = self.frames.of_response(incoming.answer())
        envelope = frame.envelope(route)
        body = compose_body(frame, resource, facts, url, place, envelope)
        body = with_reads(
            frame, body, readable_reads(self.state, incoming, frame), resource.facts, place
        )
        # What can never be fetched is no resource but an action: each answers for itself.
        if route.parameter or item_operation(operation.description, route):
            shown = value_at(body, envelope)
            known = {} if shown is MISSING else facts_of(shown)
            self.state.put(route.collection, resource.with_facts(known))
        path = resource_path(route.collection, resource.id)
        if route.action == "change":
            note_change(self.state, path)
        created = url if route.action == "create" else None
        response = self.write_response(
            incoming, body, created, resource.facts, fixed=resource.fixed
        )
        return with_entity_tag(response, incoming.answer(), incoming, self.state, path, place)

    def write_response(
        self,
        incoming: ParsedRequest,
        body: Value,
        created: str | None,
        facts: Facts,
        note: str = "",
        fixed: Collection[str] = (),
    ) -> HttpResponse:
        """The response with this body, and in it what the step reads."""
        answer, place = incoming.answer(), self.dice.at(incoming.operation.path, "read")
        frame = self.frames.of_response(answer)
        is_read = answer.media_type is not None and answer.status not in BODILESS
        if is_read and incoming.expected.is_success(answer.status):
            listed = answer.array if route_of(incoming).action == "list" else None
            reads = readable_reads(self.state, incoming, frame)
            body = with_reads(frame, body, reads, facts, place, listed)
        wishes = tuple(
            one for one in wishes_of(incoming.expected.success)
            if is_readable(self.state, incoming, frame, one.tokens)
        )  # fmt: skip
        if frame.has_write_only:
            body = without_write_only(body, frame.schema, frame.schema)
        body, notes = self.wished(incoming, frame, body, wishes, fixed)
        response = to_response(answer, body, incoming.operation, created, self.dice)
        response = with_wished_headers(
            response, answer, incoming.operation, wishes, is_lenient=self.lenient
        )
        notes = [*notes, note] if note else notes
        return replace(response, notes=(*response.notes, *notes)) if notes else response

    def wished(
        self,
        incoming: ParsedRequest,
        frame: ResponseTemplate,
        body: Value,
        wishes: tuple[Wish, ...],
        fixed: Collection[str],
    ) -> tuple[Value, Sequence[str]]:
        """The body as the criteria of the step want it, where it is generated."""
        answer = incoming.answer()
        if not wishes or answer.media_type is None or incoming.expected.case:
            return body, []
        is_polling = attempt_numbers(incoming.key)[0] <= incoming.expected.patience
        listed = answer.array if route_of(incoming).action == "list" else None
        settings = WishSettings(fixed, is_polling, self.lenient, listed)
        return with_wishes(frame, body, wishes, settings)


def _echoes(incoming: ParsedRequest) -> dict[str, Value]:
    """What the documented examples of request and answer have in common."""
    sent = incoming.media.examples if incoming.media else ()
    answered = incoming.answer().examples
    return echoed_facts(sent[0], answered[0], incoming.body) if sent and answered else {}
