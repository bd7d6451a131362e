"""Files that a command writes: none that it reads is overwritten, and no other of some commands.

Where a file is written once and kept, one that is there needs `--force`. A report or a recording
replaces the one before it, but never a document, a description or a file of inputs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from arazzo_runner.cli.options.environment import env_file_of
from arazzo_runner.document.retrieval import DocumentAccess, Retrieve, RetrievedDocument
from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error


def check_output_file(path: str, *, is_forced: bool) -> None:
    """Refuse to overwrite the file that ``--output`` names. Raises click.UsageError."""
    if not path.strip():
        raise click.UsageError("`--output` needs the name of a file")
    if Path(path).is_dir():
        raise click.UsageError(f"`--output {path}` is a folder; name a file in it")
    _check_absent(path, is_forced=is_forced)


def check_output_folder(flag: str, folder: str, names: tuple[str, ...], *, is_forced: bool) -> None:
    """Refuse to overwrite any of the files ``names`` in the folder of a flag.

    Raises click.UsageError.
    """
    if not folder.strip():
        raise click.UsageError(f"`{flag}` needs the name of a folder")
    if os.path.lexists(folder) and not Path(folder).is_dir():
        raise click.UsageError(f"`{flag} {folder}` is no folder; name a folder, or a new one")
    for name in names:
        path = Path(folder, name)
        if path.is_dir():
            raise click.UsageError(f"`{path}` is a folder; name another folder than `{folder}`")
        _check_absent(str(path), is_forced=is_forced)


def _check_absent(path: str, *, is_forced: bool) -> None:
    if is_forced or not os.path.lexists(path):
        return
    from arazzo_runner.report.files import is_device

    if not is_device(Path(path)):
        raise click.UsageError(f"`{path}` exists; `--force` overwrites it")


class OverwriteError(UsageError):
    """A file that the command would write is one that it reads: nothing is written there."""


def check_outputs(given: Mapping[str, Any], named: Iterable[str]) -> None:
    """Refuse to write to the documents ``named``, or to a file that a flag names to be read.

    Raises OverwriteError (AZ906).
    """
    from arazzo_runner.operating_system.files import real_path

    read = [*named, *_files_of_flags(given)]
    for flag, path in _outputs(given):
        for one in read:
            if is_same_file(path, one):
                raise overwrite_error(flag, path)
        for one in _journal_files(given):  # which there need not be yet
            if is_same_file(path, one) or real_path(path) == real_path(one):
                raise overwrite_error(flag, path)


def _journal_files(given: Mapping[str, Any]) -> Iterator[str]:
    """The journal and what SQLite keeps beside it."""
    if journal := given.get("journal"):
        yield journal
        for ending in ("-wal", "-shm", "-journal"):
            yield f"{os.path.realpath(journal)}{ending}"


def overwrite_error(flag: str, path: str) -> OverwriteError:
    """The refusal of a path that ``flag`` names, as it was typed."""
    message = f"`{flag}` would overwrite `{path}`, which is read by this command"
    return OverwriteError(error("AZ906", message, help="name another file"))


def foreign_file_error(flag: str, path: str) -> OverwriteError:
    """The refusal of a path whose file holds something else than the report of ``flag``."""
    message = f"`{flag}` would overwrite `{path}`, which is no such report"
    return OverwriteError(error("AZ906", message, help="name another file, or remove this one"))


def guard_access(access: DocumentAccess, given: Mapping[str, Any]) -> DocumentAccess:
    """The ways to documents, which refuse a file that a flag says to write; OverwriteError."""
    outputs = [*_outputs(given)]
    if not outputs:
        return access

    def guarded(retrieve: Retrieve) -> Retrieve:
        def read(location: str) -> RetrievedDocument:
            found = retrieve(location)
            _check_read(found.uri, outputs)
            return found

        return read

    return replace(
        access,
        open=guarded(access.open),
        retrieve_for=lambda asking: guarded(access.retrieve_for(asking)),
    )


def _check_read(uri: str, outputs: Iterable[tuple[str, str]]) -> None:
    if not uri.startswith("file:"):
        return
    from arazzo_runner.retrieve.files import file_path

    read = file_path(uri.partition("#")[0])
    for flag, path in outputs:
        if is_same_file(path, read):
            raise overwrite_error(flag, path)


def is_same_file(path: str, other: str) -> bool:
    """Whether two paths lead to one regular file, through whatever links."""
    try:
        return Path(path).is_file() and Path(path).samefile(other)
    except (OSError, ValueError):  # one is missing, a URL or `-`; ValueError: a NUL in the path
        return False


def _outputs(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files that flags say to write: the flag as it was typed, and the path."""
    for name in ("record", "state", "output"):
        if given.get(name):
            yield f"--{name}", given[name]
    if given.get("write_baseline"):
        yield "--baseline", given["baseline"]
    for name, path in (given.get("saved") or {}).items():
        yield f"--save {name}", path
    for text in given.get("reports") or ():
        kind, _, path = text.partition("=")
        yield f"--report {kind}", path or _default_path(kind)


def _default_path(kind: str) -> str:
    from arazzo_runner.report.files import default_path

    try:
        return default_path(kind)
    except UsageError:  # it is said where the report is read
        return "-"


def _files_of_flags(given: Mapping[str, Any]) -> Iterator[str]:
    """The files that flags say to read."""
    names = ["inputs_file", "cases", "row_file", "cacert", "cert", "key"]
    for name in [*names, *([] if given.get("write_baseline") else ["baseline"])]:
        if isinstance(given.get(name), str):
            yield given[name]
    for text in given.get("inputs") or ():
        value = text.partition("=")[2]
        if value.startswith("@"):
            yield value[1:]
    if (path := env_file_of(click.get_current_context())) is not None:
        yield path
