import pytest
from msgspec.structs import replace

from arazzo_runner.executor.result import ActionTaken, Status
from arazzo_runner.report.formats.flowchart import Flowchart, Flowcharts, charts_of
from arazzo_runner.report.mask import mask_value
from arazzo_runner.report.secrets import NO_MASK, Masker

CRITERION = ("a criterion",)


def ways(chart, numbers=None):
    chosen = chart.edges if numbers is None else [chart.edges[one] for one in numbers]
    return [(one.source, one.target, one.label) for one in chosen]


def test_steps_follow_one_another_and_may_fail(model):
    chart = Flowchart(model.workflow(model.step("a"), model.step("b")))
    assert [(one.name, one.kind) for one in chart.nodes] == [
        ("start", "start"), ("s0", "step"), ("s1", "step"), ("passed", "end"), ("failed", "end")
    ]  # fmt: skip
    assert chart.nodes[1].lines == ("a", "CreateExecution")
    assert ways(chart) == [
        ("start", "s0", ""), ("s0", "s1", ""), ("s0", "failed", "failure"),
        ("s1", "passed", ""), ("s1", "failed", "failure"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("send", "send CreateExecution"),
        ("receive", "receive CreateExecution"),
        (None, "CreateExecution"),
    ],
)
def test_steps_on_channels_say_what_they_do(model, action, text):
    chart = Flowchart(model.workflow(model.step("a", action=action)))
    assert chart.nodes[1].lines == ("a", text)


def test_the_order_is_that_of_the_run(model):
    first, second = model.step("a", after=["b"]), model.step("b")
    chart = Flowchart(model.workflow(first, second), [second, first])
    assert [one.lines[0] for one in chart.nodes[1:3]] == ["b", "a"]
    assert ("s0", "s1", "depends on") in ways(chart)


def test_a_workflow_without_steps_passes(model):
    assert ways(Flowchart(model.workflow())) == [("start", "passed", "")]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda m: m.end(), [("s0", "passed", "success: over")]),
        (lambda m: m.goto("b"), [("s0", "s1", "success: jump")]),
        (lambda m: m.goto("nowhere"), [("s0", "failed", "success: jump")]),
        (lambda m: m.goto(m.name("x", "other")), [("s0", "w0", "success: jump")]),
        (
            lambda m: m.end(criteria=CRITERION),
            [("s0", "passed", "success: over"), ("s0", "s1", "")],
        ),
    ],
)
def test_what_a_success_leads_to(model, make, expected):
    step = model.step("a", on_success=(make(model),))
    chart = Flowchart(model.workflow(step, model.step("b")))
    assert [one for one in ways(chart) if one[0] == "s0"] == [
        *expected,
        ("s0", "failed", "failure"),
    ]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda m: m.end(), [("failed", "failure: over")]),
        (lambda m: m.goto("b"), [("s1", "failure: jump")]),
        (
            lambda m: m.retry(),
            [("s0", "failure: again, up to 3 retries, after 0.5 s"), ("failed", "failure")],
        ),
        (
            lambda m: m.retry(target="b", limit=None),
            [
                ("s1", "before each retry"),
                ("s0", "failure: again, up to 1 retry, after 0.5 s"),
                ("failed", "failure"),
            ],
        ),
    ],
)
def test_what_a_failure_leads_to(model, make, expected):
    step = model.step("a", on_failure=(make(model),))
    chart = Flowchart(model.workflow(step, model.step("b")))
    found = [one for one in chart.edges if one.source == "s0" and one.is_dashed]
    assert [(one.target, one.label) for one in found] == expected


def test_an_action_of_the_workflow_gives_way_to_one_of_the_same_name(model):
    step = model.step("a", on_failure=(model.goto("b", "x"),))
    common = (model.end("x"), model.end("y"))
    chart = Flowchart(model.workflow(step, model.step("b"), failure_actions=common))
    keys = [one.key for one in chart.edges if one.source == "s0" and "failure" in one.key]
    assert keys == [("s0", "failure", "step", "x"), ("s0", "failure", "workflow", "y")]


def test_other_workflows_are_nodes_of_their_own(model):
    workflow = model.workflow(
        model.step("a", calls="child"), finally_="clean", depends_on=(model.name("login"),)
    )
    chart = Flowchart(workflow)
    kinds = {one.name: (one.kind, one.lines) for one in chart.nodes}
    assert kinds["s0"] == ("workflow", ("a", "workflow child"))
    assert kinds["w0"] == ("workflow", ("login",))
    assert kinds["w1"] == ("workflow", ("clean",))
    assert ("w0", "start", "runs before") in ways(chart)
    assert ways(chart)[-2:] == [("passed", "w1", "finally"), ("failed", "w1", "finally")]


