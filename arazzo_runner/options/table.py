"""The table of options: a new flag, setting, keyword or limit is one row of it.

Made from it are the flags with their environment variables and the keys of `arazzo.toml`
(`cli/options/`), the types of keyword arguments (`embed/options.py`), what messages call a flag in
Python (`embed/documents.py`), the options of pytest (`pytest_support/flags.py`), and
docs/options.md (`scripts/docs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from arazzo_runner.options.batch import BATCH, with_batch
from arazzo_runner.options.documents import DOCUMENTS
from arazzo_runner.options.limits import LIMITS
from arazzo_runner.options.load import LOAD
from arazzo_runner.options.model import Function, Keyword, Option
from arazzo_runner.options.network import NETWORK
from arazzo_runner.options.output import FIXED, JOURNAL, KEPT, OUTPUT, UNAVAILABLE
from arazzo_runner.options.python import PYTHON
from arazzo_runner.options.runs import AUTH, CASES, INPUTS, SECRETS, SELECTION, SERVERS
from arazzo_runner.options.validate import DEMO, MCP, MOCK, NEW, OTHERS, VALIDATE

Table: TypeAlias = tuple[Option, ...]


def _with_resume(option: Option) -> Option:
    """An option of `run` is one of `resume` too, but for what a journal knows."""
    if "run" not in option.commands or "resume" in option.commands:
        return option
    if option.name in FIXED or option.name in UNAVAILABLE:
        return option
    return option._replace(commands=(*option.commands, "resume"))


_LOADING: Final = ("cases", "workflow")


def _with_load(option: Option) -> Option:
    """What agents may have for their runs, a load has too, but for a mock."""
    serves_both = "run" in option.commands and "mcp" in option.commands
    is_own = "run" in option.commands and option.name in _LOADING
    if not (serves_both or is_own) or option.name.startswith("mock"):
        return option
    return option._replace(commands=(*option.commands, "load"))


_ROWS: Final[Table] = (
    *VALIDATE,
    *DEMO,
    *NEW,
    *MOCK,
    *MCP,
    *LOAD,
    *INPUTS,
    *AUTH,
    *CASES,
    *SELECTION,
    *SERVERS,
    *DOCUMENTS,
    *SECRETS,
    *OUTPUT,
    *JOURNAL,
    *BATCH,
    *LIMITS,
    *NETWORK,
    *OTHERS,
    *PYTHON,
)

OPTIONS: Final[Table] = tuple(
    with_batch(_with_load(_with_resume(one)), FIXED | KEPT) for one in _ROWS
)
"""The flags of a command stand in its help in this order."""


def options_of(command: str, table: Table = OPTIONS) -> Table:
    """The options of a command."""
    return tuple(option for option in table if command in option.commands)


def mock_options(table: Table = OPTIONS) -> Table:
    """The options that say how the mock responds: without `--mock` they change nothing."""
    return tuple(option for option in table if option.name.startswith("mock-"))


def keywords_of(function: Function, table: Table = OPTIONS) -> dict[str, Keyword]:
    """The keyword arguments of a function by name."""
    keywords = [option.keyword for option in table if option.keyword is not None]
    return {keyword.name: keyword for keyword in keywords if keyword.function == function}


def members_of(type_name: str, values: Mapping[str, Any], table: Table = OPTIONS) -> dict[str, Any]:
    """The members of a type, such as `Limits`, that flags set; ``values`` are those of flags."""
    return {
        option.member.removeprefix(f"{type_name}."): values[option.parameter]
        for option in table
        if option.member.startswith(f"{type_name}.") and option.parameter in values
    }
