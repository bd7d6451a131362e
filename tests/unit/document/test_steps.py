import pytest

from arazzo_runner.document.model import OperationById
from arazzo_runner.expression.ast import InputRef, Selector, Template
from arazzo_runner.expression.ast import Literal as Constant

STEP = "/workflows/0/steps/1"
SELECTOR = {"context": "$response.body", "selector": "$.a", "type": "jsonpath"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"timeout": 1.0}, "error AZ112 {s}/timeout: `timeout` must be an integer, and is the number 1.0"),
        ({"timeout": True}, "error AZ112 {s}/timeout: `timeout` must be an integer, and is a boolean"),
        ({"timeout": -1}, "error AZ113 {s}/timeout: `timeout` must not be negative"),
        ({"action": "publish"}, "error AZ113 {s}/action: `action` cannot be `publish`"),
        ({"correlationId": "$inputs.id"}, "error AZ113 {s}/correlationId@key: `correlationId` is for steps whose `action` is `receive`"),
        ({"correlationId": 1}, "error AZ112 {s}/correlationId: `correlationId` must be a string, and is the number 1"),
        ({"successCriteria": []}, "error AZ113 {s}/successCriteria: `successCriteria` needs at least one criterion"),
        ({"stepId": "one"}, "error AZ115 {s}/stepId: there are two steps `one`"),
        ({"stepId": "a.b"}, "hint AZ122 {s}/stepId: `a.b` has characters that the specification advises against in a `stepId`"),
        ({"outputs": {"a": 1}}, "error AZ112 {s}/outputs/a: `a` must be an expression or a Selector Object, and is the number 1"),
        ({"outputs": {"a": "text"}}, "warning AZ113 {s}/outputs/a: the output `a` is text, not an expression"),
        ({"outputs": {"a": {"context": "$response.body"}}}, "error AZ111 {s}/outputs/a: the field `selector` of the Selector Object is missing"),
        ({"outputs": {"a": "$response.bodi"}}, "error AZ117 {s}/outputs/a[10:11]: `$response.bodi` is not an expression:"),
        ({"requestBody": "x"}, "error AZ112 {s}/requestBody: `requestBody` must be an object (Request Body Object), and is a string"),
        ({"requestBody": {"contentType": 1}}, "error AZ112 {s}/requestBody/contentType: `contentType` must be a string, and is the number 1"),
        ({"requestBody": {"replacements": [1]}}, "error AZ112 {s}/requestBody/replacements/0: an item of `replacements` must be an object (Payload Replacement Object), and is the number 1"),
        ({"requestBody": {"replacements": [{"target": "/a"}]}}, "error AZ111 {s}/requestBody/replacements/0: the field `value` of the Payload Replacement Object is missing"),
        ({"requestBody": {"replacements": [{"value": 1}]}}, "error AZ111 {s}/requestBody/replacements/0: the field `target` of the Payload Replacement Object is missing"),
        ({"requestBody": {"contentType": "application/json", "replacements": [{"target": "a.b", "value": 1}]}}, "error AZ113 {s}/requestBody/replacements/0/target: `a.b` is not a JSON Pointer"),
        ({"requestBody": {"replacements": [{"target": "#/a", "value": 1, "targetSelectorType": "jsonpointer"}]}}, "error AZ113 {s}/requestBody/replacements/0/target: `#/a` is not a JSON Pointer"),
        ({"requestBody": {"replacements": [{"target": "{$inputs.}", "value": 1}]}}, "error AZ117 {s}/requestBody/replacements/0/target[9:10]: `$inputs.` is not an expression:"),
    ],
)  # fmt: skip
def test_what_a_step_gets_wrong(judge_step, fields, expected):
    assert judge_step(**fields).has(expected.format(s=STEP))


@pytest.mark.parametrize(
    "fields",
    [
        {"timeout": 0},
        {"action": "send"},
        {"action": "receive", "correlationId": "$inputs.id"},
        {"requestBody": {}},
        {"requestBody": {"contentType": "application/xml", "replacements": [{"target": "/a/b", "value": 1}]}},
        {"requestBody": {"contentType": "application/json; charset=utf-8", "replacements": [{"target": "", "value": 1}]}},
        {"requestBody": {"replacements": [{"target": "{$inputs.id}", "value": 1, "targetSelectorType": "jsonpointer"}]}},
        {"requestBody": {"replacements": [{"target": "$.a", "value": 1, "targetSelectorType": "jsonpath"}]}},
        {"outputs": {"a": "{$inputs.id}/{$statusCode}", "b": SELECTOR}},
    ],
)  # fmt: skip
def test_what_a_step_may_have(judge_step, fields):
    assert judge_step(**fields).entries == ()


