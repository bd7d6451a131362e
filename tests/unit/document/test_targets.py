import pytest

from arazzo_runner.document.model import (
    ChannelByPath,
    OperationById,
    OperationByPath,
    WorkflowName,
)
from arazzo_runner.document.targets import escaped_form, parse_qualified, pointer_tokens

STEP = "/workflows/0/steps/1"
GONE = "(gone)"


@pytest.fixture
def judge_target(judge):
    def judge_target(**fields):
        changes = {f"{STEP}/operationId": GONE}
        return judge({**changes, **{f"{STEP}/{name}": one for name, one in fields.items()}})

    return judge_target


def test_a_step_calls_one_thing(judge_target):
    assert judge_target().lines == [
        f"error AZ111 {STEP}: a step needs one of `operationId`, `operationPath` or `workflowId`"
    ]
    assert judge_target(operationId="a", workflowId="v", channelPath="c").lines == [
        f"error AZ114 {STEP}/workflowId@key: `workflowId` and `operationId` exclude each other",
        f"error AZ114 {STEP}/channelPath@key: `channelPath` and `operationId` exclude each other",
    ]


@pytest.mark.parametrize("name", ["operationId", "operationPath", "workflowId", "channelPath"])
def test_what_is_called_is_text(judge_target, name):
    judged = judge_target(**{name: 1})
    assert judged.lines == [
        f"error AZ112 {STEP}/{name}: `{name}` must be a string, and is the number 1"
    ]


@pytest.mark.parametrize(
    ("text", "source", "operation_id"),
    [
        ("getPet", None, "getPet"),
        ("get pet/{id}.x", None, "get pet/{id}.x"),
        ("$sourceDescriptions.api.getPet", "api", "getPet"),
        ("$sourceDescriptions.api.pets.get-all/v1 {x}", "api", "pets.get-all/v1 {x}"),
    ],
)
def test_semantics_7_operation_ids_hold_any_characters(judge_target, text, source, operation_id):
    judged = judge_target(operationId=text)
    assert judged.entries == ()
    target = judged.step.target
    assert isinstance(target, OperationById)
    assert (target.source, target.operation_id) == (source, operation_id)


def test_a_source_whose_name_holds_dots_is_recognized():
    assert parse_qualified("$sourceDescriptions.a.b.c.d", ["a", "a.b"]) == ("a.b", "c.d")
    assert parse_qualified("$sourceDescriptions.z.b.c", ["a"]) == ("z", "b.c")
    assert parse_qualified("plain", ["a"]) is None


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("operationId", "$sourceDescriptions.api", "error AZ117 {p}: `$sourceDescriptions.api` does not name the `operationId` of a source description"),
        ("operationId", "$sourceDescriptions..x", "error AZ117 {p}: `$sourceDescriptions..x` does not name the `operationId` of a source description"),
        ("workflowId", "$sourceDescriptions.api.", "error AZ117 {p}: `$sourceDescriptions.api.` does not name the `workflowId` of a source description"),
        ("operationId", "{$sourceDescriptions.api.x}", "warning AZ119 {p}: `{{$sourceDescriptions.api.x}}` needs no braces"),
        ("operationId", "$sourceDescriptions.apy.x", "error AZ203 {p}: no source description is called `apy`"),
        ("workflowId", "$sourceDescriptions.apy.x", "error AZ203 {p}: no source description is called `apy`"),
        ("workflowId", "vv", "error AZ207 {p}: no workflow is called `vv`"),
        ("operationPath", "{$sourceDescriptions.apy.url}#/paths/~1a/get", "error AZ203 {p}: no source description is called `apy`"),
        ("operationPath", "/paths/~1a/get", "error AZ117 {p}: `/paths/~1a/get` does not name an operation of a source description"),
        ("operationPath", "#/paths/~1a/get", "error AZ117 {p}: `#/paths/~1a/get` does not name an operation of a source description"),
        ("operationPath", "{$sourceDescriptions.api.url}#paths", "error AZ117 {p}: `{{$sourceDescriptions.api.url}}#paths` does not name an operation of a source description"),
        ("operationPath", "{$sourceDescriptions.api.url}#/a~2", "error AZ117 {p}: `{{$sourceDescriptions.api.url}}#/a~2` does not name an operation of a source description"),
        ("operationPath", "GET /pets", "error AZ117 {p}: `GET /pets` does not name an operation of a source description"),
        ("operationPath", "$sourceDescriptions.api", "error AZ117 {p}: `$sourceDescriptions.api` does not name an operation of a source description"),
        ("channelPath", "orders", "error AZ117 {p}: `orders` does not name a channel of a source description"),
        ("channelPath", "{$sourceDescriptions.apy.url}#/channels/o", "error AZ203 {p}: no source description is called `apy`"),
    ],
)  # fmt: skip
def test_what_a_target_gets_wrong(judge_target, field, text, expected):
    judged = judge_target(**{field: text})
    assert judged.has(expected.format(p=f"{STEP}/{field}")), judged.lines


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("/pets/{id}", "#/paths/~1pets~1{id}/get"),
        ("GET /pets/{id}", "#/paths/~1pets~1{id}/get"),
        ("post  /pets", "#/paths/~1pets/post"),
        ("/paths/~1pets/put", "#/paths/~1pets/put"),
        ("#/paths/pets/{id}/delete", "#/paths/~1pets~1{id}/delete"),
        ("{$sourceDescriptions.api.url}/pets", "#/paths/~1pets/get"),
    ],
)
def test_the_help_has_the_json_pointer_that_is_meant(judge_target, text, pointer):
    (found,) = judge_target(operationPath=text).entries
    assert found.help == f"write `{{$sourceDescriptions.api.url}}{pointer}`"


