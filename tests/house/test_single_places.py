"""Knowledge that stands in one module, and that the others have to ask for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from arazzo_runner.openapi.schema.walk import APPLICATORS

ROOT = Path(__file__).parents[2] / "arazzo_runner"
FILES = {path.relative_to(ROOT).as_posix(): path.read_text() for path in ROOT.rglob("*.py")}

MEDIA_TYPES = "http_semantics/media_type.py"


def strings(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def media_type_tests(text: str) -> Iterator[int]:
    """The lines of a module that compare or search a text with what names a kind of media type."""
    for node in ast.walk(ast.parse(text)):
        is_search = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("endswith")
        is_kind = {"application/json", "text/json", "+json", "+xml", "json"}.intersection
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            words = {word for side in sides for word in strings(side)}
            is_substring = isinstance(node.ops[0], ast.In) and "json" in set(strings(node.left))
            if is_kind(words) - {"json"} or is_substring:
                yield node.lineno
        elif is_search and is_kind(strings(node)):
            yield node.lineno


@pytest.mark.parametrize("path", sorted(set(FILES) - {MEDIA_TYPES}))
def test_one_module_knows_which_media_types_are_json(path: str) -> None:
    assert list(media_type_tests(FILES[path])) == [], f"ask {MEDIA_TYPES}"


@pytest.mark.parametrize(
    "line",
    [
        'x = essence == "application/json"',
        'x = "json" in media_type',
        'x = name in ("text/json", "application/json")',
        'x = name.endswith(("+json", "+yaml"))',
    ],
)
def test_a_second_place_for_media_types_is_found(line: str) -> None:
    assert list(media_type_tests(line)) == [1]


CARETS = "report/diagnostics/carets.py"


def caret_rows(text: str) -> list[int]:
    """The lines of a module where carets are repeated: `"^" * width`."""
    products = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.BinOp)]
    return [
        one.lineno
        for one in products
        if isinstance(one.op, ast.Mult) and "^" in {*strings(one.left), *strings(one.right)}
    ]


@pytest.mark.parametrize("path", sorted(FILES))
def test_one_module_draws_carets(path: str) -> None:
    assert bool(caret_rows(FILES[path])) is (path == CARETS), f"ask {CARETS}"


WALK = "openapi/schema/walk.py"
# What judges beside our own reading of schemas may not share it.
APART = {path for path in FILES if path.startswith("oracle/")}
# The keywords themselves, for jsonschema.
APART |= {"openapi/schema/keywords.py"}
# Words of other things too: these are known by standing beside another one.
WORDS = {"$defs", "contains", "definitions", "else", "if", "items", "not", "properties", "then"}


def keyword_lists(text: str) -> list[int]:
    """The lines of a module that know which keywords hold schemas.

    A keyword that a schema is built with (``{"allOf": …}``) and a path (``("items", at)``) are no
    knowledge of that kind; a keyword that is looked for is, and so are two of them in one list.
    """
    nodes = list(ast.walk(ast.parse(text)))
    built = {id(key) for node in nodes if isinstance(node, ast.Dict) for key in node.keys}
    plain = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in built]
    lists = [node for node in nodes if isinstance(node, ast.Tuple | ast.List | ast.Set)]
    found = {one.lineno for one in plain if one.value in [*(APPLICATORS.keys() - WORDS)]}
    found |= {one.lineno for one in lists if is_keyword_list(one)}
    return sorted(found)


def is_keyword_list(node: ast.Tuple | ast.List | ast.Set) -> bool:
    words = {one.value for one in node.elts if isinstance(one, ast.Constant)}
    is_path = any(not isinstance(one, ast.Constant | ast.Starred) for one in node.elts)
    return not is_path and len(APPLICATORS.keys() & words) > 1


@pytest.mark.parametrize("path", sorted(set(FILES) - {WALK} - APART))
def test_one_module_knows_which_keywords_hold_schemas(path: str) -> None:
    assert keyword_lists(FILES[path]) == [], f"ask {WALK}"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ('x = ("if", "then", "else")', [1]),
        ('x = {"items", "properties"}', [1]),
        ('x = node.get("allOf")', [1]),
        ('x = "prefixItems" in node', [1]),
        ('x = {"allOf": [a, b]}', []),
        ('x = ("properties", name, "items")', []),
        ('x = node.get("items")', []),
    ],
)
def test_a_second_place_for_keywords_is_found(line: str, lines: list[int]) -> None:
    assert keyword_lists(line) == lines
