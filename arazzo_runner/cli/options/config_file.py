"""Defaults for flags from ``arazzo.toml`` or ``[tool.arazzo]`` of ``pyproject.toml``.

[run]
timeout = "5s"
server = ["studioApi=http://127.0.0.1:8080"]

[credentials]                        # `cli/credentials.py` reads it
ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_USERNAME = "TWILIO_ACCOUNT_SID"
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from pathlib import Path

    from arazzo_runner.text.source import Place

CREDENTIALS = "credentials"
"""The table that `cli/credentials.py` reads."""

SOURCES = "sources"
"""The table that `cli/options/source_tables.py` reads."""

_PROFILES = "profiles"
# Keys of a command's table that are no flags.
_COMMAND_TABLES = {"validate": ("per-file-ignores",)}
_TABLES_OF_PROFILES = ("inputs", "servers", "server-vars")


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
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise_config_error(f"it is larger than {_MAX_BYTES >> 20} MiB")
        tables = _parse_toml(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError:
        raise_config_error("it is not UTF-8")
    except OSError as reason:
        raise_config_error(reason.strerror or "it cannot be read")
    if path.name == "pyproject.toml":
        tables = tables.get("tool", {}).get("arazzo", {})
    return tables if isinstance(tables, dict) else {}


_TOML_POSITION: Final = lazy_pattern(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")
# A header may be written out, and the line goes to logs.
_TOML_STRING: Final = lazy_pattern(r"""(["'])([^"'\r\n]*)(\1?)""")


_MAX_BYTES: Final = 1 << 20
# TOML 1.0, section "Keys": a key of more than 64 parts, in a header, a line or an inline table.
_DEEP_KEY: Final = lazy_pattern(
    r"""(?:^|[\[{,])\s*(?:(?:[\w-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')[ \t]*\.[ \t]*){64}""",
    re.MULTILINE,
)


class ConfigSyntaxError(click.UsageError):
    """The configuration is not TOML; ``place`` is where."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


def _parse_toml(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    # The parser takes quadratic time for them, and what it returns ends other code.
    if _DEEP_KEY.search(text):
        raise_config_error("it is nested too deeply")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise _toml_error(str(reason), text, path) from None
    except RecursionError:
        raise_config_error("it is nested too deeply")
    except ValueError:  # which the parser lets through: an integer of more digits than are read
        raise_config_error("it contains a number of too many digits")


def _toml_error(why: str, text: str, path: Path) -> ConfigSyntaxError:
    """The error of the parser, which names its position in words alone before Python 3.14."""
    from arazzo_runner.text.source import Place, SourceFile, Span

    at = _TOML_POSITION.search(why)
    lines = text.rstrip().split("\n")
    line, column = (len(lines), len(lines[-1]) + 1) if at is None or at[1] is None else at.groups()
    span = Span(int(line), int(column), int(line), int(column) + 1)
    shown = _TOML_STRING.sub(lambda string: string[1] + "*" * len(string[2]) + string[3], text)
    source = SourceFile(str(path), shown, path.as_uri())
    sentence = _TOML_POSITION.sub("", why)
    sentence = f"the configuration is not TOML: {sentence[:1].lower()}{sentence[1:]}"
    return ConfigSyntaxError(sentence, Place(source, (), span=span))


def check_owner() -> None:
    """Run no commands of a file that a stranger may have put above the working directory.

    A folder that everybody may write to, such as `/tmp`, is no place for the commands of others.
    """
    import stat

    from arazzo_runner.operating_system.files import has_permissions, is_file_of_user

    path = config_file()
    if path is None or not has_permissions():
        return
    is_shared = path.parent.stat().st_mode & stat.S_IWOTH
    if is_shared and not is_file_of_user(path.stat()):
        why = "it belongs to another user, in a folder that everybody may write to"
        raise click.UsageError(f"`{path}`: its commands are not run: {why}")


def flags_for(name: str, command: click.Command, commands: Iterable[str]) -> dict[str, Any]:
    """The defaults for a command's flags, by click's names.

    Raises click.UsageError for a table or key that there is not.
    """
    tables = read_config()
    known = [*commands, CREDENTIALS, SOURCES, _PROFILES]
    for table, content in tables.items():
        if table not in known:
            _raise_root_error(table, content, name, known)
        if not isinstance(content, dict):
            raise_config_error(f"`{table}` has to be a table: `[{table}]`")
    label, own = _command_table(name, tables, commands)
    others = _COMMAND_TABLES.get(name, ())
    return dict(
        default_of(label, key, value, command, others)
        for key, value in own.items()
        if key not in others
    )


def _command_table(
    name: str, tables: dict[str, Any], commands: Iterable[str]
) -> tuple[str, dict[str, Any]]:
    """The table of a command with its name; of an action, such as `batch start`, ``batch.start``.

    Raises click.UsageError for what the table of a command with actions cannot have.
    """
    actions = {one.partition(" ")[2] for one in commands if one.startswith(f"{name} ")}
    command, _, action = name.partition(" ")
    content = tables.get(command, {})
    for key in content if actions else ():
        if key not in actions:
            raise_config_error(f"`[{name}]` has no table `[{name}.{key}]`", key, actions)
    if not action:
        return name, {} if actions else content
    own = content.get(action, {})
    if not isinstance(own, dict):
        raise_config_error(f"`{command}.{action}` has to be a table: `[{command}.{action}]`")
    return f"{command}.{action}", own


def _raise_root_error(key: str, content: Any, command: str, known: list[str]) -> NoReturn:
    """Raise click.UsageError about a key at the root; ``known`` are the tables that there are."""
    home = _home_of(key, command)
    if home:
        raise_config_error(f"`{key}` stands at the root; {home}")
    if isinstance(content, dict):
        raise_config_error(f"there is no table `[{key}]`", key, known)
    flag = "flags belong in the table of their command, such as `[run]`"
    raise_config_error(f"there is no key `{key}` at the root", key, known, flag)


def _home_of(key: str, command: str) -> str:
    """The table that a key belongs in, as a sentence; empty where nothing has such a key."""
    from arazzo_runner.options.table import OPTIONS

    word = key.replace("_", "-")
    homes = [one for option in OPTIONS if option.name == word for one in option.commands]
    homes += (one for one, names in _COMMAND_TABLES.items() if word in names)
    if homes:
        home = command if command in homes else homes[0]
        return f"flags of `{home}` belong in `[{home.replace(' ', '.')}]`"
    if word in _TABLES_OF_PROFILES:
        return f"it belongs in a profile: `[{_PROFILES}.NAME]`"
    return ""


def default_of(
    table: str, key: str, value: Any, command: click.Command, others: Iterable[str] = ()
) -> tuple[str, Any]:
    """What a key of a table says of a flag: click's name of the flag, and its default.

    A key is a flag's long name, as it is typed or with underscores; ``others`` are keys that the
    table may have beside flags. Raises click.UsageError.
    """
    flags = {
        flag.lstrip("-"): one
        for one in command.params
        if isinstance(one, click.Option)
        for flag in one.opts
        if flag.startswith("--")
    }
    option = flags.get(key.replace("_", "-"))
    if option is None:
        home = _elsewhere(table, key)  # what is a key elsewhere is no misspelling
        why = f"`[{table}]` has no key `{key}`" + (f"; {home}" if home else "")
        raise_config_error(why, "" if home else key, [*flags, *others])
    if option.is_flag and not isinstance(value, bool) and not option.count:
        raise_config_error(f"`{key}` has to be `true` or `false`")
    if option.multiple and isinstance(value, dict):  # of NAME=VALUE
        value = [f"{name}={text}" for name, text in value.items()]
    listed = [value] if option.multiple and not isinstance(value, list) else value
    return str(option.name), listed


def _elsewhere(table: str, key: str) -> str:
    """Where a key that a table does not have belongs; empty where nothing has it."""
    if key in (CREDENTIALS, SOURCES, _PROFILES):
        return f"`[{key}]` is a table of its own, at the root"
    return _home_of(key, table)


def raise_config_error(
    why: str, word: str = "", known: Iterable[str] = (), help_line: str | None = None
) -> NoReturn:
    """Raise click.UsageError about the configuration; the nearest known word is the way out."""
    from arazzo_runner.text.diagnostic import did_you_mean

    path = config_file()
    hint = (did_you_mean(word, known) if word else None) or help_line
    raise click.UsageError(f"`{path}`: {why}" + (f"; {hint}" if hint else ""))
