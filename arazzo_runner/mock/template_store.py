"""The frames of an API's responses: each compiled once for all runs of its description."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.mock.generate.flatten import schema_part
from arazzo_runner.mock.response import DocumentedResponse, documented_response, item_schema
from arazzo_runner.mock.routes import MockRoute, item_operation
from arazzo_runner.mock.templates import ResponseTemplate
from arazzo_runner.openapi.model import Operation

CompiledTemplates: TypeAlias = dict[
    tuple[str, ...], tuple[Value, Sequence[Value], ResponseTemplate]
]
"""Frames by their keys, with the schema and the examples that each was made of."""


class ResponseTemplates:
    """Frames by operation, of one run; ``compiled`` are those of all runs of the description."""

    def __init__(self, compiled: CompiledTemplates | None = None) -> None:
        self.known: dict[tuple[str, ...], ResponseTemplate] = {}
        self.compiled: CompiledTemplates = {} if compiled is None else compiled

    def of(self, operation: Operation) -> ResponseTemplate:
        """The frame of the operation's success answer."""
        return self.of_response(documented_response(operation))

    def of_response(self, answer: DocumentedResponse) -> ResponseTemplate:
        """The frame of a documented response."""
        is_object = answer.media_type is not None and is_json(answer.media_type)
        return self._cached(
            answer.key,
            answer,
            lambda: ResponseTemplate(answer.schema, answer.examples, is_object=is_object),
        )

    def home(self, operation: Operation, route: MockRoute) -> ResponseTemplate:
        """The frame that a resource is fetched in; that of ``operation`` where none fetches it."""
        frame = self.of(item_operation(operation.description, route) or operation)
        return frame.resource(route)

    def items(
        self, answer: DocumentedResponse, operation: Operation, route: MockRoute
    ) -> ResponseTemplate:
        """The frame of the items of a list; what fetches them may have the better example."""

        def make() -> ResponseTemplate:
            fetch = item_operation(operation.description, route)
            further = documented_response(fetch).examples if fetch else ()
            schema = schema_part(item_schema(answer), answer.schema)
            return ResponseTemplate(schema, _item_examples(answer) + further)

        return self._cached((*answer.key, "items"), answer, make)

    def schema(self, key: tuple[str, ...], schema: Value) -> ResponseTemplate:
        """The frame of a schema by itself; another schema of the same ``key`` replaces it."""
        known = self.known.get(key)
        if known is None or known.schema != schema:
            known = self.known[key] = self._schema_template(key, schema).renewed()
        return known

    def _schema_template(self, key: tuple[str, ...], schema: Value) -> ResponseTemplate:
        held, _, compiled = self.compiled.get(key, (MISSING, (), None))
        if compiled is None or held != schema:
            compiled = ResponseTemplate(schema)
            self.compiled[key] = schema, (), compiled
        return compiled

    def _cached(
        self,
        key: tuple[str, ...],
        answer: DocumentedResponse,
        make: Callable[[], ResponseTemplate],
    ) -> ResponseTemplate:
        if key not in self.known:
            self.known[key] = self._shared_template(key, answer, make).renewed()
        return self.known[key]

    def _shared_template(
        self,
        key: tuple[str, ...],
        answer: DocumentedResponse,
        make: Callable[[], ResponseTemplate],
    ) -> ResponseTemplate:
        schema, examples, compiled = self.compiled.get(key, (MISSING, (), None))
        # Another run can come to the same key with another example.
        if compiled is None or schema is not answer.schema or examples is not answer.examples:
            compiled = make()
            self.compiled[key] = answer.schema, answer.examples, compiled
        return compiled


def _item_examples(answer: DocumentedResponse) -> tuple[Value, ...]:
    lists = list(answer.examples)
    for name in answer.array or ():
        lists = [one.get(name) for one in lists if isinstance(one, dict)]
    return tuple(item for one in lists if isinstance(one, list) for item in one)
