"""`arazzo batch`, without an action: which there are."""

from __future__ import annotations

import sys
from typing import Final

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.command_list import actions_of
from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import did_you_mean, error

_NAME: Final = "batch"


class _ActionsCommand(SectionedCommand):
    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the actions, and the flags under them."""
        with formatter.section("Actions"):
            formatter.write_dl([*actions_of(_NAME).items()])
        super().format_options(ctx, formatter)


@click.command(
    _NAME,
    cls=_ActionsCommand,
    short_help="run very many rows on many machines, by a database",
    options_metavar="ACTION …",
)
@click.argument("words", metavar="", nargs=-1)
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> int:
    """Run very many rows of a document on many machines: one PostgreSQL has the rows and results.

    `arazzo batch ACTION --help` lists the options of an action.
    """
    if not words:
        sys.stderr.write(context.get_help() + "\n")
        return 2
    actions = actions_of(_NAME)
    hint = did_you_mean(words[0], actions) or f"actions: {', '.join(actions)}"
    raise UsageError(error("AZ906", f"`arazzo batch` has no action `{words[0]}`", help=hint))
