"""Every folder under `tests/cases` that holds a `case.yaml`, run and compared."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from opentelemetry import trace

from arazzo_runner.cli import main as command_line
from case_runner import expected, outcome
from case_runner.case import ROOT, find, load


@pytest.fixture(autouse=True)
def bugs_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line tells a bug in two lines; here its traceback is of more use."""

    def told(error: Exception, _: Sequence[str]) -> int:
        raise error

    monkeypatch.setattr(command_line, "_bug", told)


@pytest.fixture(autouse=True)
def no_provider_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first `--otel` of a process sets the provider of spans, for all that come later."""
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    monkeypatch.setattr(trace, "set_tracer_provider", lambda _: None)


@pytest.mark.parametrize("name", find())
def test_case(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    case = load(ROOT / name)
    result = outcome.run(case, command_line.main, tmp_path)
    if request.config.getoption("--update"):
        expected.update(case, result)
    found = expected.differences(case, result)
    if found:
        command = f"$ arazzo {' '.join(case.run)}    (in {case.folder})"
        streams = f"stdout:\n{result.stdout}\nstderr:\n{result.stderr}"
        pytest.fail("\n\n".join([command, *found, streams]), pytrace=False)
