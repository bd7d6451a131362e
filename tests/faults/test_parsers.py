"""What parsers of other libraries raise for the texts of others is told, and no bug."""

import copy
import json

import pytest

from arazzo_runner.expression.value import Value
from faults.conftest import DESCRIPTION
from faults.odd_texts import CODES

# More digits than Python reads as an integer.
MANY = "9" * 5_000
NO_URL = "http://["

CONDITIONS = [
    ("simple", f"$response.body#/items/{MANY}/id == 1"),
    ("simple", f"$response.body#/id == {MANY}"),
    ("simple", f"$response.header.Age == '{MANY}'"),
    ("simple", f"$response.body#/id == 1e{MANY}"),
    ("jsonpath", f"$.items[?@.id == {MANY}]"),
    ("jsonpath", f"$[?length(@.items) > {MANY}]"),
    ("jsonpath", f"$.length() > {MANY}"),
    ("jsonpath", f"$[?{MANY} == $.length]"),
    ("jsonpath", f"$.items[{MANY}]"),
    ("regex", f"a{{{MANY}}}"),
    ("regex", f"\\{MANY[:9]}"),
    ("xpath", "math:pow(10, 99999)"),
    ("xpath", "math:exp(1e10)"),
    ("xpath", "xs:double('INF') idiv 3"),
    ("xpath", "xs:date('9999999999-01-01')"),
]


@pytest.mark.parametrize("command", ["run", "validate"])
@pytest.mark.parametrize(("kind", "condition"), CONDITIONS)
def test_a_condition(arazzo, command, kind, condition) -> None:
    criterion = {"condition": condition}
    if kind != "simple":
        criterion |= {"context": "$response.body", "type": kind}
    if kind == "xpath":
        criterion |= {"type": {"type": "xpath", "version": "xpath-31"}}
    words = [command, "w.arazzo.json", *(["--mock"] if command == "run" else [])]
    assert_told(arazzo(*words, successCriteria=[criterion]))


def described(**members: Value) -> dict[str, Value]:
    """The description, with members of its operation."""
    made = copy.deepcopy(DESCRIPTION)
    made["paths"]["/things/{id}"]["get"] |= members
    return made


OWN_PARAMETERS = DESCRIPTION["paths"]["/things/{id}"]["get"]["parameters"]
ANSWER = {"description": "fine"}
DESCRIPTIONS = {
    "a status of many digits": described(responses={MANY: ANSWER}),
    "a status of other digits": described(responses={"٢٠٠": ANSWER, "2XX": ANSWER}),
    "a media type with NUL": described(responses={"200": {**ANSWER, "content": {"a/b\0c": {}}}}),
    "a media type with a line": described(responses={"200": {**ANSWER, "content": {"a/\r\nb": {}}}}),
    "a server that is no URL": DESCRIPTION | {"servers": [{"url": NO_URL}]},
    "a reference that is no URI": described(responses={"200": {"$ref": NO_URL}}),
    "a schema's reference that is no URI": described(
        responses={"200": {**ANSWER, "content": {"application/json": {"schema": {"$ref": NO_URL}}}}}
    ),
    "an $id that is no URI": DESCRIPTION | {"openapi": "3.1.0"} | {"components": {"schemas": {
        "a": {"$id": NO_URL, "$ref": "#/b"}}}},
    "a $self that is no URI": DESCRIPTION | {"openapi": "3.2.0", "$self": NO_URL},
    "a header of integers": described(responses={"200": {**ANSWER, "headers": {
        "Age": {"schema": {"type": "integer"}}}}}),
}  # fmt: skip

