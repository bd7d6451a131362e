"""The frames of an API's answers, each built when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.mock.generate.flatten import NoExample, flatten, schema_part, validator_of
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.mock.resources import normalized_name
from arazzo_runner.mock.response import DocumentedResponse, documented_response, item_schema
from arazzo_runner.mock.routes import MockRoute, item_operation
from arazzo_runner.openapi.model import Operation

STATES: Final = ("status", "state", "phase")


class ResponseTemplate:
    """A schema with its examples, which bodies are made from.

    ``examples`` are the documented ones that are valid, ``members`` the schemas of the object's
    members by name, ``states`` those members that tell a state, with the states they can be in.
    """

    def __init__(self, schema: Value, examples: tuple[Value, ...] = ()) -> None:
        self.schema = schema
        self.fits: Callable[[Value], bool] = validator_of(schema)
        self.examples = tuple(one for one in examples if self.fits(one))
        self.members = _members(schema)
        self.states = _states(self.members, schema)

    def base(self, dice: SeededChoice) -> Value:
        """A documented example, else a value that is made up. Raises NoExample."""
        return self.examples[0] if self.examples else generate_value(self.schema, dice)


def _members(schema: Value) -> dict[str, Value]:
    try:
        properties: dict[str, Value] = flatten(schema, schema, (), 0).schema.get("properties", {})
    except NoExample:
        return {}
    # What is only written is no part of any answer.
    return {name: one for name, one in properties.items() if not _is_hidden(one, schema)}


def _is_hidden(member: Value, root: Value) -> bool:
    try:
        return flatten(member, root, (), 0).schema.get("writeOnly") is True
    except NoExample:
        return True


def _states(members: dict[str, Value], root: Value) -> dict[str, list[Value]]:
    told = {name: one for name, one in members.items() if normalized_name(name).endswith(STATES)}
    found = {name: flatten(one, root, (), 0).schema.get("enum", []) for name, one in told.items()}
    return {name: states for name, states in found.items() if len(states) > 1}


class ResponseTemplates:
    """Frames by operation."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str, str], ResponseTemplate] = {}

    def of(self, operation: Operation) -> ResponseTemplate:
        """The frame of the operation's success answer."""
        answer = documented_response(operation)
        return self._cached(operation, "", lambda: ResponseTemplate(answer.schema, answer.examples))

    def home(self, operation: Operation, route: MockRoute) -> ResponseTemplate:
        """The frame that a resource is fetched in; that of ``operation`` where none fetches it."""
        return self.of(item_operation(operation.description, route) or operation)

    def items(self, operation: Operation, route: MockRoute) -> ResponseTemplate:
        """The frame of the items of a list; what fetches them may have the better example."""
        answer = documented_response(operation)
        fetch = item_operation(operation.description, route)
        examples = _item_examples(answer) + (documented_response(fetch).examples if fetch else ())
        schema = schema_part(item_schema(answer), answer.schema)
        return self._cached(operation, "items", lambda: ResponseTemplate(schema, examples))

    def _cached(
        self, operation: Operation, use: str, make: Callable[[], ResponseTemplate]
    ) -> ResponseTemplate:
        key = (operation.method, operation.path, use)
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]


def _item_examples(answer: DocumentedResponse) -> tuple[Value, ...]:
    lists = list(answer.examples)
    for name in answer.array or ():
        lists = [one.get(name) for one in lists if isinstance(one, dict)]
    return tuple(item for one in lists if isinstance(one, list) for item in one)
