"""A runner: one set of options for many runs, with what they share; inputs as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypedDict, Unpack

from msgspec.structs import replace

from arazzo_runner.embed.cache import PlanCache
from arazzo_runner.embed.connections import RunnerConnections
from arazzo_runner.embed.documents import DocumentPath, rendered_errors
from arazzo_runner.embed.job import RunJob, job_of, run_blocking, run_suspending
from arazzo_runner.embed.options import (
    ParsedOptions,
    RunOptions,
    check_options,
    parse_options,
)
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.stream import Stream
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.events import Observer
from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.number import JsonNumber
from arazzo_runner.worlds.wrappers import StopEvent

if TYPE_CHECKING:
    from arazzo_runner.embed.journal import RunnerJournal


def read_inputs(inputs: Mapping[str, Any] | None) -> dict[str, Value]:
    """The inputs as values of their own, which the caller cannot change any more.

    Tuples become lists; bytes are bodies and parts of bodies, paths are files to send as such.
    Raises TypeError for what is no JSON, UsageError for a file that cannot be read.
    """
    if inputs is None:
        return {}
    if not isinstance(inputs, Mapping):
        raise TypeError(f"`inputs` is a {type(inputs).__name__}, and not a mapping of names")
    return {str(name): _value(value, f"the input `{name}`") for name, value in inputs.items()}


def _value(value: Any, what: str) -> Value:
    match value:
        case None | bool() | JsonNumber():
            return value
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float() if isfinite(value):
            return float(value)
        case bytes() | bytearray():
            return value if isinstance(value, FileBody) else bytes(value)
        case PurePath():
            return _file(value, what)
        case list() | tuple():
            return [_value(one, f"{what}, item {index}") for index, one in enumerate(value)]
        case Mapping():
            return _members(value, what)
        case _:
            raise TypeError(f"{what} is {_type_label(value)}, which is not a JSON value")


def _file(path: PurePath, what: str) -> Value:
    from arazzo_runner.http.uploads import file_body

    try:
        return file_body(str(path))
    except OSError as reason:
        words = (reason.strerror or "unknown error").lower()
        message = f"{what}: `{path}` cannot be read: {words}"
        help_ = "give the path of a file, from the working directory"
        raise UsageError(error("AZ906", message, help=help_)) from None


def _members(value: Mapping[Any, Any], what: str) -> Value:
    for name in value:
        if not isinstance(name, str):
            raise TypeError(f"{what} has the key {name!r}, and keys of JSON are strings")
    return {str(name): _value(one, f"{what}, `{name}`") for name, one in value.items()}


def _type_label(value: object) -> str:
    return str(value) if isinstance(value, float) else f"a {type(value).__name__}"


Workflows: TypeAlias = str | Sequence[str] | None
"""The workflow to run, or several; None for all that no other workflow uses."""


class Runner:
    """Runs workflows with one set of options.

    Documents that were read and plans that were bound are kept, a document is read again when its
    files have changed. Within ``with`` or ``async with`` the connections are kept too; outside of
    it each run opens its own. Threads and tasks may share a runner.
    """

    def __init__(self, **options: Unpack[RunOptions]) -> None:
        self._chosen = parse_options(options)
        self._cache = PlanCache(self._chosen.options, self._chosen.secrets, self._chosen.http)
        self._holder = RunnerConnections(self._chosen)
        self._journal = _journal_of(self._chosen)

    def run(
        self,
        document: Description | DocumentPath,
        workflow: Workflows = None,
        *,
        inputs: Mapping[str, Value] | None = None,
        on_event: Observer | None = None,
        cancel: StopEvent | None = None,
    ) -> Result:
        """Run a workflow, or all that no other workflow uses, to the end.

        Raises UsageError, InputError and DocumentError before anything is sent, and nothing for
        steps that fail: they are in the result.
        """
        return self._perform(self._job(document, workflow, inputs, on_event, cancel))

    def _perform(self, job: RunJob) -> Result:
        if job.prepared.routes:
            self._holder.hold_brokers()
        if job.chosen.needs_event_loop:
            return self._run_in_portal(job)
        with self._holder.blocking() as begin:
            return run_blocking(job, begin)

    async def arun(
        self,
        document: Description | DocumentPath,
        workflow: Workflows = None,
        *,
        inputs: Mapping[str, Value] | None = None,
        on_event: Observer | None = None,
        cancel: StopEvent | None = None,
    ) -> Result:
        """Do what :meth:`run` does, within a running event loop."""
        job = await self._job_later(document, workflow, inputs, on_event, cancel)
        if job.prepared.routes:
            await self._holder.hold_brokers_in_loop()
        async with self._holder.suspending() as begin:
            return await run_suspending(job, begin)

    def resume(self, run_id: str | None = None, **options: Unpack[ResumeOptions]) -> Result:
        """Go on with a run that ``journal=`` has, by default the one that has not ended.

        Responses that are known are not asked for again. Raises UsageError, InputError and
        DocumentError before anything is sent.
        """
        return self._perform(self._resumed_job(run_id, options))

    async def aresume(self, run_id: str | None = None, **options: Unpack[ResumeOptions]) -> Result:
        """Do what :meth:`resume` does, within a running event loop."""
        from anyio.to_thread import run_sync

        job = await run_sync(partial(self._resumed_job, run_id, options))
        async with self._holder.suspending() as begin:
            return await run_suspending(job, begin)

    def _resumed_job(self, run_id: str | None, options: ResumeOptions) -> RunJob:
        if self._journal is None:
            raise TypeError("`resume` needs the option `journal`")
        from arazzo_runner.embed.journal import Resumption

        document = options.get("document")
        resumption = Resumption(
            run_id,
            read_inputs(options.get("inputs")),
            options.get("changed_document", False),
            options.get("send_again", ()),
            options.get("assume_done", {}),
        )
        with rendered_errors():
            journal = resumption.job_journal(
                self._journal,
                lambda place: self._cache.description(document or place),
                self._cache.prepared,
            )
            return job_of(journal.prepared, self._chosen, journal)

    def check(
        self,
        document: Description | DocumentPath,
        workflow: Workflows = None,
        *,
        inputs: Mapping[str, Value] | None = None,
    ) -> None:
        """Raise what :meth:`run` would raise before anything is sent."""
        self._job(document, workflow, inputs, None, None)

    def stream(
        self,
        document: Description | DocumentPath,
        workflow: Workflows = None,
        *,
        inputs: Mapping[str, Value] | None = None,
        on_event: Observer | None = None,
        cancel: StopEvent | None = None,
    ) -> Stream:
        """The events of a run, which goes as far as they are taken."""
        job = partial(self._job_later, document, workflow, inputs, on_event, cancel)
        return Stream(job, self._holder.suspending)

    async def _job_later(self, document: Description | DocumentPath, *given: Any) -> RunJob:
        """The job, without keeping other tasks waiting while documents are read."""
        if isinstance(document, Description):
            return self._job(document, *given)
        from anyio.to_thread import run_sync

        return await run_sync(partial(self._job, document, *given))

    def _job(
        self,
        document: Description | DocumentPath,
        workflow: Workflows,
        inputs: Mapping[str, Value] | None,
        on_event: Observer | None,
        cancel: StopEvent | None,
    ) -> RunJob:
        own = {"on_event": on_event, "cancel": cancel}
        own = {name: value for name, value in own.items() if value is not None}
        check_options(own)
        chosen = replace(self._chosen, **own)
        with rendered_errors():
            prepared = self._cache.prepared(document, _names(workflow), read_inputs(inputs))
            if self._journal is None:
                return job_of(prepared, chosen)
            from arazzo_runner.embed.journal import JobJournal

            return job_of(prepared, chosen, JobJournal(self._journal, prepared))

    def _run_in_portal(self, job: RunJob) -> Result:
        """Run in an event loop of its own, in a thread of its own: this one may have a loop."""
        with self._holder.portal() as (portal, begin):
            ran = portal.start_task_soon(run_suspending, job, begin)
            try:
                return ran.result()
            except BaseException:
                ran.cancel()  # of use when it is the waiting that was interrupted
                raise

    def __enter__(self) -> Self:
        self._holder.enter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        reason: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._holder.leave()

    async def __aenter__(self) -> Self:
        await self._holder.enter_loop()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        reason: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._holder.leave_loop()


class ResumeOptions(TypedDict, total=False):
    """What a program says of a run that goes on.

    ``document`` where the journal's is not to be read from its file, ``inputs`` that are secret;
    ``send_again`` are keys of calls in doubt, ``assume_done`` responses by such keys.
    """

    document: Description | DocumentPath
    inputs: Mapping[str, Value]
    changed_document: bool
    send_again: Sequence[str] | Literal["all"]
    assume_done: Mapping[str, object]


class ResumedRunOptions(RunOptions, ResumeOptions, total=False):
    """The keyword arguments of a run that goes on."""


def _journal_of(chosen: ParsedOptions) -> RunnerJournal | None:
    if chosen.journal is None:
        return None
    from arazzo_runner.embed.journal import RunnerJournal

    return RunnerJournal(chosen.journal)


def _names(workflow: object) -> tuple[str, ...]:
    if isinstance(workflow, str):
        return (workflow,)
    if workflow is None or isinstance(workflow, list | tuple):
        return tuple(workflow or ())
    raise TypeError(
        f"`workflow` is of the type {type(workflow).__name__}, and not a name; inputs are `inputs=`"
    )
