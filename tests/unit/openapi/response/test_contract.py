"""Responses held to their description."""

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.response.contract import (
    CheckResult,
    Opinion,
    check_response,
    documented_statuses,
    duration_result,
    judged_results,
    may_take_long,
    response_for,
)
from arazzo_runner.text.source import pointer_text

JSON = (("Content-Type", "application/json"),)
WARN = dict.fromkeys(("status", "content-type", "schema", "headers"), "warn")


def only(kind):
    return {kind: "error"}


def responses(**statuses):
    return {"responses": {status.lstrip("_"): one for status, one in statuses.items()}}


def content(schema, media_type="application/json"):
    return {"content": {media_type: {"schema": schema}}}


@pytest.mark.parametrize(
    ("documented", "status", "found"),
    [
        (["200", "2XX", "default"], 200, "200"),
        (["200", "2xx", "default"], 201, "2XX"),
        (["200", "2XX", "default"], 404, "default"),
        (["200"], 201, None),
    ],
)
def test_response_for(operation, documented, status, found):
    one = operation({"responses": {status: {} for status in documented}})
    response = response_for(one, status)
    assert (response and response.status) == found


AHEAD = {"type": "string", "pattern": "^a(?!b)"}


@pytest.mark.parametrize(
    ("documented", "status", "is_slow"),
    [
        ({"200": content(AHEAD)}, 200, True),
        ({"200": content(AHEAD)}, 201, False),
        ({"200": content({"pattern": "^(a+)+$"})}, 200, False),
        ({"200": {"headers": {"X-A": {"schema": AHEAD}}}}, 200, True),
        ({"200": {"headers": {"X-A": {}}, "content": {"text/plain": {}}}}, 200, False),
    ],
)
def test_what_may_take_long(operation, documented, status, is_slow):
    one = operation({"responses": documented})
    assert [may_take_long(one, status), may_take_long(one, status)] == [is_slow] * 2


@pytest.mark.parametrize(
    ("documented", "status", "passed", "message"),
    [
        (["201"], 201, True, "status 201 is documented as `201`"),
        (["4XX", "default"], 404, True, "status 404 is documented as `4XX`"),
        (["201"], 200, False, "status 200 is not documented; documented: 201"),
        (["200", "404"], 201, False, "status 201 is not documented; documented: 200, 404"),
    ],
)
def test_status(operation, documented, status, passed, message):
    one = operation({"responses": {status: {} for status in documented}})
    (result,) = check_response(one, status, (), MISSING, only("status"))
    assert (result.kind, result.severity, result.passed) == ("status", "error", passed)
    assert result.message == message
    expected = "/paths/~1pets/get/responses" + (f"/{documented[0]}" if passed else "")
    assert pointer_text(result.place.pointer) == expected
    assert documented_statuses(one) == tuple(documented)


def test_no_documented_responses(operation):
    assert check_response(operation(), 200, JSON, {}, WARN) == ()


@pytest.mark.parametrize(
    ("documented", "content_type", "passed", "message"),
    [
        (
            ["application/json"],
            "application/json; charset=utf-8",
            True,
            "the content type `application/json; charset=utf-8` is documented as `application/json`",
        ),
        (
            ["text/*", "a/b"],
            "text/csv",
            True,
            "the content type `text/csv` is documented as `text/*`",
        ),
        (
            ["text/plain", "a/b"],
            "text/html",
            False,
            "the content type `text/html` is not documented; documented: `text/plain`, `a/b`",
        ),
        (["a/b"], None, False, "there is no content type; documented: `a/b`"),
    ],
)
def test_content_type(operation, documented, content_type, passed, message):
    one = operation(responses(_200={"content": {name: {} for name in documented}}))
    headers = (("content-type", content_type),) if content_type else ()
    (result,) = check_response(one, 200, headers, "x", only("content-type"))
    assert (result.passed, result.message) == (passed, message)


@pytest.mark.parametrize("body", [MISSING, b""])
def test_nothing_to_say_about_no_content(operation, body):
    one = operation(responses(_204={"description": "none"}))
    checks = check_response(one, 204, (), body, WARN)
    assert [one.kind for one in checks] == ["status"]


PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "pattern": "^[A-Z]"},
        "kind": {"enum": ["cat", "dog"]},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}},
    },
    "additionalProperties": False,
}
SCHEMAS = {"schemas": {"Pet": PET, "Pets": {"items": {"$ref": "#/components/schemas/Pet"}}}}
PLACE = "/components/schemas/Pet"


@pytest.mark.parametrize(
    ("body", "pointer", "message", "place"),
    [
        ([{"id": 1}], "/0", "the required property `name` is missing", "/required"),
        (
            [{"id": None, "name": "A"}],
            "/0/id",
            "null is not of type integer",
            "/properties/id/type",
        ),
        (
            [{"id": 1, "name": "a"}],
            "/0/name",
            'string "a" does not match `^[A-Z]`',
            "/properties/name/pattern",
        ),
        (
            [{"id": 1, "name": "A", "kind": "cow"}],
            "/0/kind",
            'string "cow" is none of `cat`, `dog`',
            "/properties/kind/enum",
        ),
        (
            [{"id": 1, "name": "A", "tags": ["a", "long"]}],
            "/0/tags/1",
            '"long" is longer than 3 characters',
            "/properties/tags/items/maxLength",
        ),
        (
            [{"id": 1, "name": "A", "x": 1, "y": 2}],
            "/0",
            "not documented: `x`, `y`",
            "/additionalProperties",
        ),
    ],
)
def test_schema_findings(operation, body, pointer, message, place):
    one = operation(
        responses(_200=content({"$ref": "#/components/schemas/Pets"})), components=SCHEMAS
    )
    (result,) = check_response(one, 200, JSON, body, only("schema"))
    assert (result.passed, result.pointer) == (False, pointer)
    assert result.message == f"`{pointer}`: {message}"
    assert pointer_text(result.place.pointer) == PLACE + place


def test_schema_that_fits(operation):
    one = operation(responses(_200=content({"type": "object"})))
    (result,) = check_response(one, 200, JSON, {}, only("schema"))
    assert (result.passed, result.message) == (True, "the body is as documented")
    # Without a content type the description's word is taken.
    (again,) = check_response(one, 200, (), {}, only("schema"))
    assert again.passed


def test_the_whole_body_has_no_pointer_in_its_message(operation):
    one = operation(responses(_200=content({"type": "object"})))
    (result,) = check_response(one, 200, JSON, [], only("schema"))
    assert (result.message, result.pointer) == ("array [] is not of type object", "")


def test_findings_are_ten_at_the_most(operation):
    one = operation(responses(_200=content({"items": {"type": "string"}})))
    results = check_response(one, 200, JSON, list(range(50)), only("schema"))
    assert len(results) == 10


CHOICE = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
    "discriminator": {"propertyName": "kind", "mapping": {"hund": "Dog"}},
}
ANIMALS = {
    "schemas": {
        "Cat": {"type": "object", "properties": {"lives": {"type": "integer"}}, "required": ["x"]},
        "Dog": {"type": "object", "properties": {"tail": {"type": "object"}}, "required": ["y"]},
    }
}


@pytest.mark.parametrize(
    ("schema", "body", "messages"),
    [
        (CHOICE, {"kind": "hund"}, ["the required property `y` is missing"]),
        (CHOICE, {"kind": "Cat"}, ["the required property `x` is missing"]),
        (
            CHOICE,
            {"kind": "cow"},
            ['object {"kind": "cow"} does not fit the schemas it may have'],
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            1,
            ["integer 1 does not fit the schemas it may have"],
        ),
        (
            # The branch that gets further into the value was meant.
            {"anyOf": [{"type": "string"}, {"items": {"type": "integer"}}]},
            ["a"],
            ['`/0`: string "a" is not of type integer'],
        ),
        (
            {"oneOf": [{"type": "integer"}, {"minimum": 0}]},
            1,
            ["integer 1 does not fit the schemas it may have"],
        ),
    ],
)
def test_choices_of_schemas(operation, schema, body, messages):
    one = operation(responses(_200=content(schema)), components=ANIMALS)
    results = check_response(one, 200, JSON, body, only("schema"))
    assert [result.message for result in results] == messages