def test_a_body_on_a_step_that_calls_a_workflow(judge):
    step = {"stepId": "call", "workflowId": "v", "requestBody": {"payload": 1}}
    assert judge({"/workflows/0/steps/-": step}).lines == [
        "warning AZ113 /workflows/0/steps/2/requestBody@key: `requestBody` has no effect on a step that calls a workflow"
    ]


def test_an_empty_list_of_criteria_is_a_warning_in_1_0(judge):
    judged = judge({"/arazzo": "1.0.1", f"{STEP}/successCriteria": []})
    assert judged.lines[0].startswith("warning AZ113")


@pytest.mark.parametrize(
    ("pointer", "value", "what"),
    [
        ("/$self", "https://e.com/a", "`$self` of the Arazzo Specification Object"),
        (f"{STEP}/timeout", 1, "`timeout` of the Step Object"),
        (f"{STEP}/dependsOn", ["one"], "`dependsOn` of the Step Object"),
        (f"{STEP}/action", "send", "`action` of the Step Object"),
        (f"{STEP}/outputs", {"a": SELECTOR}, "a Selector Object"),
        (f"{STEP}/outputs", {"a": "$self"}, "`$self`"),
        (f"{STEP}/outputs", {"a": "$message.payload"}, "`$message`"),
        (f"{STEP}/outputs", {"a": "$message.header.x"}, "`$message`"),
        (f"{STEP}/outputs", {"a": "$inputs.id#/x"}, "a JSON Pointer after an input"),
        (f"{STEP}/outputs", {"a": "{$inputs.id#/x}y"}, "a JSON Pointer after an input"),
        (f"{STEP}/successCriteria", [{"condition": "$inputs.id#/x == 1"}], "a JSON Pointer after an input"),
        (f"{STEP}/parameters", [{"name": "q", "in": "querystring", "value": "a=1"}], "`in: querystring`"),
        (f"{STEP}/onSuccess", [{"name": "g", "type": "goto", "workflowId": "v", "parameters": []}], "`parameters` of the Success Action Object"),
        (f"{STEP}/requestBody", {"replacements": [{"target": "/a", "value": 1, "targetSelectorType": "xpath"}]}, "`targetSelectorType` of the Payload Replacement Object"),
        ("/sourceDescriptions/-", {"name": "b", "url": "b", "type": "asyncapi"}, "`type: asyncapi`"),
    ],
)  # fmt: skip
def test_semantics_1_a_feature_of_1_1_in_1_0_works_with_a_warning(judge, pointer, value, what):
    judged = judge({"/arazzo": "1.0.1", pointer: value})
    said = [(one.severity.value, one.code, one.message) for one in judged.entries]
    assert said == [("warning", "AZ116", f"{what} needs Arazzo 1.1, and the document declares 1.0")]
    assert judged.loaded.complete
    assert judge({pointer: value}).entries == ()


def test_the_whole_of_a_step(judge):
    judged = judge({
        f"{STEP}/description": "D",
        f"{STEP}/timeout": 5,
        f"{STEP}/action": "receive",
        f"{STEP}/correlationId": "c-{$inputs.id}",
        f"{STEP}/dependsOn": ["one"],
        f"{STEP}/outputs": {"a": SELECTOR},
        f"{STEP}/requestBody": {
            "contentType": "application/json",
            "payload": {"a": "$inputs.id", "b": 1},
            "replacements": [{"target": "/b", "value": "$inputs.id"}],
        },
    })  # fmt: skip
    assert judged.entries == ()
    step = judged.step
    assert (step.step_id, step.description, step.timeout, step.action) == ("two", "D", 5, "receive")
    assert step.target == OperationById("b", None, step.place.at("operationId"))
    assert isinstance(step.correlation_id, Template)
    assert [one.step_id for one in step.depends_on] == ["one"]
    assert isinstance(step.outputs[0][1], Selector)
    body = step.request_body
    assert body.content_type == "application/json"
    assert body.replacements[0].target == Constant("/b")
    assert body.replacements[0].type is None
    assert isinstance(body.replacements[0].value, InputRef)


def test_a_step_without_a_name_is_left_out_and_one_without_a_target_stays(judge):
    judged = judge({"/workflows/1/steps": [{"operationId": "x"}, {"stepId": "y"}, 3]})
    assert [one.step_id for one in judged.resolved.workflows[1].steps] == ["y"]
    assert judged.codes == ["AZ111", "AZ111", "AZ112"]
    assert not judged.loaded.complete
