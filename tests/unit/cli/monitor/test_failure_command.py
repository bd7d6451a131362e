"""The command of `--on-failure`: what it gets, and what it never gets."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from arazzo_runner.cli.monitor import failure_command
from arazzo_runner.cli.monitor.failure_command import call_command, command_environment
from arazzo_runner.cli.run.signals import Signals, catching_signals
from arazzo_runner.executor.result import RunResult
from arazzo_runner.report.model import RunReport

REPORT = RunReport("1", "shop.yaml", 1, "2026-01-02T03:04:05Z", 1.0, RunResult((), 1.0))


def test_its_environment_has_no_credential_and_no_option() -> None:
    environment = {
        "PATH": "/bin",
        "SLACK_URL": "https://hooks.example",
        "ARAZZO_AUTH_SHOP_LOGIN_TOKEN": "hunter2",
        "arazzo_auth_shop_login_key": "hunter2",
        "ARAZZO_INPUT_PASSWORD": "hunter2",
        "ARAZZO_EVERY": "5m",
        "SHOP_TOKEN": "hunter2",
    }
    assert command_environment(environment, REPORT, ["SHOP_TOKEN"]) == {
        "PATH": "/bin",
        "SLACK_URL": "https://hooks.example",
        "ARAZZO_RUN_DOCUMENT": "shop.yaml",
        "ARAZZO_RUN_EXIT_CODE": "1",
        "ARAZZO_RUN_STARTED_AT": "2026-01-02T03:04:05Z",
        "ARAZZO_RUN_STATUS": "failed",
    }


def python(program: str) -> str:
    return f'"{sys.executable}" -c "{program}"'


def test_it_gets_the_report_and_may_leave_it_unread(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    program = python(f"import sys; open('{copy}', 'wb').write(sys.stdin.buffer.read())")
    report = b"x" * 1_000_000
    assert call_command(program, os.environ, report, Signals()) is None
    assert copy.read_bytes() == report
    assert call_command(python("pass"), os.environ, report, Signals()) is None


def test_its_failure_is_said() -> None:
    problem = call_command(python("raise SystemExit(3)"), os.environ, b"", Signals())
    assert problem == "ended with exit code 3"


def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_command, "LIMIT", 0.05)
    program = python("import threading; threading.Event().wait()")
    assert call_command(program, os.environ, b"", Signals()) == "did not end within 0.05 s"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes as POSIX has them")
def test_a_signal_does_not_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_command, "_LAST_SECONDS", 0.05)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = python(f"open('{pipe}', 'w').close(); import threading; threading.Event().wait()")

    def interrupt() -> None:
        pipe.open().close()  # the command is at work
        signal.raise_signal(signal.SIGTERM)

    thread = threading.Thread(target=interrupt)
    with catching_signals() as signals:
        thread.start()
        call_command(program, os.environ, b"", signals)
        thread.join()
    assert signals.code == 143


@pytest.mark.parametrize(
    ("printed", "shown"),
    [("none", "none\n"), ("line\\n", "line\n"), ("", ""), ("a\\nb", "a\nb\n")],
)
def test_what_follows_what_it_prints_begins_a_line(
    capfd: pytest.CaptureFixture[str], printed: str, shown: str
) -> None:
    for stream in ("stdout", "stderr"):
        program = python(f"import sys; sys.{stream}.write('{printed}')")
        assert call_command(program, os.environ, b"", Signals()) is None
        assert capfd.readouterr() == ("", shown)


def test_what_it_leaves_in_the_background_is_not_waited_for(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failure_command, "_RELAY_SECONDS", 0.05)
    assert call_command("sleep 30 & echo done", os.environ, b"", Signals()) is None
    assert capfd.readouterr().err == "done\n"
