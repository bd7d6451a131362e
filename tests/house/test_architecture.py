"""docs/architecture.md and CONTRIBUTING.md name the rooms, layers, files and libraries that there are."""

import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "arazzo_runner"
MAP = ROOT / "docs" / "architecture.md"
GUIDE = ROOT / "CONTRIBUTING.md"
PAGES = [*sorted((ROOT / "docs").glob("*.md")), GUIDE]


def folders() -> set[str]:
    """The folders of the package that hold files of the project, as `room/` or `room/sub/`."""
    parents = {path.parent for path in PACKAGE.rglob("*.*") if "__pycache__" not in path.parts}
    return {f"{one.relative_to(PACKAGE).as_posix()}/" for one in parents - {PACKAGE}}


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(table: str) -> list[str]:
    """The first cell of each row of a table, header and rule aside."""
    return re.findall(r"^\| (.+?) \|", table, re.MULTILINE)[1:]


def rooms_of(text: str) -> list[str]:
    """The rooms of the table."""
    return [cell.strip("`") for cell in first_cells(section(text, "Rooms"))]


def missing_files(text: str) -> list[str]:
    """The Python files that a page names and that are neither in the project nor in the package.

    Paths with a placeholder, or of a file alone, name none.
    """
    names = re.findall(r"`([\w.-]+(?:/[\w.-]+)+\.py)`", text)
    return [one for one in names if not (ROOT / one).exists() and not (PACKAGE / one).exists()]


def missing_rooms(text: str) -> list[str]:
    """The rooms that a page names, such as `mock/generate/`, and that are not there."""
    names = re.findall(r"`([\w.-]+(?:/[\w.-]+)*)/`", text)
    return [one for one in names if not (ROOT / one).exists() and not (PACKAGE / one).exists()]


def layers_of(text: str) -> list[str]:
    """The lines of the block of layers."""
    found = re.search(r"^```layers\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return found[1].splitlines() if found else []


def strays(tests: Iterable[str], modules: Iterable[str]) -> list[str]:
    """Test files that are not called after a module of the same folder: `test_<module>[_<noun>].py`."""
    known = set(modules)
    return [one for one in tests if not any(name in known for name in _module_names(one))]


def _module_names(test: str) -> Iterator[str]:
    """The modules that a test file can be about: `a/test_b_c.py` about `a/b_c.py` or `a/b.py`."""
    path = PurePosixPath(test)
    words = path.stem.removeprefix("test_").split("_")
    for count in range(1, len(words) + 1):
        yield str(path.with_name("_".join(words[:count]) + ".py"))


def requirements() -> set[str]:
    """The names of the libraries that the package needs, extras among them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    return {match[0] for one in lines if (match := re.match(r"[\w-]+", one))}


def undescribed(text: str, libraries: Iterable[str]) -> list[str]:
    """The libraries that no row of the table of dependencies is about."""
    cells = " ".join(first_cells(section(text, "Dependencies")))
    return [one for one in libraries if one not in re.split(r"[^\w-]+", cells)]


def test_every_room_is_in_the_table_once() -> None:
    assert sorted(rooms_of(MAP.read_text("utf-8"))) == sorted(folders())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_rooms_that_pages_name_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    assert missing_files(text) == []
    assert page not in (MAP, GUIDE) or missing_rooms(text) == []


@pytest.mark.parametrize("page", [MAP, GUIDE], ids=lambda page: page.name)
def test_layers_are_those_of_the_import_linter(page: Path) -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", "utf-8")
    layers = config["importlinter:contract:layers"]["layers"].split("\n")
    assert layers_of(page.read_text("utf-8")) == [one.strip() for one in layers if one.strip()]


def test_unit_tests_mirror_the_rooms() -> None:
    unit = ROOT / "tests" / "unit"
    tests = [path.relative_to(unit).as_posix() for path in sorted(unit.rglob("test_*.py"))]
    modules = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")]
    assert strays(tests, modules) == []


def test_every_library_is_in_the_table() -> None:
    assert undescribed(MAP.read_text("utf-8"), requirements()) == []


def test_each_rule_can_fail() -> None:
    table = (
        "\n## Rooms\n| room | what |\n|---|---|\n| `http/` | HTTP |\n| `gone/` | x |\n\n## More\n"
    )
    assert rooms_of(table) == ["http/", "gone/"]
    assert missing_files("see `http/nowhere.py`, `http/send.py`, `a.py`") == ["http/nowhere.py"]
    assert missing_rooms("`http/` and `gone/sub/`, `tests/unit/`") == ["gone/sub"]
    assert layers_of("```layers\na\nb | c\n```\n") == ["a", "b | c"]
    libraries = (
        "\n## Dependencies\n| library | for |\n|---|---|\n| h11, h2 (extra `http2`) | HTTP |\n"
    )
    assert undescribed(libraries, ["h11", "h2", "httpx"]) == ["httpx"]
