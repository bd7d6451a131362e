"""Statements of SQL are made of this program's own words: a value from outside is a parameter."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import arazzo_runner.batch

FOLDER = Path(arazzo_runner.batch.__path__[0])
_SQL = re.compile(r"\b(select|insert into|update|delete from|create|alter|drop|copy)\b[^.]*\b\w+")
# Constants of their modules, one of several literals, or the name of a table made of literals.
OWN_WORDS = {
    "_COLUMNS",
    "_CALLS",
    "SCHEMA",
    "condition",
    "finished",
    "column",
    "table",
    "name",
    "','.join(parts)",
}


def statements() -> Iterator[tuple[str, ast.JoinedStr]]:
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr) and _SQL.search(_literals(node)):
                yield f"{path.name}:{node.lineno}", node


def _literals(node: ast.JoinedStr) -> str:
    return " ".join(str(one.value) for one in node.values if isinstance(one, ast.Constant))


@pytest.mark.parametrize("node", [pytest.param(node, id=place) for place, node in statements()])
def test_what_is_put_into_a_statement_is_a_number_or_an_own_word(node: ast.JoinedStr) -> None:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            spelled = part.format_spec
            is_number = isinstance(spelled, ast.JoinedStr) and _literals(spelled) == "d"
            assert is_number or ast.unparse(part.value) in OWN_WORDS


def test_statements_are_found() -> None:
    assert len([*statements()]) > 15