@pytest.mark.parametrize(
    ("media_type", "body", "schema", "kinds"),
    [
        ("application/xml", "<a/>", {"type": "object"}, ["status", "content-type"]),
        ("image/png", b"x", {"type": "object"}, ["status", "content-type"]),
        ("text/plain", "x", {"type": "string"}, ["status", "content-type", "schema"]),
        ("text/plain", "x", None, ["status", "content-type"]),
    ],
)
def test_only_json_data_has_a_schema_to_fit(operation, media_type, body, schema, kinds):
    one = operation(responses(_200=content(schema, media_type)))
    checks = check_response(one, 200, (("Content-Type", media_type),), body, WARN)
    assert [check.kind for check in checks] == kinds
    assert all(check.passed for check in checks)


def test_item_schemas(operation):
    media = {"application/jsonl": {"itemSchema": {"type": "integer"}}}
    one = operation(responses(_200={"content": media}), version="3.2.0")
    headers = (("Content-Type", "application/jsonl"),)
    (result,) = check_response(one, 200, headers, [1, "a"], only("schema"))
    assert result.message == '`/1`: string "a" is not of type integer'


def test_events_have_an_item_schema(operation):
    media = {"text/event-stream": {"itemSchema": {"required": ["event"]}}}
    one = operation(responses(_200={"content": media}), version="3.2.0")
    headers = (("Content-Type", "text/event-stream"),)
    events = [{"event": "add", "data": "1"}, {"data": "2"}]
    (result,) = check_response(one, 200, headers, events, only("schema"))
    assert result.message == "`/1`: the required property `event` is missing"


def test_events_are_not_judged_before_3_2(operation):
    media = {"text/event-stream": {"schema": {"type": "string"}}}
    one = operation(responses(_200={"content": media}), version="3.1.0")
    headers = (("Content-Type", "text/event-stream"),)
    assert check_response(one, 200, headers, [{"data": "1"}], only("schema")) == ()


def test_a_sequence_in_another_form_is_not_judged(operation):
    media = {"multipart/mixed": {"itemSchema": {"type": "object"}}}
    one = operation(responses(_200={"content": media}), version="3.2.0")
    headers = (("Content-Type", "multipart/mixed; boundary=a"),)
    assert check_response(one, 200, headers, "--a--", only("schema")) == ()


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            {"$ref": "#/components/schemas/Nope"},
            "the schema cannot be used: the reference `#/components/schemas/Nope` cannot be resolved",
        ),
        ({"pattern": "("}, 'the schema cannot be used: "(" is not a "regex"'),
    ],
)
def test_schemas_that_cannot_be_used(operation, schema, message):
    one = operation(responses(_200=content(schema)))
    (result,) = check_response(one, 200, JSON, {}, only("schema"))
    assert (result.passed, result.message) == (False, message)


def test_values_that_cannot_be_checked(operation):
    one = operation(responses(_200=content({"type": "string"})))
    (result,) = check_response(one, 200, JSON, "\ud800", only("schema"))
    assert result.message.startswith("the value cannot be checked: ")


def test_long_messages_are_cut(operation):
    one = operation(responses(_200=content({"maxItems": 1})))
    (result,) = check_response(one, 200, JSON, ["x" * 300, 1], only("schema"))
    assert len(result.message) < 250
    assert result.message.endswith("…")


def test_a_translated_keyword_stands_where_its_schema_does(operation):
    schema = {"nullable": True, "allOf": [{"type": "object"}]}
    one = operation(responses(_200=content(schema)), version="3.0.3")
    (result,) = check_response(one, 200, JSON, 1, only("schema"))
    expected = "/paths/~1pets/get/responses/200/content/application~1json/schema"
    assert pointer_text(result.place.pointer) == expected


