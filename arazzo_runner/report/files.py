"""Report files: their kinds, each rendered by its own module, and their writing.

A file is the old report or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from errno import ENXIO
from importlib import import_module
from pathlib import Path
from typing import IO, Final, TypeAlias

from arazzo_runner.errors import UsageError, system_words
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker
from arazzo_runner.retrieve.temporary_file import temporary_beside
from arazzo_runner.text.diagnostic import error

Render: TypeAlias = Callable[[RunReport, Masker], Iterator[bytes]]

KINDS: Final[dict[str, str]] = {
    "json": "arazzo-report.json",
    "junit": "arazzo-junit.xml",
    "har": "arazzo-report.har",
    "html": "arazzo-report.html",
    "github": "-",
    "ndjson": "arazzo-report.ndjson",
    "markdown": "arazzo-report.md",
}
"""The kinds of reports, each with the path used without one; ``-`` is standard output."""


def default_path(kind: str) -> str:
    """The path of a report without one. Raises UsageError for a kind that there is not."""
    if kind in KINDS:
        return KINDS[kind]
    from arazzo_runner.report.package_format import package_file_name

    return package_file_name(kind)


def renderer(kind: str) -> Render:
    """The function that renders a kind of :data:`KINDS`, or of another package."""
    if kind not in KINDS:
        from arazzo_runner.report.package_format import package_renderer

        return package_renderer(kind)
    render: Render = import_module(f"arazzo_runner.report.formats.{kind}").report_pieces
    return render


def write_atomically(path: str | Path, data: bytes, what: str = "report") -> None:
    """Put ``data`` into the file at ``path`` as :func:`write_pieces` does."""
    write_pieces(path, (data,), what)


def write_pieces(path: str | Path, pieces: Iterable[bytes], what: str = "report") -> None:
    """Put ``pieces`` into the file at ``path``, whole or not at all; ``what`` is it in messages.

    Missing folders are made; an existing file keeps its permissions, and a link what it points
    to. A device or pipe (``/dev/stdout``) is written to as it is.

    Raises UsageError (AZ907) when the file cannot be written.
    """
    with _usage_errors(path, what):
        _write(_target(path), pieces)


def check_writable(path: str | Path, what: str = "report") -> None:
    """Find out before a run whether ``what`` it writes can be put there; missing folders are made.

    Raises UsageError (AZ907) when it cannot.
    """
    with _usage_errors(path, what):
        target = _target(path)
        if is_device(target):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(target) as temporary:
            _write_new(temporary, ())


class StreamedFile:
    """A file that grows while something goes on: emptied at first, and flushed with each write.

    Raises UsageError (AZ907) when it cannot be opened. What goes wrong later is kept for
    :meth:`close`, since a report must not end what it tells of.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._problem: OSError | None = None
        with _usage_errors(path):
            target = _target(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            self._file = _open_device(target, 0)

    def write(self, data: bytes) -> None:
        """Append ``data``, unless that failed before."""
        if self._problem:
            return
        try:
            self._file.write(data)
        except OSError as reason:
            self._problem = reason

    def close(self) -> None:
        """End the file. Raises UsageError (AZ907) when it is not whole."""
        with _usage_errors(self._path):
            self._file.close()
            if self._problem:
                raise self._problem


def append_file(path: str | Path, data: bytes) -> None:
    """Add ``data`` at the end of a file that others write to as well; UsageError (AZ907)."""
    with _usage_errors(path), open(path, "ab", opener=_descriptor) as file:
        file.write(data)


def _target(path: str | Path) -> Path:
    if is_device(Path(path)):
        return Path(path)  # where `/dev/stdout` is a pipe, what it links to has no path
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    return target


def is_device(target: Path) -> bool:
    """Whether a path is a device or a pipe, which is written to and never replaced."""
    return target.exists() and not target.is_file() and not target.is_dir()


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    if is_device(target):
        with _open_device(target, -1) as device:
            device.writelines(pieces)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with temporary_beside(target) as temporary:
        _write_new(temporary, pieces)
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        from arazzo_runner.operating_system.files import replace_file

        replace_file(temporary, target)


def _open_device(target: Path, buffering: int) -> IO[bytes]:
    """Open a file, device or pipe; a pipe that nobody reads would never be open."""
    return open(target, "wb", buffering, opener=_descriptor)


def _descriptor(path: str, flags: int) -> int:
    if not Path(path).is_fifo():
        return os.open(path, flags, 0o666)
    from arazzo_runner.operating_system.files import let_block, open_pipe

    try:
        descriptor = open_pipe(path, flags)
    except OSError as reason:
        if reason.errno == ENXIO:
            raise OSError(ENXIO, "nobody reads from the pipe") from None
        raise
    let_block(descriptor)
    return descriptor


def _write_new(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _usage_errors(path: str | Path, what: str = "report") -> Iterator[None]:
    """What goes wrong with a file, as an error of the user's."""
    try:
        yield
    except (OSError, ValueError) as reason:  # ValueError: a NUL in the path
        raise _unwritable_error(path, what, reason) from reason


def _unwritable_error(path: str | Path, what: str, reason: OSError | ValueError) -> UsageError:
    why = system_words(reason)
    if isinstance(reason, FileExistsError | NotADirectoryError):
        why = "a file is where a folder has to be"
    return UsageError(
        error(
            "AZ907",
            f"the {what} `{path}` cannot be written: {why}",
            help="name a file in a folder that exists and is writable",
        )
    )
