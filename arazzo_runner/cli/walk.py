"""The documents in folders: files named ``*.arazzo.*``, and others with `arazzo` at their root."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_ENDINGS: Final = (".yaml", ".yml", ".json")
_LEFT_OUT: Final = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_AT_ROOT: Final = re.compile(rb"""^["']?arazzo["']?[ \t]*:""", re.MULTILINE)
_IN_JSON: Final = re.compile(rb'"arazzo"\s*:')
_MOST: Final = 10 * 2**20
"""Larger files are passed over without a look; a document has its own limit."""


def find_documents(named: Iterable[str]) -> list[str]:
    """The documents that were named, folders replaced by the documents in them, each once.

    The order is that of the names; within a folder that of the alphabet.
    """
    found: dict[str, None] = {}
    for one in named:
        is_folder = "://" not in one and Path(one).is_dir()
        found.update(dict.fromkeys(_walk_folder(one) if is_folder else (one,)))
    return list(found)


def _walk_folder(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one[0] != "." and one not in _LEFT_OUT)
        for name in sorted(files):
            path = os.path.normpath(os.path.join(root, name))  # noqa: PTH118 - keeps what was typed
            if name.lower().endswith(_ENDINGS) and _is_document(path):
                yield path


def _is_document(path: str) -> bool:
    if Path(path).stem.lower().endswith(".arazzo"):
        return True
    try:
        if Path(path).stat().st_size > _MOST:
            return False
        return is_arazzo(Path(path).read_bytes())
    except OSError:
        return False


def is_arazzo(data: bytes) -> bool:
    """Whether a text is an Arazzo document as far as its outermost keys tell."""
    if b"arazzo" not in data:
        return False
    if data.lstrip()[:1] == b"{":
        return b'"workflows"' in data and _IN_JSON.search(data) is not None
    return _AT_ROOT.search(data) is not None
