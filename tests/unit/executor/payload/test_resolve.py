"""Bodies as they are when a step is sent."""

import pytest

from arazzo_runner.executor.payload.plan import BodyPlan
from arazzo_runner.executor.payload.resolve import build_payload
from arazzo_runner.expression.ast import ArrayTemplate, Literal, ObjectTemplate
from arazzo_runner.expression.parse import parse_expression
from arazzo_runner.expression.scope import Scope

ABSENT, _ = parse_expression("$inputs.absent")
TYPE = ("contentType", Literal("text/plain"))


def file(content):
    return ObjectTemplate((("content", content), TYPE))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        (Literal("plain"), "plain"),
        (file(Literal("x")), {"content": "x", "contentType": "text/plain"}),
        (ObjectTemplate((("note", Literal("x")),)), {"note": "x"}),
        (ArrayTemplate((file(ABSENT), Literal("b"))), ["b"]),
    ],
)
def test_files_without_content_are_omitted(member, value):
    payload = ObjectTemplate((("gone", file(ABSENT)), ("kept", member)))
    plan = BodyPlan("multipart/form-data", None, payload, None, (), None)
    assert build_payload(plan, Scope(), 1.0).value == {"kept": value}
