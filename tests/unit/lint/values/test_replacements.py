"""AZ322: the targets of replacements, held against what is known of the payload."""

import pytest
import yaml

STEP = {"stepId": "s", "operationId": "send"}
SHOP = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /:
    post:
      operationId: send
      requestBody: {content: {application/json: {}, text/xml: {}, application/x-www-form-urlencoded: {}}}
      responses: {"200": {description: D}}
"""
INPUT = "$inputs.a"
ARRAY = "the target `{0}` is not in the payload: `/l` is an array of {1}"


def lines(found, payload, *targets, content="application/json", kind=None):
    more = {"type": kind} if kind else {}
    body = {"contentType": content, "replacements": [{"target": one, "value": 3} | more for one in targets]}  # fmt: skip
    body |= {} if payload is None else {"payload": payload}
    workflow = {"workflowId": "w", "inputs": {"properties": {"a": {}}}, "steps": [STEP | {"requestBody": body}]}  # fmt: skip
    start = "AZ322 error "
    said = found(yaml.safe_dump([workflow]), "AZ322", shop=SHOP)
    return [one.removeprefix(start).partition(": ")[2] for one in said]


@pytest.mark.parametrize(
    ("payload", "target", "message"),
    [
        ({"l": [1, 2]}, "/l/1", None),
        ({"l": [1, 2]}, "/l/01", ARRAY.format("/l/01", "2 items")),
        ({"l": [1]}, "/l/x", ARRAY.format("/l/x", "1 item")),
        ({"l": [1]}, "/l/1", ARRAY.format("/l/1", "1 item")),
        ({"l": [1]}, "/l/-", None),
        ({"l": [1]}, "/l/-/x", ARRAY.format("/l/-/x", "1 item")),
        ({"l": [INPUT]}, "/l/00", ARRAY.format("/l/00", "1 item")),
        ({"l": [INPUT]}, "/l/0/anything", None),
        ({"l": {"01": 1}}, "/l/01", None),
        ({"a": 1}, "/b", None),
        ({"a": INPUT}, "/b", None),
        ({"a": 1}, "/b/c", "the target `/b/c` is not in the payload: the payload has no `b`"),
        ({"a": INPUT}, "/b/c", "the target `/b/c` is not in the payload: the payload has no `b`"),
        ({"a": INPUT}, "/a/b/c", None),
        ({"a": {"b": 1}}, "/a/b/c", "the target `/a/b/c` is not in the payload: `/a/b` is no object and no array"),
        ({"a": "{$inputs.a}!"}, "/a/b", "the target `/a/b` is not in the payload: `/a` is no object and no array"),
        ({"a/b": {"~": {}}}, "/a~1b/~0/new", None),
        ({"a": 1}, "", None),
        (INPUT, "/a/b/c", None),
        (None, "/a", "the target `/a` is not in the payload: the payload is no object and no array"),
        ({"a": 1}, "a/b", None),
        ({"a": 1}, INPUT, None),
    ],
)  # fmt: skip
def test_targets(found, payload, target, message):
    assert lines(found, payload, target) == ([message] if message else [])


def test_what_earlier_replacements_have_changed_is_not_known(found):
    payload = {"a": 1}
    assert lines(found, payload, "/b", "/b/c", "/d/e") == [
        "the target `/d/e` is not in the payload: the payload has no `d`"
    ]
    assert lines(found, payload, "", "/b/c") == []
    assert lines(found, payload, INPUT, "/b/c") == []


def test_other_languages_and_texts_are_no_matter(found):
    xpath, form = "text/xml", "application/x-www-form-urlencoded"
    assert lines(found, "<a/>", "/a/b/c", content=xpath) == []
    assert lines(found, {"a": 1}, "/b/c", content=xpath) == []
    assert lines(found, {"a": 1}, "$.b.c", kind="jsonpath") == []
    assert lines(found, "a=1", "/b/c", content=form) == []
    assert lines(found, {"a": 1}, "/b/c", kind="jsonpointer") != []
