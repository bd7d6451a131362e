"""Documents in files: paths, folders, ``file:`` URIs, errors, where a file may have moved to."""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote, unquote

from arazzo_runner.document.retrieval import RetrievedDocument, RetrieveError
from arazzo_runner.document.store import is_remote
from arazzo_runner.document.uris import split_uri
from arazzo_runner.errors import DocumentError, system_words
from arazzo_runner.http_semantics.user_information import without_logins
from arazzo_runner.retrieve.pipe import read_file
from arazzo_runner.text.diagnostic import nearest
from arazzo_runner.text.limits import DESCRIPTION_LIMITS, size_finding
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.suggested_fix import is_slip

_LISTED = 1_000
_LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_MOST = 20_000
"""The files that are looked at below a folder; in a larger tree nothing is found."""
_ENDINGS = (".yaml", ".yml", ".json")


OTHER_PATH = "give the path of the document, from the working directory"
_MAY_READ = "give this user the right to read it"


def file_uri(path: str) -> str:
    """The ``file:`` URI of a path, taken from the working directory."""
    whole = os.path.abspath(path)  # noqa: PTH100 (pathlib keeps `..`)
    if sys.platform == "win32":
        from arazzo_runner.operating_system.files import normal_drive

        whole = normal_drive(whole)
    return Path(whole).as_uri()


def file_path(uri: str) -> str:
    """The path that a ``file:`` URI names (RFC 8089); RetrieveError for one on another machine.

    On Windows the shares of other machines are files.
    """
    parts = split_uri(uri)
    if sys.platform == "win32":
        from arazzo_runner.operating_system.files import windows_path

        return windows_path(parts.authority, unquote(parts.path))
    elif parts.authority not in (None, "", "localhost"):
        raise _foreign_error(uri)
    else:
        return unquote(parts.path)


def _foreign_error(uri: str) -> RetrieveError:
    return RetrieveError(f"`{uri}` is a file of another machine", None, "AZ216")


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


def read_regular(uri: str, limit: int, asking: str | None = None) -> RetrievedDocument:
    """Read the file that a document named; only a regular one, since others may never end.

    ``asking`` is the path of that document, which is not what it means itself.
    """
    path = file_path(uri)
    if _is_foreign(path, asking or ""):
        raise _foreign_error(uri)
    shown = path_label(path)
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as reason:
        raise _unreadable_error(path, shown, reason, asking) from None
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise RetrieveError(f"`{shown}` is not a regular file", None, "AZ216")
    return _read(path, shown, limit)


def _is_foreign(path: str, document: str) -> bool:
    """Whether a document names a file of another machine: to look at it is to log in there."""
    if sys.platform == "win32":
        from arazzo_runner.operating_system.files import is_on_other_machine

        return is_on_other_machine(path, document)
    else:
        return False


def _read(path: str, shown: str, limit: int) -> RetrievedDocument:
    try:
        if Path(path).is_dir():
            raise _folder_error(path, shown)
        data = read_file(path, limit + 1)
        size = max(len(data), Path(path).stat().st_size)
    except (OSError, ValueError) as reason:
        raise _unreadable_error(path, shown, reason) from None
    if len(data) > limit:
        raise DocumentError(size_finding(size, limit))
    return RetrievedDocument(data, shown, file_uri(path))


def _unreadable_error(
    path: str, shown: str, reason: OSError | ValueError, asking: str | None = None
) -> RetrieveError:
    if isinstance(reason, FileNotFoundError) and (target := _link_target(path)) is not None:
        message = f"`{without_logins(shown)}` is a link to `{target}`, where there is no file"
        return RetrieveError(message, "restore that file, or remove the link")
    if isinstance(reason, FileNotFoundError | NotADirectoryError):
        hint = _nearest_file(path) if asking is None else _where(path, asking)
        return RetrieveError(f"there is no file `{without_logins(shown)}`", hint)
    message = f"`{shown}` cannot be read: {system_words(reason)}"
    is_forbidden = isinstance(reason, PermissionError)
    return RetrieveError(message, _MAY_READ if is_forbidden else None)


def _link_target(path: str) -> str | None:
    """Where a symbolic link leads; None for what is none."""
    try:
        return str(Path(path).readlink())
    except OSError:
        return None


def _nearest_file(path: str) -> str | None:
    """The document beside it whose name is most like that of ``path``; all have like endings."""
    beside = (one for one in _files(Path(path).parent) if one.lower().endswith(_ENDINGS))
    stems = {one.partition(".")[0]: one for one in beside}
    name = Path(path).name
    match = nearest(name.partition(".")[0], stems)
    found = stems[match] if match else nearest(name, stems.values())
    return f"did you mean `{found}`?" if match and found else OTHER_PATH


def _where(path: str, asking: str) -> str | None:
    """Where the file that a document names may be: of its name below the folder, or misspelt in it.

    A file whose name is merely like it describes another API.
    """
    below = [one for one in files_below(Path(path).parent, Path(path).name) if not _is(one, asking)]
    if len(below) == 1:
        return f"there is `{path_label(str(below[0]))}`"
    beside = (one for one in _files(Path(path).parent) if one.lower().endswith(_ENDINGS))
    others = [one for one in beside if not _is(Path(path).parent / one, asking)]
    slips = [one for one in others if is_slip(Path(path).stem, Path(one).stem)]
    return f"did you mean `{slips[0]}`?" if len(slips) == 1 else None


