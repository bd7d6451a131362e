"""Defaults for flags from ``arazzo.toml`` or ``[tool.arazzo]`` of ``pyproject.toml``.

[run]
timeout = "5s"
server = ["studioApi=http://127.0.0.1:8080"]

[credentials]                        # our variable = another one that serves too
ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_USERNAME = "TWILIO_ACCOUNT_SID"
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


def config_file() -> Path | None:
    """The nearest ``arazzo.toml``, or ``pyproject.toml`` that has our table, going upwards."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        for name in ("arazzo.toml", "pyproject.toml"):
            path = folder / name
            if path.is_file() and (name == "arazzo.toml" or b"[tool.arazzo" in path.read_bytes()):
                return path
    return None


def read_config() -> dict[str, Any]:
    """The configuration as nested tables; empty when there is none. Raises click.UsageError."""
    path = config_file()
    if path is None:
        return {}
    import tomllib

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as reason:
        raise click.UsageError(f"`{path}` cannot be read: {reason}") from reason
    if path.name == "pyproject.toml":
        tables = tables.get("tool", {}).get("arazzo", {})
    return {name: _flags(table) for name, table in tables.items() if isinstance(table, dict)}


def _flags(table: dict[str, Any]) -> dict[str, Any]:
    """A table of flags, named as click names them (`max-steps` is `max_steps`)."""
    return {name.replace("-", "_") if name.islower() else name: one for name, one in table.items()}


def credential_aliases() -> dict[str, str]:
    """The ``[credentials]`` table: our variable names and those that serve instead of them."""
    table = read_config().get("credentials", {})
    return {name: value for name, value in table.items() if isinstance(value, str)}