def test_the_path_of_what_passed(model, build):
    chart = Flowchart(model.workflow(model.step("a"), model.step("b")))
    path = chart.path(build.workflow(build.step("a"), build.step("b")))
    assert path.nodes == ("start", "s0", "s1", "passed")
    assert ways(chart, path.edges) == [("start", "s0", ""), ("s0", "s1", ""), ("s1", "passed", "")]


def test_the_path_of_a_retry_that_ran_a_step_before_it(model, build):
    retry = model.retry(target="wake")
    steps = model.step("poll", on_failure=(retry,)), model.step("wake"), model.step("last")
    chart = Flowchart(model.workflow(*steps, finally_="clean"))
    first = build.attempt(
        criteria=[build.unmet()], action=build.action(), interlude=build.step("wake")
    )
    jump = build.action("end", "over")
    second = build.attempt(criteria=[build.unmet()], action=replace(jump, level="workflow"))
    taken = build.workflow(
        build.step("poll", Status.FAILED, [first, second]), finally_run=build.workflow()
    )
    path = chart.path(taken)
    # The step before the retry ran, but nothing went on from it, and `over` is in no document.
    assert path.nodes == ("start", "s0", "s1", "w0")
    assert ways(chart, path.edges) == [
        ("start", "s0", ""), ("s0", "s1", "before each retry"),
        ("s0", "s0", "failure: again, up to 3 retries, after 0.5 s"),
    ]  # fmt: skip


def test_the_path_of_a_failure_goes_by_what_runs_finally(model, build):
    chart = Flowchart(model.workflow(model.step("create"), finally_="clean"))
    taken = build.workflow(build.failed_step(), finally_run=build.workflow())
    path = chart.path(taken)
    assert path.nodes == ("start", "s0", "failed", "w0")
    assert ways(chart, path.edges)[-1] == ("failed", "w0", "finally")


def test_nothing_ran(model, build):
    path = Flowchart(model.workflow(model.step("a"))).path(build.workflow())
    assert (path.nodes, path.edges) == ((), ())


def test_a_step_of_another_document_marks_nothing(model, build):
    chart = Flowchart(model.workflow(model.step("a")))
    assert chart.path(build.workflow(build.step("z"))).nodes == ("start", "s0")


@pytest.fixture
def charts(model):
    return Flowcharts([model.plan(model.workflow(model.step("create")))])


def test_runs_find_the_chart_of_their_workflow(charts, build):
    chart = charts.chart(build.workflow(build.step()))
    assert chart.nodes[1].lines[0] == "create"
    assert charts.chart(build.workflow(build.step())) is chart
    assert charts.chart(build.workflow()) is None
    assert charts.chart(build.workflow(build.step(), place=build.place(0))) is None


@pytest.mark.parametrize("field", ["case", "repetition"])
def test_of_many_runs_the_first_and_some_that_failed_are_drawn(charts, build, field):
    statuses = [Status.PASSED, Status.PASSED, *[Status.FAILED, Status.PASSED, Status.ERROR] * 6]
    drawn = [
        number
        for number, status in enumerate(statuses)
        if charts.chart(build.workflow(build.step(), status=status, **{field: number}))
    ]
    assert drawn == [0, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16]


def test_of_many_runs_that_all_fail_ten_are_drawn(charts, build):
    failed = [build.workflow(build.step(), status=Status.FAILED, case="a") for _ in range(12)]
    assert [charts.chart(one) is not None for one in failed] == [True] * 10 + [False] * 2


def test_charts_of_several_documents_come_with_the_report(model, build):
    plan, other = (
        model.plan(model.workflow(model.step("create"))),
        model.plan(model.workflow(model.step("b"), place=build.place(0))),
    )
    taken = build.workflow(build.step())
    found = charts_of([plan, other], [taken])
    assert [one.nodes[1].lines[0] for one in found.values()] == ["create"]
    charts = Flowcharts((), found)
    assert [charts.chart(taken)] == [*found.values()]


def test_a_masked_chart_fits_a_masked_result(model, build):
    masker = Masker(["create"])
    step = model.step("create", on_success=(model.goto("b", "create now"),))
    chart = Flowchart(model.workflow(step, model.step("b"), name="create"))
    action = ActionTaken("create now", "goto", "step", "b")
    assert chart.mask(NO_MASK) is chart
    masked = chart.mask(masker)
    assert masked.workflow_id == "***"
    assert masked.nodes[1].lines[0] == "***"
    taken = build.workflow(build.step(attempts=[build.attempt(action=action)]))
    result = mask_value(build.run(taken), masker).workflows[0]
    assert chart.path(result).nodes == ("start", "s0")
    path = masked.path(result)
    assert path.nodes == ("start", "s0", "s1")
    assert ways(masked, path.edges) == [("start", "s0", ""), ("s0", "s1", "success: *** now")]
    assert chart.nodes[1].lines[0] == "create"
