"""``--arazzo-report KIND[=PATH]``: one report of all workflows that ran in the tests.

Results of a worker of pytest-xdist are sent to the process that writes the reports.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

import click
import pytest
from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.run.reports import STDOUT, Reports, read_reports
from arazzo_runner.cli.usage_errors import usage_diagnostic
from arazzo_runner.errors import DiagnosedError, DocumentError, UsageError
from arazzo_runner.executor.body_budget import BodyBudget
from arazzo_runner.executor.plan import Limits
from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pytest_support.options import read_options
from arazzo_runner.report.coverage.measure import measure_coverage
from arazzo_runner.report.diagnostics.text import render_line
from arazzo_runner.report.documents.spool import pack, unpack
from arazzo_runner.report.exit_code import (
    ExitCode,
    exit_code,
    first_code,
    status_of,
    summarize_run,
)
from arazzo_runner.report.mask import mask_value
from arazzo_runner.report.model import DocumentReport, RunReport, SourceInfo
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.verdict import failed_workflows
from arazzo_runner.report.traversal import OperationName, steps_of
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.version import VERSION

T = TypeVar("T")
_PLUGIN: Final = "arazzo-report"
_OUTPUT: Final = "arazzo_ran"


class SessionRun(Struct, frozen=True):
    """One run within a test, its secrets masked; ``position`` is that of the test among all."""

    position: int
    test: str
    document: str
    result: RunResult
    sources: tuple[SourceInfo, ...]
    operations: tuple[OperationName, ...]
    diagnostics: tuple[Diagnostic, ...]


class StartFailure(Struct, frozen=True):
    """Why a document or a test could not run; ``code`` is what `arazzo run` would end with."""

    document: str
    code: ExitCode
    diagnostics: tuple[Diagnostic, ...]


def begin_report(config: pytest.Config, wanted: Sequence[str]) -> None:
    """Collect what runs from now on. Raises pytest.UsageError for what cannot be written."""
    try:
        reports = read_reports(wanted, False)  # noqa: FBT003 - there is no `--json` here
        reports.check()
    except click.ClickException as mistake:
        raise pytest.UsageError(usage_diagnostic(mistake).message) from None
    except UsageError as reason:
        raise pytest.UsageError(str(reason)) from None
    config.pluginmanager.register(SessionReport(reports), _PLUGIN)


def add_run(
    item: pytest.Item,
    description: Description,
    result: RunResult,
    masker: Masker,
    warnings: tuple[Diagnostic, ...],
) -> None:
    """Add a run to the reports of this pytest run, if there are to be any."""
    report: SessionReport | None = item.config.pluginmanager.get_plugin(_PLUGIN)
    if report is not None:
        report.add(item, description, result, masker, warnings)


def add_failure(config: pytest.Config, document: str, reason: DiagnosedError) -> None:
    """Add to the reports why a document or a test could not run."""
    report: SessionReport | None = config.pluginmanager.get_plugin(_PLUGIN)
    if report is not None:
        report.refuse(document, reason)


class SessionReport:
    """A plugin that gathers what ran, here and in the workers of pytest-xdist, and writes it."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._ran: list[SessionRun] = []
        self._refused: list[StartFailure] = []
        self._positions: dict[str, int] = {}
        self._bodies: BodyBudget | None = None
        self._started_at = time.time()
        self._started = time.perf_counter()

    def add(
        self,
        item: pytest.Item,
        description: Description,
        result: RunResult,
        masker: Masker,
        warnings: tuple[Diagnostic, ...],
    ) -> None:
        """Keep one run."""
        name = item.nodeid
        masked = mask_value(result, masker)
        self._keep_bodies(item.config, masked)
        self._ran.append(
            SessionRun(
                self._positions.get(name, 0),
                name,
                description.entry.document.source.name,
                self._with_test_name(masked, item, masker),
                description.source_infos(),
                description.operation_names(),
                warnings,
            )
        )

    def _with_test_name(self, result: RunResult, item: pytest.Item, masker: Masker) -> RunResult:
        """The result with the case of a workflow, or with the test function that ran it.

        A workflow that a function runs again is numbered, so that each name stands for one run.
        """
        if item.path.suffix != ".py":
            return _with_case_name(result, item.name)
        before = Counter(
            one.workflow_id
            for ran in self._ran
            if ran.test == item.nodeid
            for one in ran.result.workflows
        )
        test, named = masker.text(item.nodeid), []
        for one in result.workflows:
            before[one.workflow_id] += 1
            number = before[one.workflow_id]
            named.append(replace(one, case=test, repetition=number if number > 1 else None))
        return RunResult(tuple(named), result.duration)

    def _keep_bodies(self, config: pytest.Config, result: RunResult) -> None:
        """Count what a run has left: ``--arazzo-max-kept`` is for all runs together."""
        if self._bodies is None:
            self._bodies = BodyBudget(read_options(config).run.get("limits", Limits()).max_kept)
        self._bodies.keep_all(steps_of(result.workflows))

    def refuse(self, document: str, reason: DiagnosedError) -> None:
        """Keep why nothing ran."""
        code = ExitCode.INVALID if isinstance(reason, DocumentError) else ExitCode.USAGE
        self._refused.append(StartFailure(document, code, reason.diagnostics))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take note of the order of the tests; those that run at once end in another."""
        self._positions = {item.nodeid: index for index, item in enumerate(session.items)}

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Forget what failed within a test that passed: it was meant to."""
        if call.when == "call" and call.excinfo is None:
            self._ran = [one for one in self._ran if one.test != item.nodeid or _is_passed(one)]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what ran in a worker."""
        data = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if data is not None:
            ran, refused = unpack(data)
            for one in ran:
                self._keep_bodies(node.config, one.result)
            self._ran += ran
            self._refused += refused

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports; in a worker, hand over what ran."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = pack((self._ran, self._refused))
            return
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and any(one.path == STDOUT for one in self._reports.targets):
            terminal.write_line("")
        try:
            self._write()
        except UsageError as reason:
            show_diagnostics(reason.diagnostics)
            session.exitstatus = session.exitstatus or pytest.ExitCode.USAGE_ERROR

    def _write(self) -> None:
        ran = sorted(self._ran, key=lambda one: one.position)
        documents = tuple(
            dict.fromkeys(
                [*(one.document for one in ran), *(one.document for one in self._refused)]
            )
        )
        entries: tuple[DocumentReport, ...] = ()
        if len(documents) > 1:  # the runs of each stay together
            ran = [_with_document(one) for name in documents for one in ran if one.document == name]
            entries = tuple(_entry(name, ran, self._refused) for name in documents)
        result = _joined(ran)
        report = RunReport(
            tool_version=VERSION,
            document="".join(documents[:1]),
            exit_code=first_code([exit_code(result), *(one.code for one in self._refused)]),
            started_at=pipeline.rfc3339(self._started_at),
            duration=time.perf_counter() - self._started,
            result=result,
            sources=_each(one.sources for one in ran),
            diagnostics=_findings([*self._refused, *ran]),
            operations=_each(one.operations for one in ran),
            documents=entries,
        )
        self._reports.write(report, Masker())


def _with_document(ran: SessionRun) -> SessionRun:
    workflows = tuple(replace(one, document=ran.document) for one in ran.result.workflows)
    return replace(ran, result=RunResult(workflows, ran.result.duration))


def _joined(ran: Iterable[SessionRun]) -> RunResult:
    results = [one.result for one in ran]
    workflows = tuple(workflow for one in results for workflow in one.workflows)
    return RunResult(workflows, sum(one.duration for one in results))


def _entry(
    document: str, ran: Iterable[SessionRun], refused: Iterable[StartFailure]
) -> DocumentReport:
    """The result of one of several documents."""
    runs = [one for one in ran if one.document == document]
    failures = [one for one in refused if one.document == document]
    result = _joined(runs)
    codes = [exit_code(result)] if runs else []
    code = first_code([*codes, *(one.code for one in failures)])
    operations = _each(one.operations for one in runs)
    return DocumentReport(
        document,
        code,
        status_of(code),
        result.duration,
        _each(one.sources for one in runs),
        _findings([*failures, *runs]),
        summarize_run(result),
        tuple(failed_workflows(result)),
        measure_coverage(result, operations, ()) if runs else None,
    )


def _is_passed(ran: SessionRun) -> bool:
    return all(one.status is Status.PASSED for one in ran.result.workflows)


def _with_case_name(result: RunResult, test: str) -> RunResult:
    """The result with the name of its case, which that of its test has in brackets."""
    first, *others = result.workflows
    name, bracket, case = test.partition("[")
    if name != first.workflow_id or not bracket:
        return result
    return RunResult((replace(first, case=case[:-1]), *others), result.duration)


def _each(several: Iterable[Iterable[T]]) -> tuple[T, ...]:
    """What is in any of them, once."""
    return tuple(dict.fromkeys(one for each in several for one in each))


def _findings(several: Iterable[SessionRun | StartFailure]) -> tuple[Diagnostic, ...]:
    """All findings, once; workers have read the same documents."""
    found = {render_line(one): one for each in several for one in each.diagnostics}
    return tuple(found.values())
