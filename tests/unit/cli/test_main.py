"""Standard output in any encoding."""

import json
import sys
from io import BytesIO, TextIOWrapper

import pytest

from arazzo_runner.cli import commands
from arazzo_runner.cli import main as command_line
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
