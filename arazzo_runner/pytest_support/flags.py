"""The options of the table that pytest has too, as `--arazzo-NAME` and `arazzo_NAME`.

Nothing else of ours is imported here: pytest asks for them at every start.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from arazzo_runner.options.model import Option
from arazzo_runner.options.table import OPTIONS, Table

_ACTIONS: Final = {"list": "append", "bool": "store_true", "text": "store"}
_INI_TYPES: Final[dict[str, Any]] = {"list": "linelist", "bool": "bool", "text": "string"}


def twins(table: Table = OPTIONS) -> Table:
    """The options of `arazzo run` that pytest has too."""
    return tuple(one for one in table if one.pytest and "run" in one.commands)


def option_dest(option: Option) -> str:
    """The name of an option in pytest's configuration, and of its value."""
    return f"arazzo_{option.name.replace('-', '_')}"


def form(option: Option) -> str:
    """The form of the value: a ``list`` may be given several times."""
    if option.is_repeatable:
        return "list"
    return "bool" if option.is_switch else "text"


def add_twins(group: pytest.OptionGroup, parser: pytest.Parser, table: Table = OPTIONS) -> None:
    """Add the twins to the command line and the configuration of pytest."""
    for option in twins(table):
        key, kind = option_dest(option), form(option)
        metavar = {} if option.metavar is None else {"metavar": option.metavar}
        group.addoption(
            f"--arazzo-{option.name}",
            dest=key,
            action=_ACTIONS[kind],
            default=None,
            help=option.pytest,
            **metavar,
        )
        parser.addini(key, option.pytest, _INI_TYPES[kind], default=None)
