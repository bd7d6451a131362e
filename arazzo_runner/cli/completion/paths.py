"""Paths as candidates, for shells that do not complete them behind a prefix by themselves."""

from __future__ import annotations

import os

from arazzo_runner.cli.completion.command_line import Candidate, Completion


def path_candidates(asked: Completion, current: str) -> Completion:
    """The paths, or folders, that begin with the current word behind its prefix.

    Folders end in a slash. Hidden ones are shown where their dot was typed.
    """
    typed = current.removeprefix(asked.prefix)
    cut = max(typed.rfind(separator) for separator in {"/", os.sep}) + 1
    home, start = typed[:cut], typed[cut:]
    try:
        entries = sorted(os.scandir(home or "."), key=lambda entry: entry.name)
    except OSError:
        return Completion()
    return Completion(
        candidates=tuple(
            Candidate(f"{asked.prefix}{home}{entry.name}{'/' if entry.is_dir() else ''}")
            for entry in entries
            if entry.name.startswith(start)
            and entry.name.startswith(".") <= start.startswith(".")
            and (asked.kind == "files" or entry.is_dir())
        )
    )
