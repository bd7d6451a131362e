import pytest

from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.report.formats.markdown import report_pieces
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error


def report_bytes(run, masker):
    return b"".join(report_pieces(run, masker))


def rendered(run):
    return report_bytes(run, Masker(["hunter22"])).decode()


def test_a_run(build):
    child = build.workflow(build.step(), workflow_id="charge")
    call = build.step("pay", operation=None, workflow=child, attempts=[])
    tries = [
        build.attempt(action=build.action()),
        build.attempt(response=None, error=build.error()),
    ]
    polled = build.step("poll_it", Status.SKIPPED, tries)
    failed = build.workflow(
        build.step(), call, polled, build.failed_step(operation=None), status=Status.FAILED
    )
    text = rendered(build.report(build.run(failed, build.workflow(workflow_id="ok")), 1))
    head, _, block = text.partition("```text\n")
    assert head == (
        "## workflows/studio.arazzo.yaml\n"
        "\n"
        "✗ 1 of 2 workflows failed: \\`trigger\\` at step \\`create\\`; "
        "5 steps \\(1 skipped\\), 5 requests, 4 criteria \\(1 failed\\) in 0.02 s\n"
        "\n"
        "### ❌ trigger\n"
        "\n"
        "| | step | operation | response | time |\n"
        "|---|---|---|---|---:|\n"
        "| ✅ | create | POST /Flows/\\{FlowSid\\}/Executions | 201 | 3.4 ms |\n"
        "| ✅ | pay | workflow charge |  | 3.4 ms |\n"
        "| ⏭️ | poll\\_it | POST /Flows/\\{FlowSid\\}/Executions | (attempt 2) | 3.4 ms |\n"
        "| ❌ | create |  | 201 | 3.4 ms |\n"
        "\n"
    )
    assert block.startswith("error: create: $statusCode == 200, got 201\n")
    assert block.endswith("\n```\n\n### ✅ ok\n")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a|b", r"a\|b"),
        ("<img src=x>", r"\<img src=x\>"),
        ("[x](http://h) @me #1", r"\[x\]\(http://h\) \@me \#1"),
        ("a\nb hunter22", r"a\\x0ab \*\*\*"),
    ],
)
def test_words_from_outside_are_no_markup(build, name, plain):
    text = rendered(build.report(build.run(build.workflow(build.step(name)))))
    assert f"| ✅ | {plain} |" in text


def test_a_fence_is_longer_than_those_in_the_text(build):
    finding = error("AZ101", "`` ```` `` hunter22", build.condition)
    text = rendered(build.report(RunResult((), 0.0), 3, diagnostics=(finding,)))
    assert "\n`````text\nerror[AZ101]: `` ```` `` ***\n" in text
    assert text.endswith("\n`````\n")
