"""Which event is the last one that a step waits for."""

import pytest

from arazzo_runner.openapi.message import HttpResponse

API = """
openapi: 3.1.0
info: {title: Jobs, version: '1'}
servers: [{url: https://api.example}]
paths:
  /job:
    get:
      operationId: watch
      responses: {'200': {description: ok, content: {text/event-stream: {}, application/json: {}}}}
  /jobs:
    get:
      operationId: list
      responses: {'200': {description: ok, content: {application/json: {}}}}
"""
STREAM = (("Content-Type", "text/event-stream"),)
REPLY = HttpResponse(200, STREAM, b"data: open\n\nevent: end\ndata: done\n\n")


def end_of(run, criteria, operation="watch"):
    """The end that a call has, and the step's criteria with it."""
    step = f"{{stepId: s, operationId: {operation}, successCriteria: {criteria}}}"
    inputs = "{type: object, properties: {wanted: {default: done}}}"
    text = f"- {{workflowId: w, inputs: {inputs}, steps: [{step}]}}"
    return run(text, REPLY, inputs={"wanted": "done"}, api=API).world.calls[0].stream_end


EVENTS = [{"data": "open"}, {"event": "end", "data": "done"}]


@pytest.mark.parametrize(
    ("criteria", "enough"),
    [
        ("[{condition: $response.body#/1/data == $inputs.wanted}]", 2),
        ("[{condition: $response.body#/0/data == 'open'}, {condition: $statusCode == 200}]", 1),
        ("[{condition: $response.body#/0/data == 'open'}, {condition: $statusCode == 201}]", 0),
        (("[{condition: $response.header.content-type == 'text/event-stream'},"
         " {context: $response.body, condition: '$[?@.event]', type: jsonpath}]"), 2),
        ("[{context: $response.body, condition: 'done', type: regex}]", 2),
    ],
)  # fmt: skip
def test_first_event_that_all_criteria_accept(run, criteria, enough) -> None:
    end = end_of(run, criteria)
    head = HttpResponse(200, STREAM, b"")
    reached = [count for count in (1, 2) if end.passes(head, EVENTS[:count])]
    assert min(reached, default=0) == enough
    assert repr(end) == f"StreamEnd({criteria.count('condition')} criteria)"


@pytest.mark.parametrize(
    ("criteria", "operation"),
    [
        ("[{condition: $statusCode == 200}]", "watch"),
        ("[{condition: $request.body == null}]", "watch"),
        ("[{context: $response.header.x, condition: a, type: regex}]", "watch"),
        ("[{context: $request.body, condition: a, type: regex}]", "watch"),
        ("[{condition: $response.body#/0 != null}]", "list"),
    ],
)
def test_all_events_count_where_no_criterion_reads_them(run, criteria, operation) -> None:
    assert end_of(run, criteria, operation) is None