@pytest.mark.parametrize(
    ("schema", "text", "problem"),
    [
        ({"type": "integer"}, "5", None),
        ({"type": "integer"}, "5.5", "number 5.5 is not of type integer"),
        ({"type": "integer"}, "x", 'string "x" is not of type integer'),
        ({"type": "integer"}, "05", 'string "05" is not of type integer'),
        ({"type": "integer"}, "9" * 4301, ...),
        ({"type": ["number", "null"]}, "-1.5e3", None),
        ({"type": "boolean"}, "true", None),
        ({"type": "boolean"}, "yes", 'string "yes" is not of type boolean'),
        ({"type": "array", "items": {"type": "integer"}}, "1, 2", None),
        (
            {"type": "array", "items": {"type": "integer"}},
            "1,a",
            'string "a" is not of type integer',
        ),
        ({"type": "array"}, "a,b", None),
        ({"type": "object", "required": ["R"]}, "R,100,G", None),
        ({"type": "object", "properties": {"R": {"type": "integer"}}}, "R,100", None),
        (
            {"type": "object", "properties": {"R": {"type": "integer"}}},
            "R,x",
            'string "x" is not of type integer',
        ),
        ({"allOf": [{"$ref": "#/components/schemas/Count"}]}, "5", None),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "5", None),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "x", ...),
        # What fits one branch only as text, and what only as a number.
        ({"oneOf": [{"type": "integer", "maximum": 3}, {"type": "string"}]}, "5", None),
        ({"oneOf": [{"type": "string", "maxLength": 1}, {"type": "integer"}]}, "50", None),
        ({"oneOf": [{"type": "string", "maxLength": 1}, {"type": "integer"}]}, "ab", ...),
        ({"allOf": [{"type": "array"}, {"items": {"type": "integer"}}]}, "1,2", None),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, "1,2", None),
        ({"type": "string"}, "5", None),
        ({}, "anything", None),
        ({"$ref": "#/components/schemas/Count"}, "5", None),
        (True, "5", None),
        (
            {"$ref": "#/components/schemas/Nope"},
            "5",
            "the schema cannot be used: the reference `#/components/schemas/Nope` cannot be resolved",
        ),
    ],
)
def test_headers(operation, schema, text, problem):
    node = {"headers": {"X-Count": {"schema": schema}, "Content-Type": {"required": True}}}
    components = {"schemas": {"Count": {"type": "integer"}}}
    one = operation(responses(_200=node), components=components)
    (result,) = check_response(one, 200, (("x-count", text),), MISSING, only("headers"))
    assert result.passed is (problem is None)
    if problem is not ...:
        told = f": {problem}" if problem else " is as documented"
        assert result.message == f"the header `X-Count`{told}"


def test_missing_headers(operation):
    node = {"headers": {"X-A": {"required": True}, "X-B": {}, "X-C": {}}}
    one = operation(responses(_200=node))
    (result,) = check_response(one, 200, (("X-C", "c"),), MISSING, only("headers"))
    assert (result.passed, result.message) == (False, "the required header `X-A` is missing")


def test_severities(operation):
    one = operation(responses(_200=content({"type": "object"})))
    checks = {"status": "error", "content-type": "off", "schema": "warn"}
    results = check_response(one, 200, JSON, [], checks)
    assert [(result.kind, result.severity) for result in results] == [
        ("status", "error"),
        ("schema", "warn"),
    ]


def test_3_0_twilio_like(operation):
    schema = {
        "type": "object",
        "properties": {
            "sid": {"type": "string", "nullable": True, "pattern": "^FN[0-9a-fA-F]{32}$"},
            "context": {"nullable": True},
            "status": {"type": "string", "enum": ["active", "ended"], "nullable": True},
        },
    }
    one = operation(responses(_201=content(schema)), version="3.0.1", method="post")
    body = {"sid": None, "context": {"any": 1}, "status": None}
    assert all(result.passed for result in check_response(one, 201, JSON, body, WARN))
    (bad,) = check_response(one, 201, JSON, {"sid": "FN1"}, only("schema"))
    assert bad.message == '`/sid`: string "FN1" does not match `^FN[0-9a-fA-F]{32}$`'


