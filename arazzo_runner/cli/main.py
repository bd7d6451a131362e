"""The command `arazzo`: its subcommands, loaded when they are used, and its standard streams.

So `--help` responds at once. Streams may be closed, and of any encoding.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Sequence
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from importlib import import_module
from io import TextIOWrapper
from typing import Final

import click

from arazzo_runner.cli.command_words import remember_command
from arazzo_runner.cli.options.config_file import flags_for
from arazzo_runner.cli.signals import interrupted_code, raise_at_signals
from arazzo_runner.errors import ArazzoError
from arazzo_runner.version import VERSION

_ESCAPED: Final = "arazzo.escaped"


def prepare_streams() -> None:
    """Open what is closed (`arazzo … >&-`), and let standard output take every character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # Python has no stream for a closed descriptor
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    codecs.register_error(_ESCAPED, escape_unencodable)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors=_ESCAPED)


def escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Spell what an encoding does not have as JSON does, which means the same there."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end


COMMANDS = {
    "run": ("arazzo_runner.cli.run.command", "run a document's workflows"),
    "validate": (
        "arazzo_runner.cli.validate.command",
        "check documents against the specification and their API descriptions",
    ),
    "replay": ("arazzo_runner.cli.replay", "replay a recorded run, without a server"),
    "auth": (
        "arazzo_runner.cli.auth",
        "show which credentials a document needs, and which are set",
    ),
    "list": ("arazzo_runner.cli.list", "list a document's workflows, their inputs and steps"),
    "explain": ("arazzo_runner.cli.explain", "explain a diagnostic code and how to fix it"),
    "schema": ("arazzo_runner.cli.schema", "print the JSON Schema of documents or reports"),
}


_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class ClosedOutputError(Exception):
    """Nobody reads our output any more (`arazzo … | head`)."""


class CommandGroup(click.Group):
    """A group whose commands are modules, imported on demand."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; of a closed pipe click would make exit code 1, a failed workflow."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as reason:
            raise ClosedOutputError from reason

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of importance."""
        return list(COMMANDS)

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
        name = args[0]
        remember_command(ctx, args)
        if name not in COMMANDS and not name.startswith("-"):
            from arazzo_runner.cli.usage_errors import UnknownCommandError

            raise UnknownCommandError(args, COMMANDS, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=CommandGroup, context_settings=_HELP)
@click.version_option(VERSION, message="arazzo %(version)s")
@click.option("--debug", is_flag=True, hidden=True, help="Show tracebacks.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Run, embed and check Arazzo workflows."""
    ctx.obj = debug
    name = ctx.invoked_subcommand or ""
    command = cli.get_command(ctx, name)
    if command is not None:
        raise_at_signals()  # its modules are there
        ctx.default_map = {name: flags_for(name, command, COMMANDS)}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (docs/exit-codes.md)."""
    args = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    try:
        outcome = cli.main(args, "arazzo", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as mistake:
        from arazzo_runner.cli.usage_errors import report_usage_error

        return report_usage_error(mistake, args)
    except (click.Abort, KeyboardInterrupt) as reason:
        sys.stderr.write("interrupted\n")
        return interrupted_code(reason)
    except (BrokenPipeError, ClosedOutputError):
        return _broken_pipe()
    except ArazzoError as error:
        return _show_error(error)
    except (RecursionError, MemoryError) as error:
        return _overflow(error, args)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug is told as one
        return _unwritable_output(error) if _is_full(error) else _bug(error, args)
    return outcome if isinstance(outcome, int) else 0


def _show_error(error: ArazzoError) -> int:
    from arazzo_runner.cli.diagnostics import show_diagnostics
    from arazzo_runner.errors import DocumentError

    secrets = getattr(error, "secrets", ())
    show_diagnostics(getattr(error, "diagnostics", ()), secrets=secrets)
    return 3 if isinstance(error, DocumentError) else 2


def _broken_pipe() -> int:
    """There is no more to say; 141 is what a shell calls a process that SIGPIPE ended."""
    _leave_stdout()
    return 141


def _is_full(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT, EFBIG, EIO)


def _unwritable_output(error: Exception) -> int:
    """What cannot be written is no bug: the disk behind our output is full, or broken."""
    _leave_stdout()
    why = (getattr(error, "strerror", None) or str(error)).lower()
    sys.stderr.write(f"error[AZ907]: the output cannot be written: {why}\n")
    return 2


def _overflow(error: RecursionError | MemoryError, args: list[str]) -> int:
    """What is too deep or too large for Python is what a document or a server made so."""
    if "--debug" in args:
        _bug(error, args)
    why = "takes too much memory" if isinstance(error, MemoryError) else "is nested too deeply"
    sys.stderr.write(f"error[AZ109]: what the document or a response contains {why}\n")
    return 3


def _leave_stdout() -> None:
    """What is still to be flushed at the exit goes nowhere."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(error: Exception, args: list[str]) -> int:
    from arazzo_runner.cli.bug import report_bug

    return report_bug(error, args)
