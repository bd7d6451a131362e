"""The console, compared with the files in ``golden/``; ``--update`` rewrites them for review."""

import io
from pathlib import Path

import pytest

from arazzo_runner.executor.events import WorkflowFinished
from arazzo_runner.executor.result import ConsideredAction, Status
from arazzo_runner.report.exit_code import exit_code
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.report.terminal import console
from arazzo_runner.report.terminal.console import Console
from arazzo_runner.report.terminal.style import ANSI, PLAIN, style_for

GOLDEN = Path(__file__).parent / "golden"


def shown(events, *, verbosity="normal", style=PLAIN, width=100, encoding="utf-8", masker=None):
    """What the console writes about events."""
    octets = io.BytesIO()
    out = io.TextIOWrapper(octets, encoding=encoding, newline="\n")
    watch = Console(out, masker or Masker(["hunter22"]), verbosity, style, width)
    for event in events:
        watch(event)
    out.flush()
    return octets.getvalue().decode(encoding)


def job(build):
    """Three requests that go well: a form sent, JSON got, one warning, outputs."""
    fetch = build.operation(("200",), "FetchExecution", "GET", "/Flows/{FlowSid}/Executions/{Sid}")
    get = build.request(
        "GET", f"{build.origin}/Flows/{build.flow}/Executions/{build.execution}?x=hunter22", (), b""
    )
    sid = "$response.body#/sid"
    criteria = [
        build.criterion("$statusCode == 200", operands=[build.operand(value=200)]),
        build.criterion("^FN", kind="regex", context=sid,
                        operands=[build.operand(sid, build.execution)]),
    ]  # fmt: skip
    warning = build.check("`url` is not there", False, "warn", "schema", "/url")
    unlocated = build.check("status 200 is not documented", False)
    fetched = build.attempt(get, build.response(200), criteria, checks=(warning, unlocated))
    implicit = build.criterion(
        "$statusCode >= 200 && $statusCode <= 299", kind="implicit", place=None
    )
    gone = build.attempt(
        build.request("DELETE", get.url, (("X-Trace", "1"),), b""),
        build.response(204, b"", None), [implicit],
        action=build.action("end", "done"),
    )  # fmt: skip
    return build.workflow(
        build.step(outputs={"executionSid": build.execution}),
        build.step("fetch", attempts=[fetched], operation=fetch,
                   outputs={"status": "active", "context": {"trigger": {"to": None}, "n": [1, 2]}}),
        build.step("delete", attempts=[gone]),
        inputs={"flowSid": build.flow, "password": "hunter22", "Parameters": {"name": "Zoë"}},
        outputs={"executionSid": build.execution, "status": "active"},
    )  # fmt: skip


def polling(build):
    """Two attempts that fail, a step and a workflow in between, and one that holds."""
    status = "$response.body#/status"
    active = build.criterion(f"{status} == 'ended'", False, [build.operand(status, "active")])
    unsaid = build.criterion("$inputs.x", False, [], "no such input")
    broken = build.check("`sid` is missing", passed=False, severity="error", kind="schema")
    judged = (
        ConsideredAction("stop", "workflow", False, (active,)),
        ConsideredAction("again", "step", True, (build.criterion(),)),
    )
    attempts = [
        build.attempt(response=build.response(200), criteria=[build.criterion(), active, unsaid],
                      action=build.action(wait=2.0, target="login"), interlude=build.step("login")),
        build.attempt(response=None, criteria=[], error=build.error("the connection was refused"),
                      action=build.action(wait=60.0, cut=3600.0, target="renew"),
                      interlude=build.workflow(build.step(), workflow_id="renew")),
        build.attempt(criteria=[], action=build.action()),
        build.attempt(criteria=[], checks=[broken, broken, build.check(passed=False)], action=build.action(),
                      considered=judged, outputs={"state": "busy", "password": "hunter22"}),
        build.attempt(),
    ]  # fmt: skip
    return build.workflow(build.step("poll", attempts=attempts, duration=62.4))


