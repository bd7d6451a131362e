"""Merge what `pip freeze` printed on several Pythons into one constraints file on standard output.

Each file is called after its Python: `3.11.txt`. A version that is the same everywhere stands bare;
others bear a marker.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

HEADER = (
    "# Written by scripts/lock: what scripts here run with. Use: pip install -c constraints.txt …"
)


def read(path: Path) -> dict[str, str]:
    """The pins of one Python, by lower-case name."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {line.split("==")[0].lower(): line for line in lines if "==" in line}


def merge(pins: dict[str, dict[str, str]]) -> list[str]:
    """One line a version; `pins` maps a Python to its pins."""
    versions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for python, found in pins.items():
        for name, pin in found.items():
            versions[name][pin].append(python)
    return [
        pin if len(pythons) == len(pins) else f"{pin} ; {marker(pythons)}"
        for name in sorted(versions)
        for pin, pythons in sorted(versions[name].items())
    ]


def marker(pythons: list[str]) -> str:
    """The environment marker of some Pythons."""
    return " or ".join(f'python_version == "{python}"' for python in pythons)


if __name__ == "__main__":
    files = [Path(argument) for argument in sys.argv[1:]]
    print(HEADER, *merge({file.stem: read(file) for file in files}), sep="\n")
