"""No module needs itself: not at the top, in a function, or for type checkers alone."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "arazzo_runner"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module_name(path): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}


def imports(text: str, modules: dict[str, str]) -> set[str]:
    """The modules that a text imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & modules.keys()) or {node.module}
    return found & modules.keys()


def cycle(modules: dict[str, str]) -> list[str]:
    graph = {name: imports(text, modules) - {name} for name, text in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_module_needs_itself() -> None:
    assert cycle(MODULES) == []


@pytest.mark.parametrize(
    "text",
    [
        "from p.b import x",
        "def f():\n    from p import b",
        "if TYPE_CHECKING:\n    import p.b",
    ],
)
def test_a_cycle_is_found(text: str) -> None:
    assert set(cycle({"p": "", "p.a": text, "p.b": "from p.a import y"})) == {"p.a", "p.b"}