def own_result(kind, *, passed):
    return CheckResult(kind, "warn", passed=passed, message="")


FITS = [own_result("status", passed=True)]
BREAKS = [own_result("schema", passed=False), own_result("schema", passed=False)]


@pytest.mark.parametrize(
    ("opinions", "own", "severity", "passed", "message"),
    [
        ([], FITS, "error", True, "openapi-core accepts the request and the response"),
        (
            [],
            BREAKS,
            "warn",
            True,
            "openapi-core accepts the request and the response; the check `schema` of this program does not",
        ),
        (
            [Opinion("the body: no")],
            FITS,
            "error",
            False,
            "openapi-core, the body: no (the checks of this program found nothing)",
        ),
        ([Opinion("the body: no")], BREAKS, "warn", False, "openapi-core, the body: no"),
        (
            [Opinion("why", is_judged=False)],
            FITS,
            "warn",
            False,
            "openapi-core did not judge this: why",
        ),
    ],
)
def test_results_of_another_judge(opinions, own, severity, passed, message) -> None:
    (result,) = judged_results(opinions, own, severity)
    assert result == CheckResult("openapi-core", severity, passed, message)


def test_what_is_not_judged_is_never_an_error() -> None:
    (result,) = judged_results([Opinion("why", is_judged=False)], FITS, "error")
    assert result.severity == "warn"


@pytest.mark.parametrize(
    ("schema", "body", "message"),
    [
        ({"format": "date-time"}, "2024-03-10T02:30:00Z", None),
        (
            {"format": "date-time"},
            "2024-03-10 02:30:00Z",
            'string "2024-03-10 02:30:00Z" is not of the format `date-time`',
        ),
        ({"format": "date"}, "2024-3-1", 'string "2024-3-1" is not of the format `date`'),
        ({"format": "uuid"}, "12", 'string "12" is not of the format `uuid`'),
        ({"format": "email"}, "a", 'string "a" is not of the format `email`'),
        ({"format": "uri"}, "/a", 'string "/a" is not of the format `uri`'),
        ({"format": "ipv4"}, "1.2.3", 'string "1.2.3" is not of the format `ipv4`'),
        ({"format": "ipv6"}, "1.2.3.4", 'string "1.2.3.4" is not of the format `ipv6`'),
        ({"format": "hostname"}, "a_b", 'string "a_b" is not of the format `hostname`'),
        # A format is about values of its type, and one that is not registered says nothing.
        ({"format": "date"}, 1, None),
        ({"format": "color"}, "x", None),
        ({"format": ["int32"]}, "x", "the schema cannot be used: "),
        ({"items": True}, ["x"], None),
        ({"format": "int32"}, 2**31 - 1, None),
        ({"format": "int32"}, 2**31, "integer 2147483648 is out of the range of `int32`"),
        ({"format": "int64"}, -(2**63), None),
        (
            {"format": "int64"},
            2**63,
            "integer 9223372036854775808 is out of the range of `int64`",
        ),
        ({"format": "int64"}, "x", None),
        ({"format": "int32", "maximum": 5}, 6, "6 is greater than the maximum of 5"),
        ({"format": "int32", "maximum": 5}, -(2**31), None),
        ({"format": "other", "minimum": 5}, 4, "4 is less than the minimum of 5"),
        ({"items": {"anyOf": [{"format": "int32"}]}}, [2**31], "`/0`: "),
        ({"additionalProperties": {"$ref": "#/components/schemas/Day"}}, {"a": "x"}, "`/a`: "),
        ({"patternProperties": {"^a": {"format": "int32"}}}, {"a": 2**31}, "`/a`: "),
        # What must not match, or decides between others, is not held to it.
        ({"not": {"properties": {"a": {"writeOnly": True}}}}, {"a": 1}, "{"),
    ],
)
def test_formats_of_responses(operation, schema, body, message):
    day = {"schemas": {"Day": {"type": "string", "format": "date"}}}
    one = operation(responses(_200=content(schema)), components=day)
    (result,) = check_response(one, 200, JSON, body, only("schema"))
    assert result.passed == (message is None)
    assert result.message.startswith(message or "the body is as documented")


