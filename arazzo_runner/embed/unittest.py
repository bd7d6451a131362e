"""Workflows as tests of `unittest`."""

from __future__ import annotations

import re
import sys
import unittest
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from arazzo_runner.embed.documents import load_path, rendered_errors
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.runner import Runner
from arazzo_runner.errors import ArazzoError
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pipeline.run import select_workflows

# Frames of a module with this name are left out of what unittest prints.
__unittest = True


class ArazzoTestCase(unittest.TestCase):
    """One test for each workflow of a document.

    A subclass names its ``document``, by a path from its own file or the working directory; gives
    ``inputs`` and ``options`` (the keyword arguments of `run`); and may name the ``workflows`` to
    run, instead of all that no other workflow uses. It may have tests of its own beside these.
    """

    document: ClassVar[str | Path | Description | None] = None
    workflows: ClassVar[Sequence[str]] = ()
    inputs: ClassVar[Mapping[str, Any]] = {}
    options: ClassVar[RunOptions] = {}

    description: ClassVar[Description]
    runner: ClassVar[Runner]

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        if cls.document is None:
            return
        try:
            with rendered_errors():
                cls.description = _load(cls.document, cls.__module__)
                names = [key.workflow for key in select_workflows(cls.description, cls.workflows)]
        except ArazzoError as reason:
            cls.test_document = _failing_test(str(reason))  # type: ignore[attr-defined]
            return
        for name in names:
            method = "test_" + re.sub(r"\W", "_", name)
            if method not in cls.__dict__:
                setattr(cls, method, _test_of(name))

    @classmethod
    def setUpClass(cls) -> None:
        """Open the runner of the class."""
        super().setUpClass()
        cls.runner = cls.enterClassContext(Runner(**cls.options))

    def inputs_of(self, workflow: str) -> Mapping[str, Any]:
        """The inputs of a workflow: those of ``inputs`` that it declares."""
        return self.description.entry.inputs[workflow].accepted_inputs(self.inputs)

    def assert_passes(
        self, workflow: str | None = None, inputs: Mapping[str, Value] | None = None
    ) -> Result:
        """Run a workflow of the document, which has to pass; gives its result."""
        if inputs is None:
            inputs = self.inputs if workflow is None else self.inputs_of(workflow)
        result = self.runner.run(self.description, workflow, inputs=inputs)
        if not result.passed:
            self.fail(str(result))
        return result


def _load(document: str | Path | Description, module: str) -> Description:
    if isinstance(document, Description):
        return document
    file = getattr(sys.modules.get(module), "__file__", None)
    beside = Path(file or ".").parent / document
    return load_path(beside if beside.exists() else document, {})


def _test_of(workflow: str) -> Callable[[ArazzoTestCase], None]:
    def test(self: ArazzoTestCase) -> None:
        self.assert_passes(workflow)

    test.__doc__ = f"the workflow {workflow} passes"
    return test


def _failing_test(why: str) -> Callable[[ArazzoTestCase], None]:
    def test(self: ArazzoTestCase) -> None:
        self.fail(why)

    return test
