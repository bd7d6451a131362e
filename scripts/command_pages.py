"""Write docs/commands: a page for each command, from its help and the table of options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module

import click
from option_pages import default_cell, names_cell
from pages import PROJECT, note, table, write_folder, write_section

from arazzo_runner.cli.options.command_list import COMMANDS, actions_of
from arazzo_runner.options.table import options_of

FOLDER = PROJECT / "docs" / "commands"
SECTION = "Commands"
INDEX = "README.md"
NOTE = note("arazzo_runner/cli and arazzo_runner/options")
# Where there is more than what a command and its flags are.
GUIDES = {
    "auth": "auth.md",
    "batch": "batch.md",
    "bundle": "bundle.md",
    "completion": "completion.md",
    "demo": "demo.md",
    "explain": "diagnostics/README.md",
    "journal": "journal.md",
    "load": "load.md",
    "lsp": "editor.md",
    "mcp": "agents.md",
    "mock": "mock.md",
    "new": "new.md",
    "replay": "recording.md",
    "resume": "journal.md",
    "run": "running.md",
    "schema": "validate.md",
    "validate": "validate.md",
}
INTRODUCTION = f"""{NOTE}

# Commands

`arazzo COMMAND --help` shows these pages in a terminal. What all flags have in common, and their
names in Python and pytest, is in [options](../options.md); what a command ends with in
[exit codes](../exit-codes.md).

"""


def pages() -> dict[str, str]:
    """All pages by file name."""
    names = [name for name in COMMANDS if " " not in name]
    rows = ([f"[`arazzo {name}`]({name}.md)", COMMANDS[name][1]] for name in names)
    index = INTRODUCTION + table(["command", "what it does"], rows)
    return {INDEX: index, **{f"{name}.md": page(name) for name in names}}


def page(name: str) -> str:
    """A command, with its actions where it has any."""
    parts = [NOTE, f"# `arazzo {name}`", *_body(name, "##")]
    for action in actions_of(name):
        parts += [f"## `arazzo {name} {action}`", *_body(f"{name} {action}", "###")]
    if guide := GUIDES.get(name):
        parts.append(f"[More about it](../{guide}), with examples. [All commands](README.md)")
    return "\n\n".join(parts) + "\n"


def _body(name: str, mark: str) -> Iterator[str]:
    command = import_module(COMMANDS[name][0]).command
    yield f"```text\n{usage(name, command)}\n```"
    yield from prose(command.help or "")
    options = options_of(name)
    for heading in dict.fromkeys(option.section for option in options):
        shown = [one for one in options if one.section == heading]
        rows = ([names_cell(one), one.help, default_cell(one)] for one in shown)
        yield f"{mark} {heading or 'Options'}"
        yield table(["flag", "what it does", "default"], rows).rstrip()


def usage(name: str, command: click.Command) -> str:
    """The line of `--help`."""
    context = click.Context(command, info_name=f"arazzo {name}")
    return " ".join([f"arazzo {name}", *command.collect_usage_pieces(context)]).rstrip()


def prose(text: str) -> Iterator[str]:
    """The paragraphs of a help as Markdown; those that keep their lines are blocks."""
    for part in re.split(r"\n{2,}", inspect.cleandoc(text).strip()):
        if part.startswith("\b"):
            yield f"```text\n{inspect.cleandoc(part.lstrip(chr(8)).strip(chr(10)))}\n```"
        else:
            yield " ".join(part.split())


def entries() -> list[str]:
    """The navigation of the pages."""
    names = [name for name in COMMANDS if " " not in name]
    return [f"- commands/{INDEX}", *(f"- {name}: commands/{name}.md" for name in names)]


if __name__ == "__main__":
    write_folder(FOLDER, pages())
    write_section(SECTION, entries())