@pytest.mark.parametrize(
    ("field", "text"),
    [("operationPath", "pets"), ("operationPath", "#/a~2"), ("channelPath", "/orders")],
)
def test_what_is_no_path_gets_an_example(judge_target, field, text):
    action = {"action": "send"} if field == "channelPath" else {}
    (found,) = judge_target(**{field: text}, **action).entries
    assert found.help.startswith("write it like `{$sourceDescriptions.api.url}#/")


def test_semantics_8_the_standard_operation_path(judge_target):
    judged = judge_target(operationPath="{$sourceDescriptions.api.url}#/paths/~1pets~1{id}/get")
    assert judged.entries == ()
    target = judged.step.target
    assert isinstance(target, OperationByPath)
    assert (target.source, target.pointer) == ("api", ("paths", "/pets/{id}", "get"))


@pytest.mark.parametrize(
    "before",
    ["$sourceDescriptions.api.url", "$sourceDescriptions.api", "{$sourceDescriptions.api}", "api", "./api.yaml"],
)  # fmt: skip
def test_other_forms_of_an_operation_path_are_understood(judge_target, before):
    judged = judge_target(operationPath=f"{before}#/paths/~1a/get")
    (found,) = judged.entries
    assert (found.code, found.severity.value) == ("AZ119", "warning")
    assert found.place.part == (0, len(before))
    assert found.help == "write `{$sourceDescriptions.api.url}#/paths/~1a/get`"
    assert judged.step.target.source == "api"


def test_an_operation_id_in_an_operation_path_is_understood(judge_target):
    judged = judge_target(operationPath="$sourceDescriptions.api.placeOrder")
    assert judged.codes == ["AZ119"]
    assert judged.entries[0].help == "write `operationId: $sourceDescriptions.api.placeOrder`"
    assert isinstance(judged.step.target, OperationById)


def test_an_operation_path_keeps_an_unescaped_path_as_written(judge_target):
    judged = judge_target(operationPath="{$sourceDescriptions.api.url}#/paths/pets/{id}/get")
    assert judged.entries == ()
    assert judged.step.target.pointer == ("paths", "pets", "{id}", "get")
    assert escaped_form(judged.step.target) == "#/paths/~1pets~1{id}/get"


@pytest.mark.parametrize(
    ("pointer", "meant"),
    [
        ("/paths//pets/get", "#/paths/~1pets/get"),
        ("/paths/pets/get", "#/paths/~1pets/get"),
        ("/paths/a~0b/c/post", "#/paths/~1a~0b~1c/post"),
        ("/paths/~1pets~1{id}/get", None),
        ("/paths/pets/{id}", None),
        ("/channels/a/get", None),
        ("/paths", None),
        ("/paths/get", "#/paths/~1/get"),
    ],
)
def test_semantics_8_the_escaped_form_is_proposed(judge_target, pointer, meant):
    judged = judge_target(operationPath=f"{{$sourceDescriptions.api.url}}#{pointer}")
    assert escaped_form(judged.step.target) == meant


def test_a_pointer_in_a_fragment_may_be_percent_encoded():
    assert pointer_tokens("/paths/~1pets~1%7Bid%7D/get") == ("paths", "/pets/{id}", "get")
    assert pointer_tokens("") is None