COMMANDS = {
    "run": ("run", "w.arazzo.json", "--mock"),
    "validate": ("validate", "w.arazzo.json"),
    "new": ("new", "openapi.json"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("description", DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_a_description(arazzo, tmp_path, description, words) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    criterion = {"condition": f"$response.header.Age == '{MANY}'"}
    assert_told(arazzo(*words, successCriteria=[criterion]))


COUNTS = [
    ("string", "minLength"), ("string", "maxLength"), ("array", "minItems"), ("array", "maxItems"),
    ("object", "minProperties"), ("integer", "minimum"), ("integer", "exclusiveMaximum"),
    ("number", "multipleOf"), ("number", "minimum"),
]  # fmt: skip


@pytest.mark.parametrize("count", [1.7e308, 5e-324, 10**400], ids=["large", "small", "whole"])
@pytest.mark.parametrize(("kind", "keyword"), COUNTS)
def test_a_count(arazzo, tmp_path, kind, keyword, count) -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": kind, keyword: count}},
    }
    content = {"application/json": {"schema": schema}}
    answers = {"200": {**ANSWER, "content": content}}
    query = {"name": "pageSize", "in": "query", "schema": {"type": kind, keyword: count}}
    made = described(responses=answers, parameters=[*OWN_PARAMETERS, query])
    (tmp_path / "openapi.json").write_text(json.dumps(made))
    for words in COMMANDS.values():
        assert_told(arazzo(*words))


@pytest.mark.parametrize("value", [MANY, f"-{MANY}", f"{MANY}e5", f"1e{MANY}"])
@pytest.mark.parametrize("kind", ["integer", "number", "array"])
def test_a_parameter(arazzo, tmp_path, kind, value) -> None:
    schema = {"type": kind, "items": {"type": "integer"}}
    declared = {"name": "id", "in": "path", "required": True, "schema": schema}
    (tmp_path / "openapi.json").write_text(json.dumps(described(parameters=[declared])))
    step = {"parameters": [{"name": "id", "in": "path", "value": value}]}
    assert_told(arazzo("run", "w.arazzo.json", "--mock", **step))


def har(**response: object) -> dict[str, object]:
    """A HAR of one request."""
    asked = {"method": "GET", "url": "http://a.example/things/1"}
    content = {"mimeType": "application/json", "text": '{"id": 1}'}
    answer = {"status": 200, "content": content, **response}
    return {"log": {"version": "1.2", "entries": [{"request": asked, "response": answer}] * 2}}


def postman(name: str, script: str) -> dict[str, object]:
    """A collection of one request, with what it tests."""
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    request = {"method": "GET", "url": "http://a.example/things/1"}
    event = {"listen": "test", "script": {"exec": [script]}}
    item = {"name": name, "request": request, "event": [event]}
    return {"info": {"name": name, "schema": schema}, "item": [item]}


TRAFFIC = {
    "a Location that is no URL": har(headers=[{"name": "Location", "value": f"{NO_URL}/a/1"}]),
    "a Link that is no URL": har(headers=[{"name": "Link", "value": f"<{NO_URL}>; rel=next"}]),
    "a Content-Type with NUL": har(headers=[{"name": "Content-Type", "value": "a/b\0"}]),
    "half a character": har(content={"mimeType": "text/plain", "text": "\ud800"}),
    "a name of half a character": postman("\ud800", ""),
    "an index of many digits": postman(
        "a", f"pm.environment.set('b', pm.response.json()[{MANY}]);"
    ),
    "a number of many digits": postman("a", f"pm.expect(pm.response.json().b).to.eql({MANY});"),
    "a status of other digits": postman("a", "pm.response.to.have.status(٢٠٠);"),
}


@pytest.mark.parametrize("api", ["", NO_URL])
@pytest.mark.parametrize("traffic", TRAFFIC.values(), ids=TRAFFIC)
def test_traffic(arazzo, tmp_path, traffic, api) -> None:
    (tmp_path / "t.json").write_text(json.dumps(traffic))
    description = DESCRIPTION | {"servers": [{"url": api}]}
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    words = ["--api", "openapi.json"] if api else []
    assert_told(arazzo("new", "t.json", "-o", "o.arazzo.yaml", *words))


def test_a_flag(arazzo) -> None:
    assert_told(arazzo("mcp", "w.arazzo.json", "--http", f":{MANY}"))


def assert_told(done) -> None:
    assert done.code in CODES, (done.out[-2000:], done.err[-2000:])
    assert "Traceback" not in done.err
