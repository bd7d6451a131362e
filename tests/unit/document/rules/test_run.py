import pytest

STEP = "/workflows/0/steps/1"


@pytest.mark.parametrize(
    ("pointer", "value", "expected", "help"),
    [
        ("/workflows/0/dependsOn", ["vv"], "error AZ207 /workflows/0/dependsOn/0: no workflow is called `vv`", None),
        ("/workflows/0/dependsOn", ["only"], "error AZ207 /workflows/0/dependsOn/0: no workflow is called `only`", "`only` is a step: write `stepId`"),
        ("/workflows/0/dependsOn", ["zzz"], "error AZ207 /workflows/0/dependsOn/0: no workflow is called `zzz`", "the workflows are `w` and `v`"),
        ("/workflows/0/dependsOn", ["$sourceDescriptions.appi.x"], "error AZ203 /workflows/0/dependsOn/0: no source description is called `appi`", "did you mean `api`?"),
        ("/workflows/0/dependsOn", ["$sourceDescriptions.zzz.x"], "error AZ203 /workflows/0/dependsOn/0: no source description is called `zzz`", "the source descriptions are `api`"),
        ("/workflows/0/successActions", [{"name": "n", "type": "goto", "stepId": "only"}], "error AZ208 /workflows/0/successActions/0/stepId: the workflow `w` has no step `only`", "`only` is a step of the workflow `v`"),
        ("/workflows/0/failureActions", [{"name": "n", "type": "retry", "stepId": "v"}], "error AZ208 /workflows/0/failureActions/0/stepId: the workflow `w` has no step `v`", "`v` is a workflow, not a step"),
        ("/workflows/0/failureActions", [{"name": "n", "type": "retry", "workflowId": "zz"}], "error AZ207 /workflows/0/failureActions/0/workflowId: no workflow is called `zz`", "the workflows are `w` and `v`"),
        ("/workflows/0/failureActions", [{"name": "n", "type": "goto", "stepId": "Two"}], "error AZ208 /workflows/0/failureActions/0/stepId: the workflow `w` has no step `Two`", "did you mean `two`?"),
        ("/workflows/0/failureActions", [{"name": "n", "type": "goto", "stepId": "zzz"}], "error AZ208 /workflows/0/failureActions/0/stepId: the workflow `w` has no step `zzz`", "the steps are `one` and `two`"),
    ],
)  # fmt: skip
def test_names_that_lead_nowhere(judge, pointer, value, expected, help):
    judged = judge({pointer: value})
    assert judged.lines == [expected]
    if help is not None:
        assert judged.entries[0].help == help


def test_names_that_lead_somewhere(judge):
    judged = judge({
        "/workflows/0/dependsOn": ["v"],
        "/workflows/0/failureActions": [
            {"name": "a", "type": "retry"},
            {"name": "b", "type": "end"},
            {"name": "c", "type": "retry", "workflowId": "v"},
            {"name": "d", "type": "goto", "workflowId": "v"},
            {"name": "e", "type": "goto", "stepId": "one"},
            {"name": "f", "type": "retry", "stepId": "one"},
        ],
    })  # fmt: skip
    assert judged.entries == ()


def test_long_lists_of_names_are_cut(judge):
    steps = [{"stepId": f"s{n}", "operationId": "o"} for n in range(12)]
    action = [{"name": "n", "type": "goto", "stepId": "zzz"}]
    judged = judge({"/workflows/1/steps": steps, "/workflows/1/successActions": action})
    assert judged.entries[0].help.endswith("`s8` and `s9` and more")


def test_no_sources_at_all(judge):
    judged = judge({"/sourceDescriptions": [], f"{STEP}/operationId": "$sourceDescriptions.a.b"})
    assert judged.entries[-1].help == "there are no source descriptions"


def test_a_component_is_judged_in_each_place_and_said_once(judge):
    judged = judge({
        "/components/failureActions": {"f": {"name": "f", "type": "goto", "stepId": "zzz"}},
        "/workflows/0/steps/0/onFailure": [{"reference": "$components.failureActions.f"}],
        "/workflows/0/steps/1/onFailure": [{"reference": "$components.failureActions.f"}],
    })  # fmt: skip
    assert judged.codes == ["AZ208"]