def test_the_example_names_the_source_where_there_is_one(judge_target, judge):
    assert "{$sourceDescriptions.api.url}#" in judge_target(operationPath="x").entries[0].help
    more = {"/sourceDescriptions/-": {"name": "b", "url": "b"}, f"{STEP}/operationId": GONE}
    judged = judge({**more, f"{STEP}/operationPath": "x"})
    assert "{$sourceDescriptions.<name>.url}#" in judged.entries[0].help


def test_channels(judge_target):
    text = "{$sourceDescriptions.api.url}#/channels/orders"
    judged = judge_target(channelPath=text, action="send")
    assert judged.entries == ()
    assert isinstance(judged.step.target, ChannelByPath)
    assert judged.step.target.source == "api"
    assert judged.step.target.pointer == ("channels", "orders")


@pytest.mark.parametrize(
    ("text", "source", "workflow_id"), [("v", None, "v"), ("$sourceDescriptions.api.v.1", "api", "v.1")]
)  # fmt: skip
def test_workflows(judge_target, text, source, workflow_id):
    target = judge_target(workflowId=text).step.target
    assert isinstance(target, WorkflowName)
    assert (target.source, target.workflow_id) == (source, workflow_id)


@pytest.mark.parametrize(
    ("text", "read", "lines"),
    [
        ("one", ("one", None, None), []),
        ("$workflows.v.steps.only", ("only", None, "v"), []),
        ("$sourceDescriptions.api.x.steps.y", ("y", "api", "x"), []),
        ("$steps.one", ("one", None, None), ["error AZ117 {p}: `$steps.one` is an expression, and not the stepId"]),
        ("$workflows.v.only", None, ["error AZ117 {p}: `$workflows.v.only` does not name a step of another workflow"]),
        ("$workflows.v.steps.", None, ["error AZ117 {p}: `$workflows.v.steps.` does not name a step of another workflow"]),
        ("$sourceDescriptions.api.steps.y", None, ["error AZ117 {p}: `$sourceDescriptions.api.steps.y` does not name a step of another workflow"]),
        ("nine", ("nine", None, None), ["error AZ208 {p}: the workflow `w` has no step `nine`"]),
        ("only", ("only", None, None), ["error AZ208 {p}: the workflow `w` has no step `only`"]),
        ("$workflows.v.steps.one", ("one", None, "v"), ["error AZ208 {p}: the workflow `v` has no step `one`"]),
        ("$workflows.vv.steps.one", ("one", None, "vv"), ["error AZ207 {p}: no workflow is called `vv`"]),
        ("$sourceDescriptions.apy.x.steps.y", ("y", "apy", "x"), ["error AZ203 {p}: no source description is called `apy`"]),
    ],
)  # fmt: skip
def test_what_a_step_depends_on(judge_step, text, read, lines):
    judged = judge_step(dependsOn=[text])
    names = judged.step.depends_on
    found = [(one.step_id, one.workflow and one.workflow.source, one.workflow and one.workflow.workflow_id) for one in names]  # fmt: skip
    assert found == ([read] if read else [])
    assert judged.lines == [one.format(p=f"{STEP}/dependsOn/0") for one in lines]


def test_a_step_depends_on_something(judge_step):
    judged = judge_step(dependsOn=[])
    assert judged.lines == [f"error AZ113 {STEP}/dependsOn: `dependsOn` needs at least one step"]


def test_a_step_depends_on_another_once(judge_step):
    judged = judge_step(dependsOn=["one", "one"])
    assert [one.step_id for one in judged.step.depends_on] == ["one"]
    twice = "`one` is named twice in `dependsOn`"
    assert judged.lines == [f"error AZ115 {STEP}/dependsOn/1: {twice}"]


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"channelPath": "{$sourceDescriptions.api.url}#/channels/c"}, [f"error AZ111 {STEP}: a step with a `channelPath` needs `action`"]),
        ({"workflowId": "v", "action": "send"}, [f"error AZ114 {STEP}/action@key: `action` and `workflowId` exclude each other"]),
        ({"workflowId": "v", "correlationId": "x"}, [f"error AZ113 {STEP}/correlationId@key: `correlationId` is for steps whose `action` is `receive`"]),
        ({"operationId": "b", "action": "send", "correlationId": "x"}, [f"error AZ113 {STEP}/correlationId@key: `correlationId` is for steps whose `action` is `receive`"]),
        ({"operationId": "b", "action": "receive", "correlationId": "x"}, []),
    ],
)  # fmt: skip
def test_which_steps_have_actions(judge_target, fields, lines):
    assert judge_target(**fields).lines == lines
