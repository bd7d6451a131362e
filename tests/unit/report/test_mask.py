"""A result whose secrets are masked before it goes into a report with others."""

from enum import Enum

import pytest
from msgspec import Struct

from arazzo_runner.report.mask import mask_value
from arazzo_runner.report.secrets import NO_MASK, Masker

SECRET = "hunter22"


def texts(value, seen=None):
    """All text in a result, documents and places aside."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, Enum):  # what goes round is told once
        return
    seen.add(id(value))
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode()
    elif isinstance(value, dict):
        yield from texts(list(value.items()), seen)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one, seen)
    elif isinstance(value, Struct) and type(value).__name__ not in ("Place", "Operation"):
        for name in value.__struct_fields__:
            yield from texts(getattr(value, name), seen)


@pytest.fixture
def result(build):
    request = build.request(url=f"https://h/{SECRET}", body=SECRET.encode())
    response = build.response(200, {"by": SECRET}, headers=(("X-By", SECRET),))
    criterion = build.criterion(
        operands=(build.operand("$inputs.password", SECRET),), error=f"no {SECRET}"
    )
    attempt = build.attempt(
        request, response, [criterion], error=build.error(f"not {SECRET}"),
        action=build.action(name=SECRET), checks=(build.check(SECRET),),
        interlude=build.step(outputs={"a": SECRET}),
    )  # fmt: skip
    inner = build.workflow(build.step(attempts=[attempt]), inputs={SECRET: [SECRET, 1]})
    return build.run(build.workflow(build.step(workflow=inner), outputs={"x": {"y": SECRET}}))


def test_no_secret_is_left(result):
    assert any(SECRET in text for text in texts(result))
    told = mask_value(result, Masker([SECRET]))
    assert [text for text in texts(told) if SECRET in text] == []
    assert told.workflows[0].outputs == {"x": {"y": "***"}}
    assert told.workflows[0].steps[0].workflow.inputs == {"***": ["***", 1]}


def test_events_are_told_without_secrets(build, result):
    for event in build.events(result.workflows[0]):
        assert not any(SECRET in text for text in texts(mask_value(event, Masker([SECRET]))))


def test_what_holds_no_secret_is_the_same(result):
    assert mask_value(result, NO_MASK) is result
    assert mask_value(result, Masker(["another secret"])) == result


def test_words_of_ours_stay(build):
    told = mask_value(build.run(build.workflow(build.step())), Masker(["simple", "passed", "201"]))
    (attempt,) = told.workflows[0].steps[0].attempts
    assert attempt.criteria[0].kind == "simple"
    assert told.workflows[0].passed
    assert attempt.response.status == 201
    assert attempt.error is None


@pytest.mark.parametrize(
    ("content_type", "body", "masked"),
    [
        ("application/json", b'{"pin": 471123, "a": 1}', b'{"pin": "***", "a": 1}'),
        ("application/json", b'{ "a": "471123" }', b'{"a": "***"}'),
        ("application/json", b'{ "a": 1 }', b'{ "a": 1 }'),
        ("application/json", b'{"pin": 471123', b'{"pin": ***'),
        ("text/plain", b"the pin 471123", b"the pin ***"),
        (None, b"the pin 471123", b"the pin ***"),
    ],
)
def test_a_body_stays_what_it_is(build, content_type, body, masked):
    response = build.response(200, body, content_type)
    assert mask_value(response, Masker(["471123"])).body == masked
