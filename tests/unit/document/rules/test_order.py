import pytest

from arazzo_runner.document.rules.order import circles, step_needs


def step(name, reads=(), **fields):
    outputs = {one: f"$steps.{one}.outputs.o" for one in reads}
    return {
        "stepId": name,
        "operationId": name,
        "outputs": {"o": "$statusCode", **outputs},
        **fields,
    }


@pytest.fixture
def judge_steps(judge):
    return lambda *steps, **more: judge(
        {"/workflows/1/steps": list(steps), **more.get("changes", {})}
    )


def test_semantics_41_a_later_step_cannot_be_read(judge_steps):
    judged = judge_steps(step("a", ["b"]), step("b"))
    assert judged.lines == [
        "error AZ212 /workflows/1/steps/0/outputs/b[0:18]: `a` reads the outputs of `b`, which runs later"
    ]
    assert judged.entries[0].help == "move `b` before it, or give `a` a `dependsOn: [b]`"


def test_an_earlier_step_and_the_step_itself_can_be_read(judge_steps):
    assert judge_steps(step("a", ["a"]), step("b", ["a"])).entries == ()


@pytest.mark.parametrize(
    ("steps", "changes"),
    [
        ([step("a", ["b"]), step("b", onSuccess=[{"name": "n", "type": "goto", "stepId": "a"}])], {}),
        ([step("a", ["b"]), step("b"), step("c", onFailure=[{"name": "n", "type": "goto", "stepId": "a"}])], {}),
        ([step("a", ["b"], onFailure=[{"name": "n", "type": "retry", "stepId": "b"}]), step("b")], {}),
        ([step("a", ["b"]), step("b")], {"/workflows/1/successActions": [{"name": "n", "type": "goto", "stepId": "a"}]}),
    ],
)  # fmt: skip
def test_a_later_step_that_can_lead_back_is_a_warning(judge_steps, steps, changes):
    judged = judge_steps(*steps, changes=changes)
    assert [(one.severity.value, one.code) for one in judged.entries] == [("warning", "AZ212")]


@pytest.mark.parametrize(
    "action",
    [
        {"name": "n", "type": "end"},
        {"name": "n", "type": "goto", "workflowId": "w"},
        {"name": "n", "type": "retry"},
        {"name": "n", "type": "goto", "stepId": "c"},
        {"name": "n", "type": "retry", "stepId": "c"},
    ],
)
def test_actions_that_do_not_lead_back(judge_steps, action):
    judged = judge_steps(step("a", ["b"]), step("b", onFailure=[action]), step("c"))
    assert [(one.severity.value, one.code) for one in judged.entries] == [("error", "AZ212")]


def test_semantics_41_where_a_step_has_depends_on_reading_is_a_need(judge_steps):
    judged = judge_steps(step("a", ["b"]), step("b"), step("c", dependsOn=["a"]))
    assert judged.entries == ()
    names = {one.step_id: list(step_needs(one)) for one in judged.resolved.workflows[1].steps}
    assert names == {"a": ["b"], "b": [], "c": ["a"]}


def test_semantics_41_a_circle_of_steps(judge_steps):
    judged = judge_steps(step("a", ["b"]), step("b", dependsOn=["a", "$workflows.w.steps.one"]))
    assert judged.lines == [
        "error AZ213 /workflows/1/steps/1/dependsOn/0: the step `a` depends on itself: `a` → `b` → `a`"
    ]


def test_a_step_that_depends_on_itself(judge_steps):
    assert judge_steps(step("a", dependsOn=["a"])).codes == ["AZ213"]


def test_semantics_41_a_circle_of_workflows(judge):
    judged = judge({"/workflows/0/dependsOn": ["v"], "/workflows/1/dependsOn": ["w"]})
    assert judged.lines == [
        "error AZ213 /workflows/1/dependsOn/0: the workflow `w` depends on itself: `w` → `v` → `w`"
    ]
    assert judge({"/workflows/0/dependsOn": ["v"], "/workflows/1/dependsOn": []}).entries == ()


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "a"}, [("a",)]),
        ({"a": "b", "b": "a", "c": "dz", "d": "c"}, [("a", "b"), ("c", "d")]),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, []),
        ({"a": "b", "b": "c", "c": "b"}, [("b", "c")]),
    ],
)
def test_circles(graph, expected):
    assert list(circles({name: dict.fromkeys(needs) for name, needs in graph.items()})) == expected


def test_a_long_chain_is_followed_without_recursion():
    graph = {str(n): {str(n + 1): None} for n in range(20_000)} | {"20000": {"0": None}}
    assert len(next(circles(graph))) == 20_001
