"""What a replay holds against requests, wherever in a result they were sent."""

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.events import StepFinished, WorkflowFinished
from arazzo_runner.executor.result import (
    Attempt,
    RunResult,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.recording.file import read_recording, write_recording
from arazzo_runner.recording.model import RecordedExchange, Recording
from arazzo_runner.recording.replay import MAX_NAMED, ReplayFailures, ReplayWorld
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("a", "", "a"))
REQUEST = HttpRequest("GET", "https://a.example/")
ERROR = StepError("differs-from-recording", "it differs", None, "request")
OPERATION = ("shop", "GET", "/")


KEY = "w/s#1@1"


def attempt(key="w/other#1@1", interlude=None):
    return Attempt(REQUEST, None, None, (), (), None, True, interlude, key=key)


def step(*attempts, workflow=None):
    return StepResult("s", Status.PASSED, None, None, 0.0, {}, workflow, attempts, PLACE)


def workflow(*steps, **more):
    return WorkflowResult("w", Status.PASSED, {}, {}, 0.0, steps, None, None, PLACE, **more)


OBJECTED = workflow(step(attempt(KEY)))
PLACES = {
    "in a step": OBJECTED,
    "in a called workflow": workflow(step(attempt(""), workflow=OBJECTED)),
    "in a step before a retry": workflow(step(attempt(interlude=step(attempt(KEY))), attempt())),
    "in a workflow before a retry": workflow(step(attempt(interlude=OBJECTED), attempt())),
    "where a workflow went on": workflow(step(attempt()), gone_to=(OBJECTED,)),
    "in an earlier attempt": workflow(step(attempt(KEY), attempt())),
}


@pytest.fixture
def objections():
    found = ReplayFailures()
    found.raise_against(KEY, ERROR)
    return found


@pytest.mark.parametrize("whole", PLACES.values(), ids=PLACES)
def test_a_workflow_fails_for_a_request_in_it(objections, whole):
    judged = objections.run(RunResult((whole, workflow(step(attempt()))), 0.0))
    assert [one.status for one in judged.workflows] == [Status.FAILED, Status.PASSED]


def test_the_last_attempt_tells_of_an_earlier_one(objections):
    judged = objections.step(step(attempt(), attempt(KEY), attempt()))
    assert judged.attempts[-1].error.message == "attempt 2: it differs"
    assert not judged.attempts[-1].succeeded


def test_an_error_of_its_own_stays_with_the_last_attempt(objections):
    told = ReplayFailures()
    last = "w/s#1@2"
    told.raise_against(KEY, ERROR)
    told.raise_against(last, StepError("not-recorded", "not there", None, "request"))
    judged = told.step(step(attempt(KEY), attempt(last)))
    assert judged.attempts[-1].error.message == "not there"


def test_the_second_request_of_an_attempt_is_about_it():
    told = ReplayFailures()
    told.raise_against(f"{KEY}.2", ERROR)
    assert told.step(step(attempt(KEY))).status is Status.FAILED
    assert told.step(step(attempt("w/s#1@2"))).status is Status.PASSED


def test_what_is_fine_is_not_copied(objections):
    fine = workflow(step(attempt(), workflow=workflow()))
    assert objections.workflow(fine) is fine


def test_a_run_of_nothing_cannot_fail(objections):
    assert objections.end(RunResult((), 0.0), ERROR).workflows == ()


def recording(count):
    exchanges = (
        RecordedExchange(f"w/s#{number}@1", OPERATION, REQUEST, HttpResponse(200, (), b""))
        for number in range(1, count + 1)
    )
    return Recording("d", tuple(exchanges))


def test_missing_requests_are_named_up_to_a_number():
    judged = ReplayWorld(recording(MAX_NAMED + 2)).judge(RunResult((workflow(),), 0.0))
    error = judged.workflows[0].error
    assert error.message == "12 recorded requests not sent"
    assert len(error.details) == MAX_NAMED + 1
    assert error.details[-1] == "  … and 2 more"


def test_observers_are_told_the_verdict():
    world = ReplayWorld(recording(1))
    request = HttpRequest("PUT", "https://a.example/")
    run_coroutine(world.send(SendCall("w/s#1@1", request, None, OPERATION)))
    told = []
    observe = world.judging_observer(told.append)
    visited = step(attempt(KEY))
    observe(StepFinished(None, visited, 0, None))
    observe(WorkflowFinished(workflow(visited), 0, None))
    assert [one.result.status for one in told] == [Status.FAILED, Status.FAILED]
    other = StepFinished(None, step(attempt()), 0, None)
    observe(other)
    assert told[-1].result is other.result


@pytest.mark.parametrize("in_process", [True, False])
@pytest.mark.parametrize("outcome", [HttpResponse(200, (), b""), TransportFailure("refused", "m")])
def test_who_responded_is_kept(tmp_path, outcome, in_process):
    """So that no line says that the server of the URL was asked."""
    kept = replace(outcome, in_process=in_process)
    exchange = RecordedExchange("w/s#1@1", OPERATION, REQUEST, kept)
    write_recording(tmp_path / "r.json", Recording("d", (exchange,)), Masker())
    world = ReplayWorld(read_recording(tmp_path / "r.json"))
    replayed = run_coroutine(world.send(SendCall("w/s#1@1", REQUEST, None, OPERATION)))
    assert replayed.in_process is in_process
