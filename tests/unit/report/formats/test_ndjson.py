import json
from itertools import count
from pathlib import Path

import jsonschema
import pytest

import arazzo_runner.report.formats
from arazzo_runner.executor.result import ConsideredAction, RunResult, Status
from arazzo_runner.report.formats.ndjson import EventLines, report_pieces
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error

EVENTS = json.loads(
    Path(arazzo_runner.report.formats.__path__[0], "events.schema.json").read_text(encoding="utf-8")
)


def report_bytes(run, masker):
    return b"".join(report_pieces(run, masker))


VALIDATOR = jsonschema.Draft202012Validator(EVENTS)


def read(data):
    """The events, after the schema has been held against each."""
    assert data.endswith(b"\n")
    lines = [json.loads(line) for line in data.splitlines()]
    for line in lines:
        VALIDATOR.validate(line)
    return lines


@pytest.fixture
def result(build):
    refused = build.attempt(
        response=None, criteria=[], error=build.error("nobody answered hunter22"),
        action=build.action(wait=2.0),
    )  # fmt: skip
    called = build.workflow(build.failed_step(), workflow_id="inner", status=Status.FAILED)
    again = build.step("again", attempts=[refused, build.attempt()])
    call = build.step("call", attempts=[build.attempt(None, None, [])], workflow=called,
                      operation=None, status=Status.FAILED)  # fmt: skip
    inputs = {"password": "hunter22"}
    return build.run(build.workflow(again, call, status=Status.FAILED, inputs=inputs))


def live(build, result):
    written = []
    ticks = count()
    lines = EventLines(written.append, Masker(["hunter22"]), lambda: next(ticks) / 4)
    run = build.report(result, 1)
    lines.begin(run)
    for event in build.events(result.workflows[0]):
        lines(event)
    lines.finish(run)
    assert all(line.count(b"\n") == 1 for line in written)
    return read(b"".join(written))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(EVENTS)


def test_events_are_told_in_their_order(build, result):
    told = live(build, result)
    assert [(one["event"], one.get("depth")) for one in told] == [
        ("run_started", None),
        ("workflow_started", 0),
        ("step_started", 0),
        ("request_sent", 0),
        ("response_received", 0),
        ("step_retried", 0),
        ("request_sent", 0),
        ("response_received", 0),
        ("criterion_judged", 0),
        ("step_finished", 0),
        ("step_started", 0),
        ("workflow_started", 1),
        ("step_started", 1),
        ("request_sent", 1),
        ("response_received", 1),
        ("criterion_judged", 1),
        ("step_finished", 1),
        ("workflow_finished", 1),
        ("step_finished", 0),
        ("workflow_finished", 0),
        ("run_finished", None),
    ]
    assert [one["at"] for one in told] == [number / 4 for number in range(len(told))]


def test_events_hold_the_objects_of_the_report(build, result):
    told = live(build, result)
    by_name = {one["event"]: one for one in reversed(told)}
    assert by_name["run_started"]["document"] == "workflows/studio.arazzo.yaml"
    assert by_name["workflow_started"]["inputs"] == {"password": "***"}
    assert by_name["step_started"]["operation"]["operation_id"] == "CreateExecution"
    assert by_name["request_sent"]["key"] == "again#1@1"
    assert by_name["request_sent"]["request"]["headers"][0] == ["Authorization", "***"]
    assert by_name["response_received"]["error"]["message"] == "nobody answered ***"
    assert told[7]["response"]["body"]["status"] == "active"
    assert by_name["step_retried"]["action"]["wait"] == 2.0
    assert [one["status"] for one in (by_name["step_finished"]["step"], told[18]["step"])] == [
        "passed", "failed",
    ]  # fmt: skip
    assert told[-2]["workflow"]["status"] == "failed"
    assert (told[-1]["exit_code"], told[-1]["status"]) == (1, "failed")


def test_a_body_that_is_no_json_stands_as_text(build):
    step = build.step(attempts=[build.attempt(response=build.response(body=b"[oops"))])
    told = live(build, build.run(build.workflow(step)))
    assert next(one for one in told if one["event"] == "response_received")["response"]["body"] == (
        "[oops"
    )


def test_a_run_that_is_over_is_told_without_times(build, result):
    told = read(report_bytes(build.report(result, 1), Masker(["hunter22"])))
    assert [one["event"] for one in told] == [
        "run_started", "workflow_started", "step_finished", "step_finished", "workflow_finished",
        "run_finished",
    ]  # fmt: skip
    assert "at" not in told[0]
    assert told[1]["inputs"] == {"password": "***"}


def test_a_run_that_could_not_start_tells_why(build):
    finding = error("AZ204", "no operation is called `x`")
    told = read(report_bytes(build.report(RunResult((), 0.0), 3, diagnostics=(finding,)), Masker()))
    assert [one["event"] for one in told] == ["run_started", "run_finished"]
    assert told[1]["diagnostics"][0]["code"] == "AZ204"


def test_a_retry_has_the_reasons_of_its_attempt(build):
    judged = ConsideredAction("poll", "step", True, (build.criterion(),))
    first = build.attempt(
        criteria=[build.unmet()], action=build.action(wait=2.0), considered=(judged,),
        outputs={"state": "busy", "key": "hunter22"},
    )  # fmt: skip
    step = build.step("again", attempts=[first, build.attempt()], outputs={"state": "done"})
    told = live(build, build.run(build.workflow(step)))
    retried = next(one for one in told if one["event"] == "step_retried")
    assert retried["outputs"] == {"state": "busy", "key": "***"}
    assert [(one["name"], one["holds"]) for one in retried["considered"]] == [("poll", True)]
    finished = next(one for one in told if one["event"] == "step_finished")["step"]
    assert [one.get("outputs") for one in finished["attempts"]] == [retried["outputs"], None]
