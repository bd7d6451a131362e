"""``arazzo.toml``: keys in places where nothing would read them, and text that is not TOML."""

import click
import pytest

from arazzo_runner.cli.commands import cli
from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.cli.options.config_file import ConfigSyntaxError, flags_for, read_config
from arazzo_runner.cli.usage_errors import usage_diagnostic
from arazzo_runner.report.diagnostics.text import render_text


@pytest.mark.parametrize(
    ("command", "text", "why"),
    [
        (
            "run",
            'timeout = "1s"',
            "`timeout` stands at the root; flags of `run` belong in `[run]`",
        ),
        (
            "validate",
            'timeout = "1s"',
            "`timeout` stands at the root; flags of `validate` belong in `[validate]`",
        ),
        (
            "run",
            "strict = true",
            "`strict` stands at the root; flags of `validate` belong in `[validate]`",
        ),
        (
            "run",
            "max_retries = 3",
            "`max_retries` stands at the root; flags of `run` belong in `[run]`",
        ),
        (
            "run",
            '[per-file-ignores]\n"a/**" = ["AZ304"]',
            "`per-file-ignores` stands at the root; flags of `validate` belong in `[validate]`",
        ),
        (
            "run",
            '[servers]\nshop = "http://x"',
            "`servers` stands at the root; it belongs in a profile: `[profiles.NAME]`",
        ),
        ("run", 'timeot = "1s"', "there is no key `timeot` at the root; flags belong in the table"),
        ("run", "[rum]\ntimeout = 1", "there is no table `[rum]`; did you mean `run`?"),
        ("run", "run = 1", "`run` has to be a table: `[run]`"),
        (
            "run",
            "[run]\nstrict = true",
            "`[run]` has no key `strict`; flags of `validate` belong in `[validate]`",
        ),
        (
            "validate",
            "[validate]\nmax-steps = 3",
            "`[validate]` has no key `max-steps`; flags of `run` belong in `[run]`",
        ),
        (
            "run",
            "[run.credentials]\nA = 'B'",
            "`[run]` has no key `credentials`; `[credentials]` is a table of its own, at the root",
        ),
        ("run", "[run]\ntimeot = 1", "`[run]` has no key `timeot`; did you mean `timeout`?"),
        ("run", "[run]\nzzzzzz = 1", "`[run]` has no key `zzzzzz`"),
        (
            "batch",
            "[batch.strat]\nchunk = 1",
            "`[batch]` has no table `[batch.strat]`; did you mean `start`?",
        ),
        ("batch start", "[batch]\nstart = 1", "`batch.start` has to be a table: `[batch.start]`"),
        (
            "batch start",
            "[batch.start]\nchnk = 1",
            "`[batch.start]` has no key `chnk`; did you mean `chunk`?",
        ),
        (
            "batch work",
            "[batch.work]\nchunk = 1",
            "flags of `batch start` belong in `[batch.start]`",
        ),
    ],
)
def test_keys_in_the_wrong_place(tmp_path, monkeypatch, command, text, why):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arazzo.toml").write_text(text)
    with pytest.raises(click.UsageError) as caught:
        flags_for(command, cli.get_command(None, command), COMMANDS)
    assert why in caught.value.message


@pytest.mark.parametrize(
    ("text", "position", "lines"),
    [
        ("[run]\ntimeout = 5s\n", "2:12", ["2 | timeout = 5s", "  |            ^"]),
        ('x = ["日本", y]', "1:12", ['1 | x = ["**", y]', "  |            ^"]),
        ("x = [1,\n\n", "1:8", ["1 | x = [1,", "  |        ^"]),
        ('a = "Bearer abcdef', "1:19", ['1 | a = "*************', "  |                   ^"]),
    ],
)
def test_a_configuration_that_is_not_toml(tmp_path, monkeypatch, text, position, lines):
    (tmp_path / "arazzo.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigSyntaxError) as error:
        read_config()
    shown = render_text(usage_diagnostic(error.value)).splitlines()
    assert shown[0].startswith("error[AZ906]: the configuration is not TOML: ")
    assert "(at" not in shown[0]
    assert shown[1] == f" --> {tmp_path}/arazzo.toml:{position}"
    assert shown[3:5] == lines


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[run]\nmax-retries = " + "9" * 5_000, "it contains a number of too many digits"),
        ("[run]\nx = " + "[" * 5_000 + "]" * 5_000, "it is nested too deeply"),
        ("[" + "a." * 64 + "a]", "it is nested too deeply"),
        ("[run]\n" + "'a' . " * 64 + "a = 1", "it is nested too deeply"),
        ("[run]\nx = {b = 1, " + '"a\\"".' * 64 + "a = 1}", "it is nested too deeply"),
        ("# " + "a" * (1 << 20), "it is larger than 1 MiB"),
    ],
)
def test_what_the_parser_gives_up_on(tmp_path, monkeypatch, text, why):
    (tmp_path / "arazzo.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.UsageError) as reason:
        read_config()
    assert reason.value.message.endswith(why)


@pytest.mark.parametrize(
    "text", ["[" + "a." * 63 + "a]", "#" + "a" * ((1 << 20) - 1), "a = '" + "a." * 999 + "'"]
)
def test_what_the_parser_is_given(tmp_path, monkeypatch, text):
    (tmp_path / "arazzo.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert len(read_config()) < 2


def test_an_action_of_a_command_has_a_table_of_its_own(tmp_path, monkeypatch) -> None:
    (tmp_path / "arazzo.toml").write_text("[batch.start]\nchunk = 7\n[batch.work]\njobs = 9\n")
    monkeypatch.chdir(tmp_path)
    for name, wanted in (("batch start", {"chunk": 7}), ("batch work", {"jobs": 9}), ("batch", {})):
        assert flags_for(name, cli.get_command(None, name), COMMANDS) == wanted