def failing(build):
    """A step that fails and is met by an action, and one that ends the workflow."""
    met = build.attempt(
        criteria=[build.unmet()], action=build.action("goto", "mend", target="last")
    )
    image = build.response(200, b"\x89PNG", "image/png")
    last = build.attempt(
        build.request("PUT", headers=(("Content-Type", "text/plain"),), body=b"a\x1b[2Jb\nc"),
        image, [build.unmet()], action=build.action("retry", "again"),
    )  # fmt: skip
    return build.workflow(
        build.step(status=Status.FAILED, attempts=[met]),
        build.step("last", Status.FAILED, [last]),
        status=Status.FAILED,
        outputs={"status": None},
    )


def calling(build):
    """A step that calls a workflow, which passes, and one whose workflow ends in an error."""
    passed = build.operand("charge", "passed")
    judged = build.criterion(
        "workflow charge passed", operands=[passed], kind="implicit", place=None
    )
    child = build.workflow(build.step(), workflow_id="charge", inputs={"n": 1}, outputs={"id": 3})
    call = build.step("pay", operation=None, workflow=child, outputs={"id": 3},
                      attempts=[build.attempt(None, None, [judged])])  # fmt: skip
    stopped = build.error("the run reached its limit of 5 steps", "max-steps", "raise it")
    lost = build.workflow(workflow_id="loop", status=Status.ERROR, error=stopped)
    again = build.step("again", Status.ERROR, [], operation=None, workflow=lost)
    failed = build.operand("charge", "failed")
    unmet = build.criterion("workflow charge passed", False, [failed], kind="implicit", place=None)
    tries = [build.attempt(None, None, [unmet], action=build.action(wait=1.0)),
             build.attempt(None, None, [], error=build.error("`n` is missing"))]  # fmt: skip
    retried = build.step("retried", Status.FAILED, tries, operation=None)
    refused = build.error("`Sid` has no value", "request-refused", fault="request")
    unsent = build.step("unsent", Status.FAILED, [build.attempt(None, None, [], error=refused)])
    left_out = build.step("left-out", Status.SKIPPED, [])
    return build.workflow(
        call,
        unsent,
        left_out,
        retried,
        again,
        workflow_id="parent",
        status=Status.ERROR,
        error=stopped,
    )


SCENES = {"job": job, "polling": polling, "failing": failing, "calling": calling}


