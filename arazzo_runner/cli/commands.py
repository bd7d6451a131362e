"""The subcommands of `arazzo`, loaded when they are used, so that `--help` responds at once."""

from __future__ import annotations

from importlib import import_module

import click

from arazzo_runner.cli.command_words import remember_command
from arazzo_runner.cli.diagnostics import installation_notes
from arazzo_runner.cli.options.color import reset_color
from arazzo_runner.cli.options.command_list import COMMANDS, joined_words
from arazzo_runner.cli.options.config_file import flags_for
from arazzo_runner.cli.process import is_collector_paused, resume_collector, spare_libraries
from arazzo_runner.cli.signals import raise_at_signals
from arazzo_runner.version import VERSION


class ClosedOutputError(Exception):
    """Nobody reads our output any more (`arazzo … | head`)."""


_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class CommandGroup(click.Group):
    """A group whose commands are modules, imported on demand."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; of a closed pipe click would make exit code 1, a failed workflow."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as reason:
            raise ClosedOutputError from reason

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of importance; actions belong to theirs."""
        return [name for name in COMMANDS if " " not in name]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module and take its ``command``."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is answered with the nearest."""
        remember_command(ctx, args)
        args = joined_words(args)
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from arazzo_runner.cli.usage_errors import UnknownCommandError

            raise UnknownCommandError(args, self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            names = self.list_commands(ctx)
            formatter.write_dl([(name, COMMANDS[name][1]) for name in names])


@click.command(cls=CommandGroup, context_settings=_HELP)
# Alone and with -v, `cli/main.py` prints it.
@click.version_option(
    VERSION,
    message="arazzo %(version)s",
    help="Show the version and exit; with -v, what is installed, too.",
)
@click.option("--debug", is_flag=True, hidden=True, help="Show tracebacks.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Run, embed and check Arazzo workflows."""
    ctx.obj = debug
    name = ctx.invoked_subcommand or ""
    command = cli.get_command(ctx, name)
    if command is not None:
        raise_at_signals()  # its modules are there
        resume_collector()
        ctx.default_map = {name: flags_for(name, command, COMMANDS)}


def carry_out(args: list[str]) -> int:
    """Carry out a command line and return its exit code; raises click's exceptions."""
    reset_color()
    if is_collector_paused():
        spare_libraries()
    try:
        with installation_notes():
            outcome = cli.main(args, "arazzo", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as mistake:
        from arazzo_runner.cli.usage_errors import report_usage_error

        return report_usage_error(mistake, args)
    except click.Abort as reason:
        raise KeyboardInterrupt from reason.__cause__ or reason
    except ClosedOutputError as reason:
        raise BrokenPipeError from reason
    return outcome if isinstance(outcome, int) else 0
