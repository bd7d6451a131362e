import json
import sys

import click
import pytest

from arazzo_runner.cli import main as command_line
from arazzo_runner.cli.run.reports import Reports, ReportTarget, read_reports, reports_of_args
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.report.files import KINDS
from arazzo_runner.text.diagnostic import error


@pytest.mark.skipif(sys.platform == "win32", reason="devices as POSIX has them")
@pytest.mark.parametrize(
    ("texts", "as_json", "targets"),
    [
        ([], False, []),
        ([], True, [("json", "-")]),
        (["json"], False, [("json", "arazzo-report.json")]),
        (["json=-"], True, [("json", "-")]),
        (["junit=a.xml", "har"], False, [("junit", "a.xml"), ("har", "arazzo-report.har")]),
        (["json=a=b"], False, [("json", "a=b")]),
        (["github", "github=x"], True, [("github", "-"), ("github", "x"), ("json", "-")]),
        (["json=/dev/null", "junit=/dev/null"], False, [("json", "/dev/null"), ("junit", "/dev/null")]),
    ],
)  # fmt: skip
def test_what_was_asked_for(texts, as_json, targets):
    assert read_reports(texts, as_json) == Reports(tuple(ReportTarget(*one) for one in targets))


@pytest.mark.parametrize(
    ("texts", "as_json", "message"),
    [
        (["pdf"], False, "the kinds of reports are `json`, "),
        (["hmtl=x"], False, "did you mean `html`?"),
        (["json=a", "junit=./a"], False, "`json` and `junit` cannot both go to `./a`"),
        (["junit=-"], True, "`junit` and `json` cannot both go to standard output"),
    ],
)
def test_what_cannot_be(texts, as_json, message):
    with pytest.raises(click.UsageError) as caught:
        read_reports(texts, as_json)
    assert message in caught.value.message


@pytest.mark.parametrize(("texts", "taken"), [(["github"], False), (["github", "har=-"], True)])
def test_annotations_stand_among_other_lines(texts, taken):
    assert read_reports(texts, False).has_stdout == taken


@pytest.mark.parametrize(
    ("words", "environ", "kinds"),
    [
        (["run", "x", "--report=junit", "--report", "har=a"], {}, ["junit", "har"]),
        (["run", "x", "--json", "--report"], {"ARAZZO_REPORT": "junit\nnone"}, ["junit", "json"]),
        (["run", "x", "--json", "--report", "har=-"], {}, ["json"]),
        (["run", "x"], {}, []),
    ],
)
def test_what_a_mistaken_command_line_asks_for(words, environ, kinds):
    assert [one.kind for one in reports_of_args(words, environ).targets] == kinds


