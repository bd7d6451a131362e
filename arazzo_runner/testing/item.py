"""One workflow, or one case of it, as a test of pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from msgspec import Struct

from arazzo_runner.document.model import Workflow
from arazzo_runner.errors import DiagnosedError, InputError, WorkflowFailed
from arazzo_runner.executor.result import RunResult
from arazzo_runner.expression.value import Value
from arazzo_runner.loading import Description
from arazzo_runner.report.failure import explain_run
from arazzo_runner.report.safe_text import escape
from arazzo_runner.testing.bound import Arazzo
from arazzo_runner.testing.cases import WorkflowCase
from arazzo_runner.testing.fitting import relevant_inputs_of
from arazzo_runner.testing.session_report import add_failure
from arazzo_runner.testing.tags import add_markers
from arazzo_runner.text.positions import locate_place

if TYPE_CHECKING:
    from arazzo_runner.embed.result import Result


_WAY_OUT: Final = """
help: a test takes inputs from `x-cases`, a file of cases, or the fixture `arazzo_inputs`"""


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
            add_failure(self.config, reason)
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
