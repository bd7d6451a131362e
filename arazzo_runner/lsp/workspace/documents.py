"""The documents of an editor and their analyses: of its changes the last one is validated.

A validation has a thread. A change waits a moment for the next one; a validation whose text has
changed is given up at the next document that it would read, and its result is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.lsp.workspace.analysis import Analysis, analyse
from arazzo_runner.lsp.workspace.folder import unopened_texts
from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.lsp.workspace.overlay import OutdatedTextError, TextStamps, overlay_access
from arazzo_runner.lsp.workspace.texts import OpenText, OpenTexts
from arazzo_runner.pipeline.fix import ValidateSettings
from arazzo_runner.pipeline.load import SharedCache
from arazzo_runner.pipeline.validate import ValidateOptions
from arazzo_runner.retrieve.access import RetrieveSettings, document_access

DELAY: Final = 0.03
"""Seconds that a change waits for the next one, where another one is being validated."""

_PAUSE: Final = 0.01
"""Seconds that any change waits: what is asked for together with it comes first."""

_THREADS: Final = 2
"""So many documents are validated at once: one that waits for the network holds up no other."""


class WorkspaceSettings(Struct, frozen=True):
    """What documents are validated with, as `arazzo validate` has it from its configuration.

    ``problem`` is what is wrong with the configuration, which then does not count.
    """

    reading: RetrieveSettings
    options: ValidateOptions
    problem: str = ""


ReadSettings: TypeAlias = Callable[[], WorkspaceSettings]
Publish: TypeAlias = Callable[[Analysis], None]
ReportBug: TypeAlias = Callable[[BaseException], None]


class _Turn:
    """One validation of a document, until its text changes."""

    is_outdated = False

    def check(self) -> None:
        if self.is_outdated:
            raise OutdatedTextError


class DocumentState:
    """An open Arazzo document: its last version, the last analysis, and the last readable one."""

    def __init__(self, text: OpenText) -> None:
        self.text = text
        self.analysis: Analysis | None = None
        self.readable: Analysis | None = None
        self.index: LineIndex | None = None
        self.turn = _Turn()
        self.lock = asyncio.Lock()
        self.is_analysed = asyncio.Event()

    def begin_turn(self, text: OpenText) -> _Turn:
        """Another version; returns the turn in which it is validated."""
        self.text = text
        self.turn.is_outdated = True
        self.turn = _Turn()
        self.is_analysed.clear()
        return self.turn

    def take(self, analysis: Analysis) -> None:
        """The analysis of the last version."""
        self.analysis = analysis
        if analysis.is_readable:
            self.readable = analysis
        self.is_analysed.set()


class Workspace:
    """All open texts, and the states of the Arazzo documents among them.

    ``publish`` gets each analysis of a version that is still the last one.
    """

    def __init__(
        self, read_settings: ReadSettings, publish: Publish, report_bug: ReportBug
    ) -> None:
        self.texts = OpenTexts()
        self.folders: tuple[str, ...] = ()
        self.settings = read_settings()
        self._read_settings = read_settings
        self._publish = publish
        self._report_bug = report_bug
        self._stamps = TextStamps(self.texts)
        self._shared = SharedCache()
        self._documents: dict[str, DocumentState] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(_THREADS, "arazzo-validate")

    def document(self, key: str) -> DocumentState | None:
        """The state of an open Arazzo document."""
        return self._documents.get(key)

    def open(self, text: OpenText) -> None:
        """A text was opened."""
        self._update(text, delay=0.0)

    def change(self, text: OpenText) -> None:
        """A text was changed."""
        self._update(text, DELAY)

    def _update(self, text: OpenText, delay: float) -> None:
        state = self._documents.get(text.key)
        if state is None and text.is_arazzo:
            state = self._documents[text.key] = DocumentState(text)
        if state is not None:
            self._begin(state, text, delay if state.lock.locked() else min(delay, _PAUSE))
        self._validate_readers(text.key)

    def _validate_readers(self, key: str) -> None:
        """Validate the documents again that may have read a text which has changed."""
        for state in self._documents.values():
            if state.text.key != key and (
                state.analysis is None or state.analysis.may_have_read(key)
            ):
                self._begin(state, state.text, DELAY)

    def validate_all(self, delay: float = DELAY) -> None:
        """Validate all documents again."""
        for state in self._documents.values():
            self._begin(state, state.text, delay)

    def save(self, key: str) -> None:
        """A text was saved: what it names from the network is read again."""
        state = self._documents.get(key)
        if state is not None:
            self._stamps.forget_remote(self._shared)
            self._begin(state, state.text, delay=0.0)

    def close(self, key: str) -> None:
        """A text was closed."""
        state = self._documents.pop(key, None)
        if state is not None:
            state.turn.is_outdated = True
            state.is_analysed.set()
        self._validate_readers(key)

    def configure(self) -> None:
        """Read the settings again, and validate all documents by them."""
        self.settings = self._read_settings()
        self._shared = SharedCache()
        self.validate_all(delay=0.0)

    def shut_down(self) -> None:
        """Give up what is going on."""
        for state in self._documents.values():
            state.turn.is_outdated = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, state: DocumentState, text: OpenText, delay: float) -> None:
        turn = state.begin_turn(text)
        task = asyncio.get_running_loop().create_task(self._validate(state, turn, delay))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            self._report_bug(bug)

    async def _validate(self, state: DocumentState, turn: _Turn, delay: float) -> None:
        await asyncio.sleep(delay)
        async with state.lock:  # the one before may be in its thread for a while
            if turn.is_outdated:
                return
            setting = self.setting_of(state.text, turn.check)
            try:
                analysis = await self.in_thread(
                    partial(self._analyse, state.text, setting, turn.check)
                )
            except OutdatedTextError:
                return
            except Exception:
                state.is_analysed.set()  # nobody waits for what will not come
                raise
            if not turn.is_outdated:
                state.take(analysis)
                self._publish(analysis)

    def _analyse(
        self, text: OpenText, setting: ValidateSettings, check: Callable[[], None]
    ) -> Analysis:
        self._stamps.forget_changed(self._shared)
        return analyse(text, LineIndex(text.text, self.texts.encoding), setting, check)

    def setting_of(self, text: OpenText, check: Callable[[], None]) -> ValidateSettings:
        """What a version of a document is validated with."""
        access = document_access(self.settings.reading)
        over = overlay_access(access, self.texts, self._stamps, text, check)
        folders = self.settings.reading.source_dirs
        return ValidateSettings(over, self.settings.options, self._shared, folders)

    def in_thread(self, work: Callable[[], Analysis]) -> Awaitable[Analysis]:
        """Do work in one of the threads."""
        return asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def current(self, key: str) -> Analysis | None:
        """The analysis of the last version of a document, once there is one."""
        while (state := self._documents.get(key)) is not None:
            await state.is_analysed.wait()
            if state.is_analysed.is_set():
                return state.analysis if key in self._documents else None
        return None

    def index_of(self, state: DocumentState) -> LineIndex:
        """The lines of the last version of a document."""
        if state.index is None or state.index.text is not state.text.text:
            state.index = LineIndex(state.text.text, self.texts.encoding)
        return state.index

    def readable_analyses(self) -> Iterator[Analysis]:
        """The last readable version of each open document."""
        for state in self._documents.values():
            if state.readable is not None:
                yield state.readable

    def analyses_of(self, analysis: Analysis, document: str) -> Iterator[Analysis]:
        """Those that may name what is in a document: of the open ones, and of the folders' others.

        ``document`` is its base URI, as ``analysis`` knows it. Each of the others is read, hence in
        a thread.
        """
        yield from [*self.readable_analyses()]
        unit = analysis.units.get(document)
        places = () if unit is None else (unit.document.source.uri.rpartition("/")[2],)
        for text in unopened_texts(self.folders, self.texts, (document, *places)):
            setting = self.setting_of(text, lambda: None)
            found = self._analyse(text, setting, lambda: None)
            if found.is_readable and document in found.units:
                yield found

    def readable(self, analysis: Analysis) -> Analysis | None:
        """The analysis itself, or the last one of its document that could be read."""
        if analysis.is_readable:
            return analysis
        state = self._documents.get(analysis.text.key)
        return state.readable if state else None
