"""`--help`: flags under headings, all of them once."""

from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.options.model import Option


@pytest.mark.parametrize("name", ["run", "validate", "replay", "auth", "list"])
def test_every_flag_is_listed(name: str) -> None:
    command: click.Command = import_module(COMMANDS[name][0]).command
    shown = CliRunner().invoke(command, ["--help"]).output
    flags = [one for one in command.params if isinstance(one, click.Option)]
    listed = [
        line.split("--")[1].split()[0] for line in shown.splitlines() if line.strip()[:1] == "-"
    ]
    assert sorted(listed) == sorted(["help", *(_long(one) for one in flags)])


def _long(option: click.Option) -> str:
    return next(name for name in option.opts if name.startswith("--")).removeprefix("--")


def test_headings_hold_what_belongs_together() -> None:
    table = (
        Option("plain", "Under none."),
        Option("proxy", "By way of.", section="Network"),
        Option("size", "How much.", section="Limits"),
        Option("other", "Of another command.", ("list",)),
    )

    @click.command(cls=SectionedCommand)
    @flags_of("run", table)
    @click.argument("document")
    def command() -> None: ...

    shown = CliRunner().invoke(command, ["--help"]).output
    assert shown.partition("\n\n")[2].splitlines() == [
        "Options:",
        "  --plain TEXT  Under none.",
        "  --help        Show this message and exit.",
        "",
        "Network:",
        "  --proxy TEXT  By way of.",
        "",
        "Limits:",
        "  --size TEXT   How much.",
    ]


def test_completion_shows_its_lines_as_they_are_pasted() -> None:
    command: click.Command = import_module(COMMANDS["completion"][0]).command
    shown = CliRunner().invoke(command, ["--help"]).output
    assert "\n    zsh   echo 'source <(arazzo completion zsh)' >> ~/.zshrc" in shown
    assert "\\b" not in shown
    assert "\b" not in shown
