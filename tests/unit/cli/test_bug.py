"""A bug is reported without secrets."""

import pytest

from arazzo_runner.cli import main as command_line
from arazzo_runner.cli.bug import remember_masker, report_bug
from arazzo_runner.report.secrets import Masker

API = """\
openapi: 3.1.0
info: {title: t, version: "1"}
servers: [{url: "http://127.0.0.1:1"}]
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
paths:
  /a:
    get:
      operationId: getA
      security: [{key: []}]
      responses: {"200": {description: ok}}
"""
DOCUMENT = """\
arazzo: 1.0.1
info: {title: t, version: "1"}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: main
  inputs: {type: object, properties: {code: {type: string, format: password}, n: {type: integer}}}
  steps: [{stepId: a, operationId: getA}]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "w.yaml").write_text(DOCUMENT)
    (tmp_path / "inputs.json").write_text('{"code": "fromAFile99"}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARAZZO_AUTH_API_KEY_KEY", "s3cr3t-of-the-key")
    return tmp_path


@pytest.mark.parametrize("at", ["pipeline.execute_run", "cli.run.command.load_document"])
def test_a_traceback_shows_no_credential_and_no_input(folder, monkeypatch, capsys, at):
    def buggy(*_, **__):
        message = "sent s3cr3t-of-the-key, c29tZXRoaW5nLWVsc2U= and typed%20text"
        raise LookupError(message) from ValueError("'s3cr3t-of-the-key' is no key")

    monkeypatch.setattr(f"arazzo_runner.{at.replace('pipeline', 'pipeline.run')}", buggy)
    words = ["--debug", "run", "w.yaml", "-i", "code=typed text", "-i", "n=7"]
    assert command_line.main(words) == 70
    problems = capsys.readouterr().err
    assert "s3cr3t" not in problems
    assert "LookupError: sent ***, c29tZXRoaW5nLWVsc2U= and ***" in problems
    assert "ValueError: '***' is no key" in problems
    assert "error: a bug in arazzo (LookupError, id " in problems


def test_what_the_run_has_read_is_masked(folder, monkeypatch, capsys):
    def buggy(*_, **__):
        raise LookupError("the code was fromAFile99")

    monkeypatch.setattr("arazzo_runner.pipeline.run.execute_run", buggy)
    assert command_line.main(["--debug", "run", "w.yaml", "--inputs", "inputs.json"]) == 70
    assert "LookupError: the code was ***\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args",
    [
        ["-i", "code=hunter22"],
        ["-icode=hunter22"],
        ["--input", 'code:=["hunter22", 1]'],
        ["--input=code=hunter22"],
        ["--key-password", "hunter22"],
        ["--key-password=hunter22"],
    ],
)
def test_inputs_are_masked_however_they_are_typed(capsys, args):
    message = "got hunter22."
    assert report_bug(ZeroDivisionError(message), ["--debug", *args]) == 70
    assert "ZeroDivisionError: got ***.\n" in capsys.readouterr().err


def test_the_password_of_a_key_in_the_environment_is_masked(capsys, monkeypatch):
    monkeypatch.setenv("ARAZZO_KEY_PASSWORD", "hunter22")
    report_bug(ZeroDivisionError("got hunter22"), ["--debug"])
    assert "hunter22" not in capsys.readouterr().err


def test_secrets_are_shown_where_that_is_asked_for(capsys):
    report_bug(
        ZeroDivisionError("got hunter22"), ["--debug", "--show-secrets", "-i", "code=hunter22"]
    )
    assert "got hunter22" in capsys.readouterr().err


def test_without_debug_there_are_two_lines(capsys):
    report_bug(ZeroDivisionError("got hunter22"), ["-i", "code=hunter22"])
    assert capsys.readouterr().err.splitlines()[1:] == [
        "help: run `arazzo --debug …` for the details, and please report them"
    ]


def test_the_id_says_nothing_of_a_secret(capsys):
    masker = remember_masker(Masker(["hunter22", "hunter33"]))
    for secret in ("hunter22", "hunter33"):
        report_bug(ZeroDivisionError(f"got {secret}"), [])
    first, _, second, _ = capsys.readouterr().err.splitlines()
    assert first == second
    assert masker.text("hunter22") == "***"
