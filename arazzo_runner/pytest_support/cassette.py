"""``--arazzo-record DIR`` and ``--arazzo-replay DIR``: cassettes, for tests without a server.

Each run of a test is a file in the folder, under the name of the test.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.embed.result import Result
from arazzo_runner.executor.events import (
    Event,
    MessageAwaited,
    MessageReceived,
    MessageSent,
    Observer,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
)
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import Operation
from arazzo_runner.operating_system.files import portable_name
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording import run as recording_run
from arazzo_runner.recording.documents import (
    documents_of,
    documents_relative_to,
    relative_to_file,
)
from arazzo_runner.recording.file import read_recording, write_recording
from arazzo_runner.recording.model import (
    RecordedExchange,
    RecordedMessage,
    RecordedOptions,
    Recording,
)
from arazzo_runner.recording.spool import message_awaited, message_received, message_sent
from arazzo_runner.report.exit_code import exit_code
from arazzo_runner.report.secrets import MASK, Masker
from arazzo_runner.text.pattern import lazy_pattern

_UNFIT: Final = lazy_pattern(r"[^\w.\-\[\] ]")


class CassetteFolder(Struct, frozen=True):
    """Where the recordings of one test are: at most one of the folders is given."""

    test: str
    record: Path | None
    replay: Path | None
    taken: list[Path] = field(default_factory=list)

    def file(self, folder: Path) -> Path:
        """The file of the next run of the test; those after the first are numbered."""
        document, _, name = self.test.partition("::")
        number = f"-{len(self.taken) + 1}" if self.taken else ""
        return folder / document / f"{portable_name(_UNFIT.sub('_', name))}{number}.json"

    def take(self, folder: Path) -> Path:
        """That file, so that the next run has another."""
        file = self.file(folder)
        self.taken.append(file)
        return file


def cassette_folder(item: pytest.Item) -> CassetteFolder:
    """What the options of pytest say; one on the command line wins over its configuration."""
    config = item.config
    record, replay = config.getoption("arazzo_record"), config.getoption("arazzo_replay")
    replay = replay or (None if record else config.getini("arazzo_replay"))
    root = config.rootpath
    return CassetteFolder(
        item.nodeid, root / record if record else None, root / replay if replay else None
    )


class Recorder:
    """An observer that keeps what goes over the wire, and tells an ``other`` one everything."""

    def __init__(self, description: Description, other: Callable[[Event], object] | None) -> None:
        self._other = other
        self._sources = {id(api): name for name, api in description.apis().items()}
        self._description = description
        self._operations: list[tuple[str, str, str]] = []
        self._requests: dict[str, HttpRequest] = {}
        self._exchanges: list[RecordedExchange] = []
        self._awaited: dict[str, RecordedMessage] = {}
        self._messages: list[RecordedMessage] = []

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        if self._other is not None:
            self._other(event)
        match event:
            case StepStarted(_, _, operation):
                self._operations.append(self._name_exchange(operation))
            case StepFinished():
                self._operations.pop()
            case RequestSent(key, request):
                self._requests[key] = request
            case ResponseReceived(key, outcome):
                sent = self._requests.pop(key)
                self._exchanges.append(RecordedExchange(key, self._operations[-1], sent, outcome))
            case MessageSent(outcome=outcome, call=sent_message):
                failure = outcome if isinstance(outcome, TransportFailure) else None
                self._messages.append(replace(message_sent(sent_message), failure=failure))
            case MessageAwaited(call=awaited):
                self._awaited[awaited.key] = message_awaited(awaited)
            case MessageReceived(key, _, outcome):
                self._messages.append(message_received(self._awaited.pop(key), outcome))
            case _:
                pass

    def _name_exchange(self, operation: Operation | None) -> tuple[str, str, str]:
        if operation is None:
            return "", "", ""
        source = self._sources.get(id(operation.description), "")
        return source, operation.method, operation.path

    def write(
        self, file: Path, options: RecordedOptions, inputs: Mapping[str, Value], masker: Masker
    ) -> None:
        """Write the recording. Raises UsageError."""
        document = relative_to_file(self._description.entry.document.source.name, str(file))
        when = pipeline.rfc3339(time.time())
        digests = recording_run.digests(self._description)
        exchanges = tuple(self._exchanges)
        documents = documents_relative_to(documents_of(self._description), str(file))
        recording = Recording(
            document,
            exchanges,
            inputs,
            options,
            digests,
            when,
            documents,
            tuple(self._messages),
        )
        write_recording(file, recording, masker)


class Cassette(Struct, frozen=True):
    """A recording that a run is held against."""

    recording: Recording
    description: Description
    options: pipeline.RunConfig
    prepared: pipeline.PreparedRun
    masker: Masker

    def run(self, observer: Observer) -> Result:
        """Run against it; a step fails whose request differs."""
        learn = pipeline.secrets_observer(self.prepared, self.masker)

        def observe(event: Event) -> None:
            learn(event)
            observer(event)

        started_at = time.time()
        ran = recording_run.replay(self.recording, self.prepared, self.options, observe)
        code, warnings = exit_code(ran), self.prepared.warnings
        return Result(ran, code, self.description, started_at, self.masker, warnings)


def load_cassette(
    file: Path,
    description: Description,
    run_options: RecordedOptions,
    inputs: Mapping[str, Value],
    secrets: Iterable[str],
) -> Cassette:
    """The recording in a file, ready for what is asked of it now. Raises UsageError, InputError.

    ``secrets`` are the names of inputs that are masked too. An input that only its recorder knew,
    and that is masked, need not be given.
    """
    read = read_recording(file)
    run_options = replace(
        run_options, servers=read.asked.servers, server_variables=read.asked.server_variables
    )
    secret = {name: one for name, one in read.inputs.items() if MASK in repr(one)}
    recording = replace(read, asked=run_options, inputs=secret)
    options = replace(recording_run.replay_options(recording), secrets=tuple(secrets))
    prepared = recording_run.prepare_replay(recording, description, inputs, options)
    return Cassette(recording, description, options, prepared, prepared.masker())
