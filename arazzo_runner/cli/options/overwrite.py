"""Files that a command writes new: none that is there is overwritten without `--force`."""

from __future__ import annotations

import os
from pathlib import Path

import click


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
    if os.path.lexists(path) and not is_forced:
        raise click.UsageError(f"`{path}` exists; `--force` overwrites it")
