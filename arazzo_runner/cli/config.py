"""Defaults for flags from ``arazzo.toml`` or ``[tool.arazzo]`` of ``pyproject.toml``.

[run]
timeout = "5s"
server = ["studioApi=http://127.0.0.1:8080"]

[credentials]                        # `cli/credentials.py` reads it
ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_USERNAME = "TWILIO_ACCOUNT_SID"
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from pathlib import Path

_CREDENTIALS = "credentials"


def config_file() -> Path | None:
    """The nearest ``arazzo.toml``, or ``pyproject.toml`` that has our table, going upwards."""
    from pathlib import Path  # its import takes longer than all the rest of `--version`

    here = Path.cwd()
    for folder in (here, *here.parents):
        for name in ("arazzo.toml", "pyproject.toml"):
            path = folder / name
            if path.is_file() and (name == "arazzo.toml" or b"[tool.arazzo" in path.read_bytes()):
                return path
    return None


def read_config() -> dict[str, Any]:
    """The configuration as it stands; empty when there is none. Raises click.UsageError."""
    path = config_file()
    if path is None:
        return {}
    import tomllib

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    except tomllib.TOMLDecodeError as reason:
        text = str(reason)
        _refuse(f"it is not TOML: {text[:1].lower()}{text[1:]}")
    except OSError as reason:
        _refuse(reason.strerror or "it cannot be read")
    if path.name == "pyproject.toml":
        tables = tables.get("tool", {}).get("arazzo", {})
    return tables if isinstance(tables, dict) else {}


def flags_for(name: str, command: click.Command, commands: Iterable[str]) -> dict[str, Any]:
    """The defaults for a command's flags, by click's names.

    Raises click.UsageError for a table or key that there is not.
    """
    tables = read_config()
    known = [*commands, _CREDENTIALS]
    for table, content in tables.items():
        if table not in known:
            _refuse(f"there is no table `[{table}]`", table, known)
        if not isinstance(content, dict):
            _refuse(f"`{table}` has to be a table: `[{table}]`")
    return dict(_default(name, key, value, command) for key, value in tables.get(name, {}).items())


def _default(table: str, key: str, value: Any, command: click.Command) -> tuple[str, Any]:
    """A key is a flag's long name, as it is typed or with underscores."""
    flags = {
        flag.lstrip("-"): one
        for one in command.params
        if isinstance(one, click.Option)
        for flag in one.opts
        if flag.startswith("--")
    }
    option = flags.get(key.replace("_", "-"))
    if option is None:
        _refuse(f"`[{table}]` has no key `{key}`", key, flags)
    if option.is_flag and not isinstance(value, bool) and not option.count:
        _refuse(f"`{key}` has to be `true` or `false`")
    listed = [value] if option.multiple and not isinstance(value, list) else value
    return str(option.name), listed


def credential_aliases() -> dict[str, str]:
    """Our variable names and those that serve instead of them, of ``[credentials]``."""
    from arazzo_runner.cli.credentials import credential_config

    return dict(credential_config(credential_table()).aliases)


def credential_table() -> dict[str, Any]:
    """The ``[credentials]`` table as it stands."""
    table: dict[str, Any] = read_config().get(_CREDENTIALS, {})
    return table


def _refuse(why: str, word: str = "", known: Iterable[str] = ()) -> NoReturn:
    from arazzo_runner.text.diagnostic import did_you_mean

    path = config_file()
    hint = did_you_mean(word, known) if word else None
    raise click.UsageError(f"`{path}`: {why}" + (f"; {hint}" if hint else ""))
