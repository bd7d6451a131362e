from arazzo_runner.document.rules.expressions import expressions_in, step_expressions, walks

STEP = "/workflows/0/steps/1"
SELECTOR = {"context": "$response.body", "selector": "a{$inputs.i}", "type": "jsonpath"}


def test_every_expression_of_a_step_with_its_place(judge):
    judged = judge({
        f"{STEP}/parameters": [{"name": "p", "in": "query", "value": "x{$inputs.a}y{$inputs.b}"}],
        f"{STEP}/requestBody": {
            "payload": {"k": ["$inputs.c", 1]},
            "replacements": [{"target": "/{$inputs.d}", "value": "$inputs.e"}],
        },
        f"{STEP}/action": "receive",
        f"{STEP}/correlationId": "$inputs.f",
        f"{STEP}/successCriteria": [
            {"condition": "!($inputs.g == 1 && $inputs.h != 'a') || true"},
            {"context": "$response.body", "condition": "^{$inputs.j}", "type": "regex"},
        ],
        f"{STEP}/onSuccess": [
            {"name": "s", "type": "goto", "workflowId": "v", "parameters": [{"name": "q", "value": "$inputs.k"}]},
            {"name": "t", "type": "end", "criteria": [{"condition": "$inputs.l == 1"}]},
        ],
        f"{STEP}/onFailure": [{"name": "u", "type": "retry", "criteria": [{"condition": "$inputs.m == 1"}]}],
        f"{STEP}/outputs": {"o": SELECTOR},
    })  # fmt: skip
    found = [
        (one.text, place.pointer[4:], place.part) for one, place in expressions_in(judged.step)
    ]
    assert found == [
        ("$inputs.a", ("parameters", 0, "value"), (2, 11)),
        ("$inputs.b", ("parameters", 0, "value"), (14, 23)),
        ("$inputs.c", ("requestBody", "payload", "k", 0), (0, 9)),
        ("$inputs.d", ("requestBody", "replacements", 0, "target"), (2, 11)),
        ("$inputs.e", ("requestBody", "replacements", 0, "value"), (0, 9)),
        ("$inputs.f", ("correlationId",), (0, 9)),
        ("$inputs.g", ("successCriteria", 0, "condition"), (2, 11)),
        ("$inputs.h", ("successCriteria", 0, "condition"), (20, 29)),
        ("$response.body", ("successCriteria", 1, "context"), (0, 14)),
        ("$inputs.j", ("successCriteria", 1, "condition"), (2, 11)),
        ("$inputs.k", ("onSuccess", 0, "parameters", 0, "value"), (0, 9)),
        ("$inputs.l", ("onSuccess", 1, "criteria", 0, "condition"), (0, 9)),
        ("$inputs.m", ("onFailure", 0, "criteria", 0, "condition"), (0, 9)),
        ("$response.body", ("outputs", "o", "context"), (0, 14)),
        ("$inputs.i", ("outputs", "o", "selector"), (2, 11)),
    ]


def test_of_a_workflow_those_outside_its_steps(judge):
    judged = judge({
        "/workflows/0/parameters": [{"name": "p", "in": "query", "value": "$inputs.a"}],
        "/workflows/0/successActions": [{"name": "t", "type": "end", "criteria": [{"condition": "$inputs.b"}]}],
        "/workflows/0/failureActions": [{"name": "t", "type": "end", "criteria": [{"condition": "$inputs.c"}]}],
        "/workflows/0/outputs": {"o": "$inputs.d"},
    })  # fmt: skip
    found = [one.text for one, _ in expressions_in(judged.workflow)]
    assert found == ["$inputs.a", "$inputs.b", "$inputs.c", "$inputs.d"]


def test_a_reusable_object_has_the_value_that_it_sets(judge):
    judged = judge({
        f"{STEP}/parameters": [{"reference": "$components.parameters.p", "value": "$inputs.a"}, {"reference": "$components.parameters.p"}],
    })  # fmt: skip
    items = judged.loaded.document.workflows[0].steps[1].parameters
    assert [one.text for one, _ in expressions_in(items)] == ["$inputs.a"]


def test_nothing_has_no_expressions(judge_step):
    assert list(expressions_in(None)) == []
    assert list(expressions_in(judge_step(requestBody={}).step)) == []


def test_a_query_without_a_context(judge_step):
    judged = judge_step(successCriteria=[{"condition": "{$inputs.id}", "type": "regex"}])
    assert [one.text for one, _ in expressions_in(judged.step.success_criteria)] == ["$inputs.id"]


def test_the_walk_is_made_once_and_finds_the_same(judge):
    judged = judge({f"{STEP}/successCriteria": [{"condition": "$inputs.g == $inputs.h"}]})
    document = judged.resolved
    (walk, *_) = walked = walks(document)
    assert walks(document) is walked
    for step, found in zip(walk.workflow.steps, walk.steps, strict=True):
        assert found == tuple(expressions_in(step))
        assert step_expressions(document, step) is found
