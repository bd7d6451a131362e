"""Metrics of runs: passed, and durations by step."""

import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.result import RunResult, Status, StepResult, WorkflowResult
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker
from arazzo_runner.telemetry import setup
from arazzo_runner.telemetry.metrics import RunMetrics
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("", "", ""))


def step(name: str, duration: float, called: WorkflowResult | None = None) -> StepResult:
    return StepResult(name, Status.PASSED, None, None, duration, {}, called, (), PLACE)


def workflow(name: str, status: Status, *steps: StepResult) -> WorkflowResult:
    return WorkflowResult(name, status, {}, {}, 1.0, steps, None, None, PLACE)


def report(code: int, *workflows: WorkflowResult) -> RunReport:
    return RunReport("1", "shop.yaml", code, "", 2.0, RunResult(workflows, 2.0))


@pytest.fixture
def recorded() -> tuple[RunMetrics, InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    return RunMetrics(MeterProvider([reader])), reader


def points(reader: InMemoryMetricReader) -> dict[str, list[tuple[Any, ...]]]:
    data = reader.get_metrics_data()
    assert data is not None
    found: dict[str, list[tuple[Any, ...]]] = {}
    for metric in data.resource_metrics[0].scope_metrics[0].metrics:
        point: Any
        for point in metric.data.data_points:
            value = point.sum if hasattr(point, "sum") else point.value
            names = [str(each) for each in (point.attributes or {}).values()]
            found.setdefault(metric.name, []).append((*names, value))
    return found


def test_a_run_of_several_rows_passes_as_its_worst(
    recorded: tuple[RunMetrics, InMemoryMetricReader],
) -> None:
    metrics, reader = recorded
    inner = workflow("pay", Status.PASSED, step("charge", 0.25))
    rows = (
        workflow("order", Status.FAILED, step("create", 0.5, inner)),
        workflow("order", Status.PASSED, step("create", 0.75)),
        workflow("left", Status.SKIPPED),
    )
    metrics.record(report(1, *rows), Masker())
    assert points(reader) == {
        "arazzo.runs": [("shop.yaml", "failed", 1)],
        "arazzo.run.passed": [("shop.yaml", 0)],
        "arazzo.run.duration": [("shop.yaml", "failed", 2.0)],
        "arazzo.workflow.passed": [("shop.yaml", "order", 0)],
        "arazzo.workflow.duration": [
            ("shop.yaml", "order", "failed", 1.0),
            ("shop.yaml", "pay", "passed", 1.0),
            ("shop.yaml", "order", "passed", 1.0),
        ],
        "arazzo.step.duration": [
            ("shop.yaml", "order", "create", "passed", 1.25),
            ("shop.yaml", "pay", "charge", "passed", 0.25),
        ],
    }


def test_the_last_run_says_whether_it_passed(
    recorded: tuple[RunMetrics, InMemoryMetricReader],
) -> None:
    metrics, reader = recorded
    metrics.record(report(3), Masker())  # one that could not begin
    metrics.record(report(0, workflow("order", Status.PASSED)), Masker(["order"]))
    found = points(reader)
    assert found["arazzo.run.passed"] == [("shop.yaml", 1)]
    assert found["arazzo.workflow.passed"] == [("shop.yaml", "***", 1)]
    assert found["arazzo.runs"] == [("shop.yaml", "error", 1), ("shop.yaml", "passed", 1)]


@pytest.mark.parametrize(
    ("environment", "enabled"),
    [
        ({}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, False),
        ({"OTEL_METRICS_EXPORTER": "console"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318"}, False),
        ({"OTEL_METRICS_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
        ({"OTEL_METRICS_EXPORTER": "console", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_when_metrics_are_wanted(environment: dict[str, str], enabled: bool) -> None:
    assert setup.is_enabled(environment, "metrics") is enabled


def test_an_exporter_that_is_not_installed_is_named() -> None:
    with pytest.raises(UsageError) as raised:
        setup.meter_provider({"OTEL_METRICS_EXPORTER": "klingon"})
    (found,) = raised.value.diagnostics
    assert found.message == "no exporter of metrics called `klingon` is installed"
    assert "OTEL_METRICS_EXPORTER" in (found.help or "")


PROGRAM = """
from opentelemetry import metrics
from arazzo_runner.telemetry.setup import meter_provider
made = meter_provider({"OTEL_METRICS_EXPORTER": "none"})
assert meter_provider({"OTEL_METRICS_EXPORTER": "klingon"}) is made is metrics.get_meter_provider()
assert made._sdk_config.resource.attributes["service.name"] == "arazzo"
"""


def test_a_provider_is_made_once_for_the_process() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
