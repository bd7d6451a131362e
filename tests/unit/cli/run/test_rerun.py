import click
import pytest

from arazzo_runner.cli.command_words import remember_command
from arazzo_runner.cli.run.rerun import RerunCommand, typed_command
from arazzo_runner.report.secrets import Masker


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["run", "a.yaml"], "arazzo run a.yaml"),
        (["run", "a b.yaml", "-i", "name=it's"], """arazzo run 'a b.yaml' -i 'name=it'"'"'s'"""),
        (["run", "a", "-i", "pass=hunter22"], 'arazzo run a -i pass="$PASS"'),
        (["run", "a", "-ipass=hunter22"], 'arazzo run a -ipass="$PASS"'),
        (["run", "a", "--input=pass=hunter22"], 'arazzo run a --input=pass="$PASS"'),
        (["run", "a", "--input", 'log-in:={"p": "hunter22"}'], 'arazzo run a --input log-in:="$LOG_IN"'),
        (["run", "a", "-i", "file=@secret.txt", "--inputs", "in.json"], "arazzo run a -i file=@secret.txt --inputs in.json"),
        (["run", "a", "--server", "http://me:pw@host/x"], "arazzo run a --server 'http://***@host/x'"),
        (["run", "a", "--proxy", "me:pw@host:1"], "arazzo run a --proxy '***@host:1'"),
        (["run", "a", "--server", "http://host/hunter22"], "arazzo run a --server 'http://host/***'"),
        (["run", "a", "--key-password", "pw", "-v"], 'arazzo run a --key-password "$ARAZZO_KEY_PASSWORD" -v'),
        (["run", "a", "--key-password=pw"], 'arazzo run a --key-password="$ARAZZO_KEY_PASSWORD"'),
        (["run", "a\x1b[31m"], r"arazzo run $'a\x1b[31m'"),
    ],
)  # fmt: skip
def test_a_command_for_a_shell(words: list[str], line: str) -> None:
    assert RerunCommand(tuple(words)).line(Masker(["hunter22"])) == line


def test_flags_are_replaced() -> None:
    command = RerunCommand(("run", "a", "--workflow", "x", "--workflow=y", "-v"))
    assert command.without("--workflow").line(Masker(), "--workflow", "z") == (
        "arazzo run a -v --workflow z"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "-v", "--", "a.yaml"], "arazzo run -v a.yaml --workflow w"),
        (["run", "--", "-a.yaml", "-"], "arazzo run ./-a.yaml - --workflow w"),
        (["run", "-v", "a.yaml"], "arazzo run -v a.yaml --workflow w"),
    ],
)
def test_flags_behind_the_documents(words: list[str], expected: str) -> None:
    """What stands behind `--` would be one more document."""
    with click.Context(click.Command("arazzo")) as context:
        remember_command(context, words)
        assert typed_command().line(Masker(), "--workflow", "w") == expected


def test_documents_are_removed_as_they_are_spelled() -> None:
    command = RerunCommand(("run", "-v", "./-a.yaml", "b.yaml"))
    assert command.without_words(["-a.yaml", "b.yaml"]).words == ("run", "-v")


def test_outside_of_a_command() -> None:
    assert typed_command().words == ()
