"""The size and the shape of the house, as docs/architecture.md and CONTRIBUTING.md promise them."""

import ast
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2] / "arazzo_runner"
FILES = sorted(ROOT.rglob("*.py"))
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def functions() -> dict[str, int]:
    """The lines of every function, its docstring aside."""
    return {
        f"{name(path)}:{node.lineno} {node.name}": length(node)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    docstring = 0
    if ast.get_docstring(node) is not None:
        assert node.body[0].end_lineno is not None
        docstring = node.body[0].end_lineno - node.body[0].lineno + 1
    return node.end_lineno - node.lineno + 1 - docstring


def longest(sizes: dict[str, int], more_than: int) -> str:
    long = sorted(sizes.items(), key=lambda item: -item[1])
    return "\n".join(f"{size:4} {what}" for what, size in long if size > more_than)


def test_half_of_the_functions_fit_in_7_lines() -> None:
    assert median(functions().values()) <= 7


def test_nine_of_ten_functions_fit_in_25_lines() -> None:
    sizes = functions()
    share = sum(size <= 25 for size in sizes.values()) / len(sizes)
    assert share >= 0.9, f"{share:.1%} do; the longest:\n{longest(sizes, 25)}"


def test_no_function_is_longer_than_60_lines() -> None:
    sizes = functions()
    assert max(sizes.values()) <= 60, longest(sizes, 60)


def test_no_file_is_longer_than_400_lines() -> None:
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert max(sizes.values()) <= 400, longest(sizes, 400)


def test_names_say_what_is_inside() -> None:
    parts = {name(path): set(path.relative_to(ROOT).with_suffix("").parts) for path in FILES}
    assert [path for path, words in parts.items() if words & VAGUE] == []


def test_rooms_have_empty_doors() -> None:
    doors = [path for path in FILES if path.name == "__init__.py" and path.parent != ROOT]
    assert [name(path) for path in doors if path.read_text(encoding="utf-8").strip()] == []
