"""Arguments that do not fit, in words to correct them by."""

import pytest

from arazzo_runner.portal.model import DocumentationTool, ToolResult

SCHEMA = {
    "type": "object",
    "properties": {"query": {"type": "string", "maxLength": 5}, "limit": {"type": "integer"}},
    "required": ["query"],
    "additionalProperties": False,
}
TOOL = DocumentationTool("find", "Find", "Finds.", SCHEMA, None, lambda _: ToolResult("called"))
HELP = "\nhelp: the arguments are `query` (required), `limit`"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (None, "the argument `query` is missing"),
        ({}, "the argument `query` is missing"),
        ([], "`find` takes an object of arguments, and not a list"),
        ("x", "`find` takes an object of arguments, and not a str"),
        (
            {"querry": "x"},
            "no argument is called `querry`; did you mean `query`?\nthe argument `query` is missing",
        ),
        ({"query": "x", "zzz": 1}, "no argument is called `zzz`"),
        ({"query": "x", 7: 1}, "no argument is called `7`"),
        ({"query": 5}, 'the argument `query`: 5 is not of type "string"'),
        ({"query": "abcdefg"}, 'the argument `query`: "abcdefg" is longer than 5 characters'),
        (
            {"query": "x", "limit": {1, 2}},
            "the arguments are no JSON value: Unsupported type: 'set'",
        ),
    ],
)
def test_what_is_wrong_is_said(arguments: object, text: str) -> None:
    result = TOOL.call(arguments)  # type: ignore[arg-type]
    assert result == ToolResult(text + HELP, None, is_error=True)


def test_arguments_that_fit() -> None:
    assert TOOL.call({"query": "x", "limit": 3}) == ToolResult("called")
