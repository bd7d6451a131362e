"""The way through a workflow: AZ401 to AZ406."""

import pytest


def steps(*every):
    return "- workflowId: w\n  steps:\n" + "".join(f"  - {one}\n" for one in every)


END = "{name: stop, type: end}"
AWAY = "{name: away, type: goto, workflowId: v}"
LATER = "{name: later, type: goto, stepId: c}"
BACK = "{name: back, type: goto, stepId: a}"
MAYBE = "{name: maybe, type: goto, stepId: a, criteria: [{condition: $statusCode == 200}]}"
RETRY = "{name: again, type: retry}"
B, C = "{stepId: b, operationId: list}", "{stepId: c, operationId: list}"


@pytest.mark.parametrize(
    ("workflows", "lines"),
    [
        (steps("{stepId: a, operationId: list}", B), []),
        ("- workflowId: w\n  steps: []\n", []),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{END}]}}", B), ["AZ401 warning `b`: the step `b` is unreachable"]),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{END}]}}", B, C), ["AZ401 warning `b`: the step `b` is unreachable"]),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{LATER}]}}", B, C), ["AZ401 warning `b`: the step `b` is unreachable"]),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{LATER}], onFailure: [{{name: f, type: goto, stepId: b}}]}}", B, C), []),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{END}], onFailure: [{{name: f, type: retry, stepId: b}}]}}", B), []),
        (steps("{stepId: a, operationId: list, dependsOn: [b]}", B), []),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{BACK}]}}"), ["AZ402 warning `name: back`: the loop through the step `a` has no exit"]),
        (steps("{stepId: a, operationId: list}", f"{{stepId: b, operationId: list, onSuccess: [{BACK}]}}"), ["AZ402 warning `name: back`: the loop through the step `b` has no exit"]),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{MAYBE}]}}"), []),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{BACK}], onFailure: [{END}]}}"), []),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{BACK}], onFailure: [{RETRY}]}}"), ["AZ402 warning `name: back`: the loop through the step `a` has no exit"]),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{MAYBE}, {END}]}}"), []),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{END}, {MAYBE}]}}"), ["AZ403 warning `maybe`: the action `maybe` is unreachable"]),
        (steps(f"{{stepId: a, operationId: list, onFailure: [{RETRY}, {END}]}}"), []),
        (steps("{stepId: a, operationId: list}") + f"  failureActions: [{END}, {{name: other, type: end}}]\n", ["AZ403 warning `other`: the action `other` is unreachable"]),
        (steps("{stepId: a, operationId: list}") + f"  failureActions: [{END}, {{name: other, type: end}}]\n", ["AZ403 warning `other`: the action `other` is unreachable"]),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{END}]}}") + f"  successActions: [{BACK}]\n", []),
        (steps("{stepId: a, operationId: list}", B) + f"  successActions: [{END}]\n", ["AZ401 warning `b`: the step `b` is unreachable"]),
        (steps("{stepId: a, operationId: list}", "{stepId: b, operationId: list, onSuccess: [{name: stop, type: goto, stepId: a}]}") + f"  successActions: [{END}]\n", ["AZ401 warning `b`: the step `b` is unreachable"]),
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{AWAY}]}}") + "- workflowId: v\n  steps: [{stepId: s, workflowId: w}]\n", []),
        (steps("{stepId: a, operationId: list, onFailure: [{name: r, type: retry, retryLimit: 11}]}"), ["AZ405 warning `11`: `retryLimit` is 11, and a run makes 10 at most"]),
        (steps("{stepId: a, operationId: list, onFailure: [{name: r, type: retry, retryLimit: 10}]}"), []),
        (steps("{stepId: a, operationId: list}", B) + "  failureActions: [{name: r, type: retry, retryLimit: 30}]\n", ["AZ405 warning `30`: `retryLimit` is 30, and a run makes 10 at most"]),
        (steps("{stepId: a, workflowId: v}") + "- workflowId: v\n  steps: [{stepId: s, workflowId: w}]\n", ["AZ404 warning `w`: the workflow `w` calls itself: `w` → `v` → `w`"]),
    ],
)  # fmt: skip
def test_flow(found, workflows, lines):
    assert found(workflows, "AZ4") == lines


