import sys

import pytest

from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.report.formats.github import annotation, report_pieces
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error, warning


def report_bytes(run, masker):
    return b"".join(report_pieces(run, masker))


def commands(run):
    return report_bytes(run, Masker(["hunter22"])).decode().splitlines()


def test_findings_stand_at_their_lines(build):
    findings = (
        error("AZ204", "no `100%` hunter22", build.condition, help="use\nthis"),
        warning("AZ119", "odd\r::error::x"),
    )
    first, second = commands(build.report(RunResult((), 0.0), 3, diagnostics=findings))
    assert first == (
        "::error file=workflows/studio.arazzo.yaml,line=12,col=24,title=AZ204"
        "::no `100%25` ***%0Ahelp: use%0Athis"
    )
    assert second == r"::warning title=AZ119::odd\x0d::error::x"


def test_a_failed_workflow_points_to_the_criterion(build):
    workflow = build.workflow(
        build.step(), build.failed_step(), workflow_id="a,b", status=Status.FAILED
    )
    (line,) = commands(build.report(build.run(workflow, build.workflow()), 1))
    assert line.startswith(
        "::error file=workflows/studio.arazzo.yaml,line=12,col=24,title=a%2Cb%3A step create::"
        "error: create: $statusCode == 200, got 201%0A"
    )


def test_a_step_without_a_criterion_to_blame_points_to_itself(build):
    attempt = build.attempt(response=None, criteria=[], error=build.error())
    workflow = build.workflow(
        build.step(status=Status.ERROR, attempts=[attempt]), status=Status.ERROR
    )
    (line,) = commands(build.report(build.run(workflow), 4))
    assert ",line=9,col=9,title=trigger%3A step create::error: " in line


def test_a_workflow_with_its_own_error_points_to_itself(build):
    limit = build.error("the run reached its limit", "max-steps")
    workflow = build.workflow(build.failed_step(), status=Status.ERROR, error=limit)
    (line,) = commands(build.report(build.run(workflow), 4))
    assert ",line=6,col=5,title=trigger::error: create: " in line
    assert line.endswith("%0Aerror: workflow `trigger`: the run reached its limit")


@pytest.mark.parametrize(
    ("root", "file", "named"),
    [
        (None, "a.yaml", "a.yaml"),
        (".", "a.yaml", "api/a.yaml"),
        (".", "../b.yaml", "b.yaml"),
        (".", "../../c.yaml", "../../c.yaml"),
        (".", "https://host/a.yaml", "https%3A//host/a.yaml"),
        (".", "<stdin>", "<stdin>"),
    ],
)
def test_files_are_named_from_the_root_of_the_repository(tmp_path, monkeypatch, root, file, named):
    (tmp_path / "api").mkdir()
    monkeypatch.chdir(tmp_path / "api")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    if root:
        monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert annotation("error", {"file": file}, "x") == f"::error file={named}::x"


def test_files_of_windows_are_named_with_slashes(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert annotation("error", {"file": "api\\w.yaml"}, "x") == "::error file=api/w.yaml::x"
