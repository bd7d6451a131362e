"""How long the mock takes for a response: the first of each operation, and the second."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import yaml

from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.mock.generate.flatten import NoExample, request_validator
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.lookup import all_operations, find_by_pointer, pointer_of
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.model import ApiDescription, Operation, Parameter
from arazzo_runner.openapi.request.body import encode_body
from arazzo_runner.openapi.request.build import build_request
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.text.source import SourceFile
from arazzo_runner.worlds.mock import MockWorld
from published import fetched

WANTED = 0.020
ITEMS = 50
PAGE_SIZES = ("per_page", "limit", "page_size", "count")


def mock(count: int) -> None:  # noqa: ARG001 (each operation is asked twice)
    """First and second responses of the mock, for all operations and for lists of 50 items."""
    for name, path in fetched():
        if path.suffix == ".json" or "octokit" not in name:
            print(f"\nThe mock's responses, {name} (CPU time, in one process)")
            print(f"  {'':28}{'number':>8}{'median':>10}{'p95':>10}{'max':>10}")
            measure_description(path)
    print(f"  wanted: no second response over {WANTED * 1e3:.0f} ms")


def measure_description(path: Path) -> None:
    """Print the figures of one description."""
    text = path.read_text(encoding="utf-8")
    data = json.loads(text) if path.suffix == ".json" else yaml.load(text, yaml.CSafeLoader)
    description = read_description(SourceFile(path.name, text, path.as_uri()), data)
    world = MockWorld({"api": description})
    calls = [call for operation in operations(description) if (call := call_of(operation, {}))]
    lists = [call for operation in operations(description)
             if (size := page_size(operation)) and (call := call_of(operation, size))]  # fmt: skip
    line("first", [timed(world, one) for one in calls])
    line("second", [timed(world, one) for one in calls])
    world = MockWorld({"api": description})  # in the other one, much was deleted
    line(f"lists of {ITEMS}, first", [timed(world, one) for one in lists])
    line(f"lists of {ITEMS}, second", [timed(world, one) for one in lists])


def operations(description: ApiDescription) -> Iterator[Operation]:
    """The operations that can be read."""
    for method, path, _ in all_operations(description):
        operation = find_by_pointer(description, pointer_of(method, path))
        if operation is not None:
            yield operation


def page_size(operation: Operation) -> dict[str, Value]:
    """The query parameter that asks for a page of 50; nothing where there is none."""
    names = {one.name for one in operation.parameters if one.location == "query"}
    is_list = operation.method == "GET"
    return {name: ITEMS for name in PAGE_SIZES if is_list and name in names}


def call_of(operation: Operation, query: dict[str, Value]) -> SendCall | None:
    """A valid request of an operation; None where none can be made."""
    try:
        arguments = [(one, value_of(one, operation, query)) for one in operation.parameters]
        request = build_request(
            operation, "https://api.example", arguments, body_of(operation), None
        )
    except (NoExample, RequestRefused, DocumentError):
        return None
    return SendCall("w/s#1@1", request, None, ("api", operation.method, operation.path))


def value_of(parameter: Parameter, operation: Operation, query: dict[str, Value]) -> Value:
    if parameter.location == "query" and parameter.name in query:
        return query[parameter.name]
    if not parameter.required:
        return MISSING
    judge = request_validator(parameter.schema, operation.description)
    return generate_value(judge.schema, SeededChoice().at(parameter.name))


def body_of(operation: Operation) -> tuple[str, bytes] | None:
    body = operation.request_body
    if body is None or not body.content:
        return None
    media = body.content[0]
    judge = request_validator(media.schema, operation.description)
    value = generate_value(judge.schema, SeededChoice())
    return media.name, encode_body(media.name, value, media)


def timed(world: MockWorld, call: SendCall) -> tuple[float, str]:
    """The CPU time of a response, and which it is."""
    begun = time.thread_time()
    response = driven(world, call)
    took = time.thread_time() - begun
    status = response.status if isinstance(response, HttpResponse) else 0
    return took, f"{call.operation[1]} {call.operation[2]}: {status}"


def driven(world: MockWorld, call: SendCall) -> HttpResponse | TransportFailure:
    """The response, without an event loop: the mock waits for nothing."""
    try:
        world.send(call).send(None)
    except StopIteration as done:
        response: HttpResponse | TransportFailure = done.value
        return response
    raise RuntimeError("the mock has waited")


def line(name: str, found: list[tuple[float, str]]) -> None:
    """Print the figures of one kind of response, and which took longest."""
    if not found:
        return
    times = sorted(took for took, _ in found)
    late = times[int(0.95 * (len(times) - 1))]
    figures = "".join(f"{one * 1e3:7.1f} ms" for one in (median(times), late, times[-1]))
    print(f"  {name:28}{len(times):8}{figures}  {max(found)[1]}")