def test_the_first_step_may_wait_for_a_later_one_to_lead_to_it(found):
    """Steps that depend on others are sorted: the first one is the one that needs none."""
    text = steps(
        "{stepId: a, operationId: list, dependsOn: [b]}",
        f"{{stepId: b, operationId: list, onSuccess: [{END}]}}",
    )
    assert found(text, "AZ4") == ["AZ401 warning `a`: the step `a` is unreachable"]


def _clean(target, *, criteria="", field="onFailure"):
    return f"{field}: [{{name: clean, type: goto, stepId: {target}{criteria}}}]"


A = "{stepId: a, operationId: list}"
HIDDEN = "AZ406 hint `%s`: the workflow `w` can pass although its step `%s` failed"
ENDS = "{stepId: c, operationId: list, onSuccess: [{name: done, type: end}]}"
STOPS = "onSuccess: [{name: done, type: end}]"


@pytest.mark.parametrize(
    ("workflows", "lines"),
    [
        # What the normal way comes to as well, next or later.
        (steps(A, f"{{stepId: b, operationId: list, {_clean('c')}}}", C), [HIDDEN % ("c", "b")]),
        (steps(f"{{stepId: a, operationId: list, {_clean('c')}}}", B, C), [HIDDEN % ("c", "a")]),
        # An action of the workflow is said once.
        (steps(A, B, C) + f"  {_clean('c', field='failureActions')}\n", [HIDDEN % ("c", "a")]),
        # What only failures lead to.
        (steps(f"{{stepId: a, operationId: list, {STOPS}, {_clean('b')}}}", B), [HIDDEN % ("b", "a")]),
        # Criteria, and an end that is written, on the way too.
        (steps(A, f"{{stepId: b, operationId: list, {_clean('c', criteria=', criteria: [{condition: $statusCode == 404}]')}}}", C), []),
        (steps(f"{{stepId: a, operationId: list, {_clean('c')}}}", B, ENDS), []),
        (steps(f"{{stepId: a, operationId: list, {_clean('b')}}}", B, ENDS), []),
        (steps(f"{{stepId: a, operationId: list, {_clean('b')}}}", B, C) + "  successActions: [{name: done, type: end, criteria: [{condition: $statusCode == 200}]}]\n", []),
        # Once more from there: the failed step decides.
        (steps(A, f"{{stepId: b, operationId: list, {_clean('a')}}}", C), []),
        (steps(f"{{stepId: a, operationId: list, {_clean('a')}}}", B), []),
        (steps(f"{{stepId: a, operationId: list, {STOPS}, {_clean('b')}}}", f"{{stepId: b, operationId: list, onSuccess: [{BACK}]}}"), []),
        # Another step in its place, from which the way is the normal one.
        (steps(f"{{stepId: a, operationId: list, onSuccess: [{LATER}], {_clean('b')}}}", B, C), []),
        # Going to no other step, and to another workflow.
        (steps("{stepId: a, operationId: list, onFailure: [{name: r, type: retry}, {name: e, type: end}]}", B), []),
        (steps("{stepId: a, operationId: list, onFailure: [{name: r, type: retry, stepId: b}]}", B), []),
        (steps(f"{{stepId: a, operationId: list, onFailure: [{AWAY}]}}", B) + "- workflowId: v\n  steps: [{stepId: s, operationId: list}]\n", []),
    ],
)  # fmt: skip
def test_failures_that_the_workflow_hides(found, workflows, lines):
    assert found(workflows, "AZ406") == lines


def test_hidden_failures_are_looked_for_in_bounded_time(found, monkeypatch):
    hidden = "onFailure: [{name: n, type: goto, stepId: c}]"
    text = steps(f"{{stepId: a, operationId: list, {hidden}}}", f"{{stepId: b, operationId: list, {hidden}}}", "{stepId: c, operationId: list}")  # fmt: skip
    assert len(found(text, "AZ406")) == 2
    monkeypatch.setattr("arazzo_runner.lint.control_flow._MOST_STEPS", 0)
    assert len(found(text, "AZ406")) == 1
