"""What a run keeps of bodies, and what it says of those that it gave up."""

import json

import msgspec
import pytest

from arazzo_runner.executor.body_budget import OMITTED_VALUE, BodyBudget, copy_outcome
from arazzo_runner.executor.plan import Limits, Settings
from arazzo_runner.executor.result import ActionTaken, Attempt, ConsideredAction, CriterionResult
from arazzo_runner.executor.result import OperandValue as Operand
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import MISSING, FileBody, value_size
from arazzo_runner.openapi.message import (
    HttpRequest,
    HttpResponse,
    OmittedBody,
    WireExchange,
    byte_count,
)
from arazzo_runner.text.number import parse_number

from .conftest import reply

JSON = (("Content-Type", "application/json"),)


def attempt(body=b"", sent=b"", operands=(), exchanges=(), considered=()):
    criterion = CriterionResult("simple", "c", None, True, tuple(operands), None, None)
    return Attempt(
        HttpRequest("POST", "https://h", JSON, sent), HttpResponse(200, JSON, body), None,
        (criterion,), (), ActionTaken("a", "end", "step"), True,
        considered=considered, exchanges=exchanges,
    )  # fmt: skip


def test_the_oldest_bodies_are_given_up_and_the_newest_never():
    budget, body = BodyBudget(2500), json.dumps("x" * 998).encode()
    kept = [attempt(body) for _ in range(4)]
    for one in kept:
        budget.keep(one)
    assert [len(one.response.body) for one in kept] == [0, 0, 1000, 1000]
    assert [one.body for one in kept] == [MISSING, MISSING, "x" * 998, "x" * 998]
    assert kept[0].response.brief() == "200, 1,000 bytes"
    large = attempt(b"y" * 10_000)
    budget.keep(large)
    assert [len(one.response.body) for one in (*kept, large)] == [0, 0, 0, 0, 10_000]


@pytest.mark.parametrize(("limit", "left"), [(2000, 1000), (1999, 0)])
def test_the_limit_itself_is_allowed(limit, left):
    first, second = attempt(b"x" * 1000), attempt(b"y" * 1000)
    budget = BodyBudget(limit)
    budget.keep(first)
    budget.keep(second)
    assert len(first.response.body) == left


def test_attempts_without_bodies_take_nothing():
    budget, first = BodyBudget(1100), attempt(b"x" * 1000)
    budget.keep(first)
    for _ in range(10):
        budget.keep(attempt())
    budget.keep(Attempt(None, None, None, (), (), None, False))
    assert len(first.response.body) == 1000


def test_what_further_runs_left_is_counted_too(run):
    step = "  - workflowId: main\n    steps: [{stepId: s, operationId: listThings}]\n"
    budget = BodyBudget(2500)
    ran = [run(step, reply(200, "x" * 1000)).first.steps for _ in range(3)]
    for steps in ran:
        budget.keep_all(steps)
    assert [len(steps[0].attempts[0].response.body) for steps in ran] == [0, 1000, 1000]


def test_every_form_of_a_body_goes_and_is_counted_once():
    body = b"x" * 1000
    wire = WireExchange(
        HttpRequest("POST", "https://h", (), body), HttpResponse(200, (), body), 0.0, 0.0
    )
    lost = WireExchange(HttpRequest("POST", "https://h", (), body), None, 0.0, 0.0)
    first = attempt(body, body, exchanges=(wire, lost))
    budget = BodyBudget(2500)
    budget.keep(first)
    budget.keep(attempt(b"y" * 1000))
    assert first.sent_body is MISSING, "it is no JSON"
    assert first.request.body is body
    budget.keep(attempt(b"z" * 1000))
    bodies = [first.request.body, first.response.body, wire.request.body, wire.response.body]
    assert all(isinstance(one, OmittedBody) for one in [*bodies, lost.request.body])
    assert [byte_count(one) for one in bodies] == [1000] * 4


def test_large_values_of_operands_are_given_up():
    operands = [Operand("$a", "x" * 5000, 0), Operand("$b", "small", 0), Operand("$c", 1, 0)]
    judged = CriterionResult("simple", "c", None, True, (Operand("$d", [1] * 5000, 0),), None, None)
    first = attempt(operands=operands, considered=(ConsideredAction("a", "step", True, (judged,)),))
    budget = BodyBudget(100)
    budget.keep(first)
    assert [one.value for one in operands] == ["x" * 5000, "small", 1]
    budget.keep(attempt(b"y"))
    assert [one.value for one in operands] == [OMITTED_VALUE, "small", 1]
    assert judged.operands[0].value == OMITTED_VALUE


