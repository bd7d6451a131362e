"""What a fuzzed command may reach: a changed path, URL or command could mean anything.

Nothing but this machine is connected to, no program is started, nothing is written outside a folder.
"""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

_HERE = ("127.0.0.1", "localhost", "::1")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
                      "os.chmod", "os.chown", "shutil.rmtree", "shutil.move"})  # fmt: skip
_PROGRAMS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"})


class _Confinement:
    """The audit hook of this process: one that was added stays, so it is asked whether it counts."""

    folder: Path | None = None
    is_hooked = False


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    folder = _Confinement.folder
    if folder is None:
        return
    if event in _PROGRAMS:
        raise FileNotFoundError(2, "no programs while fuzzing")
    if event == "socket.connect" and arguments[0].family != socket.AF_UNIX:
        _judge_host(arguments[1][0])
    if event == "socket.getaddrinfo":
        _judge_host(arguments[0])
    is_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES
    if (is_write or event in _CHANGES) and isinstance(arguments[0], str | bytes | os.PathLike):
        _judge_path(folder, os.path.realpath(os.fsdecode(arguments[0])))


def _judge_host(host: Any) -> None:
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    if name not in _HERE:
        raise socket.gaierror(socket.EAI_NONAME, "not while fuzzing")


def _judge_path(folder: Path, path: str) -> None:
    is_inside = Path(path).is_relative_to(folder) or "__pycache__" in path
    if not is_inside and path not in ("/dev/null", "/dev/tty"):
        raise PermissionError(13, "not while fuzzing", path)


@contextmanager
def confined(folder: Path) -> Iterator[None]:
    """Keep all that goes on in the block within ``folder`` and this machine."""
    if not _Confinement.is_hooked:
        sys.addaudithook(_judge)
        _Confinement.is_hooked = True
    _Confinement.folder = folder.resolve()
    try:
        with mock.patch.object(tempfile, "tempdir", str(folder)):
            yield
    finally:
        _Confinement.folder = None
