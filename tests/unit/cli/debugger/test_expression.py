"""What `p` prints."""

import pytest

from arazzo_runner.cli.debugger.expression import printed_lines
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import plain_look

SCOPE = Scope(
    inputs={"n": 3, "pin": "hunter22", "ctl": "a\x1b[31mb"},
    steps={"a": {"id": "x", "none": None}},
    exchange=Exchange(
        "POST",
        "https://api.example/things",
        (("Authorization", "Bearer abcdefgh"),),
        status=201,
        response_body={"items": [{"id": 1}]},
    ),
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("$inputs.n", ["3"]),
        ("$inputs.pin", ['"***"']),
        ("$inputs.ctl", [r'"a\u001b[31mb"']),
        ("$inputs.nowhere", ["no value"]),
        ("$steps.a.outputs.none", ["null"]),
        ("$response.body#/items/0", ["{", '  "id": 1', "}"]),
        ("$request.header.Authorization", ['"***"']),
        ("$method", ['"POST"']),
        ("id {$steps.a.outputs.id}", ['"id x"']),
        ("id {$steps.a.outputs.id", ["this `{` is not closed"]),
        ("$statusCode == 201", ["true", "  $statusCode is integer 201"]),
        ("$inputs.n > 5", ["false", "  $inputs.n is integer 3"]),
        ("$inputs.pin == 'x'", ["false", '  $inputs.pin is string "***"']),
        ("$inputs.nowhere == null", ["true", "  $inputs.nowhere is missing"]),
        ("1 == 1", ["true"]),
        ("$inputs.n >", ["not an expression: a value is missing here"]),
    ],
)  # fmt: skip
def test_values_and_verdicts_are_printed_masked(text, lines):
    assert list(printed_lines(text, SCOPE, plain_look(Masker(["hunter22"])))) == lines
