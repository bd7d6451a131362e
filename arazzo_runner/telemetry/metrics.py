"""OpenTelemetry: what each run of ``--every`` came to, as metrics (docs/opentelemetry.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from opentelemetry.metrics import Histogram, Meter, MeterProvider

from arazzo_runner.executor.result import Status, WorkflowResult
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.traversal import workflows_of
from arazzo_runner.version import VERSION

_BOUNDARIES: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Seconds, where histograms are divided unless a view of the program says otherwise."""


class RunMetrics:
    """Tells a provider of runs, by their reports; secrets are masked in these."""

    def __init__(self, provider: MeterProvider) -> None:
        meter = provider.get_meter("arazzo", VERSION)
        self._runs = meter.create_counter(
            "arazzo.runs", "{run}", "Runs that have ended, by their status."
        )
        self._run_passed = meter.create_gauge(
            "arazzo.run.passed", "1", "1 where the last run passed, else 0."
        )
        self._run_duration = _durations(meter, "arazzo.run.duration", "Durations of runs.")
        self._passed = meter.create_gauge(
            "arazzo.workflow.passed", "1", "1 where the last run of the workflow passed, else 0."
        )
        self._duration = _durations(meter, "arazzo.workflow.duration", "Durations of workflows.")
        self._step_duration = _durations(
            meter, "arazzo.step.duration", "Durations of visits of steps, with their retries."
        )

    def record(self, report: RunReport, masker: Masker) -> None:
        """Record a run that has ended, also one that could not begin."""
        text = masker.text
        title = {"arazzo.document": text(report.title)}
        status = {"arazzo.run.status": report.status.value}
        self._runs.add(1, {**title, **status})
        self._run_passed.set(1 if report.status is Status.PASSED else 0, title)
        self._run_duration.record(report.duration, {**title, **status})
        passed: dict[tuple[str, str], bool] = {}
        for workflow in report.result.workflows:
            if workflow.status is not Status.SKIPPED:
                names = text(workflow.document or report.document), text(workflow.workflow_id)
                passed[names] = passed.get(names, True) and workflow.passed
                self._record_workflow(workflow, names[0], text)
        for (document, name), verdict in passed.items():
            ids = {"arazzo.document": document, "arazzo.workflow.id": name}
            self._passed.set(1 if verdict else 0, ids)

    def _record_workflow(
        self, workflow: WorkflowResult, document: str, text: Callable[[str], str]
    ) -> None:
        """The durations of a workflow and of the steps in it, those of workflows it calls too."""
        for one in workflows_of((workflow,)):
            ids = {"arazzo.document": document, "arazzo.workflow.id": text(one.workflow_id)}
            self._duration.record(one.duration, {**ids, "arazzo.workflow.status": one.status.value})
            for step in one.steps:
                own = {
                    "arazzo.step.id": text(step.step_id),
                    "arazzo.step.status": step.status.value,
                }
                self._step_duration.record(step.duration, {**ids, **own})


def _durations(meter: Meter, name: str, description: str) -> Histogram:
    return meter.create_histogram(
        name, "s", description, explicit_bucket_boundaries_advisory=_BOUNDARIES
    )