@pytest.mark.parametrize(
    ("scene", "name", "options"),
    [
        ("job", "job", {}),
        ("job", "job-80", {"width": 80}),
        ("job", "job-ascii", {"encoding": "ascii"}),
        ("job", "job-colour", {"style": ANSI}),
        ("job", "job-verbose", {"verbosity": "verbose"}),
        ("job", "job-bodies", {"verbosity": "bodies"}),
        ("job", "job-quiet", {"verbosity": "quiet"}),
        ("polling", "polling", {}),
        ("polling", "polling-verbose", {"verbosity": "verbose"}),
        ("polling", "polling-bodies", {"verbosity": "bodies"}),
        ("failing", "failing", {}),
        ("failing", "failing-bodies", {"verbosity": "bodies"}),
        ("failing", "failing-colour", {"style": ANSI}),
        ("calling", "calling", {}),
    ],
)
def test_the_console(build, request, scene, name, options):
    workflow = SCENES[scene](build)
    text = shown(build.events(workflow), **options)
    golden = GOLDEN / f"{name}.txt"
    if request.config.getoption("--update"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert "hunter22" not in text


def test_what_happens_is_written_at_once(build):
    octets = io.BytesIO()
    # It keeps what it is given until it is flushed, as standard output does in a pipe.
    out = io.TextIOWrapper(octets, encoding="utf-8", newline="\n")
    watch = Console(out, Masker([]), "normal", PLAIN, 100)
    events = build.events(build.workflow(build.step("one"), build.step("two")))
    sizes = []
    for event in events:
        watch(event)
        sizes.append(len(octets.getvalue()))
        out.flush()
        assert sizes[-1] == len(octets.getvalue())
    assert len(set(sizes)) >= 4  # a title, two steps, the end


def test_a_prerequisite_is_told_before_the_title_of_its_dependant(build):
    first = build.workflow(build.step("one"), workflow_id="first")
    second = build.workflow(build.step("two"), workflow_id="second")
    started, *rest = build.events(second)
    text = shown([started, *build.events(first), *rest])
    order = [text.index(word) for word in ("first", "one", "second", "two")]
    assert order == sorted(order)
    assert text.count("second") == 1


def test_a_workflow_without_steps_still_has_its_title_and_reason(build):
    error = build.error("`first` failed before")
    text = shown(build.events(build.workflow(status=Status.FAILED, error=error)))
    assert text == (
        "trigger  Trigger a flow and follow its steps\n\n"
        "  error: workflow `trigger`: `first` failed before\n\n"
    )


def test_after_a_goto_the_outputs_are_told_once(build):
    goto = build.action("goto", "on", target="second")
    second = build.workflow(build.step("two"), workflow_id="second", outputs={"a": 1})
    first = build.workflow(build.step("one"), workflow_id="first", outputs={"a": 1}, ended_by=goto)
    *head, last = build.events(first)
    text = shown([*head, *build.events(second), last])
    assert text.count("a = 1") == 1
    assert text.endswith("  `first` continued in `second`: passed\n\n")


def test_what_a_step_said_its_workflow_does_not_repeat(build):
    error = build.error("the run was interrupted", "cancelled")
    step = build.step(status=Status.ERROR, attempts=[build.attempt(None, None, [], error=error)])
    text = shown(build.events(build.workflow(step, status=Status.ERROR, error=error)))
    assert text.count("the run was interrupted") == 1


def test_a_long_run_becomes_terse(build, monkeypatch):
    monkeypatch.setattr(console, "DETAILED_STEPS", 2)
    warned = build.attempt(checks=(build.check("odd", False),))
    steps = [build.step(f"s{n}", attempts=[warned]) for n in range(4)]
    workflow = build.workflow(*steps, build.failed_step(), status=Status.FAILED)
    text = shown(build.events(workflow))
    assert text.count("  sent  ") == 3
    assert text.count("(one line per step from here on; `-v` shows all)") == 1
    assert text.count("warn  odd") == 1  # the others are equal
    assert "error: create: " in text
    assert shown(build.events(workflow), verbosity="verbose").count("  sent  ") == 5


def test_a_stream_that_cannot_spell_a_character_gets_its_escape(build):
    workflow = build.workflow(build.step("größe☂"))
    assert r"ok größe\u2602  POST" in shown(build.events(workflow), encoding="latin-1")


def test_without_masking_secrets_are_shown(build):
    assert "hunter22" in shown(build.events(job(build)), masker=NO_MASK)


def test_a_large_body_costs_no_more_than_a_line(build):
    class Octets(bytes):
        def decode(self, *args):
            raise AssertionError("the whole body was decoded")

    large = Octets(b'{"a": "' + b"x" * 10**6 + b'"}')
    attempt = build.attempt(response=build.response(200, large), body={})
    text = shown(build.events(build.workflow(build.step(attempts=[attempt]))))
    assert max(map(len, text.splitlines())) <= 100


def verdict(build, *workflows, code=None, style=PLAIN):
    result = build.run(*workflows)
    out = io.StringIO()
    out_console = Console(out, Masker(["hunter22"]), "quiet", style)
    out_console(WorkflowFinished(build.workflow(), 0, build.WORKFLOW))
    out_console.finish(result, exit_code(result) if code is None else code)
    return out.getvalue()


def test_a_body_that_is_not_the_json_it_claims_to_be_is_shown_as_it_is(build):
    attempt = build.attempt(response=build.response(200, b"{broken\r\n  x"), body=None)
    text = shown(build.events(build.workflow(build.step(attempts=[attempt]))), verbosity="bodies")
    assert "            {broken\n              x\n" in text


@pytest.mark.parametrize(
    ("terminal", "environ", "when", "style"),
    [
        (True, {"TERM": "xterm"}, "auto", ANSI),
        (True, {"NO_COLOR": ""}, "auto", ANSI),
        (True, {"NO_COLOR": "1"}, "auto", PLAIN),
        (True, {"TERM": "dumb"}, "auto", PLAIN),
        (False, {}, "auto", PLAIN),
        (False, {"FORCE_COLOR": ""}, "auto", PLAIN),
        (False, {"FORCE_COLOR": "1"}, "auto", ANSI),
        (False, {"FORCE_COLOR": "0"}, "auto", ANSI),  # whatever its value
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb"}, "auto", ANSI),
        (False, {"NO_COLOR": "1", "TERM": "dumb"}, "always", ANSI),
        (True, {"FORCE_COLOR": "1"}, "never", PLAIN),
    ],
)
def test_colours_are_for_terminals_whose_user_wants_them(terminal, environ, when, style):
    out = io.StringIO()
    out.isatty = lambda: terminal
    assert style_for(out, environ, when) is style


def test_the_verdict_on_a_run_that_passed(build):
    passed = build.workflow(build.step(), build.step())
    skipped = build.workflow(status=Status.SKIPPED)
    counts = "2 steps, 2 requests, 2 criteria in 0.02 s\n"
    assert verdict(build, passed) == f"ok 1 workflow passed, {counts}"
    assert verdict(build, passed, skipped) == f"ok 1 workflow passed, 1 skipped, {counts}"
    assert verdict(build, passed, style=ANSI).startswith("\x1b[32mok\x1b[0m 1 workflow passed")


def test_the_verdict_names_the_workflows_that_did_not_pass(build):
    failed = build.workflow(build.step(), build.failed_step(), status=Status.FAILED)
    unsent = build.workflow(workflow_id="hunter22", status=Status.FAILED)
    assert verdict(build, failed, build.workflow(), unsent) == (
        "FAIL 2 of 3 workflows failed: `trigger` at step `create`, `***`; "
        "2 steps, 2 requests, 2 criteria (1 failed) in 0.02 s\n"
    )
    assert verdict(build, *[unsent] * 5).startswith(
        "FAIL 5 of 5 workflows failed: `***`, `***`, `***` and 2 more; 0 steps"
    )


def test_a_limit_of_the_run_is_no_fault_of_a_response(build):
    stop = build.error(code="max-steps", message="the run reached its limit of 5 steps")
    workflow = build.workflow(build.step(), status=Status.ERROR, error=stop)
    assert verdict(build, workflow, code=4).startswith("FAIL 1 of 1 workflow stopped at a limit:")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4, "1 of 1 workflow ended without a usable response: `trigger`;"),
        (5, "no workflow was run;"),
        (70, "ended with exit code 70;"),
        (130, "interrupted;"),
        (143, "terminated;"),
    ],
)
def test_the_verdict_agrees_with_the_exit_code(build, code, words):
    workflow = build.workflow(build.step(), status=Status.ERROR)
    assert verdict(build, workflow, code=code).startswith(f"FAIL {words}")


def test_equal_warnings_are_written_once_and_all_of_them_with_v(build) -> None:
    warned = build.attempt(checks=(build.check("odd", False), build.check("odd", False)))
    workflow = build.workflow(*(build.step(f"s{n}", attempts=[warned]) for n in range(2)))
    text = shown(build.events(workflow))
    assert (text.count("warn  odd"), text.count("(and 1 more like it)")) == (1, 1)
    text = shown(build.events(workflow), verbosity="verbose")
    assert (text.count("warn  odd"), text.count("(and 1 more like it)")) == (2, 2)
    text = shown(build.events(workflow), verbosity="bodies")
    assert (text.count("warn  odd"), text.count("more like it")) == (4, 0)
