"""The fixture `arazzo`: runs workflows within a test, and adds what they did to its report.

The captured output of the test has each step as the console shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Unpack, cast

import pytest
from msgspec import Struct

from arazzo_runner.embed.documents import rendered_errors
from arazzo_runner.embed.options import RunOptions, parse_options
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.runner import Runner
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.executor.events import Event
from arazzo_runner.executor.result import RunResult, StepResult, WorkflowResult
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pytest_support.cassette import (
    Cassette,
    CassetteFolder,
    Recorder,
    cassette_folder,
    load_cassette,
)
from arazzo_runner.pytest_support.contract_summary import keep_findings
from arazzo_runner.pytest_support.engine import (
    OpenRunners,
    PytestEngine,
    engine_of,
    inputs_taken,
    pytest_help,
    render_error,
)
from arazzo_runner.pytest_support.report import add_run
from arazzo_runner.recording.model import RecordedOptions
from arazzo_runner.report.exit_code import summarize_run
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.steps import retry_lines, step_details, step_head
from arazzo_runner.report.terminal.style import TextStyle, plain_look, value_lines


def render_transcript(result: RunResult, masker: Masker) -> str:
    """The workflows of a run with their steps, without what failures have to say themselves."""
    look = plain_look(masker)
    return "\n".join(line for one in result.workflows for line in _workflow(one, look, ""))


def _workflow(workflow: WorkflowResult, look: TextStyle, indent: str) -> Iterator[str]:
    yield indent + look.shown.text(workflow.workflow_id)
    yield from _indent(look.label_lines("with", value_lines(workflow.inputs, look)), indent)
    for step in workflow.steps:
        yield from _step(step, look, indent + "  ")


def _step(step: StepResult, look: TextStyle, indent: str) -> Iterator[str]:
    if step.workflow:
        yield from _workflow(step.workflow, look, indent)
    for number, attempt in enumerate(step.attempts[:-1], 1):
        head, details = retry_lines(step.step_id, step.operation, attempt, number, look)
        yield from _indent([head, *(f"  {line}" for line in details)], indent)
    yield indent + step_head(step, look)
    yield from _indent(step_details(step, look), indent + "  ")


def _indent(lines: list[str], indent: str) -> Iterator[str]:
    return (indent + line for line in lines)


def check_inputs_fixture(inputs: object) -> None:
    """Fail the test where the fixture `arazzo_inputs` gives anything but inputs by name."""
    if isinstance(inputs, Mapping) and all(isinstance(name, str) for name in inputs):
        return
    kind = "None" if inputs is None else f"a {type(inputs).__name__}"
    found = "names that are not text" if isinstance(inputs, Mapping) else kind
    text = f"the fixture `arazzo_inputs` has to return a dict of inputs by name, not {found}"
    raise pytest.fail.Exception(text, pytrace=False)


DocumentLike = Description | str | PathLike[str]


class RunCall(Struct, frozen=True):
    """What is to be run; ``options`` are those of this very call."""

    description: Description
    workflow: str | None
    inputs: Mapping[str, Value]
    options: RunOptions

    @property
    def what(self) -> tuple[Description, str | None]:
        """What a runner is asked to run."""
        return self.description, self.workflow


class Arazzo(Struct, frozen=True):
    """Runs workflows for one test, with the options of pytest and the fixtures of the test.

    ``options`` are those that the fixtures give; they win over pytest's, and those of a call win
    over both. Of ``inputs`` and those of the profile a run takes what its workflows declare.
    """

    item: pytest.Item
    engine: PytestEngine
    options: RunOptions
    open: OpenRunners
    shelf: CassetteFolder
    inputs: Mapping[str, Value] = {}

    def __repr__(self) -> str:
        """One line, as tracebacks show it."""
        return f"<arazzo of {self.item.nodeid}>"

    def load(self, document: DocumentLike) -> Description:
        """A document, by its path from the folder of the test or from the root folder of pytest.

        Raises DocumentError and UsageError.
        """
        if isinstance(document, Description):
            return document
        with rendered_errors():
            return self.engine.load(_test_path(str(document), self.item))

    def check(self, description: Description, workflow: str, inputs: Mapping[str, Value]) -> None:
        """Raise what :meth:`run` would raise before anything is sent."""
        with pytest_help():
            self._check(RunCall(description, workflow, inputs, {}))

    def _check(self, call: RunCall) -> None:
        if self.shelf.replay is not None:
            self._cassette(call, self.shelf.file(self.shelf.replay))
            return
        with self._runner(call) as runner:
            runner.check(call.description, str(call.workflow), inputs=call.inputs)

    def run(
        self,
        document: DocumentLike,
        workflow: str | None = None,
        *,
        inputs: Mapping[str, Value] | None = None,
        **options: Unpack[RunOptions],
    ) -> Result:
        """Run a workflow, or all that no other workflow uses, and see that it passes.

        Raises WorkflowFailed, with the result, when it does not; and before anything is sent
        UsageError, InputError and DocumentError.
        """
        __tracebackhide__ = True
        try:
            with pytest_help():
                call = self._call(document, workflow, inputs or {}, options)
                result = self._replay(call) or self._run(call)
        except DiagnosedError as reason:
            raise reason.with_traceback(None) from None
        self._report(call.description, result)
        return result.raise_for_status()

    async def arun(
        self,
        document: DocumentLike,
        workflow: str | None = None,
        *,
        inputs: Mapping[str, Value] | None = None,
        **options: Unpack[RunOptions],
    ) -> Result:
        """Do what :meth:`run` does, within a running event loop."""
        __tracebackhide__ = True
        try:
            with pytest_help():
                call = self._call(document, workflow, inputs or {}, options)
                result = self._replay(call) or await self._arun(call)
        except DiagnosedError as reason:
            raise reason.with_traceback(None) from None
        self._report(call.description, result)
        return result.raise_for_status()

    def _call(
        self,
        document: DocumentLike,
        workflow: str | None,
        inputs: Mapping[str, Value],
        options: RunOptions,
    ) -> RunCall:
        description = self.load(document)
        common = {**self.engine.inputs, **self.inputs}
        taken = inputs_taken(description, workflow, common) if common else {}
        return RunCall(description, workflow, {**taken, **inputs}, options)

    def _run(self, call: RunCall) -> Result:
        recorder = self._recorder(call)
        with self._runner(call) as runner:
            result = runner.run(*call.what, inputs=call.inputs, on_event=recorder)
        self._keep(call, result, recorder)
        return result

    async def _arun(self, call: RunCall) -> Result:
        recorder = self._recorder(call)
        with self._runner(call) as runner:
            result = await runner.arun(*call.what, inputs=call.inputs, on_event=recorder)
        self._keep(call, result, recorder)
        return result

    def _runner(self, call: RunCall) -> AbstractContextManager[Runner]:
        return self.engine.runner(call.description, self.options, call.options, self.open)

    def _recorder(self, call: RunCall) -> Recorder | None:
        if self.shelf.record is None:
            return None
        return Recorder(call.description, call.options.get("on_event"))

    def _keep(self, call: RunCall, result: Result, recorder: Recorder | None) -> None:
        if recorder is not None and self.shelf.record is not None:
            file = self.shelf.take(self.shelf.record)
            recorder.write(file, self._recorded_options(call), call.inputs, result.masker)

    def _replay(self, call: RunCall) -> Result | None:
        if self.shelf.replay is None:
            return None
        with rendered_errors():
            recorded = self._cassette(call, self.shelf.take(self.shelf.replay))
        return recorded.run(call.options.get("on_event", _ignore))

    def _cassette(self, call: RunCall, file: Path) -> Cassette:
        secrets = self.engine.joined(call.description, self.options, call.options).get(
            "secrets", ()
        )
        return load_cassette(
            file, call.description, self._recorded_options(call), call.inputs, secrets
        )

    def _recorded_options(self, call: RunCall) -> RecordedOptions:
        joined = self.engine.joined(call.description, self.options, call.options)
        options = parse_options(joined).options
        workflows = () if call.workflow is None else (call.workflow,)
        variables = options.server_variables
        return RecordedOptions(workflows, options.servers, variables, settings=options.settings)

    def _report(self, description: Description, result: Result) -> None:
        """Add what was done to the report of the test."""
        ran = RunResult(result.workflows, result.duration)
        summary = summarize_run(ran)
        counted = self.item.user_properties
        before = dict(counted)  # by an earlier run of this test
        for name, count in (("requests", summary.requests), ("steps", sum(summary.steps.values()))):
            key = f"arazzo_{name}"
            counted[:] = [one for one in counted if one[0] != key]
            counted.append((key, int(str(before.get(key, 0))) + count))
        self.item.add_report_section("call", "arazzo", render_transcript(ran, result.masker))
        add_run(self.item, description, ran, result.masker, result.diagnostics)
        keep_findings(self.item, ran, result.masker)


@contextmanager
def arazzo_fixture(item: pytest.Item, fixtures: Mapping[str, Any]) -> Iterator[Arazzo]:
    """The fixture for one test; of other ``fixtures`` count those that say something."""
    given = {name: value for name, value in fixtures.items() if value}
    server, inputs = given.pop("server", None), given.pop("inputs", {})
    if server is not None:
        given["servers"] = {"": server} if isinstance(server, str) else server
    with closing(OpenRunners()) as opened:
        shelf, options = cassette_folder(item), cast("RunOptions", given)
        yield Arazzo(item, _engine(item), options, opened, shelf, inputs)


def _engine(item: pytest.Item) -> PytestEngine:
    try:
        return engine_of(item.config)
    except UsageError as reason:
        text = render_error(reason)
    raise pytest.fail.Exception(text, pytrace=False)


def _ignore(_event: Event) -> None:
    """Nobody wants to know."""


def _test_path(path: str, item: pytest.Item) -> str:
    """A path of a test: beside it, or else from the root folder; URLs are as they are."""
    if "://" in path:
        return path
    folders = (item.path.parent, item.config.rootpath)
    places = [folder / path for folder in folders]
    place = next((one for one in places if one.exists()), Path(path))
    return str(place)
