"""JSON that is written piece by piece is the JSON that is written at once."""

import json

import pytest

from arazzo_runner.report.formats.json import report_data, report_pieces
from arazzo_runner.report.formats.json_stream import (
    OpenArray,
    OpenObject,
    indent_json,
    json_stream,
)
from arazzo_runner.report.secrets import NO_MASK


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (OpenArray([]), []),
        (OpenObject(), {}),
        (OpenArray(iter([1, {"a": [1, {"b": "c\n"}]}, []])), [1, {"a": [1, {"b": "c\n"}]}, []]),
        (OpenObject({"ü\ud800": OpenArray([OpenObject({"x": 1})]), "y": None}),
         {"ü\ud800": [{"x": 1}], "y": None}),
    ],
)  # fmt: skip
def test_pieces_are_the_whole(value, plain):
    assert b"".join(json_stream(value)).decode() == indent_json(plain) + "\n"


def test_a_report_with_workflows_in_steps_attempts_and_retries(build):
    inner = build.workflow(build.step(), gone_to=(build.workflow(), build.workflow(build.step())))
    retried = build.attempt(workflow=inner, interlude=build.step(workflow=inner))
    between = build.attempt(interlude=inner)
    calling = build.step(workflow=inner, attempts=[retried, between, build.attempt()])
    outer = build.workflow(build.step(), calling, finally_run=inner)
    run = build.report(build.run(outer, build.workflow()))
    text = b"".join(report_pieces(run, NO_MASK)).decode()
    assert text == indent_json(report_data(run, NO_MASK)) + "\n"
    steps = json.loads(text)["workflows"][0]["steps"]
    assert steps[1]["attempts"][0]["interlude"]["step"]["workflow"]["gone_to"][1]["steps"]


def test_steps_are_made_one_after_the_other(build):
    pieces = report_pieces(build.report(build.run(build.workflow(*[build.step()] * 50))), NO_MASK)
    assert max(map(len, pieces)) < 10_000
