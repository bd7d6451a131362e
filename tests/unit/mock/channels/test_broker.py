"""Runs with the mock of a step that sends and one that receives."""

import pytest

import arazzo_runner as arazzo

EVENTS = """
asyncapi: 3.0.0
info: {{title: Events, version: 1.0.0}}
channels:
  orders: {{address: 'orders/{{region}}', messages: {{order: {{payload: {{type: object}}}}}}}}
  answers:
    address: 'answers/{{region}}/{{shelf}}'
    parameters: {{shelf: {{enum: [a7]}}, region: {region}}}
    messages: {{answer: {{{message}}}}}
"""
FLOW = """
arazzo: 1.1.0
info: {title: Order, version: 1.0.0}
sourceDescriptions: [{name: events, url: events.yaml, type: asyncapi}]
workflows:
  - workflowId: order
    inputs: {type: object, properties: {id: {default: 7}}}
    steps:
      - stepId: place
        channelPath: '{$sourceDescriptions.events.url}#/channels/orders'
        action: send
        parameters: [{name: region, in: path, value: eu}, {name: trace, in: header, value: t-1}]
        requestBody: {payload: {id: $inputs.id, article: pen, box: {size: 4}}}
      - stepId: answer
        channelPath: '{$sourceDescriptions.events.url}#/channels/answers'
        action: receive
        CORRELATION
        CRITERIA
"""
LOCATED = "correlationId: {{location: $message.{}}}, "


@pytest.fixture
def receive(tmp_path):
    def go(message, *, correlated=True, region="{}", criteria="", **options):
        text = EVENTS.format(message=message, region=region)
        (tmp_path / "events.yaml").write_text(text)
        flow = FLOW.replace("CORRELATION", "correlationId: $inputs.id" if correlated else "")
        (tmp_path / "flow.yaml").write_text(flow.replace("CRITERIA", criteria))
        result = arazzo.run(arazzo.load(str(tmp_path / "flow.yaml")), mock=True, **options)
        return result.steps["answer"].attempts[-1]

    return go


@pytest.mark.parametrize(
    ("location", "schema", "id", "payload"),
    [
        ("payload#/id", "{type: object, properties: {id: {type: integer}}}", 7, {"id": 7}),
        ("payload#/id", "{type: object, properties: {id: {type: string}}}", 7, {"id": "7"}),
        ("payload#/id", "{type: object, properties: {id: {}}}", "07", {"id": "07"}),
        ("payload#/a/b", "{type: object, additionalProperties: false, properties: {a: {type: object}}}", "x", {"a": {"b": "x"}}),
        ("payload#/id", "{type: object, properties: {id: {type: boolean, const: true}}}", 7, {"id": "7"}),
    ],
)  # fmt: skip
def test_the_correlation_id_stands_at_its_place(receive, location, schema, id, payload):
    attempt = receive(LOCATED.format(location) + f"payload: {schema}", inputs={"id": id})
    assert attempt.message.payload == payload


@pytest.mark.parametrize(
    ("location", "headers", "found"),
    [
        ("header#/requestId", "", ("requestId", "7")),
        ("header#/REQUESTID", "headers: {type: object, required: [requestId], properties: {requestId: {type: string}}}, ", ("requestId", "7")),
        ("header#/meta/id", "", ("meta", '{"id":"7"}')),
    ],
)  # fmt: skip
def test_the_correlation_id_stands_in_a_header(receive, location, headers, found):
    attempt = receive(LOCATED.format(location) + headers + "payload: {const: 1}")
    assert attempt.message.headers == (found,)


def test_what_was_sent_comes_back_where_names_agree(receive):
    schema = "{type: object, required: [Article, nested, trace], properties: {Article: {type: string}, trace: {}, nested: {type: object, required: [id, box], properties: {id: {type: integer}, box: {type: object}}}}}"
    message = LOCATED.format("payload#/nested/id") + f"payload: {schema}"
    attempt = receive(message)
    assert attempt.message.payload == {
        "Article": "pen", "trace": "t-1", "nested": {"id": 7, "box": {"size": 4}},
    }  # fmt: skip
    assert attempt.message.address == "answers/eu/a7"
    assert receive(message, inputs={"id": 8}).message.payload["nested"]["id"] == 8


def test_an_example_is_the_message_and_its_address_that_of_its_payload(receive):
    message = "payload: {type: object}, headers: {type: object}, examples: [{payload: {place: us}, headers: {a: 1}}]"
    attempt = receive(message, correlated=False, region="{location: $message.payload#/place}")
    assert attempt.message.payload == {"place": "us"}
    assert (attempt.message.headers, attempt.message.address) == ((("a", "1"),), "answers/us/a7")


def test_headers_are_as_the_criteria_want_them(receive):
    headers = "headers: {type: object, required: [kind], properties: {kind: {enum: [slow, fast]}}}"
    criteria = "successCriteria: [{condition: $message.header.kind == 'fast'}]"
    attempt = receive(headers, correlated=False, criteria=criteria)
    assert (attempt.succeeded, attempt.world_notes) == (
        True,
        ("`kind` is `fast`, as the step expects",),
    )
    wrong = receive(headers, correlated=False, criteria=criteria.replace("fast", "late"))
    assert (wrong.succeeded, wrong.message.headers) == (False, (("kind", "slow"),))


@pytest.mark.parametrize(
    ("message", "payload", "fault"),
    [
        ("payload: {schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {}}", None, "a payload of `answer`, whose schema is Avro"),
        ("payload: {schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {}}, examples: [{payload: 3}]", b"3", None),
        ("contentType: text/plain, payload: {type: string, const: hi}", b"hi", None),
        ("contentType: text/plain", b"", None),
        ("payload: {$ref: '#/nowhere'}", None, "no message of the channel `answers` could be generated: a schema that cannot be used"),
        ("payload: {type: string, minLength: 3, maxLength: 2}", None, "no message of the channel `answers` could be generated"),
    ],
)  # fmt: skip
def test_payloads_of_other_kinds(receive, message, payload, fault):
    attempt = receive(message, correlated=False)
    if fault is None:
        assert attempt.message.body == payload
    else:
        assert (attempt.error.code, fault in attempt.error.message) == ("refused", True)


def test_another_seed_gives_another_message(receive):
    pattern = "payload: {type: string, pattern: '^[a-z]{8}$'}"
    payloads = [receive(pattern, correlated=False, seed=seed).message.payload for seed in (1, 1, 2)]
    assert payloads[0] == payloads[1] != payloads[2]
