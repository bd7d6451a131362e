import pytest

STEP = "/workflows/0/steps/1"


@pytest.fixture
def judge_read(judge):
    """The document whose second step has this output, with more changes."""
    fixed = {"/workflows/0/dependsOn": ["v"]}
    return lambda text, **more: judge(
        {**fixed, f"{STEP}/outputs": {"o": text}, **more.get("changes", {})}
    )


@pytest.mark.parametrize(
    ("text", "expected", "help"),
    [
        ("$steps.tow.outputs.x", "error AZ208 {p}[0:20]: the workflow `w` has no step `tow`", "did you mean `two`?"),
        ("$steps.one.outputs.xx", "error AZ211 {p}[0:21]: the step `one` has no output `xx`", "did you mean `x`?"),
        ("$steps.one.outputs.zzz", "error AZ211 {p}[0:22]: the step `one` has no output `zzz`", "declare it in the `outputs` of the step `one`"),
        ("$workflows.vv.outputs.x", "error AZ207 {p}[0:23]: no workflow is called `vv`", None),
        ("$workflows.v.outputs.x", "warning AZ211 {p}[0:22]: the workflow `v` has no output `x`", "declare it in the `outputs` of the workflow `v`"),
        ("$workflows.v.steps.only.outputs.x", "error AZ211 {p}[0:33]: the step `only` has no output `x`", "declare it in the `outputs` of the step `only`"),
        ("$workflows.v.steps.one.outputs.x", "error AZ208 {p}[0:32]: the workflow `v` has no step `one`", None),
        ("$sourceDescriptions.apy.url", "error AZ203 {p}[0:27]: no source description is called `apy`", "did you mean `api`?"),
        ("$components.parameters.p", "error AZ209 {p}[0:24]: there is no `p` in `components.parameters`", None),
        ("$components.successActions.p", "error AZ209 {p}[0:28]: there is no `p` in `components.successActions`", None),
        ("$components.failureActions.p", "error AZ209 {p}[0:28]: there is no `p` in `components.failureActions`", None),
    ],
)  # fmt: skip
def test_what_is_read_and_not_there(judge_read, text, expected, help):
    judged = judge_read(text)
    assert judged.lines == [expected.format(p=f"{STEP}/outputs/o")]
    if help is not None:
        assert judged.entries[0].help == help


@pytest.mark.parametrize(
    "text",
    [
        "$steps.one.outputs.x",
        "$steps.one.outputs.x.y",
        "$steps.two.outputs.o",
        "$sourceDescriptions.api.url",
        "$workflows.w.outputs.out",
        "$workflows.w.steps.one.outputs.x",
        "$response.body",
        "$url",
    ],
)
def test_what_is_there(judge_read, text):
    changes = {"/workflows/0/outputs": {"out": "$steps.one.outputs.x"}}
    assert judge_read(text, changes=changes).entries == ()


def test_an_operation_step_without_outputs_has_none(judge):
    judged = judge({"/workflows/0/outputs": {"o": "$steps.two.outputs.x"}})
    assert judged.codes == ["AZ211"]


def test_semantics_19_a_step_that_calls_a_workflow_has_its_outputs(judge):
    call = {"stepId": "call", "workflowId": "v"}
    changes = {"/workflows/0/steps/-": call, "/workflows/0/outputs": {"o": "$steps.call.outputs.x"}}
    assert judge(changes).entries == ()
    mapped = {**call, "outputs": {"y": "$outputs.x"}}
    assert judge({**changes, "/workflows/0/steps/-": mapped}).codes == ["AZ211"]


@pytest.mark.parametrize(
    "call",
    [
        {"stepId": "call", "workflowId": "$sourceDescriptions.api.far"},
        {"stepId": "call", "operationId": "o", "onFailure": [{"name": "r", "type": "retry", "workflowId": "$sourceDescriptions.api.far"}]},
    ],
)  # fmt: skip
def test_semantics_18_workflows_of_other_documents_may_be_read(judge_read, call):
    changes = {"/workflows/0/steps/-": call}
    assert judge_read("$workflows.far.outputs.x", changes=changes).entries == ()
    assert judge_read("$workflows.far.outputs.x").codes == ["AZ207"]


def test_semantics_32_a_workflow_that_goes_to_another_has_its_outputs(judge_read):
    goto = [{"name": "g", "type": "goto", "workflowId": "w"}, {"name": "e", "type": "end"}]
    changes = {"/workflows/1/successActions": goto}
    assert judge_read("$workflows.v.outputs.x", changes=changes).entries == ()
    jump = [{"name": "g", "type": "goto", "stepId": "only"}]
    changes = {"/workflows/1/steps/0/onSuccess": jump}
    assert judge_read("$workflows.v.outputs.x", changes=changes).codes == ["AZ211"]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("$components.parameters.p", "refers to an object of the document, which has no value"),
        (
            "$components.parameters.p.value",
            "refers to an object of the document, which has no value",
        ),
        (
            "$sourceDescriptions.api.find",
            "refers to something in another document, which has no value",
        ),
        (
            "$sourceDescriptions.api.w.outputs.x",
            "refers to something in another document, which has no value",
        ),
    ],
)
def test_what_is_there_and_no_value(judge_read, expression, why):
    changes = {"/components/parameters": {"p": {"name": "p", "value": 1}}}
    judged = judge_read(expression, changes=changes)
    assert [(one.code, one.severity.value, one.message) for one in judged.entries] == [
        ("AZ113", "warning", f"`{expression}` {why}")
    ]
