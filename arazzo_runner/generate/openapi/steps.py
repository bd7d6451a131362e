"""The steps of a workflow: parameters, body, criteria and outputs of one operation each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from arazzo_runner.executor.plan import Limits
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.generate.draft import (
    DraftParameter,
    DraftRetry,
    DraftStep,
    NamedExpressions,
)
from arazzo_runner.generate.identifiers import Words, camel_case, singular, split_words
from arazzo_runner.generate.openapi.catalog import ApiOperation, json_media
from arazzo_runner.generate.openapi.ids import GENERIC
from arazzo_runner.generate.openapi.inputs import InputCollector
from arazzo_runner.generate.openapi.pages import NEXT_CURSOR, PageCursor
from arazzo_runner.generate.openapi.payload import (
    Change,
    documented_literal,
    request_payload,
    wire_of,
)
from arazzo_runner.generate.openapi.schemas import DocumentedSchema, documented_schema
from arazzo_runner.generate.openapi.states import EndState
from arazzo_runner.generate.sentences import first_sentence
from arazzo_runner.openapi.model import Parameter
from arazzo_runner.report.secret_names import is_secret
from arazzo_runner.text.source import pointer_text

PAGE_SIZE: Final = 5
WALKED_SIZE: Final = 20
"""The size of a page where all pages are read."""
_PAGE_SIZES: Final = frozenset(
    {
        *("limit", "pagesize", "perpage", "size", "maxresults", "maxresult", "maxitems"),
        *("pagelimit", "pagecount", "pagelength", "top", "take"),
    }
)
# OpenAPI Specification 3.x, Parameter Object: header parameters of these names are ignored.
# Others are those that the connection sets (RFC 9110).
_NO_PARAMETERS: Final = frozenset(
    {"accept", "content-type", "authorization", "content-length", "host", "connection", "date"}
)
POLL_SECONDS: Final = 10
POLL_LIMIT: Final = Limits().max_retries


class StepOrder(Struct, frozen=True):
    """What a step is to do: its verb and noun, its operation, the outputs that are needed.

    ``state`` is waited for; ``change`` is set where a member has to be sent; ``pages`` where a
    page is asked for, and with a ``cursor`` all pages; ``fallback`` describes the step where the
    description does not. ``url`` is where the request goes in place of the operation's own URL.
    """

    verb: str
    words: Words
    operation: ApiOperation
    fallback: str
    outputs: NamedExpressions = ()
    state: EndState | None = None
    state_pointer: tuple[str, ...] = ()
    change: Change = ""
    pages: bool = False
    cursor: PageCursor | None = None
    url: str = ""


class StepMaker:
    """Makes the steps of one workflow, which share their inputs and the ids they know."""

    def __init__(self, source: str, inputs: InputCollector) -> None:
        self.inputs = inputs
        self._source = source
        self._positions: dict[tuple[str, ...], str] = {}
        self._known: dict[str, str] = {}

    def learn_id(self, segments: tuple[str, ...], words: Words, expression: str) -> None:
        """Remember where the id of the items of a collection comes from."""
        self._positions[segments] = expression
        self._known["".join((*words, "id"))] = expression

    def step(self, order: StepOrder, step_id: str = "") -> DraftStep:
        """The step; its inputs are collected on the way."""
        operation = order.operation
        prefix = (order.verb,)
        step_id = step_id or camel_case((order.verb, *order.words))
        parameters = self._parameters(order, prefix, step_id)
        body = request_payload(operation, self.inputs, prefix, wire_of(self._known), order.change)
        summary = first_sentence(operation.summary) or order.fallback
        return DraftStep(
            step_id=step_id,
            description=_sentence(summary),
            parameters=parameters,
            content_type=body.content_type if body else "",
            payload=body.payload if body else MISSING,
            criteria=(*_status_conditions(operation, order.outputs), *_state_conditions(order)),
            retries=_retries(order),
            outputs=order.outputs,
            comment=_comment(order),
            url=order.url,
            jumps=(order.cursor.jump(step_id),) if order.cursor else (),
            **self._target(operation),
        )

    def _target(self, operation: ApiOperation) -> dict[str, str]:
        name = operation.operation.operation_id
        if name and operation.is_unique:
            return {"operation_id": name}
        url = f"{{$sourceDescriptions.{self._source}.url}}"
        return {"operation_path": f"{url}#{operation.pointer()}"}

    def _parameters(
        self, order: StepOrder, prefix: Words, step_id: str
    ) -> tuple[DraftParameter, ...]:
        operation = order.operation
        found = []
        for one in operation.operation.parameters:
            if order.url and one.location == "path":
                continue
            value = self._parameter_value(order, one, prefix)
            if order.cursor and (one.name, one.location) == (order.cursor.parameter, "query"):
                value = f"$steps.{step_id}.outputs.{NEXT_CURSOR}"
            if value is not MISSING:
                found.append(DraftParameter(one.name, one.location, value))
        if operation.undeclared_scheme:
            found.append(self._authorization(operation.undeclared_scheme))
        return tuple(found)

    def _authorization(self, scheme: str) -> DraftParameter:
        """The header that no runner can make, since the description does not say how."""
        text = (
            f"The whole header `Authorization`, such as `Bearer …`: the API description requires "
            f"the security scheme `{scheme}` and does not declare it."
        )
        schema: dict[str, Value] = {"type": "string", "format": "password"}
        value = self.inputs.expression(("authorization",), schema, text, ())
        return DraftParameter("Authorization", "header", value)

    def _parameter_value(self, order: StepOrder, one: Parameter, prefix: Words) -> Value:
        operation = order.operation
        schema = documented_schema(one.schema, operation.operation.description)
        if one.location == "path":
            path = operation.operation.path
            is_variable = f"{{{one.name}}}" in path or f"{{+{one.name}}}" in path
            return self._path_value(operation, one, schema) if is_variable else MISSING
        if one.location == "header" and one.name.lower() in _NO_PARAMETERS:
            return MISSING
        is_size = one.location == "query" and "".join(split_words(one.name)) in _PAGE_SIZES
        if order.pages and is_size:
            return _page_size(schema, WALKED_SIZE if order.cursor else PAGE_SIZE)
        if not one.required:
            return MISSING
        known = self._known.get("".join(split_words(one.name)))
        if known:
            return known
        if schema is not None and not _is_credential(operation, one):
            example = _parameter_node(operation, one).get("example", MISSING)
            literal = documented_literal(schema, example)
            if literal is not MISSING and not _is_id(one.name):
                return literal
        return self._input(operation, one, split_words(one.name), schema, prefix)

    def _path_value(
        self, operation: ApiOperation, one: Parameter, schema: DocumentedSchema | None
    ) -> str:
        above = _collection_above(operation, one.name)
        words = split_words(one.name)
        if above is not None and above in self._positions:
            return self._positions[above]
        if above is not None and len(words) == 1 and words[0] in GENERIC:
            words = (*singular(split_words(above[-1])), *words)
        expression = self._input(operation, one, words, schema, ())
        if above is not None:
            self._positions[above] = expression
        self._known["".join(words)] = expression
        return expression

    def _input(
        self,
        operation: ApiOperation,
        one: Parameter,
        words: Words,
        schema: DocumentedSchema | None,
        prefix: Words,
    ) -> str:
        stated = schema.input_schema() if schema else {"type": "string"}
        text = _parameter_words(operation, one) or (schema.words() if schema else "")
        return self.inputs.expression(words, stated, text, prefix)


def _collection_above(operation: ApiOperation, name: str) -> tuple[str, ...] | None:
    """The segments of the collection whose item a path parameter names."""
    names = operation.parameters_of_path
    if name not in names:
        return None
    index = names.index(name)
    places = [at for at, one in enumerate(operation.segments) if one == "{}"]
    above = operation.segments[: places[index]]
    return above if above and above[-1] != "{}" else None


def _parameter_node(operation: ApiOperation, one: Parameter) -> Mapping[str, Value]:
    description = operation.operation.description
    known = description.documents.get(one.place.source.uri)
    node: Value = known[1] if known else description.raw
    for token in one.place.pointer:
        try:
            node = node[token]
        except (KeyError, IndexError, TypeError):
            return {}
    return node if isinstance(node, dict) else {}


def _parameter_words(operation: ApiOperation, one: Parameter) -> str:
    text = _parameter_node(operation, one).get("description")
    return text if isinstance(text, str) else ""


def _is_credential(operation: ApiOperation, one: Parameter) -> bool:
    """Whether the parameter is secret, which no document should hold."""
    return is_secret(one.location, one.name.lower()) or any(
        scheme.location == one.location and (scheme.parameter or "").lower() == one.name.lower()
        for scheme in operation.operation.description.schemes.values()
    )


def _is_id(name: str) -> bool:
    words = split_words(name)
    return bool(words) and words[-1] in ("id", "sid", "uuid", "guid")


def _page_size(schema: DocumentedSchema | None, size: int) -> Value:
    """A page that is not too large for the API."""
    if schema is None or schema.type not in ("integer", "number"):
        return MISSING
    most, least = schema.value("maximum"), schema.value("minimum")
    if isinstance(most, int | float) and most < size:
        size = int(most)
    if isinstance(least, int | float) and least > size:
        size = int(least)
    return size if schema.is_valid(size) else MISSING


def _status_conditions(operation: ApiOperation, outputs: NamedExpressions) -> tuple[str, ...]:
    """The documented statuses of success; those with a body where outputs read it.

    Without any, what a runner takes for success is not said another time.
    """
    statuses = [one.status for one in operation.successes]
    if outputs:
        with_body = [one.status for one in operation.successes if json_media(one.content)]
        statuses = with_body or statuses
    if statuses:
        return (" || ".join(f"$statusCode == {one}" for one in statuses),)
    is_range = any(one.status in ("2XX", "default") for one in operation.operation.responses)
    return ("$statusCode >= 200 && $statusCode < 300",) if is_range else ()


def _state_conditions(order: StepOrder) -> tuple[str, ...]:
    if order.state is None:
        return ()
    return (_any_state(order, order.state.good),)


def _any_state(order: StepOrder, values: Iterable[str]) -> str:
    pointer = pointer_text((*order.state_pointer, order.state.member if order.state else ""))
    return " || ".join(f"$response.body#{pointer} == '{one}'" for one in values)


def _retries(order: StepOrder) -> tuple[DraftRetry, ...]:
    if order.state is None:
        return ()
    criteria = (
        *_status_conditions(order.operation, order.outputs),
        _any_state(order, order.state.waiting),
    )
    return (DraftRetry("stillAtWork", POLL_SECONDS, POLL_LIMIT, criteria),)


def _comment(order: StepOrder) -> str:
    if order.cursor is not None:
        return (
            f"Once for each page: without `{order.cursor.parameter}` at first, then with the one "
            "that the page before has returned."
        )
    if order.state is None:
        return ""
    good = " or ".join(f"`{one}`" for one in order.state.good)
    return (
        f"Read again every {POLL_SECONDS} seconds until `{order.state.member}` is {good}; "
        "any other response fails at once."
    )


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
