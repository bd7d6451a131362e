"""Documents in files: paths, ``file:`` URIs, and what is said when there is nothing to read.

Where a file that a document names may have gone: files of its name below the document.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote, unquote

from arazzo_runner.document.retrieval import RetrievedDocument, RetrieveError
from arazzo_runner.document.store import is_remote
from arazzo_runner.document.uris import split_uri
from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import nearest
from arazzo_runner.text.limits import DESCRIPTION_LIMITS, size_finding

_LISTED = 1_000
_ENDINGS = (".yaml", ".yml", ".json")


def file_uri(path: str) -> str:
    """The ``file:`` URI of a path, taken from the working directory."""
    return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100 (pathlib keeps `..`)


def file_path(uri: str) -> str:
    """The path that a ``file:`` URI names (RFC 8089); RetrieveError for one on another machine."""
    parts = split_uri(uri)
    if parts.authority not in (None, "", "localhost"):
        raise RetrieveError(f"`{uri}` is a file of another machine", None, "AZ216")
    path = unquote(parts.path)
    # A Windows path keeps its drive after the slash: `/C:/x`.
    return path[1:] if os.name == "nt" and path[2:3] == ":" else path


def path_label(path: str) -> str:
    """A path as messages show it: from the working directory, unless only the root is shared."""
    here = os.path.realpath(os.curdir)
    try:
        shared = os.path.commonpath((here, os.path.realpath(path)))
    except ValueError:  # on another drive
        return path
    return path if shared == Path(shared).anchor else os.path.relpath(path)


def read_named(path: str, limit: int) -> RetrievedDocument:
    """Read the file, or pipe, that the user named, up to ``limit`` bytes."""
    return _read(path, path, limit)


def read_regular(uri: str, limit: int) -> RetrievedDocument:
    """Read the file that a document named; only a regular one, since others may never end."""
    path = file_path(uri)
    shown = path_label(path)
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as reason:
        raise _unreadable_error(path, shown, reason) from None
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise RetrieveError(f"`{shown}` is not a regular file", None, "AZ216")
    return _read(path, shown, limit)


def _read(path: str, shown: str, limit: int) -> RetrievedDocument:
    try:
        if Path(path).is_dir():
            raise _folder_error(path, shown)
        with Path(path).open("rb") as file:
            data = file.read(limit + 1)
            size = max(len(data), os.fstat(file.fileno()).st_size)
    except (OSError, ValueError) as reason:
        raise _unreadable_error(path, shown, reason) from None
    if len(data) > limit:
        raise DocumentError(size_finding(size, limit))
    return RetrievedDocument(data, shown, file_uri(path))


def _unreadable_error(path: str, shown: str, reason: OSError | ValueError) -> RetrieveError:
    if isinstance(reason, FileNotFoundError | NotADirectoryError):
        return RetrieveError(f"there is no file `{shown}`", _nearest_file(path))
    words = reason.strerror if isinstance(reason, OSError) else str(reason)
    return RetrieveError(f"`{shown}` cannot be read: {(words or 'unknown error').lower()}")


def _nearest_file(path: str) -> str | None:
    """The document beside it whose name is most like that of ``path``; all have like endings."""
    beside = (one for one in _files(Path(path).parent) if one.lower().endswith(_ENDINGS))
    stems = {one.partition(".")[0]: one for one in beside}
    name = Path(path).name
    match = nearest(name.partition(".")[0], stems)
    found = stems[match] if match else nearest(name, stems.values())
    return f"did you mean `{found}`?" if match and found else None


def _folder_error(path: str, shown: str) -> RetrieveError:
    names = (one for one in _files(Path(path)) if not one.startswith("."))
    documents = [one for one in names if one.lower().endswith(_ENDINGS)]
    likely = sorted(documents, key=lambda one: "arazzo" not in one.lower())
    example = f", such as `{Path(shown) / likely[0]}`" if likely else ""
    return RetrieveError(f"`{shown}` is a folder", f"name a document in it{example}")


def _files(folder: Path) -> list[str]:
    """The names in a folder, sorted; of a huge one some."""
    try:
        with os.scandir(folder) as entries:
            return sorted(one.name for one in islice(entries, _LISTED))
    except OSError:
        return []


def find_in(folders: tuple[str, ...], name: str) -> str | None:
    """The first file of this name in the folders that the user named, or None.

    The name comes from a document: it must not lead out of the folders.
    """
    if Path(name).name != name:
        return None
    candidates = (Path(folder) / name for folder in folders)
    return next((str(one) for one in candidates if one.is_file()), None)


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
