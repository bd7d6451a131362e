"""The pins of what `pyproject.toml` itself asks for, of a file that `uv pip compile` has written.

What these need in turn is free, so that the tools of the tests can be installed beside them.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

_NAME = re.compile(r"[\w.-]+")
_PIN = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?==(\S+)")


def plain(name: str) -> str:
    """A name as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_names(project: Mapping[str, Any]) -> set[str]:
    """What is asked for, by the command line and by all extras."""
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    names = (_NAME.match(line) for lines in lists for line in lines)
    return {plain(name[0]) for name in names if name}


def direct_pins(lines: Iterable[str], names: set[str]) -> Iterator[str]:
    """A pin for each of the names."""
    for pin in filter(None, map(_PIN.match, lines)):
        if plain(pin[1]) in names:
            yield f"{pin[1]}=={pin[2]}"


if __name__ == "__main__":
    described = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    compiled = Path(sys.argv[1]).read_text("utf-8").splitlines()
    print(*direct_pins(compiled, asked_names(described)), sep="\n")
