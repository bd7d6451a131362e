"""The way through a workflow: AZ401 to AZ405."""

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
