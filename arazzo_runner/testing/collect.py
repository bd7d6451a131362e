"""A document becomes a collector of pytest, each of its workflows a test."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from arazzo_runner import running
from arazzo_runner.document.model import Workflow
from arazzo_runner.errors import DiagnosedError
from arazzo_runner.loading import Description
from arazzo_runner.report.diagnostics.text import render_line
from arazzo_runner.testing.cases import cases_of
from arazzo_runner.testing.engine import PytestEngine, engine_of, render_error
from arazzo_runner.testing.item import WorkflowItem
from arazzo_runner.testing.session_report import add_failure
from arazzo_runner.testing.tags import tags_of
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.positions import locate_place


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
            add_failure(self.config, reason)
            raise self.CollectError(render_error(reason)) from None
        except ArazzoWarning as reason:  # who says that warnings are errors
            raise self.CollectError(str(reason)) from None

    def _items(self, engine: PytestEngine) -> list[pytest.Item]:
        description = engine.load(self._name())
        document = description.entry.document
        keys = running.select_workflows(description, ())
        chosen = {name for _, name in keys} | set(self._selected_workflows())
        workflows = [one for one in document.workflows if one.workflow_id in chosen]
        _bind(description, workflows, engine)
        _warn(description.warnings)
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


def _bind(description: Description, workflows: Sequence[Workflow], engine: PytestEngine) -> None:
    """Find out whether the workflows fit their API descriptions. Raises DocumentError.

    Where requests go and what credentials they bear is known when a test runs.
    """
    uri = description.entry.document.base_uri
    options = running.RunConfig(servers=engine.servers, needs_credentials=False)
    running.plan_run(description, [(uri, one.workflow_id) for one in workflows], options)


def _warn(findings: Sequence[Diagnostic]) -> None:
    for one in findings:
        name = one.place.source.name if one.place else ""
        line = locate_place(one.place).line if one.place else 1
        warnings.warn_explicit(ArazzoWarning(render_line(one)), None, name, line)
