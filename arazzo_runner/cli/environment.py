"""``--env-file``: variables for credentials."""

from __future__ import annotations

from pathlib import Path

import click


def read_env_file(path: str | None) -> dict[str, str]:
    """Variables from a file of ``NAME=VALUE`` lines.

    ``#`` begins a comment line, ``export`` before a name is allowed, quotes round a value fall.
    Raises click.UsageError.
    """
    if path is None:
        return {}
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as reason:
        raise click.UsageError(f"`--env-file {path}` cannot be read: {reason}") from reason
    return dict(
        _variable(path, number, line) for number, line in enumerate(lines, 1) if _counts(line)
    )


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _variable(path: str, number: int, line: str) -> tuple[str, str]:
    name, equals, value = line.strip().removeprefix("export ").partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"{path}:{number}: a line that is not NAME=VALUE")
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return name.strip(), value
