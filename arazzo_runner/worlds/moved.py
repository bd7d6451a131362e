"""Where a file that a document names may have gone: files of its name below the document."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote, unquote

from arazzo_runner.document.library import is_remote
from arazzo_runner.document.uris import split_uri
from arazzo_runner.text.limits import DESCRIPTION_LIMITS
from arazzo_runner.worlds.files import find_in

_LEFT_OUT: Final = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_MOST: Final = 20_000
"""The files that are looked at; in a larger tree nothing is found."""


def find_moved(document: str, url: str, folders: tuple[str, ...]) -> dict[str, str]:
    """The files that ``url`` of the document at this path may mean, and their texts.

    They stand in the folders that the user named, or else anywhere below that of the document; the
    keys are references from there (RFC 3986, section 4.2). None for a URL, which may just be down.
    """
    name = unquote(PurePosixPath(split_uri(url).path).name)
    if is_remote(url) or not name:
        return {}
    home = Path(document).parent
    named = find_in(folders, name)
    paths = [Path(named)] if named else list(_files_below(home, name))
    found = ((_reference(home, path), _text(path)) for path in paths)
    return {reference: text for reference, text in found if text is not None and reference != url}


def _files_below(folder: Path, name: str) -> Iterator[Path]:
    seen = 0
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one[0] != "." and one not in _LEFT_OUT)
        seen += len(files)
        if seen > _MOST:
            return
        if name in files:
            yield Path(root, name)


def _reference(home: Path, path: Path) -> str:
    relative = Path(os.path.relpath(path, home)).as_posix()
    # A colon in the first segment would make a scheme of it.
    return quote(relative if ":" not in relative.partition("/")[0] else f"./{relative}")


def _text(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > DESCRIPTION_LIMITS.max_bytes:
            return None
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
