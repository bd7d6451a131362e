"""The flags of `arazzo run` that pytest has too: name, kind, placeholder, what it does.

Nothing is imported here: pytest asks for them at every start.
"""

from __future__ import annotations

from typing import Any, Final

OPTIONS: Final[tuple[tuple[str, str, str | None, str], ...]] = (
    ("server", "list", "[SOURCE=]URL", "server of a source description (of all)"),
    ("server-var", "list", "NAME=VALUE", "a server variable"),
    ("mock", "bool", None, "answer every request from the API descriptions, in process"),
    ("source", "list", "NAME=PATH|URL", "read a source description from here"),
    ("source-dir", "list", "DIR", "find moved source descriptions by file name in this folder"),
    ("profile", "text", "NAME", "use the table `[profiles.NAME]` of arazzo.toml"),
    ("env-file", "text", "FILE", "variables for credentials and ARAZZO_*"),
    ("secret", "list", "NAME", "mask this input everywhere"),
    ("check", "list", "[KIND=]off|warn|error", "contract checks of responses"),
    ("timeout", "text", "T", "one request, as a whole"),
    ("run-timeout", "text", "T", "the whole run of a workflow"),
    ("max-wait", "text", "T", "one wait before a retry"),
    ("max-steps", "text", "N", "steps of a run"),
    ("report", "list", "KIND[=PATH]", "write one report of all workflows that ran"),
)
"""A ``list`` may be given several times."""

ACTIONS: Final = {"list": "append", "bool": "store_true", "text": "store"}
INI_TYPES: Final[dict[str, Any]] = {"list": "linelist", "bool": "bool", "text": "string"}


def twin(name: str) -> str:
    """The name of a flag in pytest's configuration, and of its value."""
    return f"arazzo_{name.replace('-', '_')}"
