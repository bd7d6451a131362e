"""``--env-file``: variables for credentials, and the environment variables of flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dotenv.parser import Binding

_KEY = "arazzo.env_file"
_PATH = "arazzo.env_file.path"


class EnvironmentOption(click.Option):
    """An option whose twin in the environment may also stand in the file of ``--env-file``.

    ``heading`` is what `--help` lists it under.
    """

    def __init__(self, *names: Any, heading: str = "", **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.heading = heading

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The value of the variable; the environment wins over the file."""
        found = super().resolve_envvar_value(ctx)
        if found is None and isinstance(self.envvar, str):
            variables: Mapping[str, str] = ctx.meta.get(_KEY, {})
            found = variables.get(self.envvar) or None
        return found


def take_env_file(ctx: click.Context, param: click.Parameter, path: Any) -> dict[str, str]:
    """The callback of the flag, called before those of all others: read the file, keep it."""
    variables = {} if path is None else read_env_file(path, param)
    ctx.meta[_KEY] = variables
    ctx.meta[_PATH] = path
    return variables


def env_file_of(ctx: click.Context) -> str | None:
    """The path of the flag, as it was typed or configured."""
    path: str | None = ctx.meta.get(_PATH)
    return path


def read_env_file(path: str, param: click.Parameter | None = None) -> dict[str, str]:
    """Variables from a file of ``NAME=VALUE`` lines, as the library `python-dotenv` reads them.

    Comments, ``export``, quotes with their escapes, values of several lines; what looks like a
    variable in a value stays as it is. Raises click.BadParameter.
    """
    from arazzo_runner.retrieve.pipe import read_file

    try:
        text = read_file(path).decode("utf-8-sig")
    except (OSError, ValueError) as reason:
        why = _words(reason)
        raise click.BadParameter(f"`{path}` cannot be read: {why}", param=param) from None
    return dict(_variables(text, path, param))


def _words(reason: OSError | ValueError) -> str:
    if isinstance(reason, UnicodeDecodeError):
        return "it is not UTF-8"
    return ((reason.strerror if isinstance(reason, OSError) else "") or str(reason)).lower()


def _variables(text: str, path: str, param: click.Parameter | None) -> Iterator[tuple[str, str]]:
    from dotenv.parser import parse_stream  # its import takes longer than a file

    for binding in parse_stream(StringIO(text)):
        if binding.key is not None and binding.value is not None:
            yield binding.key, binding.value
        elif binding.error or binding.key is not None:
            # The line is not shown: it may be a secret.
            message = f"line {_line(binding)} of `{path}` {_fault(binding)}"
            raise click.BadParameter(message, param=param)


def _line(binding: Binding) -> int:
    """The line of an entry, of which empty lines before it are a part."""
    text = binding.original.string
    return binding.original.line + text.count("\n", 0, len(text) - len(text.lstrip()))


def _fault(binding: Binding) -> str:
    name, equals, value = binding.original.string.partition("=")
    if equals and name.strip() and value.lstrip()[:1] in ("'", '"'):
        return "has a quote that is not closed, or text after the closing one"
    return "is not NAME=VALUE"
