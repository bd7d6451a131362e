"""The fixture `arazzo`: runs workflows within a test, and adds what they did to its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Unpack, cast

import pytest
from msgspec import Struct

from arazzo_runner.embed.options import RunOptions
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.told import told
from arazzo_runner.executor.result import RunResult
from arazzo_runner.expression.value import Value
from arazzo_runner.loading import Description
from arazzo_runner.report.summary import summarize
from arazzo_runner.testing.engine import Engine, Open, engine_of
from arazzo_runner.testing.session_report import tell_report
from arazzo_runner.testing.transcript import transcript

Document = Description | str | PathLike[str]


class Arazzo(Struct, frozen=True):
    """Runs workflows for one test, with the options of pytest and the fixtures of the test.

    ``options`` are those that the fixtures give; they win over pytest's, and those of a call win
    over both.
    """

    item: pytest.Item
    engine: Engine
    options: RunOptions
    open: Open

    def load(self, document: Document) -> Description:
        """A document, by its path from the folder of the test or from the root folder of pytest.

        Raises DocumentError and UsageError.
        """
        if isinstance(document, Description):
            return document
        with told():
            return self.engine.load(_found(str(document), self.item))

    def check(self, document: Document, workflow: str, inputs: Mapping[str, Value]) -> None:
        """Raise what :meth:`run` would raise before anything is sent."""
        description = self.load(document)
        with self.engine.runner(description, self.options, {}, self.open) as runner:
            runner.check(description, workflow, inputs=inputs)

    def run(
        self,
        document: Document,
        workflow: str | None = None,
        *,
        inputs: Mapping[str, Value] | None = None,
        **options: Unpack[RunOptions],
    ) -> Result:
        """Run a workflow, or all that no other one uses, and see that it passes.

        Raises WorkflowFailed, with the result, when it does not; and before anything is sent
        UsageError, InputError and DocumentError.
        """
        __tracebackhide__ = True
        description = self.load(document)
        with self.engine.runner(description, self.options, options, self.open) as runner:
            result = runner.run(description, workflow, inputs=inputs)
        self._tell(description, result)
        return result.raise_for_status()

    async def arun(
        self,
        document: Document,
        workflow: str | None = None,
        *,
        inputs: Mapping[str, Value] | None = None,
        **options: Unpack[RunOptions],
    ) -> Result:
        """Do what :meth:`run` does, within a running event loop."""
        __tracebackhide__ = True
        description = self.load(document)
        with self.engine.runner(description, self.options, options, self.open) as runner:
            result = await runner.arun(description, workflow, inputs=inputs)
        self._tell(description, result)
        return result.raise_for_status()

    def _tell(self, description: Description, result: Result) -> None:
        """Add what was done to the report of the test."""
        ran = RunResult(result.workflows, result.duration)
        summary = summarize(ran)
        properties = {"requests": summary.requests, "steps": sum(summary.steps.values())}
        for name, count in properties.items():
            self.item.user_properties.append((f"arazzo_{name}", count))
        self.item.add_report_section("call", "arazzo", transcript(ran, result.masker))
        tell_report(self.item, description, ran, result.masker)


@contextmanager
def bound(item: pytest.Item, options: Mapping[str, Any]) -> Iterator[Arazzo]:
    """The fixture for one test; of ``options`` count those that say something."""
    given = {name: value for name, value in options.items() if value}
    server = given.pop("server", None)
    if server is not None:
        given["servers"] = {"": server} if isinstance(server, str) else server
    with closing(Open()) as opened:
        yield Arazzo(item, engine_of(item.config), cast("RunOptions", given), opened)


def _found(path: str, item: pytest.Item) -> str:
    """A path of a test: beside it, or else from the root folder; URLs are as they are."""
    if "://" in path:
        return path
    folders = (item.path.parent, item.config.rootpath)
    places = [folder / path for folder in folders]
    place = next((one for one in places if one.exists()), Path(path))
    return str(place)
