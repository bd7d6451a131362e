"""The collector of pytest for a document, and its tests: each workflow, or each case of one."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

import pytest
from msgspec import Struct

from arazzo_runner.document.model import Workflow
from arazzo_runner.errors import DiagnosedError, DocumentError, InputError, WorkflowFailed
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.executor.result import RunResult
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pytest_support.cases import WorkflowCase, add_markers, cases_of, tags_of
from arazzo_runner.pytest_support.engine import (
    PytestEngine,
    engine_of,
    relevant_inputs_of,
    render_error,
)
from arazzo_runner.pytest_support.fixture import Arazzo
from arazzo_runner.pytest_support.report import add_failure
from arazzo_runner.report.diagnostics.text import render_line
from arazzo_runner.report.failure import explain_run
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import Diagnostic, as_warning
from arazzo_runner.text.positions import locate_place

if TYPE_CHECKING:
    from arazzo_runner.embed.result import Result

_WAY_OUT: Final = """
help: set the inputs of a test with `x-cases`, a file of cases, or the fixture `arazzo_inputs`"""


class WorkflowTarget(Struct, frozen=True):
    """What a test runs."""

    description: Description
    workflow: Workflow
    case: WorkflowCase


class WorkflowItem(pytest.Function):
    """A test that pytest sets up like a function, so that fixtures reach it."""

    subject: WorkflowTarget

    @classmethod
    def of(
        cls, parent: pytest.Module, description: Description, workflow: Workflow, case: WorkflowCase
    ) -> WorkflowItem:
        """The test of one case; ``file::workflowId[case]`` is its node id."""
        name = workflow.workflow_id + (f"[{escape(case.id)}]" if case.id else "")
        function = _test_function()
        function.__doc__ = workflow.summary  # shown by `pytest --collect-only -v`
        item: WorkflowItem = cls.from_parent(parent, name=name, callobj=function)
        item.subject = WorkflowTarget(description, workflow, case)
        return item

    def mark(self, tags: Iterable[str]) -> None:
        """Put tags on the test, as markers."""
        add_markers(self, list(dict.fromkeys(tags)))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the workflow stands in its document, its line counted from 0."""
        subject = self.subject
        return self.path, locate_place(subject.workflow.place).line - 1, self.name

    def inputs(self, arazzo: Arazzo, common: Mapping[str, Value]) -> dict[str, Value]:
        """All inputs: those of ``common`` that the workflow declares, and what the case gives.

        What is wrong with them, or with the call as a whole, is an error of the test's setup.
        """
        subject = self.subject
        given = {**arazzo.engine.inputs, **common}
        given = (
            relevant_inputs_of(subject.description, subject.workflow, given) | subject.case.inputs
        )
        try:
            arazzo.check(subject.description, subject.workflow.workflow_id, given)
        except DiagnosedError as reason:
            name = subject.description.entry.document.source.name
            add_failure(self.config, name, reason)
            text = f"{reason}{_WAY_OUT if isinstance(reason, InputError) else ''}"
        else:
            return given
        raise pytest.fail.Exception(text, pytrace=False)


def _test_function() -> Callable[..., None]:
    """A function of its own for each test: pytest keeps markers on it."""

    def test(
        request: pytest.FixtureRequest, arazzo: Arazzo, _arazzo_inputs: Mapping[str, Value]
    ) -> None:
        subject: WorkflowTarget = request.node.subject
        workflow_id = subject.workflow.workflow_id
        try:
            arazzo.run(subject.description, workflow_id, inputs=_arazzo_inputs)
        except WorkflowFailed as failure:
            text = _why(failure.result)
        else:
            return
        raise pytest.fail.Exception(text, pytrace=False)

    return test


def _why(result: Result) -> str:
    return explain_run(RunResult(result.workflows, result.duration), result.masker)


class ArazzoWarning(pytest.PytestWarning):
    """Something in a document that works, and is probably not meant."""


def workflow_file(path: Path, parent: pytest.Collector) -> WorkflowFile:
    """The collector of one document."""
    file: WorkflowFile = WorkflowFile.from_parent(parent, path=path)
    # A module of Python is what fixtures of module scope belong to, also those of an autouse kind.
    file.obj = ModuleType(path.name)
    return file


class WorkflowFile(pytest.Module):
    """An Arazzo document; what is wrong with it is an error of collecting."""

    def collect(self) -> Iterator[pytest.Item]:
        """The workflows that `arazzo run` would run, and those that pytest was asked for."""
        try:
            yield from self._items(engine_of(self.config))
        except DiagnosedError as reason:
            add_failure(self.config, self._name(), reason)
            raise self.CollectError(render_error(reason)) from None
        except ArazzoWarning as reason:  # who says that warnings are errors
            raise self.CollectError(str(reason)) from None

    def _items(self, engine: PytestEngine) -> list[pytest.Item]:
        description = engine.load(self._name())
        document = description.entry.document
        keys = pipeline.select_workflows(description, ())
        chosen = {key.workflow for key in keys} | set(self._selected_workflows())
        workflows = [one for one in document.workflows if one.workflow_id in chosen]
        _warn(_bind(description, workflows, engine))
        return [item for one in workflows for item in self._tests(description, one)]

    def _tests(self, description: Description, workflow: Workflow) -> Iterator[pytest.Item]:
        tags = tags_of(description.entry.document, workflow)
        for case in cases_of(description, workflow, Path(self._name())):
            item = WorkflowItem.of(self, description, workflow, case)
            item.mark(["arazzo", *tags, *case.tags])
            yield item

    def _name(self) -> str:
        """The path as messages show it: from the folder where pytest was called."""
        path, here = self.path, self.config.invocation_params.dir
        return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)

    def _selected_workflows(self) -> Iterator[str]:
        """The workflows of this file that the command line names: `file::workflowId`."""
        for argument in self.config.args:
            path, _, name = argument.partition("::")
            if name and self.config.invocation_params.dir / path == self.path:
                yield name.partition("[")[0]


def _bind(
    description: Description, workflows: Sequence[Workflow], engine: PytestEngine
) -> Sequence[Diagnostic]:
    """What is to be said of the workflows, which fit their API descriptions or DocumentError.

    Where requests go and what credentials they bear is known when a test runs.
    """
    uri = description.entry.document.base_uri
    options = pipeline.RunConfig(servers=engine.servers, needs_credentials=False)
    found: dict[Diagnostic, None] = {}
    reasons: list[DocumentError] = []
    for one in workflows:
        try:
            planned = pipeline.plan_run(description, [WorkflowKey(uri, one.workflow_id)], options)
        except DocumentError as reason:
            reasons.append(reason)  # its own test fails with it
        else:
            found |= dict.fromkeys(planned.warnings)
    if reasons and len(reasons) == len(workflows):
        raise reasons[0]
    # What fails a test of its own is no warning of the others.
    failures = {as_warning(one) for reason in reasons for one in reason.diagnostics}
    return [one for one in found if one not in failures]


def _warn(findings: Sequence[Diagnostic]) -> None:
    for one in findings:
        name = one.place.source.name if one.place else ""
        line = locate_place(one.place).line if one.place else 1
        warnings.warn_explicit(ArazzoWarning(render_line(one)), None, name, line)
