import pytest

from arazzo_runner.expression.ast import Literal as Constant

STEP = "/workflows/0/steps/1"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (1, "error AZ112 {p}: an item of `parameters` must be an object (Parameter Object), and is the number 1"),
        ({"in": "query", "value": 1}, "error AZ111 {p}: the field `name` of the Parameter Object is missing"),
        ({"name": "a", "in": "query"}, "error AZ111 {p}: the field `value` of the Parameter Object is missing"),
        ({"name": "a", "in": "body", "value": 1}, "error AZ113 {p}/in: `in` cannot be `body`"),
        ({"name": "a", "value": 1}, "error AZ111 {p}: the parameter `a` needs its `in`: the step calls an operation"),
        ({"name": "a", "in": "query", "value": "$inputs."}, "error AZ117 {p}/value[8:8]: `$inputs.` is not an expression:"),
        ({"name": "a", "in": "query", "value": "Bearer $inputs.id"}, "warning AZ121 {p}/value[7:17]: `$inputs.id` without braces in text is not evaluated"),
        ({"name": "a", "in": "query", "value": "$input.id"}, "warning AZ121 {p}/value[0:6]: `$input` is not a runtime expression"),
        ({"name": "a", "in": "query", "value": "$steps.one.outputs.x[0].y"}, "warning AZ119 {p}/value[20:25]: `[0].y` is not standard here; it is read as `#/0/y`"),
        ({"name": "a", "in": "query", "value": "$Inputs.id and {$Inputs.id}"}, "error AZ117 {p}/value[10:11]: `$Inputs.id and {{$Inputs.id}}` is not an expression:"),
        ({"name": "a", "in": "query", "value": "x {$Inputs.id} $inputs.id"}, "warning AZ119 {p}/value[3:10]: the standard spelling of `$Inputs` is `$inputs`"),
        ({"name": "a", "in": "querystring", "value": {"a": 1}}, "warning AZ113 {p}/value: the value of a `querystring` parameter is the whole query, as text"),
        ({"name": "a", "in": "querystring", "value": ["$inputs.id"]}, "warning AZ113 {p}/value: the value of a `querystring` parameter is the whole query, as text"),
        ({"reference": 1}, "error AZ112 {p}/reference: `reference` must be a string, and is the number 1"),
        ({"reference": "$inputs.id"}, "error AZ113 {p}/reference: `$inputs.id` is not a component"),
        ({"reference": "$components.inputs.x"}, "error AZ117 {p}/reference[12:13]: `$components.inputs.x` is not an expression:"),
        ({"reference": "#/components/parameters/p"}, "error AZ117 {p}/reference[0:1]: `#/components/parameters/p` is not an expression:"),
        ({"$ref": "#/components/parameters/p"}, "error AZ110 {p}/$ref@key: `$ref` is not a field of the Parameter Object"),
        ({"reference": "$components.parameters.p", "in": "path"}, "warning AZ120 {p}/in@key: `in` beside a `reference` is ignored"),
    ],
)  # fmt: skip
def test_what_a_parameter_gets_wrong(judge, item, expected):
    component = {"p": {"name": "p", "in": "query", "value": 1}}
    judged = judge({"/components/parameters": component, f"{STEP}/parameters": [item]})
    assert judged.has(expected.format(p=f"{STEP}/parameters/0"))


@pytest.mark.parametrize(
    "value", [None, 0, "", "$5 for $you", {"a": {"b": [1]}}, [True], "$", "{$}", "${x}", "a # b"]
)
def test_semantics_4_any_constant_is_a_value(judge_step, value):
    judged = judge_step(parameters=[{"name": "a", "in": "query", "value": value}])
    assert judged.entries == ()
    assert judged.step.parameters[0].value == Constant(value)


@pytest.mark.parametrize("where", ["path", "query", "querystring", "header", "cookie"])
def test_the_locations(judge_step, where):
    judged = judge_step(parameters=[{"name": "a", "in": where, "value": "1"}])
    assert judged.step.parameters[0].location == where


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (("a", "query"), ("a", "query"), "there are two parameters `a` in `query`"),
        (("X-A", "header"), ("x-a", "header"), "there are two parameters `x-a` in `header`"),
        (("a", "query"), ("a", "path"), None),
        (("A", "query"), ("a", "query"), None),
    ],
)
def test_a_parameter_is_unique_by_name_and_location(judge_step, first, second, found):
    items = [{"name": name, "in": where, "value": 1} for name, where in (first, second)]
    judged = judge_step(parameters=items)
    assert [one.message for one in judged.entries] == ([found] if found else [])
    assert [one.more[0].text for one in judged.entries] == (["the first"] if found else [])


def test_parameters_of_a_workflow_need_their_location_where_a_step_calls_an_operation(judge):
    parameters = [{"name": "a", "value": 1}]
    assert judge({"/workflows/0/parameters": parameters}).lines == [
        "error AZ111 /workflows/0/parameters/0: the parameter `a` needs its `in`: the step `one` calls an operation"
    ]
    calling = [{"stepId": "s", "workflowId": "v", "parameters": parameters}]
    judged = judge({"/workflows/0/parameters": parameters, "/workflows/0/steps": calling})
    assert judged.entries == ()


@pytest.mark.parametrize(("inherited", "own"), [("query", "querystring"), ("querystring", "query")])
def test_a_querystring_is_the_whole_query(judge, inherited, own):
    changes = {
        "/workflows/0/parameters": [{"name": "a", "in": inherited, "value": "1"}],
        f"{STEP}/parameters": [{"name": "b", "in": own, "value": "1"}],
    }
    judged = judge(changes)
    assert judged.codes == ["AZ114"]
    assert judged.entries[0].more[0].text == "in `query`"


def test_two_parameters_of_the_query_are_fine(judge_step):
    items = [{"name": name, "in": "query", "value": "1"} for name in "ab"]
    assert judge_step(parameters=items).entries == ()
