import pytest

from arazzo_runner.expression.ast import InputRef
from arazzo_runner.expression.ast import Literal as Constant

STEP = "/workflows/0/steps/1"
COMPONENTS = {
    "/components/inputs": {"i": {}},
    "/components/parameters": {
        "page": {"name": "page", "in": "query", "value": "$inputs.id"},
        "anywhere": {"name": "anywhere", "value": 1},
        "broken": {"name": "broken"},
    },
    "/components/successActions": {
        "done": {"name": "done", "type": "end"},
        "hop": {"name": "hop", "type": "goto", "workflowId": "v", "parameters": [{"reference": "$components.parameters.page"}]},
    },
    "/components/failureActions": {"again": {"name": "again", "type": "retry"}},
}  # fmt: skip
BROKEN = "error AZ111 /components/parameters/broken: the field `value` of the Parameter Object is missing"


@pytest.fixture
def judge_with_components(judge):
    return lambda changes: judge({**COMPONENTS, **changes})


def test_components_take_the_place_of_references(judge_with_components):
    judged = judge_with_components({
        f"{STEP}/parameters": [{"reference": "$components.parameters.page"}],
        f"{STEP}/onSuccess": [{"reference": "$components.successActions.hop"}],
        f"{STEP}/onFailure": [{"reference": "$components.failureActions.again"}],
        "/workflows/0/successActions": [{"reference": "$components.successActions.done"}],
    })  # fmt: skip
    assert judged.lines == [BROKEN]
    step = judged.step
    assert [one.name for one in step.parameters] == ["page"]
    assert [one.name for one in step.on_success[0].parameters] == ["page"]
    assert [one.name for one in step.on_failure] == ["again"]
    assert [one.name for one in judged.workflow.success_actions] == ["done"]
    assert judged.resolved.components.success_actions["hop"].parameters[0].name == "page"


@pytest.mark.parametrize("value", [3, None, {"a": 1}])
def test_semantics_9_a_reference_may_override_the_value(judge_with_components, value):
    reference = {"reference": "$components.parameters.page", "value": value}
    parameter = judge_with_components({f"{STEP}/parameters": [reference]}).step.parameters[0]
    assert parameter.value == Constant(value)
    assert (parameter.name, parameter.location) == ("page", "query")
    assert parameter.place.pointer == ("workflows", 0, "steps", 1, "parameters", 0)


def test_without_a_value_the_one_of_the_component_stays(judge_with_components):
    reference = {"reference": "$components.parameters.page"}
    parameter = judge_with_components({f"{STEP}/parameters": [reference]}).step.parameters[0]
    assert isinstance(parameter.value, InputRef)
    assert parameter.place.pointer == ("components", "parameters", "page")


LABELS = {
    "parameters": "not a parameter",
    "onSuccess": "not a success action",
    "onFailure": "not a failure action",
}


@pytest.mark.parametrize(
    ("field", "reference", "message", "help"),
    [
        ("parameters", "parameters.pag", "there is no `pag` in `components.parameters`", "did you mean `page`?"),
        ("parameters", "parameters.zzz", "there is no `zzz` in `components.parameters`", "there are `page`, `anywhere`, `broken`"),
        ("parameters", "parameters.done", "there is no `done` in `components.parameters`", "`components.successActions` has one"),
        ("parameters", "parameters.i", "there is no `i` in `components.parameters`", "that is a schema, for `$ref: '#/components/inputs/i'`"),
        ("parameters", "successActions.done", "`$components.successActions.done` is a success action, and a parameter is expected here", None),
        ("onSuccess", "failureActions.again", "`$components.failureActions.again` is a failure action, and a success action is expected here", None),
        ("onFailure", "successActions.again", "`$components.successActions.again` is a success action, and a failure action is expected here", "write `$components.failureActions.again`"),
        ("onFailure", "parameters.page", "`$components.parameters.page` is a parameter, and a failure action is expected here", None),
    ],
)  # fmt: skip
def test_references_that_lead_nowhere(judge_with_components, field, reference, message, help):
    judged = judge_with_components({f"{STEP}/{field}": [{"reference": f"$components.{reference}"}]})
    found = [one for one in judged.entries if one.code == "AZ209"]
    assert [(one.message, one.help) for one in found] == [(message, help)]
    assert found[0].place.pointer[-2:] == (0, "reference")
    assert found[0].label == ("no such component" if "there is no" in message else LABELS[field])
    assert judged.step.parameters == judged.step.on_success == judged.step.on_failure == ()


def test_a_component_that_could_not_be_read_is_not_said_to_be_missing(judge):
    judged = judge({
        "/components/parameters": {"p": 1},
        f"{STEP}/parameters": [{"reference": "$components.parameters.p"}],
    })  # fmt: skip
    assert judged.codes == ["AZ112"]


@pytest.mark.parametrize("components", ["(gone)", {"parameters": 1}, 1])
def test_no_component_at_all(judge, components):
    item = {"reference": "$components.parameters.p"}
    assert "AZ209" in judge({"/components": components, f"{STEP}/parameters": [item]}).codes


def test_a_component_without_a_location_where_it_is_used(judge_with_components):
    item = {"reference": "$components.parameters.anywhere"}
    judged = judge_with_components({f"{STEP}/parameters": [item]})
    assert judged.lines[1:] == [
        f"error AZ111 {STEP}/parameters/0: the parameter `anywhere` needs its `in`: the step calls an operation"
    ]
    call = {"stepId": "call", "workflowId": "v", "parameters": [item]}
    assert judge_with_components({"/workflows/0/steps/-": call}).lines == [BROKEN]


def test_a_location_that_is_wrong_is_not_said_to_be_missing(judge):
    item = {"name": "a", "in": "params", "value": 1}
    assert judge({f"{STEP}/parameters": [item]}).codes == ["AZ113"]


def test_the_same_reference_twice(judge_with_components):
    items = [
        {"reference": "$components.parameters.page"},
        {"name": "page", "in": "query", "value": 1},
    ]
    judged = judge_with_components({f"{STEP}/parameters": items})
    assert judged.lines[1:] == [
        f"error AZ115 {STEP}/parameters/1: there are two parameters `page` in `query`"
    ]


def test_a_step_whose_target_is_unknown_is_not_asked_for_locations(judge_step):
    judged = judge_step(workflowId="v", parameters=[{"name": "a", "value": 1}])
    assert judged.codes == ["AZ114"]
