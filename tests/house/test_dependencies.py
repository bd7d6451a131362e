"""docs/architecture.md says of each library what imports it; the imports say the same."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "arazzo_runner"
MAP = ROOT / "docs" / "architecture.md"

# Where a library is imported by another name than it is installed by.
ROOTS = {"nats-py": "nats", "paho-mqtt": "paho", "pyyaml": "yaml", "python-dotenv": "dotenv"}
ANYWHERE = "nearly every room"


def imported_roots(tree: ast.Module) -> set[str]:
    """The libraries that a module imports when it runs, those of `import_module` among them."""
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    nodes = [node for node in ast.walk(tree) if id(node) not in typing_only]
    names = {name.split(".")[0] for node in nodes for name in _names(node)}
    if "import_module" in {node.id for node in nodes if isinstance(node, ast.Name)}:
        names |= {str(node.value) for node in nodes if isinstance(node, ast.Constant)} & {
            "httpx",
            "httpx2",
        }
    return names - sys.stdlib_module_names - {"arazzo_runner"}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def importers() -> dict[str, set[str]]:
    """The modules that import each library."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for name in imported_roots(ast.parse(path.read_text("utf-8"))):
            found.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    return found


def import_name(library: str) -> str:
    """The name that a library is imported by."""
    name = ROOTS.get(library, library).replace("-", "_")
    return "opentelemetry" if name.startswith("opentelemetry") else name


def table_of(text: str) -> dict[frozenset[str], str]:
    """The rows of the table: the names that a row's libraries are imported by, and its last cell."""
    section = text.partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \|.*\| (.+?) \|$", section, re.MULTILINE)[1:]
    return {frozenset(map(import_name, _libraries(cell))): where for cell, where in rows}


def _libraries(cell: str) -> list[str]:
    bare = re.sub(r"\([^)]*\)", "", cell)
    return [one for one in re.split(r",|\band\b|\s", bare) if one]


def disagreements(
    table: Mapping[frozenset[str], str], imports: Mapping[str, set[str]]
) -> list[str]:
    """What the table says of imports, and they do not; and the other way round."""
    described = {name for names in table for name in names}
    found = [f"{name} has no row" for name in imports if name not in described]
    for names, cell in table.items():
        if cell == ANYWHERE:
            continue
        actual = set().union(*(imports.get(name, set()) for name in names))
        places = re.findall(r"`([\w/.]+)`", cell)
        title = ", ".join(sorted(names))
        found += [f"{one} imports {title}" for one in sorted(actual) if not _is_within(one, places)]
        found += [f"{one} imports no {title}" for one in places if not _has_importer(one, actual)]
    return found


def _is_within(module: str, places: Iterable[str]) -> bool:
    return any(module == one or (one.endswith("/") and module.startswith(one)) for one in places)


def _has_importer(place: str, modules: Iterable[str]) -> bool:
    return any(_is_within(one, [place]) for one in modules)


def bounds_without_reason(text: str) -> list[str]:
    """Lines of requirements with an upper bound, and no comment on or above them."""
    wanted = text.partition("\ndependencies = [")[2].partition("\n[project.scripts]")[0]
    lines = wanted.splitlines()
    return [
        line.strip()
        for before, line in pairwise(["", *lines])
        if re.search(r'^[^#]*"[^"]*[,\w]<', line)
        and "  # " not in line
        and not before.lstrip().startswith("#")
    ]


def test_upper_bounds_have_a_reason() -> None:
    assert bounds_without_reason((ROOT / "pyproject.toml").read_text("utf-8")) == []


def test_a_bound_without_a_reason_is_seen() -> None:
    text = """
dependencies = [
    "a>=1,<2",
    "b>=1,<2",  # 2 is another
    # 2 is another.
    "c>=1,<2",
    "d>=1",
]
e = ["f<3"]
[project.scripts]
g = "h<1"
"""
    assert bounds_without_reason(text) == ['"a>=1,<2",', 'e = ["f<3"]']


def test_the_table_says_what_imports_each_library() -> None:
    assert disagreements(table_of(MAP.read_text("utf-8")), importers()) == []


def test_each_rule_can_fail() -> None:
    table = (
        "\n## Dependencies\n| library | for | imported by |\n|---|---|---|\n"
        "| pyyaml, h2 (extra `http2`) | x | `a.py`, `b/`, `c.py` |\n| msgspec | x | nearly every room |\n"
    )
    assert set(table_of(table)) == {frozenset({"yaml", "h2"}), frozenset({"msgspec"})}
    imports = {"yaml": {"a.py", "d.py"}, "h2": {"b/x.py"}, "msgspec": {"z.py"}, "new": {"a.py"}}
    assert disagreements(table_of(table), imports) == [
        "new has no row",
        "d.py imports h2, yaml",
        "c.py imports no h2, yaml",
    ]
    code = "import os, yaml.x\nif TYPE_CHECKING:\n    import h2\ndef f():\n    from rich.text import Text\n"
    assert imported_roots(ast.parse(code)) == {"yaml", "rich"}
