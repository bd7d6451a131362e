"""Values that may hold secrets, or without end, say in a word what they are."""

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.events import StepRetried
from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    ConsideredAction,
    OperandValue,
    RunResult,
    Status,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.world import ChannelUse, OpenCall, TransportFailure
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.text.diagnostic import SafeRepr
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("a.yaml", "secret", "file:///a.yaml"))
ERROR = StepError("timeout", "secret", None, "response")
UNSENT = Attempt(None, None, None, (), (), None, succeeded=False)
REFUSED = Attempt(None, None, ERROR, (), (), None, succeeded=False)
STEP = StepResult("look", Status.ERROR, None, None, 0.0, {"a": "secret"}, None, (REFUSED,), PLACE)
WORKFLOW = WorkflowResult(
    "make", Status.ERROR, {"a": "secret"}, {}, 0.0, (STEP,), None, ERROR, PLACE
)

EXCHANGED = WireExchange(
    HttpRequest("GET", "https://me@a.example?key=secret"),
    HttpResponse(200, (), b"secret"),
    0.0,
    0.0,
)


class Step:
    """As much of a step as an event asks for."""

    step_id = "look"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (OperandValue("$inputs.pin", "secret", 0), "OperandValue($inputs.pin)"),
        (ERROR, "StepError(timeout)"),
        (TransportFailure("timeout", "secret"), "TransportFailure(timeout)"),
        (ConsideredAction("again", "step", True, ()), "ConsideredAction(again, matched)"),
        (ConsideredAction("again", "step", False, ()), "ConsideredAction(again, not matched)"),
        (UNSENT, "Attempt(failed)"),
        (REFUSED, "Attempt(failed, timeout)"),
        (STEP, "StepResult(look, error)"),
        (WORKFLOW, "WorkflowResult(make, error)"),
        (EXCHANGED, "WireExchange(GET https://a.example, 200, 6 bytes)"),
        (replace(EXCHANGED, response=None), "WireExchange(GET https://a.example, nothing)"),
        (RunResult((WORKFLOW, WORKFLOW), 0.0), "RunResult(make, error; make, error)"),
        (OpenCall((ChannelUse("w/a#1@1", "events", "orders", "receive", "o"),), 1.0, (("w/a", "secret"),)), "OpenCall(orders)"),
        (StepRetried(Step(), 1, ActionTaken("a", "retry", "step", None, 2.5), 0, None, None), "StepRetried(look, attempt 1, wait 2.5 s)"),
    ],
)  # fmt: skip
def test_representations(value, words) -> None:
    assert repr(value) == words
    assert value.__rich_repr__() == [("brief", value.brief())]


def test_each_says_it_in_its_own_way() -> None:
    with pytest.raises(NotImplementedError):
        SafeRepr().brief()
