"""The names that follow from a row, and what is looked up in the table."""

import pytest

from arazzo_runner.options.model import Keyword, Option
from arazzo_runner.options.table import keywords_of, members_of, options_of

STEPS = Option("max-steps", "Steps.", member="Limits.max_steps", kind="count")
SERVER = Option("server", "URL.", ("run", "auth"), key="servers", keyword=Keyword("server", "str"))
FORMAT = Option("format", "How.", ("list",), has_variable=False, kind="choice")
SIZE = Option("max-size", "Size.", ("list",), member="LoadLimits", kind="size")
TRACES = Option("otel", "Spans.", kind="optional-switch", keyword=Keyword("otel", "bool"))
FOLDER = Option("source-dir", "Where.", kind="folder", keyword=Keyword("folder", "str", "load"))
TABLE = (STEPS, SERVER, FORMAT, SIZE, TRACES, FOLDER)


@pytest.mark.parametrize(
    ("option", "flag", "variable", "parameter"),
    [
        (STEPS, "--max-steps", "ARAZZO_MAX_STEPS", "max_steps"),
        (SERVER, "--server", "ARAZZO_SERVER", "servers"),
        (FORMAT, "--format", None, "format"),
    ],
)
def test_names(option: Option, flag: str, variable: str | None, parameter: str) -> None:
    assert (option.flag, option.variable, option.parameter) == (flag, variable, parameter)


def test_kinds() -> None:
    assert [option for option in TABLE if option.is_switch] == [TRACES]
    assert [option for option in TABLE if option.is_path] == [FOLDER]


def test_options_of_commands() -> None:
    assert options_of("run", TABLE) == (STEPS, SERVER, TRACES, FOLDER)
    assert options_of("list", TABLE) == (FORMAT, SIZE)


def test_keywords_of_functions() -> None:
    assert list(keywords_of("run", TABLE)) == ["server", "otel"]
    assert list(keywords_of("load", TABLE)) == ["folder"]


@pytest.mark.parametrize(
    ("type_name", "values", "members"),
    [
        ("Limits", {"max_steps": 3, "max_size": 4}, {"max_steps": 3}),
        ("Limits", {"servers": {}}, {}),
        ("LoadLimits", {"max_steps": 3, "max_size": 4}, {}),
    ],
)
def test_members_of_types(type_name: str, values: dict[str, int], members: dict[str, int]) -> None:
    assert members_of(type_name, values, TABLE) == members
