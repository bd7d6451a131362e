"""Each recursion has a bound, and tests that show it: tests/house/recursions.toml."""

import ast
import tomllib
from pathlib import Path

import pytest

from house.recursion import recursions

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent / "arazzo_runner"
TABLE = tomllib.loads((Path(__file__).parent / "recursions.toml").read_text(encoding="utf-8"))
# Of these the program itself sets the depth, and no document.
BOUND_BY_THE_PROGRAM = {"delegation", "once"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_every_recursion_has_a_row() -> None:
    found = [
        " ".join((module_name(path), *group))
        for path in ROOT.rglob("*.py")
        for group in recursions(path.read_text(encoding="utf-8"))
    ]
    rows = [row for one in TABLE.values() for row in one["functions"]]
    assert sorted(rows) == sorted(found)


@pytest.mark.parametrize("name", TABLE)
def test_every_bound_is_shown_by_tests(name: str) -> None:
    assert TABLE[name]["bound"]
    assert TABLE[name]["tests"] or name in BOUND_BY_THE_PROGRAM
    assert [one for one in TABLE[name]["tests"] if not is_there(one)] == []


def is_there(test: str) -> bool:
    """Whether there is such a case, or such a function in a file of tests."""
    path, _, name = test.partition("::")
    if not path.endswith(".py"):
        return (TESTS / path / "case.yaml").is_file()
    if not (TESTS / path).is_file():
        return False
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return any(isinstance(one, ast.FunctionDef) and one.name == name for one in tree.body)


@pytest.mark.parametrize(
    "test", ["cases/limits/none", "unit/none.py::test_x", "house/test_recursions.py::test_none"]
)
def test_a_test_that_there_is_not_is_found(test: str) -> None:
    assert not is_there(test)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("def f(): f()", [("f",)]),
        ("async def f(): await f()", [("f",)]),
        ("def f(x): return list(map(f, x))", [("f",)]),
        ("def f(): g()\ndef g(): f()", [("f", "g")]),
        ("def f(): g()\ndef g(): h()\ndef h(): g()", [("g", "h")]),
        ("def f():\n    def g(): g()\n    return g", [("f.g",)]),
        ("class A:\n    def f(self): self.f()", [("A.f",)]),
        ("class A:\n    def f(self, one): one.f()", [("A.f",)]),
        ("class A:\n    inner: 'A | None'\n    def f(self): self.inner.f()", [("A.f",)]),
        ("class A:\n    def f(self): self.g()\nclass B(A):\n    def g(self): self.f()",
         [("A.f", "B.g")]),
        ("class A:\n    @property\n    def f(self): return self.above.f", [("A.f",)]),
        ("class A:\n    def __init__(self): A()", [("A.__init__",)]),
        ("class A:\n    def f(self): g(self)\ndef g(one): one.f()", [("A.f", "g")]),
        # None of these calls itself.
        ("def f(): g()\ndef g(): pass", []),
        ("def f(f): f()", []),
        ("class A:\n    def f(self): super().f()", []),
        ("class A:\n    def f(self): f()\ndef f(): pass", []),
        ("class A:\n    def f(self, one: str): one.f()", []),
        ("class A:\n    world: World\n    def f(self): self.world.f()", []),
    ],
)  # fmt: skip
def test_what_calls_itself(text: str, groups: list[tuple[str, ...]]) -> None:
    assert recursions(text) == groups