WRITTEN = "a `writeOnly` property is not allowed in a response"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"properties": {"p": {"writeOnly": True}}}, f"`/p`: {WRITTEN}"),
        ({"properties": {"p": {"$ref": "#/components/schemas/P"}}}, f"`/p`: {WRITTEN}"),
        (
            {"properties": {"p": {"allOf": [{}, {"$ref": "#/components/schemas/P"}]}}},
            f"`/p`: {WRITTEN}",
        ),
        ({"properties": {"p": {"writeOnly": False}}}, None),
        ({"properties": {"p": {"$ref": "#/components/schemas/Loop"}}}, None),
        ({"properties": {"p": True}}, None),
        ({"properties": {"p": False}}, "`/p`: False schema does not allow"),
        ({"properties": {"q": {"writeOnly": True}}, "required": ["q"]}, None),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_members_that_are_only_written(operation, version, schema, message):
    schemas = {
        "P": {"type": "string", "writeOnly": True},
        "Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}]},
    }
    one = operation(
        responses(_200=content(schema)), components={"schemas": schemas}, version=version
    )
    (result,) = check_response(one, 200, JSON, {"p": "s3cret"}, only("schema"))
    assert result.passed == (message is None)
    assert result.message.startswith(message or "the body is as documented")


def test_a_schema_of_a_response_may_be_true(operation):
    one = operation(responses(_200=content(True)))
    (result,) = check_response(one, 200, JSON, "x", only("schema"))
    assert result.passed


@pytest.mark.parametrize(
    ("method", "status", "content_type", "documented", "message"),
    [
        (
            "get",
            200,
            "application/json",
            {"application/json": {"schema": {}}},
            "`application/json`",
        ),
        ("get", 200, None, {"application/json": {"schema": {}}}, "`application/json`"),
        ("post", 404, None, {"application/xml": {"schema": {}}}, "`application/xml`"),
        ("get", 200, "application/json", {"*/*": {"schema": {}}}, "`*/*`"),
        (
            "get",
            200,
            None,
            {"application/json": {"schema": {}}, "text/xml": {"schema": {}}},
            "`application/json`, `text/xml`",
        ),
        ("head", 200, None, {"application/json": {"schema": {}}}, None),
        ("get", 204, None, {"application/json": {"schema": {}}}, None),
        ("get", 302, None, {"application/json": {"schema": {}}}, None),
        ("get", 101, None, {"application/json": {"schema": {}}}, None),
        ("get", 200, None, {"application/json": {}}, None),
        # An empty text is one, and which of two types was meant is not known.
        ("get", 200, "text/plain", {"text/plain": {"schema": {}}}, None),
        (
            "get",
            200,
            None,
            {"text/plain": {"schema": {}}, "application/json": {"schema": {}}},
            None,
        ),
        ("get", 200, "text/plain", {"application/json": {"schema": {}}}, None),
        ("get", 200, None, {}, None),
    ],
)
def test_empty_bodies(operation, method, status, content_type, documented, message):
    one = operation({"responses": {"default": {"content": documented}}}, method=method)
    headers = (("Content-Type", content_type),) if content_type else ()
    results = check_response(one, status, headers, MISSING, only("schema"))
    expected = [f"the body is empty; documented: {message} with a schema"] if message else []
    assert [result.message for result in results if not result.passed] == expected


@pytest.mark.parametrize(
    ("seconds", "passed", "message"),
    [
        (1.9999, True, "the response took 2.000 s, not longer than 2 s"),
        (2.0, True, "the response took 2.000 s, not longer than 2 s"),
        (2.0006, False, "the response took 2.001 s, longer than 2 s"),
    ],
)
def test_a_duration_passes_up_to_its_maximum(seconds, passed, message):
    result = duration_result(seconds, 2.0, "error")
    assert result == CheckResult("duration", "error", passed, message)
