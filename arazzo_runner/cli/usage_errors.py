"""Errors of usage as diagnostics: what is wrong with a command line."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Sequence
from typing import Final

import click
from click.core import ParameterSource

from arazzo_runner.cli.other_tools import (
    command_hint,
    extra_words,
    extra_words_hint,
    flag_hint,
    without_secret,
)
from arazzo_runner.http_semantics.user_information import without_logins
from arazzo_runner.text.diagnostic import Diagnostic, error, nearest
from arazzo_runner.text.pattern import lazy_pattern

_VOWELS: Final = "AEIO"  # of metavars: `an ID`, but `a URL`


class UnknownCommandError(click.UsageError):
    """No command has the name of the first word; ``hint`` is the way out."""

    def __init__(self, words: Sequence[str], known: Iterable[str], context: click.Context) -> None:
        super().__init__(f"no command is called `{words[0]}`", context)
        self.hint = command_hint(words) or _nearest_command(words[0], [*known])


def _nearest_command(name: str, known: list[str]) -> str:
    if name.endswith((".yml", ".yaml", ".json")):
        return f"to run a document: `arazzo run {name}`"
    match = nearest(name, known)
    return f"did you mean `{match}`?" if match else f"commands: {', '.join(known)}"


def report_usage_error(mistake: click.ClickException, args: Sequence[str]) -> int:
    """Show the mistake; a run reports it too, where asked to. Returns the exit code."""
    import sys

    from arazzo_runner.cli.diagnostics import show_diagnostics
    from arazzo_runner.errors import UsageError

    if isinstance(mistake, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(mistake.format_message() + "\n")
        return 2
    found = usage_diagnostic(mistake)
    if args and args[0] in ("run", "replay"):
        from arazzo_runner.cli.run.reports import reports_of_args
        from arazzo_runner.pipeline import run as pipeline

        document = args[1] if len(args) > 1 and not args[1].startswith("-") else ""
        when = {"started_at": pipeline.rfc3339(time.time()), "duration": 0.0}
        reports = reports_of_args(args, os.environ)
        reports.write_failed_start({"document": document, **when}, 2, UsageError(found))
    show_diagnostics([found])
    return 2


def usage_diagnostic(mistake: click.ClickException) -> Diagnostic:
    """The mistake as a finding (AZ906): which flag or argument, the value, the way out."""
    context = getattr(mistake, "ctx", None)
    message, help_line = _sentence(mistake, context)
    return error("AZ906", without_logins(message), getattr(mistake, "place", None), help=help_line)


def _sentence(
    mistake: click.ClickException, context: click.Context | None
) -> tuple[str, str | None]:
    match mistake:
        case UnknownCommandError(hint=hint):
            return mistake.message, hint
        case click.NoSuchOption(option_name=name) if context is not None:
            message = f"`{context.command_path}` has no flag `{name}`"
            way_out = flag_hint(name, context) or _nearest_flag(name, context.command)
            return message, way_out or _see_help(context)
        case click.BadOptionUsage(option_name=name):
            needs = "needs" if "requires" in mistake.message else "takes no"
            return f"`{name}` {needs} {'a ' * (needs == 'needs')}value", None
        case click.MissingParameter(param=click.Parameter() as parameter) if context is not None:
            wanted = parameter.make_metavar(context).removesuffix("…")
            article = "an" if wanted[:1] in _VOWELS else "a"
            return f"`{context.command_path}` needs {article} {wanted}", _see_help(context)
        case click.BadParameter(param=click.Parameter() as parameter):
            return f"`{_origin(parameter, context)}`: {_plain_message(mistake.message)}", None
        case click.UsageError() if context is not None and (extra := _EXTRA.match(mistake.message)):
            return _extra_words_sentence(extra_words(extra[1], context), context)
        case _:
            return _plain_message(mistake.format_message()), None


def _extra_words_sentence(words: Sequence[str], context: click.Context) -> tuple[str, str | None]:
    """What is wrong with words behind those that the command takes."""
    shown = " ".join(map(without_secret, words))
    arguments = [one for one in context.command.params if isinstance(one, click.Argument)]
    if not arguments:
        return f"`{context.command_path}` takes no DOCUMENT: `{shown}` is not expected", None
    hint = extra_words_hint(words, context)
    if any(one.nargs == -1 for one in arguments):
        return f"there is no document `{shown}`", hint
    noun = "SOURCE" if context.command.name == "new" else "DOCUMENT"
    return f"one {noun} is expected, and `{shown}` follows it", hint


_EXTRA: Final = lazy_pattern(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)


def _see_help(context: click.Context) -> str:
    return f"`{context.command_path} --help` lists all options"


def _nearest_flag(name: str, command: click.Command) -> str | None:
    """The flag most like the typed one; the dashes, which all have, do not count."""
    known = {flag.lstrip("-"): flag for one in command.params for flag in one.opts}
    match = nearest(name.lstrip("-"), [*known, "help"])
    return f"did you mean `{known.get(match, '--help')}`?" if match else None


def _origin(parameter: click.Parameter, context: click.Context | None) -> str:
    """Where the value came from: the flag, its twin in the environment, or a file's key."""
    flag = max(parameter.opts, key=len)
    source = context.get_parameter_source(parameter.name or "") if context is not None else None
    if source is ParameterSource.ENVIRONMENT and isinstance(parameter.envvar, str):
        return parameter.envvar
    if source is ParameterSource.DEFAULT_MAP:
        return f"{flag.lstrip('-')}` of `{_config_name()}"
    return flag


def _config_name() -> str:
    from arazzo_runner.cli.options.config_file import config_file

    path = config_file()
    return path.name if path else "arazzo.toml"


def _plain_message(message: str) -> str:
    """Click's sentences in our form: a small letter first, backticks, no final period."""
    text = message.rstrip(".").replace("'", "`")
    return text[:1].lower() + text[1:]
