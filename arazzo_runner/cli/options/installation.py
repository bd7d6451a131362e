"""What `arazzo -v --version` shows: where the package comes from, its Python and its libraries."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

import arazzo_runner

_DISTRIBUTION: Final = "arazzo"
_PACKAGE: Final = "arazzo_runner"


def installation_lines() -> Iterator[str]:
    """What `arazzo -v --version` prints below the version: a label and a value in each line.

    The last lines warn of other distributions whose files share the folder of this package.
    """
    package = Path(arazzo_runner.__path__[0])
    yield f"package    {package}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield f"python     {python}, {sys.executable}"
    yield f"system     {platform.platform()}"
    yield f"libraries  {', '.join(_libraries())}"
    yield f"extras     {', '.join(_extras()) or 'none'}"
    yield from _warnings(_owners(package.parent))


def _libraries() -> Iterable[str]:
    """What every installation has, with its version."""
    return (f"{name} {_version(name) or 'missing'}" for name, extra in _requirements() if not extra)


def _extras() -> Iterable[str]:
    """The extras of which all libraries are there."""
    needed: dict[str, list[str]] = {}
    for name, extra in _requirements():
        if extra:
            needed.setdefault(extra, []).append(name)
    return (extra for extra, names in sorted(needed.items()) if all(map(_version, names)))


def _requirements() -> Iterator[tuple[str, str]]:
    """The name of each library that is asked for on this system, and its extra, or nothing."""
    try:
        lines = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # run from a folder, or in one file
        return
    for line in lines:
        name = re.match(r"[\w.-]+", line)
        extra = re.search(r"extra == ['\"](.+?)['\"]", line)
        if name and not _is_for_others(line):
            yield name[0], extra[1] if extra else ""


def _is_for_others(line: str) -> bool:
    """Whether the marker of a requirement excludes this system, by the two that we use."""
    is_elsewhere = "!= 'win32'" in line.replace('"', "'") and sys.platform == "win32"
    return is_elsewhere or ("CPython" in line and sys.implementation.name != "cpython")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _owners(folder: Path) -> list[str]:
    """The other distributions with files in this package, such as `arazzo-runner`."""
    found = []
    for one in metadata.distributions(path=[str(folder)]):
        name = str(one.metadata["Name"])
        is_ours = name.lower() == _DISTRIBUTION
        if not is_ours and any(file.parts[:1] == (_PACKAGE,) for file in one.files or ()):
            found.append(f"{name} {one.version}")
    return found


def _warnings(owners: Iterable[str]) -> Iterator[str]:
    for owner in owners:
        name = owner.split()[0]
        yield f"warning: `{owner}` has files in `{_PACKAGE}` too: one has overwritten the other's"
        yield f"help: pip uninstall {name} {_DISTRIBUTION}, then install {_DISTRIBUTION} alone"
