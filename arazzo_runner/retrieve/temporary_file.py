"""Temporary files: what is written under a name of its own until it is whole, and then renamed.

The name holds the host and the process that writes, so that what a killed process left is known.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from zlib import crc32

_IN_PROGRESS: Final[set[Path]] = set()
_NAME: Final = re.compile(r"\..*\.([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]{12}\.tmp", re.DOTALL)


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """A new name beside the target, gone at the end unless it was renamed.

    A rename is atomic only within one file system. What dead processes left there is deleted.
    """
    _sweep(target.parent)
    mark = f"{_host()}-{os.getpid()}-{os.urandom(6).hex()}"
    temporary = target.with_name(f".{target.name[:50]}.{mark}.tmp")
    _IN_PROGRESS.add(temporary)
    try:
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink()
        _IN_PROGRESS.discard(temporary)


def discard_temporaries() -> None:
    """Delete what is not whole: the process is about to end where it stands."""
    for temporary in list(_IN_PROGRESS):
        with suppress(OSError):
            temporary.unlink()


def _host() -> str:
    """Process numbers mean something on one host: a folder may be shared with others."""
    from arazzo_runner.operating_system.files import host_name

    return f"{crc32(host_name().encode('utf-8', 'replace')):08x}"


def _sweep(folder: Path) -> None:
    from arazzo_runner.operating_system.files import has_process_numbers

    if not has_process_numbers():
        return
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _NAME.fullmatch(entry.name)
            if match and match[1] == _host() and _is_left(Path(entry.path), int(match[2])):
                with suppress(OSError):
                    Path(entry.path).unlink()


def _is_left(temporary: Path, process: int) -> bool:
    """Whether nobody writes it any more; a namesake of this process may have left it."""
    if process == os.getpid():
        return temporary not in _IN_PROGRESS
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
