"""The responses that an operation documents, and which of them to give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.integers import parse_status
from arazzo_runner.mock.generate.flatten import NoExample, flatten
from arazzo_runner.mock.generate.value import type_of_schema
from arazzo_runner.mock.negotiation import accepted_media_type, concrete_type, string_as_text
from arazzo_runner.mock.paging import is_paged
from arazzo_runner.mock.problem import Problem, ProblemError
from arazzo_runner.mock.resources import normalized_name
from arazzo_runner.mock.steps.cases import is_status
from arazzo_runner.mock.steps.expectations import StepExpectation
from arazzo_runner.openapi.model import (
    ApiDescription,
    Header,
    MediaType,
    Operation,
    Response,
    Schema,
)
from arazzo_runner.openapi.response.contract import response_for
from arazzo_runner.openapi.schema.compile import standalone_schema
from arazzo_runner.openapi.schema.walk import (
    listed_items,
    properties_of,
    schema_of_item,
)

BODILESS = (204, 205, 304)
ArrayPath: TypeAlias = tuple[str, ...]
"""Where the items of a list are: ``()`` the answer itself, ``("data",)`` a member of it."""

ENVELOPES = (
    "data",
    "result",
    "results",
    "response",
    "payload",
    "body",
    "item",
    "record",
    "entity",
    "resource",
    "object",
    "attributes",
)
"""Members that hold what a response is about."""
ARRAY_NAMES = ("data", "items", "results", "records", "entries", "values", "value", "content")


class DocumentedResponse(Struct, frozen=True):
    """``schema`` is self-contained; ``examples`` are documented ones; ``array`` as for lists.

    ``key`` names the response within its description; ``note`` says what is not as documented.
    """

    status: int
    media_type: str | None
    media: MediaType | None
    schema: Value
    examples: tuple[Value, ...]
    headers: tuple[Header, ...]
    array: ArrayPath | None
    key: tuple[str, ...] = ()
    note: str = ""


def documented_response(operation: Operation) -> DocumentedResponse:
    """The success answer of an operation, whoever asks."""
    success = success_response(operation)
    status = _number(success.status) if success else 200
    return response_with(operation, success, 200 if success is None else status)


def success_response(operation: Operation) -> Response | None:
    """The response of the lowest 2xx status, else the default."""
    by_status = {response.status: response for response in operation.responses}
    successes = sorted(status for status in by_status if status.startswith("2"))
    return by_status[successes[0]] if successes else by_status.get("default")


def chosen_response(
    operation: Operation,
    expected: StepExpectation,
    accept: str | None,
    *,
    is_new: bool,
    is_lenient: bool = False,
) -> DocumentedResponse:
    """The response to give: a documented success that the step expects, else what it expects.

    ``is_new`` tells that the request made something, which is 201 where that is documented.
    With ``is_lenient`` what a step expects need not be documented.
    Raises ProblemError for an ``Accept`` that no documented content type fits.
    """
    if expected.case:
        return _case_response(operation, expected.case, accept)
    successes = _success_statuses(operation, expected)
    if is_new and 201 in successes:
        successes = [201, *successes]
    wanted = [one for one in successes if expected.is_success(one)]
    if not wanted and expected.criteria:
        wanted = [
            status
            for status in _documented_failures(operation, expected)
            if expected.is_success(status)
        ]
    if not wanted and successes and is_lenient and expected.statuses():
        return _undocumented_status(operation, expected.statuses()[0], successes[0])
    for status in (*wanted, *successes):
        found = response_with(operation, response_for(operation, status), status, accept)
        return _with_body(found, operation, expected)
    return _undocumented_success(operation, expected)


def _with_body(
    found: DocumentedResponse, operation: Operation, expected: StepExpectation
) -> DocumentedResponse:
    """The response with a body where the step reads one though none is documented."""
    if found.media_type is not None or not expected.reads or found.status in BODILESS:
        return found
    label = f"`{operation.title}`"
    note = f"{label} documents no body for {found.status}: what the step reads is generated"
    key = (*found.key, "json")
    return replace(found, media_type="application/json", key=key, note=note)


def _case_response(operation: Operation, case: str, accept: str | None) -> DocumentedResponse:
    """The response of a documented status, of an example by name, or of one of a status."""
    note = f"the mock returns `{case}`, by `--mock-case`"
    status, slash, example = case.partition("/")
    found = None
    if slash and is_status(status):
        found = example_response(operation, example, int(status))
    elif not is_status(case):
        found = example_response(operation, case)
    if found is None:
        code = int(status) if is_status(status) else 200
        found = response_with(operation, response_for(operation, code), code, accept)
    return replace(found, note=note)


def example_response(
    operation: Operation, name: str, status: int | None = None
) -> DocumentedResponse | None:
    """The response that documents an example of this name, with that example alone.

    With ``status`` it is that of this status, else a success before others.
    """
    ordered = sorted(operation.responses, key=lambda one: not one.status.startswith("2"))
    if status is not None:
        ordered = [one for one in (response_for(operation, status),) if one]
    for response in ordered:
        for media in response.content:
            if name in media.example_names:
                code = status or _number(response.status)
                found = _of_response(operation, response, code, media)
                value = media.examples[media.example_names.index(name)]
                key = ("mock", operation.method, operation.path, str(code), "example", name)
                return replace(found, examples=(value,), key=key)
    return None


def _success_statuses(operation: Operation, expected: StepExpectation) -> list[int]:
    """The documented 2xx statuses in order; of ranges those that the step expects first."""
    exact = sorted(filter(None, (parse_status(one.status) for one in operation.responses)))
    found = [one for one in exact if 200 <= one <= 299]
    names = {one.status for one in operation.responses}
    if "2XX" in names or ("default" in names and not found):
        found += [one for one in expected.statuses() if 200 <= one <= 299 and one not in found]
        found += [] if 200 in found else [200]
    return found


def _documented_failures(operation: Operation, expected: StepExpectation) -> list[int]:
    """The other documented statuses; of ranges those that the step expects."""
    exact = sorted(filter(None, (parse_status(one.status) for one in operation.responses)))
    asked = [one for one in expected.statuses() if response_for(operation, one) is not None]
    return [one for one in dict.fromkeys((*exact, *asked)) if not 200 <= one <= 299]


def _undocumented_status(operation: Operation, status: int, success: int) -> DocumentedResponse:
    """The status that a step expects though it is not documented, with the documented success."""
    found = response_with(operation, response_for(operation, success), success)
    label = f"`{operation.title}`"
    note = f"the mock returns {status}, as the step expects: {label} does not document it"
    return replace(found, status=status, note=note)


def _undocumented_success(operation: Operation, expected: StepExpectation) -> DocumentedResponse:
    """A success that the description does not have, for without one nothing can be tried."""
    asked = [one for one in (200, 201, 202, 204) if expected.is_success(one)]
    status = next(iter(asked), 200)
    found = response_with(operation, None, status)
    label = f"`{operation.title}`"
    note = f"the mock returns {status}: no success of {label} is documented"
    if not expected.reads:
        return replace(found, note=note)
    return replace(found, media_type="application/json", key=(*found.key, "json"), note=note)


def response_with(
    operation: Operation, response: Response | None, status: int, accept: str | None = None
) -> DocumentedResponse:
    """A documented response with a status; worked out once. Raises ProblemError for 406."""
    content = response.content if response else ()
    media = accepted_media_type(content, accept) or string_as_text(content, accept, operation)
    if media is None and content:
        offered = " or ".join(f"`{one.name}`" for one in content)
        raise ProblemError(
            Problem(406, f"`Accept: {accept}` does not fit what is offered: {offered}")
        )
    names = (response.status if response else "", str(status), media.name if media else "")
    key = ("mock", operation.method, operation.path, *names)
    memo = operation.description.memo
    if key not in memo:
        memo[key] = replace(_of_response(operation, response, status, media), key=key)
    found: DocumentedResponse = memo[key]
    return found


def status_response(operation: Operation, status: int) -> DocumentedResponse | None:
    """The answer that an operation documents for a status, be it by a range or the default."""
    response = response_for(operation, status)
    return response_with(operation, response, status) if response else None


def _of_response(
    operation: Operation, response: Response | None, status: int, media: MediaType | None
) -> DocumentedResponse:
    if response is None:
        return DocumentedResponse(
            status=status,
            media_type=None,
            media=None,
            schema=True,
            examples=(),
            headers=(),
            array=None,
        )
    media = media or accepted_media_type(response.content, None)
    schema: Value = True
    note = ""
    if media and media.schema:
        schema, note = _schema_of(media.schema, operation)
    return DocumentedResponse(
        status=status,
        media_type=concrete_type(media.name) if media else None,
        media=media,
        schema=schema,
        examples=media.examples if media else (),
        headers=response.headers,
        array=_array(operation, schema) if media and media.schema else None,
        note=note,
    )


def _schema_of(schema: Schema, operation: Operation) -> tuple[Value, str]:
    """The schema of a response; any object where it cannot be read, and a note that says so."""
    try:
        return standalone_schema(schema, operation.description, "response"), ""
    except DocumentError as reason:
        label = f"the response schema of `{operation.title}`"
        return True, f"{label} is invalid: {reason}; what the step reads is generated"


def _number(status: str) -> int:
    """`2XX` is 200; `default` stands for any, so for 200."""
    return parse_status(status.replace("X", "0")) or 200


def _array(operation: Operation, schema: Value) -> ArrayPath | None:
    try:
        flat = flatten(schema, schema, (), 0).schema
    except NoExample:
        return None
    if type_of_schema(flat) == "array":
        return None if listed_items(flat) else ()  # a tuple is no list of resources
    found = _array_member(operation, properties_of(flat), schema)
    if found is not None:
        return (found,)
    for name, member in properties_of(flat).items():
        inner = _members_within(member, schema) if normalized_name(name) in ENVELOPES else {}
        found = _array_member(operation, inner, schema)
        if found is not None:
            return (name, found)
    return None


def _members_within(member: Value, root: Value) -> dict[str, Value]:
    try:
        return properties_of(flatten(member, root, (), 0).schema)
    except NoExample:
        return {}


def _array_member(operation: Operation, members: dict[str, Value], root: Value) -> str | None:
    arrays = [name for name, one in members.items() if _is_array(one, root)]
    last = normalized_name(path_stem(operation.path).rpartition("/")[2])
    named = [name for name in arrays if normalized_name(name) == last]
    if not named and (item_parameter(operation.description, operation.path) or is_paged(operation)):
        named = [
            name for wanted in ARRAY_NAMES for name in arrays if normalized_name(name) == wanted
        ]
        named = named or (arrays if len(arrays) == 1 else [])
    return named[0] if named else None


def _is_array(schema: Value, root: Value) -> bool:
    try:
        flat = flatten(schema, root, (), 0).schema
    except NoExample:
        return False
    return type_of_schema(flat) == "array" and not listed_items(flat)


def item_parameter(description: ApiDescription, template: str) -> str | None:
    """The parameter of the path below ``template`` that names its items: `id` of `/pets/{id}`."""
    start = path_stem(template) + "/{"
    key = ("mock", "item parameter", start)
    if key not in description.memo:
        description.memo[key] = _item_parameter(description, start)
    found: str | None = description.memo[key]
    return found


def _item_parameter(description: ApiDescription, start: str) -> str | None:
    for path in path_stems(description):
        name = path[len(start) : -1]
        if path.startswith(start) and path.endswith("}") and not {*name} & {*"{/}"}:
            return name
    return None


def path_stems(description: ApiDescription) -> Mapping[str, str]:
    """The paths of a description by their stems; of several of one stem the first."""
    key = ("mock", "stems")
    if key not in description.memo:
        found: dict[str, str] = {}
        for path in description.raw.get("paths", ()):
            found.setdefault(path_stem(path), path)
        description.memo[key] = found
    stems: Mapping[str, str] = description.memo[key]
    return stems


def path_stem(path: str) -> str:
    """A path without what is only its ending: `/pets/{id}/` and `/pets/{id}.json`.

    What some descriptions put into a query is a resource below: `/{bucket}?cors` is
    `/{bucket}/?cors`. The variable of `{+id}` is `id`.
    """
    path, mark, query = path.partition("#")[0].partition("?")
    stem = path.replace("{+", "{").rstrip("/").removesuffix(".json")
    return f"{stem}/?{query}" if mark else stem


def item_schema(answer: DocumentedResponse) -> Value:
    """The schema of the items of a list, within the answer's root."""
    node = answer.schema
    for name in answer.array or ():
        node = properties_of(flatten(node, answer.schema, (), 0).schema)[name]
    return schema_of_item(flatten(node, answer.schema, (), 0).schema, 0)
