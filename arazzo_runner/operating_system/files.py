"""Files and paths: drives, slashes, owners, pipes, and files that another program has open."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

_DRIVE: Final = re.compile(r"[A-Za-z]:(?=/|\Z)")
_DOCUMENTS: Final = (".yaml", ".yml", ".json")
_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.4)
_DEVICES: Final = re.compile(r"(?i)\A(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|\Z)")


def uri_path(path: str) -> str:
    """A path as URIs and other programs spell it, with slashes."""
    return path.replace("\\", "/") if sys.platform == "win32" else path


def path_uri(path: str) -> str:
    """A path as a URI reference: relative where it is, a ``file:`` URI where it is absolute."""
    spelled = uri_path(path)
    if sys.platform == "win32" and _DRIVE.match(spelled):
        return f"file:///{spelled[:2]}{quote(spelled[2:])}"
    if server_of(path):
        return f"file:{quote(spelled)}"
    return f"file://{quote(spelled)}" if spelled.startswith("/") else quote(spelled)


def windows_path(authority: str | None, path: str) -> str:
    """The path that the decoded parts of a ``file:`` URI name on Windows.

    A drive stands behind the first slash (RFC 8089, appendix E.2), and an authority is a server
    whose shares are files (appendix E.3).
    """
    if (authority or "localhost").lower() != "localhost":
        return f"//{authority}{path}"
    return path[1:] if _DRIVE.match(path, 1) else path


def server_of(path: str) -> str:
    """The server of a path of Windows, in lower case (``//server/share/a``); empty without one.

    Devices (``//./pipe/a``) have one, too: it is named ``.`` or ``?``.
    """
    spelled = uri_path(path)
    is_there = sys.platform == "win32" and spelled.startswith("//")
    if not is_there:
        return ""
    return spelled.lstrip("/").partition("/")[0].lower() or "/"


def is_on_other_machine(path: str, document: str) -> bool:
    """Whether a path leads to another machine than the document that names it.

    To look at it is to log in there: no document may make this program do so.
    """
    server = server_of(path)
    return bool(server) and server != server_of(document)


def normal_drive(path: str) -> str:
    """An absolute path with its drive in upper case, so that it has one spelling only."""
    has_drive = sys.platform == "win32" and path[1:2] == ":"
    return path[:1].upper() + path[1:] if has_drive else path


def real_path(path: str | Path) -> str:
    """A path without links, in the one case where case means nothing: to compare it."""
    return os.path.normcase(os.path.realpath(path))


def portable_name(name: str) -> str:
    """A file name without the names of devices that Windows has in each folder (``con.json``)."""
    return _DEVICES.sub(lambda device: f"{device[0]}_", name)


def host_name() -> str:
    """The name of this machine, empty where it has none."""
    if sys.platform == "win32":
        return os.environ.get("COMPUTERNAME", "")
    else:
        return os.uname().nodename


def has_process_numbers() -> bool:
    """Whether a process can be asked by its number whether it lives; on Windows it would end."""
    return sys.platform != "win32"


def open_pipe(path: str | Path, flags: int) -> int:
    """A descriptor of a named pipe, without waiting for its other end where the system can."""
    if sys.platform == "win32":
        return os.open(path, flags)
    else:
        return os.open(path, flags | os.O_NONBLOCK)


def let_block(descriptor: int) -> None:
    """Let reads and writes wait again."""
    if sys.platform != "win32":
        os.set_blocking(descriptor, True)


def is_file_of_user(status: os.stat_result) -> bool:
    """Whether a file or folder belongs to this user.

    On Windows, where a number says nothing of it, the folders of a user are that user's own.
    """
    if sys.platform == "win32":
        return True
    else:
        return status.st_uid == os.geteuid()


def has_permissions() -> bool:
    """Whether the mode of a file says who may write to it."""
    return sys.platform != "win32"


def replace_file(new: Path, target: Path) -> None:
    """Put ``new`` in the place of ``target``; OSError.

    On Windows a file that another program reads cannot be replaced, and virus scanners and indexes
    read each new one: there it is tried for a second.
    """
    for pause in _PAUSES if sys.platform == "win32" else ():
        try:
            new.replace(target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    new.replace(target)


def expand_patterns(words: Sequence[str]) -> list[str]:
    """The words of a command line with patterns of documents replaced by the files they match.

    Shells do so, those of Windows aside. A pattern that nothing matches stays, and so do flags and
    what is not about documents (``--ignore AZ4*``, ``-i name=*``).
    """
    if sys.platform == "win32":
        return [one for word in words for one in _matches(word)]
    else:
        return list(words)


def _matches(word: str) -> Iterator[str]:
    is_pattern = any(one in word for one in "*?[") and word.lower().endswith(_DOCUMENTS)
    if not is_pattern or word.startswith("-") or "=" in word or "://" in word:
        yield word
        return
    from glob import glob

    yield from sorted(glob(word, recursive=True)) or [word]  # noqa: PTH207 - as it was typed
