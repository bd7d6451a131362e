"""Writing report files: the old report or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error


def write_atomically(path: str | Path, data: bytes) -> None:
    """Put ``data`` into the file at ``path``, whole or not at all.

    Missing folders are made; an existing file keeps its permissions, and a link what it points
    to. A device or pipe (``/dev/stdout``) is written to as it is.

    Raises UsageError (AZ907) when the file cannot be written.
    """
    target = Path(path)
    try:
        _write(Path(os.path.realpath(target)), data)
    except OSError as reason:
        raise _unwritable(target, reason) from reason


def _write(target: Path, data: bytes) -> None:
    if target.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, since a rename is atomic only within one file system.
    temporary = target.with_name(f".{target.name[:200]}.{os.urandom(6).hex()}.tmp")
    try:
        _write_new(temporary, data)
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _write_new(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unwritable(path: Path, reason: OSError) -> UsageError:
    why = (reason.strerror or str(reason)).lower()
    return UsageError(
        error(
            "AZ907",
            f"the report `{path}` cannot be written: {why}",
            help="name a file in a folder that exists and is writable",
        )
    )