def _is(path: Path, other: str) -> bool:
    from arazzo_runner.operating_system.files import real_path

    return real_path(path) == real_path(other)


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


def files_below(folder: Path, name: str) -> list[Path]:
    """The files of this name in a folder and all folders below it, those near the top first.

    Of a whole disk there are none.
    """
    if Path(os.path.realpath(folder)) == Path(Path(folder).resolve().anchor):
        return []
    seen = 0
    found: list[Path] = []
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one[0] != "." and one not in _LEFT_OUT)
        seen += len(files)
        if seen > _MOST:
            return []
        if name in files:
            found.append(Path(root, name))
    return sorted(found, key=lambda one: len(one.parts))


def find_in(folders: tuple[str, ...], path: str) -> str | None:
    """The file that the path of a URI may mean, in the folders that the user named, or None.

    It has the same name, and of several the one that has most folders of the path in common; where
    two have as many, that at the top of a folder counts. No path leads out of the folders: its last
    part is looked for among the names that are there.
    """
    names = [unquote(one) for one in path.split("/")]
    for folder in folders:
        found = _best(files_below(Path(folder), names[-1]), names, Path(folder))
        if found is not None:
            return str(found)
    return None


def _best(found: list[Path], names: list[str], folder: Path) -> Path | None:
    most = max((_in_common(one, names) for one in found), default=0)
    best = [one for one in found if _in_common(one, names) == most]
    if len(best) == 1 or (best and best[0].parent == folder):
        return best[0]
    return None


def _in_common(found: Path, names: list[str]) -> int:
    """How many names at the ends of two paths are the same."""
    pairs = zip(reversed(found.parts), reversed(names), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def find_moved(document: str, url: str, folders: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The files that ``url`` of the document at this path may mean, and their texts, by place.

    First those in the folders that the user named, then those below the folder that the URL names,
    then those below the document's; the document itself is none. The keys are references from the
    document (RFC 3986, section 4.2). None for a URL, which may just be down.
    """
    path = unquote(split_uri(url).path)
    name = PurePosixPath(path).name
    if is_remote(url) or not name or _is_foreign(path, document):
        return
    home = Path(document).parent
    named = find_in(folders, split_uri(url).path)
    yield _texts(document, url, [Path(named)] if named else [])
    yield _texts(document, url, files_below((home / path).parent, name))
    yield _texts(document, url, files_below(home, name))


def _texts(document: str, url: str, paths: list[Path]) -> dict[str, str]:
    home = Path(document).parent
    others = (one for one in paths if not _is(one, document))
    found = ((_reference(home, path), _text(path)) for path in others)
    return {reference: text for reference, text in found if text is not None and reference != url}


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


_AT_ROOT: Final = lazy_pattern(rb"""^["']?arazzo["']?[ \t]*:""", re.MULTILINE)
_IN_JSON: Final = lazy_pattern(rb'"arazzo"\s*:')
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LARGEST: Final = 10 * 2**20
"""Larger files are passed over without a look; a document has its own limit."""


def plain_utf8(data: bytes) -> bytes:
    """A text as UTF-8 without its byte order mark; one of UTF-16 or UTF-32 is recoded."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace").encode("utf-8", "replace")
    return data


def is_arazzo(data: bytes) -> bool:
    """Whether a text is an Arazzo document as far as its outermost keys tell."""
    data = plain_utf8(data)
    if b"arazzo" not in data:
        return False
    if data.lstrip()[:1] == b"{":
        return b'"workflows"' in data and _IN_JSON.search(data) is not None
    return _AT_ROOT.search(data) is not None


def find_documents(
    named: Iterable[str], is_document: Callable[[bytes], bool] = is_arazzo
) -> list[str]:
    """The documents that were named, folders replaced by the documents in them, each once.

    The order is that of the names; within a folder that of the alphabet. ``is_document`` judges
    the text of files whose names do not say that they are Arazzo documents.
    """
    found: dict[str, None] = {}
    for one in named:
        is_folder = "://" not in one and Path(one).is_dir()
        found.update(dict.fromkeys(_walk_folder(one, is_document) if is_folder else (one,)))
    return list(found)


def walk_folders(folder: str) -> Iterator[tuple[str, list[str]]]:
    """A folder and those below it that may hold documents, each with the names of its files."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one[0] != "." and one not in _LEFT_OUT)
        yield root, sorted(files)


def _walk_folder(folder: str, is_document: Callable[[bytes], bool]) -> Iterator[str]:
    for root, files in walk_folders(folder):
        for name in files:
            path = os.path.normpath(os.path.join(root, name))  # noqa: PTH118 - keeps what was typed
            if name.lower().endswith(_ENDINGS) and _is_document(path, is_document):
                yield path


def _is_document(path: str, is_document: Callable[[bytes], bool]) -> bool:
    if Path(path).is_fifo():  # which nobody named
        return False
    if Path(path).stem.lower().endswith(".arazzo"):
        return True
    try:
        if Path(path).stat().st_size > _LARGEST:
            return False
        return is_document(Path(path).read_bytes())
    except OSError:
        return False
