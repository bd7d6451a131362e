"""Every command that runs workflows has a value for each flag of `arazzo run`, its own or not."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
import pytest

from arazzo_runner.cli.batch.contents import BatchContents
from arazzo_runner.cli.batch.plan import _flags
from arazzo_runner.cli.journal.flags import JournalFlags, resumed_flags
from arazzo_runner.cli.options.flags import flags_of, run_flags
from arazzo_runner.cli.run.keywords import keywords
from arazzo_runner.options.batch import SUBMITTED
from arazzo_runner.options.model import Keyword, Option
from arazzo_runner.options.table import OPTIONS, options_of

RUN = {one.parameter for one in options_of("run") if one.kind != "color"}


BATCH = BatchContents(JournalFlags({}), dict.fromkeys(SUBMITTED))


class Taken(Exception):
    """Has the flags as the rest of a command gets them."""


def take(_named: object, flags: Mapping[str, Any] | None = None, *_: object) -> None:
    raise Taken(flags if flags is not None else _named)


def taken_at(monkeypatch, place: str, command: str, *words: str) -> dict[str, Any]:
    """The flags that a command hands to a function of its module."""
    module, _, name = place.rpartition(".")
    monkeypatch.setattr(import_module(module), name, take)
    with pytest.raises(Taken) as taken:
        import_module(f"arazzo_runner.cli.{command}").command.main(
            list(words), standalone_mode=False
        )
    return dict(taken.value.args[0])


def of_mcp(monkeypatch) -> dict[str, Any]:
    return taken_at(
        monkeypatch, "arazzo_runner.cli.mcp.documents.check_network", "mcp.command", "w.yaml"
    )


def of_load(monkeypatch) -> dict[str, Any]:
    module = import_module("arazzo_runner.cli.load.command")
    monkeypatch.setattr(module, "find_spec", lambda _name: "installed")
    monkeypatch.setattr(module, "_is_patched", lambda: True)
    return taken_at(
        monkeypatch, "arazzo_runner.cli.load.command._perform", "load.command", "w.yaml"
    )


def of_start(monkeypatch) -> dict[str, Any]:
    return taken_at(
        monkeypatch, "arazzo_runner.cli.batch.start.BatchStart", "batch.start", "w.yaml"
    )


def parsed(command: str) -> dict[str, Any]:
    return flags_of(command)(click.Command(command)).make_context(command, []).params


def of_work(_monkeypatch) -> dict[str, Any]:
    with click.Context(click.Command("batch work")):
        return _flags(BATCH, parsed("batch work"))


def of_resume(_monkeypatch) -> dict[str, Any]:
    with click.Context(click.Command("resume")):
        return resumed_flags(JournalFlags({}), parsed("resume"))


COMMANDS = {
    "mcp": of_mcp,
    "load": of_load,
    "batch start": of_start,
    "batch work": of_work,
    "resume": of_resume,
}


def test_all_commands_that_run_workflows_are_here() -> None:
    sending = [one for one in OPTIONS if one.name in ("allow-origin", "credential")]
    assert {name for one in sending for name in one.commands} - {"run", "auth"} == {*COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_a_value_for_all_flags_of_a_run(command, monkeypatch) -> None:
    flags, without = COMMANDS[command](monkeypatch), parsed("run")
    if command == "batch work":
        without |= BATCH.reading()
    lacking = RUN - {one.parameter for one in options_of(command)}
    assert {name: flags[name] for name in lacking} == {name: without[name] for name in lacking}
    assert keywords(flags).keys() <= keywords(parsed("run")).keys()


NEW = (
    Option("brand-new", "New.", kind="count", default=3, keyword=Keyword("brand_new", "int")),
    Option("brand-news", "New.", is_repeatable=True, keyword=Keyword("brand_news", "tuple")),
    Option("brand", "New.", kind="switch", keyword=Keyword("brand", "bool")),
)


def test_a_new_flag_has_its_default_in_commands_that_lack_it(monkeypatch) -> None:
    monkeypatch.setenv("ARAZZO_BRAND_NEW", "7")  # which is about the flag, and there is none
    assert keywords(run_flags({}, NEW), NEW) == {
        "brand_new": 3, "brand_news": (), "brand": False,
    }  # fmt: skip
    assert run_flags({"brand_new": 9}, NEW)["brand_new"] == 9
