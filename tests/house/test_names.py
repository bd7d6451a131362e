"""Names: nouns of the field, one meaning each, few in a folder (CONTRIBUTING.md, "Names").

Each rule is a function over paths or syntax trees that returns what breaks it; below, each is shown
something that breaks it.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

import arazzo_runner

ROOT = Path(arazzo_runner.__path__[0])
FILES = sorted(path for path in ROOT.rglob("*.py") if path.name != "__init__.py")
WORDS = tomllib.loads(Path(__file__).with_name("banned_names.toml").read_text(encoding="utf-8"))
MAX_MODULES = 20

# One concept of the specifications each, read in one room and meant by another.
IN_TWO_ROOMS = {"Parameter", "RequestBody", "Location"}

Modules = dict[str, ast.Module]
"""Syntax trees by module, `room.module`."""


@cache
def modules() -> Modules:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for path in FILES
    }


def crowded(names: Iterable[str]) -> list[str]:
    """Folders of more than 20 modules of their own."""
    folders = Counter(name.rpartition(".")[0] for name in names)
    return [folder for folder, count in folders.items() if count > MAX_MODULES]


def is_banned_stem(stem: str) -> bool:
    """A word of the list, or a participle that is no word of the field."""
    participle = re.search(r"(ing|ed)$", stem) and stem not in WORDS["modules"]["allowed"]
    return bool(participle) or stem in WORDS["modules"]["banned"]


def odd_modules(names: Iterable[str]) -> list[str]:
    return [name for name in names if any(is_banned_stem(part) for part in name.split("."))]


def types_of(tree: ast.Module) -> list[str]:
    """Classes and type aliases at the top of a module."""
    names = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias":
            names.append(ast.unparse(node.target))
    return names


def odd_types(trees: Modules) -> list[str]:
    banned = set(WORDS["types"]["banned"])
    return [
        f"{module}.{name}"
        for module, tree in trees.items()
        for name in types_of(tree)
        if banned & set(re.findall("[A-Z][a-z0-9]*", name))
    ]


def functions_of(tree: ast.Module) -> list[str]:
    """Functions and methods, the ones inside of others too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node.name for node in ast.walk(tree) if isinstance(node, kinds)]


def is_odd_function(name: str) -> bool:
    bare = name.strip("_")
    words = set(WORDS["functions"]["banned_words"])
    return bare in WORDS["functions"]["banned"] or bool(words & set(bare.split("_")))


def odd_functions(trees: Modules) -> list[str]:
    return [
        f"{module}.{name}"
        for module, tree in trees.items()
        for name in functions_of(tree)
        if not name.startswith("__") and is_odd_function(name)
    ]


def repeated_types(trees: Modules, exported: Iterable[str]) -> list[str]:
    """Types that stand twice: exported ones anywhere, others within their room."""
    everywhere = Counter(name for tree in trees.values() for name in set(types_of(tree)))
    rooms = Counter(
        (module.split(".")[0], name)
        for module, tree in trees.items()
        for name in set(types_of(tree))
        if not name.startswith("_")
    )
    twice = {name for name in exported if everywhere[name] > 1}
    return sorted(twice | {name for (_, name), count in rooms.items() if count > 1})


def test_no_folder_is_crowded() -> None:
    assert crowded(modules()) == []


def test_modules_are_nouns_of_the_field() -> None:
    assert odd_modules(modules()) == []


def test_types_are_nouns_of_the_field() -> None:
    assert odd_types(modules()) == []


def test_functions_say_what_they_do_or_return() -> None:
    assert odd_functions(modules()) == []


def test_a_type_name_means_one_thing() -> None:
    repeated = repeated_types(modules(), arazzo_runner.__all__)
    assert set(repeated) <= IN_TWO_ROOMS


def tree(text: str) -> Modules:
    return {"room.module": ast.parse(text)}


@pytest.mark.parametrize(
    ("rule", "broken", "kept"),
    [
        (crowded, [f"room.m{n}" for n in range(21)], [f"room.m{n}" for n in range(20)]),
        (odd_modules, ["cli.occasion"], ["cli.session"]),
        (odd_modules, ["room.going_on.text"], ["room.live.text"]),
        (odd_modules, ["room.remembering"], ["room.tracing"]),
        (odd_modules, ["room.nested"], ["room.located"]),
        (odd_types, tree("class GoingOn: pass"), tree("class LiveLines: pass")),
        (odd_types, tree("Told: TypeAlias = int"), tree("Count: TypeAlias = int")),
        (odd_functions, tree("def told(): pass"), tree("def render(): pass")),
        (odd_functions, tree("def _malformed(): pass"), tree("def malformed_error(): pass")),
        (odd_functions, tree("class A:\n def is_given(self): pass"), tree("class A: pass")),
    ],
)
def test_each_rule_can_fail(rule: Callable[..., list[str]], broken: object, kept: object) -> None:
    assert rule(broken) != []
    assert rule(kept) == []


@pytest.mark.parametrize(
    ("first", "second", "exported", "repeated"),
    [
        ("a.x", "b.x", [], []),
        ("a.x", "b.x", ["Same"], ["Same"]),
        ("a.x", "a.y", [], ["Same"]),
        ("a.b.x", "a.c.y", [], ["Same"]),
    ],
)
def test_the_rule_of_types_can_fail(first, second, exported, repeated) -> None:
    both = {first: ast.parse("class Same: pass"), second: ast.parse("class Same: pass")}
    assert repeated_types(both, exported) == repeated
