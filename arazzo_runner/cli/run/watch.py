"""``--watch``: run again when a document, a description, inputs or the configuration change.

Files are polled: a few dozen have their times looked at, which takes less than a millisecond, works
on every file system, and knows of editors that replace a file. What the run itself writes is no
change.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO, TypeAlias

import click
from msgspec.structs import replace

from arazzo_runner.cli.command_words import command_words
from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.cli.options.config_file import config_file, flags_for, read_config
from arazzo_runner.cli.run.reports import STDOUT, read_reports
from arazzo_runner.cli.run.signals import Signals, catching_signals
from arazzo_runner.cli.usage_errors import usage_diagnostic
from arazzo_runner.document.retrieval import DocumentAccess, Retrieve, RetrievedDocument
from arazzo_runner.document.store import is_remote
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.operating_system.files import real_path
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.report.safe_text import count_text, escape
from arazzo_runner.retrieve.files import file_path, find_documents, path_label
from arazzo_runner.text.diagnostic import error

PAUSE: Final = 0.3
"""Seconds between two looks at the files."""

_NAMED: Final = 3
_SETTLED: Final = 0.1
"""Seconds in which nothing more may change: an editor may write several files."""

RunOnce: TypeAlias = Callable[[Sequence[str], Mapping[str, Any]], int]
FileVersions: TypeAlias = dict[str, tuple[int, int, int] | None]
"""What tells a file from an earlier one of its path; None where there is none."""


class FileLog:
    """Takes note of the files that a run reads, as they were then; also of missing ones."""

    def __init__(self) -> None:
        self.versions: FileVersions = {}

    def wrap(self, access: DocumentAccess) -> DocumentAccess:
        """The ways to documents, with what is read noted."""

        def retrieve_for(asking: str) -> Retrieve:
            return self._reader(access.retrieve_for(asking))

        return replace(access, retrieve_for=retrieve_for, open=self._reader(access.open))

    def _reader(self, retrieve: Retrieve) -> Retrieve:
        def read(location: str) -> RetrievedDocument:
            if not is_remote(location):
                is_uri = location.lower().startswith("file:")
                path = path_label(file_path(location)) if is_uri else location
                self.versions.setdefault(path, _version(path))
            return retrieve(location)

        return read


def watch(named: Sequence[str], given: Mapping[str, Any], run: RunOnce) -> int:
    """Run, and again after each change, until a signal comes. Returns the exit code.

    It is that of the last run; a signal within a run gives its own, SIGTERM always 143. Raises
    UsageError for standard input, which cannot be read twice.
    """
    _refuse_stdin(named, given)
    with catching_signals() as signals:
        while True:
            watched = WatchedFiles(named, given)
            code, given = _run_fresh(watched, run)
            if code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED):
                return code
            watched.given = given
            changed = _wait(watched, signals)
            if not changed:
                return signals.code if signals.code == ExitCode.TERMINATED else code
            _say(f"changed: {_path_list(changed)}", given)


def _refuse_stdin(named: Sequence[str], given: Mapping[str, Any]) -> None:
    if "-" in named or given["inputs_file"] == "-":
        message = "`--watch` runs again, and standard input can be read once"
        raise UsageError(error("AZ906", message, help="write it to a file"))


def _run_fresh(watched: WatchedFiles, run: RunOnce) -> tuple[int, Mapping[str, Any]]:
    """Run by what the configuration and the files of variables say now; a mistake is shown."""
    outer = click.get_current_context()
    words = command_words()[1:]
    try:
        known = flags_for("run", outer.command, COMMANDS)
        context = outer.command.make_context("run", [*words], outer.parent, default_map=known)
        with context:
            flags = {name: one for name, one in context.params.items() if name != "named"}
            own = {**flags, "watch": False, "wrap_access": watched.log.wrap}
            return run(watched.named, own), flags
    except click.ClickException as mistake:
        show_diagnostics([usage_diagnostic(mistake)])
    except DiagnosedError as reason:
        show_diagnostics(reason.diagnostics, secrets=reason.secrets)
    return ExitCode.USAGE, watched.given


class WatchedFiles:
    """The files that count: documents, what they name, inputs, the configuration.

    ``before`` is what they were when the run began, or when it read them.
    """

    def __init__(self, named: Sequence[str], given: Mapping[str, Any]) -> None:
        self.named = named
        self.given = given
        self.log = FileLog()
        self._first = self.now()

    @property
    def before(self) -> FileVersions:
        """What the files were when they were read."""
        outputs = set(_outputs(self.given))
        read = {
            path: one for path, one in self.log.versions.items() if real_path(path) not in outputs
        }
        return {**self._first, **read}

    def now(self) -> FileVersions:
        """What the files are now, those too that came into a folder."""
        given = self.given
        documents = (one for one in find_documents(self.named) if not is_remote(one))
        texts = (one.partition("=")[2] for one in given["inputs"])
        inputs = (text[1:] for text in texts if text.startswith("@"))
        config = config_file()
        files = [given["inputs_file"], given["cases"], *_env_files(), config and str(config)]
        paths = (*documents, *self.log.versions, *inputs, *(one for one in files if one))
        outputs = set(_outputs(given))
        return {
            one: _version(one)
            for one in dict.fromkeys(map(str, paths))
            if real_path(one) not in outputs
        }

    def changes(self, now: FileVersions) -> list[str]:
        """The files that are not what they were."""
        before = self.before
        return [one for one in dict.fromkeys((*before, *now)) if before.get(one) != now.get(one)]


def _env_files() -> Iterator[str]:
    """The paths of ``--env-file``, which a command gets as what is in them."""
    words = command_words()
    for word, after in zip(words, (*words[1:], ""), strict=False):
        if word == "--env-file":
            yield after
        elif word.startswith("--env-file="):
            yield word.partition("=")[2]
    yield os.environ.get("ARAZZO_ENV_FILE", "")
    try:
        configured = read_config().get("run", {}).get("env-file", "")
    except click.ClickException:  # said when it is run
        return
    yield configured if isinstance(configured, str) else ""


def _outputs(given: Mapping[str, Any]) -> Iterator[str]:
    """What the run writes."""
    for one in read_reports(given["reports"], given["as_json"]).targets:
        if one.path != STDOUT:
            yield real_path(one.path)
    if given["record"] is not None:
        yield real_path(given["record"])


def _version(path: str) -> tuple[int, int, int] | None:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _wait(watched: WatchedFiles, signals: Signals) -> list[str]:
    """Wait for a change, and until no more follow; the files that changed, none after a signal."""
    files = sum(one is not None for one in watched.now().values())
    _say(f"watching {count_text(files, 'file')}; Ctrl-C ends", watched.given)
    while not signals.interrupted():
        now = watched.now()
        changed = watched.changes(now)
        time.sleep(_SETTLED if changed else PAUSE)
        if changed and watched.now() == now:
            return changed
    return []


def _path_list(paths: Sequence[str]) -> str:
    shown = ", ".join(f"`{escape(path_label(one))}`" for one in paths[:_NAMED])
    more = len(paths) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _say(line: str, given: Mapping[str, Any]) -> None:
    """A line for people, where no report is."""
    import sys

    has_stdout = read_reports(given["reports"], given["as_json"]).has_stdout
    out: TextIO = sys.stderr if has_stdout else sys.stdout
    out.write(f"{line}\n")
    out.flush()
