"""The cache on disk of parsed API descriptions, between runs.

The files are for this version of the program alone, spelled in MessagePack, and safe to delete; one
that is broken counts as none. What the disk refuses costs time, and nothing else.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from arazzo_runner.expression.value import Value
from arazzo_runner.retrieve.temporary_file import temporary_beside
from arazzo_runner.text.number import JsonNumber
from arazzo_runner.version import VERSION

MAX_FILE: Final = 64 * 2**20
MAX_TOTAL: Final = 256 * 2**20
_DIGEST: Final = 32
_NUMBER: Final = 1
"""The extension type of a number that is kept with its spelling."""


def _extension(value: object) -> msgspec.msgpack.Ext:
    if isinstance(value, JsonNumber):
        return msgspec.msgpack.Ext(_NUMBER, value.spelling.encode("ascii"))
    raise ValueError(f"not plain data: {type(value).__name__}")


def _extended(code: int, data: memoryview) -> JsonNumber:
    if code != _NUMBER:
        raise ValueError(f"an extension that there is not: {code}")
    return JsonNumber(bytes(data).decode("ascii"))


_ENCODER: Final = msgspec.msgpack.Encoder(enc_hook=_extension)
_DECODER: Final = msgspec.msgpack.Decoder(ext_hook=_extended)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where this program keeps what it can do without. Raises RuntimeError without a home."""
    if own := environment.get("ARAZZO_CACHE_DIR"):
        return Path(own)
    if shared := environment.get("XDG_CACHE_HOME"):
        return Path(shared) / "arazzo"
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home()) / "arazzo" / "cache"
    elif sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "arazzo"
    else:
        return Path.home() / ".cache" / "arazzo"


class DiskParseCache:
    """Keeps plain data in a folder that nobody else may read; what was used longest ago goes first.

    ``limit`` bounds the bytes of all files.
    """

    def __init__(self, folder: Path, limit: int = MAX_TOTAL) -> None:
        python = ".".join(map(str, sys.version_info[:3]))
        self._root = folder
        self._folder = folder / f"{VERSION}-python{python}-msgspec{msgspec.__version__}"
        self._limit = limit

    def recall(self, key: str) -> Value:
        """The plain data kept under a key, None when there is none that is whole."""
        path = self._path(key)
        try:
            if not _is_private(path.parent):
                return None
            from hashlib import sha256

            content = path.read_bytes()
            if sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
                return None
            value = _DECODER.decode(memoryview(content)[_DIGEST:])
            os.utime(path)
        except (OSError, ValueError, RecursionError):
            return None
        return value

    def keep(self, key: str, value: Value) -> None:
        """Keep plain data; numbers beyond 64 bits and half characters cannot be kept."""
        with suppress(OSError, ValueError, OverflowError, RecursionError):
            from hashlib import sha256

            packed = _ENCODER.encode(value)
            if len(packed) > min(MAX_FILE, self._limit):
                return
            self._write(self._path(key), sha256(packed).digest() + packed)
            self._prune()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.msgpack"

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all: it has a name of its own until it is whole."""
        for folder in (self._root, path.parent):
            folder.mkdir(0o700, parents=True, exist_ok=True)
        if not _is_private(path.parent):
            return
        from arazzo_runner.operating_system.files import replace_file

        with temporary_beside(path) as temporary:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            replace_file(temporary, path)

    def _prune(self) -> None:
        """Delete what was used longest ago, of other versions too, until the rest is in bounds."""
        files = [(one, one.stat()) for one in self._root.glob("*-python*/*") if one.is_file()]
        total = sum(status.st_size for _, status in files)
        for path, status in sorted(files, key=lambda one: one[1].st_mtime_ns):
            if total <= self._limit:
                return
            path.unlink(missing_ok=True)
            total -= status.st_size


def _is_private(folder: Path) -> bool:
    """Whether nobody else can have put something there."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    from arazzo_runner.operating_system.files import has_permissions, is_file_of_user

    return is_file_of_user(status) and not (has_permissions() and status.st_mode & 0o022)