def test_equal_outputs_are_one():
    budget = BodyBudget(0)
    first = budget.share({"a": "x" * 5000, "b": {"c": ["y" * 5000, 1]}, "s": "x", "n": 1})
    again = budget.share({"o": "".join(["x"] * 5000), "p": {"c": ["y" * 5000, 1]}, "s": "x"})
    assert again["o"] is first["a"]
    assert again["p"] is first["b"]
    other = budget.share({"p": {"c": ["y" * 5000, True]}})
    assert other["p"] is not first["b"], "1 and true are equal in Python"
    assert other["p"]["c"][1] is True
    spelled = [parse_number("1.00")] * 5000
    assert budget.share({"p": spelled, "f": [FileBody("a", "a", 1, None)], "e": []}) == {
        "p": spelled, "f": [FileBody("a", "a", 1, None)], "e": [],
    }  # fmt: skip


def test_counting_stops_where_it_is_enough():
    nested = {"a": [["x" * 1000] * 1000]}
    assert value_size(nested, 10**9) > 10**6
    assert value_size(nested, 10) < 10**5
    assert value_size(["ü" * 10, b"12345", 1, None], 10**9) == 56 + 32 + 40 + 5 + 32 + 32


def test_what_a_world_keeps_is_its_own():
    asked = HttpRequest("POST", "https://h", (), b"x" * 100)
    answer = HttpResponse(200, (), b"y" * 100)
    wire = WireExchange(asked, answer, 0.0, 0.0), WireExchange(asked, None, 0.0, 0.0)
    for outcome in (
        HttpResponse(200, (), b"y" * 100, request=asked, exchanges=wire),
        TransportFailure("timeout", "late", request=asked, exchanges=wire),
        HttpResponse(200, (), b""),
    ):
        own = copy_outcome(outcome)
        assert own == outcome
        assert own is not outcome
        assert all(one.request is not asked for one in own.exchanges)
        assert own.request is None or own.request is not asked


def test_a_run_keeps_the_newest_bodies_and_all_outputs(run):
    answers = [reply(200, {"id": number, "text": "x" * 2000}) for number in range(5)]
    steps = "".join(
        f"      - {{stepId: s{n}, operationId: listThings, outputs: {{all: $response.body}}}}\n"
        for n in range(5)
    )
    settings = Settings(Limits(max_kept=5000))
    ran = run(f"  - workflowId: main\n    steps:\n{steps}", *answers, settings=settings)
    attempts = [step.attempts[0] for step in ran.first.steps]
    assert [len(one.response.body) > 0 for one in attempts] == [False, False, False, True, True]
    assert [step.outputs["all"]["id"] for step in ran.first.steps] == [0, 1, 2, 3, 4]
    assert all(len(one.body) > 2000 for one in answers), "the world's own are whole"


def test_large_outputs_of_repeated_attempts_are_given_up():
    outputs = {"large": "x" * 5000, "small": "x", "number": 1}
    first = msgspec.structs.replace(attempt(), outputs=outputs)
    budget = BodyBudget(100)
    budget.keep(first)
    assert first.outputs["large"] == "x" * 5000
    budget.keep(attempt(b"y"))
    assert first.outputs == {"large": OMITTED_VALUE, "small": "x", "number": 1}


@pytest.mark.parametrize("answer", [reply(200, {}), TransportFailure("connect", "no")])
def test_a_world_may_keep_the_requests(run, answer):
    steps = "".join(
        f"      - stepId: s{n}\n        operationId: createThing\n"
        f"        requestBody: {{payload: {{name: {'x' * 2000}}}}}\n"
        "        onFailure: [{name: on, type: goto, stepId: s1}]\n"
        for n in range(2)
    )
    settings = Settings(Limits(max_kept=1, max_steps=2))
    ran = run(f"  - workflowId: main\n    steps:\n{steps}", answer, answer, settings=settings)
    attempts = [step.attempts[0] for step in ran.first.steps]
    assert isinstance(attempts[0].request.body, OmittedBody)
    assert [len(one.request.body) > 2000 for one in ran.world.calls] == [True, True]
