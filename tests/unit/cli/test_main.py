"""Standard output in any encoding."""

import json
import sys
from errno import EINVAL
from io import BytesIO, TextIOWrapper

import pytest

from arazzo_runner.cli import commands
from arazzo_runner.cli import main as command_line
from arazzo_runner.cli.lossy_stream import lossy_stream
from arazzo_runner.cli.main import escape_unencodable, prepare_streams


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("text", ["é…", "\U0001f600", "half \ud83d of a pair", "plain"])
def test_json_means_the_same_in_every_encoding(
    monkeypatch: pytest.MonkeyPatch, encoding: str, text: str
) -> None:
    octets = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(octets, encoding))
    prepare_streams()
    sys.stdout.write(json.dumps(text, ensure_ascii=False))
    sys.stdout.flush()
    assert json.loads(octets.getvalue().decode(encoding)) == text


@pytest.mark.parametrize(
    ("variables", "expected"), [({}, "utf-8"), ({"PYTHONIOENCODING": "cp1252"}, "cp1252")]
)
def test_on_windows_a_pipe_gets_utf_8(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    octets = BytesIO()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(octets, "cp1252"))
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    prepare_streams()
    sys.stdout.write("é")
    sys.stdout.flush()
    assert octets.getvalue().decode(expected) == "é"


class _Console(TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_console_of_windows_gets_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    console = _Console(BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "__stderr__", console)
    assert lossy_stream(console) is console


@pytest.mark.parametrize(("system", "code"), [("win32", 141), ("linux", 70)])
def test_nobody_reads_what_is_written_on_windows(
    monkeypatch: pytest.MonkeyPatch, system: str, code: int
) -> None:
    def carry_out(_args: list[str]) -> int:
        raise OSError(EINVAL, "Invalid argument")

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(command_line, "_carry_out", carry_out)
    monkeypatch.setattr(command_line, "_leave_stdout", lambda: None)
    assert command_line.main(["validate"]) == code


def test_what_cannot_be_read_is_not_escaped() -> None:
    with pytest.raises(UnicodeDecodeError):
        escape_unencodable(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"))


@pytest.mark.parametrize(
    ("kind", "why"),
    [(RecursionError, "is nested too deeply"), (MemoryError, "takes too much memory")],
)
def test_what_is_too_much_for_python_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: type, why: str
) -> None:
    def give_up(*_: object, **_named: object) -> None:
        raise kind

    monkeypatch.setattr(commands.cli, "main", give_up)
    assert command_line.main(["list", "w.yaml"]) == 3
    assert (
        capsys.readouterr().err == f"error[AZ109]: what the document or a response contains {why}\n"
    )
    assert command_line.main(["--debug", "list", "w.yaml"]) == 3
    assert "Traceback" in capsys.readouterr().err
