import pytest

from arazzo_runner.document.model import EndAction, GotoAction, RetryAction, WorkflowName

STEP = "/workflows/0/steps/1"


@pytest.mark.parametrize(
    ("field", "item", "expected"),
    [
        ("onSuccess", 1, "error AZ112 {a}: an item of `onSuccess` must be an object (Success Action Object), and is the number 1"),
        ("onFailure", 1, "error AZ112 {a}: an item of `onFailure` must be an object (Failure Action Object), and is the number 1"),
        ("onSuccess", {"type": "end"}, "error AZ111 {a}: the field `name` of the Success Action Object is missing"),
        ("onFailure", {"type": "retry"}, "error AZ111 {a}: the field `name` of the Failure Action Object is missing"),
        ("onSuccess", {"name": "n"}, "error AZ111 {a}: the field `type` of the Success Action Object is missing"),
        ("onSuccess", {"name": "n", "type": "stop"}, "error AZ113 {a}/type: `type` cannot be `stop`"),
        ("onSuccess", {"name": "n", "type": "retry"}, "error AZ113 {a}/type: a success action cannot be of type `retry`"),
        ("onSuccess", {"name": "n", "type": "end", "retryAfter": 1}, "error AZ110 {a}/retryAfter@key: `retryAfter` is not a field of the Success Action Object"),
        ("onFailure", {"name": "n", "type": "end", "retryLimit": 1}, "warning AZ113 {a}/retryLimit@key: `retryLimit` has no effect on an action of type `end`"),
        ("onFailure", {"name": "n", "type": "end", "stepId": "one"}, "warning AZ113 {a}/stepId@key: `stepId` has no effect on an action of type `end`"),
        ("onSuccess", {"name": "n", "type": "goto"}, "error AZ111 {a}: `goto` needs a `stepId` or a `workflowId`"),
        ("onSuccess", {"name": "n", "type": "goto", "stepId": 1}, "error AZ112 {a}/stepId: `stepId` must be a string, and is the number 1"),
        ("onSuccess", {"name": "n", "type": "goto", "stepId": "one", "workflowId": "v"}, "error AZ114 {a}/workflowId@key: `stepId` and `workflowId` exclude each other"),
        ("onSuccess", {"name": "n", "type": "goto", "stepId": "tow"}, "error AZ208 {a}/stepId: the workflow `w` has no step `tow`"),
        ("onFailure", {"name": "n", "type": "retry", "stepId": "v"}, "error AZ208 {a}/stepId: the workflow `w` has no step `v`"),
        ("onFailure", {"name": "n", "type": "goto", "workflowId": "one"}, "error AZ207 {a}/workflowId: no workflow is called `one`"),
        ("onFailure", {"name": "n", "type": "retry", "retryAfter": -1}, "error AZ113 {a}/retryAfter: `retryAfter` must not be negative"),
        ("onFailure", {"name": "n", "type": "retry", "retryAfter": float("inf")}, "error AZ113 {a}/retryAfter: `retryAfter` must not be negative"),
        ("onFailure", {"name": "n", "type": "retry", "retryAfter": "1s"}, "error AZ112 {a}/retryAfter: `retryAfter` must be a number, and is a string"),
        ("onFailure", {"name": "n", "type": "retry", "retryAfter": True}, "error AZ112 {a}/retryAfter: `retryAfter` must be a number, and is a boolean"),
        ("onFailure", {"name": "n", "type": "retry", "retryLimit": 1.5}, "error AZ112 {a}/retryLimit: `retryLimit` must be an integer, and is the number 1.5"),
        ("onFailure", {"name": "n", "type": "retry", "retryLimit": -1}, "error AZ113 {a}/retryLimit: `retryLimit` must not be negative"),
        ("onSuccess", {"name": "n", "type": "goto", "stepId": "one", "parameters": []}, "warning AZ113 {a}/parameters@key: `parameters` has no effect on an action without a `workflowId`"),
        ("onSuccess", {"name": "n", "type": "goto", "workflowId": "v", "parameters": [{"name": "a", "in": "query", "value": 1}]}, "error AZ113 {a}/parameters/0/in@key: a parameter of an action has no `in`: it is an input of the workflow"),
        ("onSuccess", {"name": "n", "type": "end", "criteria": [{}]}, "error AZ111 {a}/criteria/0: the field `condition` of the Criterion Object is missing"),
        ("onSuccess", {"reference": "$components.successActions.x", "value": 1}, "warning AZ120 {a}/value@key: `value` beside a `reference` is ignored"),
    ],
)  # fmt: skip
def test_what_an_action_gets_wrong(judge_step, field, item, expected):
    assert expected.format(a=f"{STEP}/{field}/0") in judge_step(**{field: [item]}).lines


@pytest.mark.parametrize("field", ["onSuccess", "onFailure"])
def test_names_are_unique_in_a_list(judge_step, field):
    judged = judge_step(**{field: [{"name": "n", "type": "end"}, {"name": "n", "type": "end"}]})
    kind = "success" if field == "onSuccess" else "failure"
    assert judged.lines == [f"error AZ115 {STEP}/{field}/1: there are two {kind} actions `n`"]


def test_the_actions(judge):
    judged = judge({
        f"{STEP}/onSuccess": [
            {"name": "a", "type": "goto", "stepId": "one", "criteria": [{"condition": "$statusCode == 200"}]},
            {"name": "b", "type": "goto", "workflowId": "v", "parameters": [{"name": "p", "value": "$inputs.id"}]},
            {"name": "c", "type": "end"},
        ],
        f"{STEP}/onFailure": [
            {"name": "d", "type": "retry", "retryAfter": 1.5, "retryLimit": 0, "workflowId": "v"},
            {"name": "e", "type": "retry"},
            {"name": "f", "type": "goto", "workflowId": "$sourceDescriptions.api.other"},
            {"name": "g", "type": "retry", "stepId": "one"},
        ],
        "/workflows/0/successActions": [{"name": "a", "type": "end"}],
        "/workflows/0/failureActions": [{"name": "a", "type": "end"}],
    })  # fmt: skip
    assert judged.entries == ()
    to_step, to_workflow, end = judged.step.on_success
    assert (
        isinstance(to_step, GotoAction) and to_step.target == "one" and len(to_step.criteria) == 1
    )
    assert isinstance(to_workflow, GotoAction) and isinstance(to_workflow.target, WorkflowName)
    assert [one.name for one in to_workflow.parameters] == ["p"]
    assert isinstance(end, EndAction)
    first, second, far, third = judged.step.on_failure
    assert isinstance(first, RetryAction) and (first.retry_after, first.retry_limit) == (1.5, 0)
    assert isinstance(second, RetryAction)
    assert (second.retry_after, second.retry_limit, second.target) == (0, None, None)
    assert isinstance(far, GotoAction) and (far.target.source, far.target.workflow_id) == (
        "api",
        "other",
    )
    assert isinstance(third, RetryAction) and third.target == "one"
    assert [one.name for one in judged.workflow.success_actions] == ["a"]