API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'http://127.0.0.1:1'}]
paths: {/things: {get: {operationId: listThings, responses: {'200': {description: ok}}}}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- {workflowId: one, steps: [{stepId: list, operationId: listThings}]}
- {workflowId: two, steps: [{stepId: list, operationId: listThings}]}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "workflow.yaml").write_text(DOCUMENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_bug_is_reported_with_what_was_over_by_then(folder, monkeypatch):
    from arazzo_runner.report.terminal.console import Console

    tell = Console._finish_workflow

    def buggy(self, result, depth):
        if result.workflow_id == "two":
            raise ZeroDivisionError
        tell(self, result, depth)

    monkeypatch.setattr(Console, "_finish_workflow", buggy)
    words = ["--report", "json=r.json", "--report", "ndjson=r.ndjson", "--report", "junit=r.xml"]
    assert command_line.main(["run", "workflow.yaml", "--mock", *words]) == 70
    report = json.loads((folder / "r.json").read_text())
    assert (report["exit_code"], report["status"]) == (70, "error")
    assert [one["workflow_id"] for one in report["workflows"]] == ["one"]
    assert lines(folder / "r.ndjson")[-1]["exit_code"] == 70
    assert 'errors="1"' in (folder / "r.xml").read_text()


def test_a_bug_while_reading_is_reported(folder, monkeypatch):
    monkeypatch.setattr("arazzo_runner.cli.run.command.load_document", lambda *_: 1 / 0)
    assert command_line.main(["run", "workflow.yaml", "--report", "json=r.json"]) == 70
    assert json.loads((folder / "r.json").read_text())["exit_code"] == 70


def test_a_step_of_a_github_job_gets_a_summary(folder, monkeypatch, capsys):
    (folder / "summary").write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary"))
    words = ["--server", "http://127.0.0.1:1", "--report", "github"]
    assert command_line.main(["run", "workflow.yaml", *words]) == 4
    out = capsys.readouterr().out
    assert [f"\n::error file=workflow.yaml,line={line}," in out for line in (6, 7)] == [True, True]
    assert (folder / "summary").read_text().startswith("# before\n## workflow.yaml\n")


def test_annotations_leave_standard_output_to_another_report(folder, capsys):
    words = ["--server", "http://127.0.0.1:1", "--report", "github", "--json"]
    assert command_line.main(["run", "workflow.yaml", *words]) == 4
    out, problems = capsys.readouterr()
    assert json.loads(out)["exit_code"] == 4
    assert "\n::error " in problems


def test_lines_go_to_standard_output(folder, capsys):
    assert command_line.main(["run", "workflow.yaml", "--mock", "--report", "ndjson=-"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told[0]["event"], told[-1]["event"]) == ("run_started", "run_finished")


def test_a_report_that_fails_keeps_no_other_from_being_written(folder, monkeypatch):
    (folder / "gone").mkdir()
    words = ["--report", "json=gone/r.json", "--report", "junit=r.xml", "--mock"]
    from arazzo_runner.cli.run.reports import ReportObserver

    end = ReportObserver.end

    def late(self, result, code):
        (folder / "gone").rmdir()
        (folder / "gone").write_text("")
        end(self, result, code)

    monkeypatch.setattr(ReportObserver, "end", late)
    assert command_line.main(["run", "workflow.yaml", *words]) == 2
    assert (folder / "r.xml").exists()


def test_a_refused_url_is_reported_without_its_password(folder):
    words = [f"--report={kind}=r.{kind}" for kind in KINDS]
    assert command_line.main(["run", "https://user:hunter22@127.0.0.1:1/a", *words]) == 2
    assert ["hunter22" in (folder / f"r.{kind}").read_text() for kind in KINDS] == [False] * len(
        KINDS
    )


def test_reports_say_how_a_run_was_made(folder):
    flags = ["--mock", "--insecure", "--report", "json=r.json"]
    assert command_line.main(["run", "workflow.yaml", *flags]) == 0
    assert json.loads((folder / "r.json").read_text())["notes"] == [
        "responses were generated from the API descriptions (`--mock`)",
        "TLS certificates were not verified (`--insecure`)",
    ]


def _run(capsys, *words):
    code = command_line.main(["run", "workflow.yaml", "--json", *words])
    report = json.loads(capsys.readouterr().out)
    return code, report["exit_code"], [one["message"] for one in report["diagnostics"]]


def test_report_of_http2_without_its_package(folder, capsys, monkeypatch):
    monkeypatch.setattr("arazzo_runner.http.pool._has_h2", lambda: False)
    message = "`--http2` needs the package `h2`, which is not installed"
    assert _run(capsys, "--http2") == (2, 2, [message])


@pytest.mark.parametrize(("kind", "code"), [(UsageError, 2), (DocumentError, 3)])
def test_report_of_what_ends_a_run_in_its_middle(folder, capsys, monkeypatch, kind, code):
    """What has diagnostics is no bug, wherever it is raised."""

    def refuse(*_, **_named):
        raise kind(error("AZ906", "no"))

    monkeypatch.setattr("arazzo_runner.pipeline.run.execute_run", refuse)
    assert _run(capsys) == (code, code, ["no"])


_SESSION = """\
arazzo: 1.1.0
info: {title: t, version: "1"}
sourceDescriptions: [{name: api, url: session-api.yaml, type: openapi}]
workflows:
- workflowId: open
  steps:
  - {stepId: login, operationId: login, outputs: {token: $response.body#/token}}
  - stepId: use
    operationId: use
    parameters: [{name: X-Auth-Token, in: header, value: $steps.login.outputs.token}]
"""
_SESSION_API = """\
openapi: 3.1.0
info: {title: t, version: "1"}
servers: [{url: "http://127.0.0.1:1"}]
paths:
  /login:
    post:
      operationId: login
      responses:
        "200":
          description: ok
          content:
            application/json: {schema: {type: object}, example: {token: seven-of-nine}}
  /use:
    get:
      operationId: use
      parameters: [{name: X-Auth-Token, in: header, schema: {type: string}}]
      responses: {"200": {description: ok}}
"""
_CALLER = """\
arazzo: 1.1.0
info: {title: t, version: "1"}
sourceDescriptions: [{name: session, url: session.yaml, type: arazzo}]
workflows:
- workflowId: main
  steps: [{stepId: open, workflowId: $sourceDescriptions.session.open}]
"""


@pytest.mark.parametrize("document", ["session.yaml", "caller.yaml"])
def test_a_token_is_masked_in_the_event_that_brings_it(folder, capsys, document):
    (folder / "session.yaml").write_text(_SESSION)
    (folder / "session-api.yaml").write_text(_SESSION_API)
    (folder / "caller.yaml").write_text(_CALLER)
    assert command_line.main(["run", document, "--mock", "--report", "ndjson=-"]) == 0
    shown = capsys.readouterr()
    assert '"token": "***"' in shown.out or '"token":"***"' in shown.out
    assert "seven-of-nine" not in shown.out + shown.err
