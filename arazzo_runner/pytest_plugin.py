"""The pytest plugin, as far as pytest needs it at every start: options, fixtures, which files.

All else is in ``pytest_support/``, and is imported with the first workflow file or the first use of
a fixture: a test suite without workflows pays for this file alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from arazzo_runner.pytest_support.flags import add_twins

if TYPE_CHECKING:
    from arazzo_runner.pytest_support.collect import WorkflowFile
    from arazzo_runner.pytest_support.fixture import Arazzo
    from arazzo_runner.pytest_support.messages import MessageBroker

SUFFIXES = (".arazzo.yaml", ".arazzo.yml", ".arazzo.json")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Twins of the flags of `arazzo run`, on the command line and in pytest's configuration."""
    group = parser.getgroup("arazzo", "Arazzo workflows (twins of the flags of `arazzo run`)")
    add_twins(group, parser)
    group.addoption(
        "--arazzo-record", metavar="DIR", help="record each run to a file in this folder"
    )
    kept = "replay the files written by --arazzo-record, without a server"
    group.addoption("--arazzo-replay", metavar="DIR", help=kept)
    parser.addini("arazzo_replay", kept, "string", default=None)
    files = "patterns of additional Arazzo documents, such as `workflows/*.yml`"
    parser.addini("arazzo_files", files, "args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker of collected workflows known, and begin the reports that are wanted."""
    config.addinivalue_line("markers", "arazzo: a workflow of an Arazzo document")
    if config.getoption("arazzo_record") and config.getoption("arazzo_replay"):
        raise pytest.UsageError("--arazzo-record and --arazzo-replay exclude each other")
    wanted = config.getoption("arazzo_report") or config.getini("arazzo_report")
    if wanted:
        from arazzo_runner.pytest_support.report import begin_report

        begin_report(config, wanted)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> WorkflowFile | None:
    """Collect Arazzo documents: by suffix, by `arazzo_files`, or named on the command line."""
    if not _is_document(file_path, parent):
        return None
    from arazzo_runner.pytest_support.collect import workflow_file

    return workflow_file(file_path, parent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hand what answers break of their descriptions over to the report, also from a worker."""
    report = yield
    if call.when == "call" and _has_run(item):
        from arazzo_runner.pytest_support.contract_summary import KEY

        vars(report)["arazzo_findings"] = item.stash.get(KEY, [])
    return report


def _has_run(item: pytest.Item) -> bool:
    return "arazzo" in getattr(item, "fixturenames", ())


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count what answers break of their API descriptions, equal findings once."""
    reports = [one for each in terminalreporter.stats.values() for one in each]
    found = [(one.nodeid, one.arazzo_findings) for one in reports if _findings_of(one)]
    if not found:
        return
    from arazzo_runner.pytest_support.contract_summary import summary_lines

    title, lines = summary_lines(found)
    terminalreporter.section(f"arazzo: {title}")
    for line in lines:
        terminalreporter.write_line(line)


def _findings_of(report: Any) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = getattr(report, "arazzo_findings", [])
    return found


def _is_document(path: Path, parent: pytest.Collector) -> bool:
    if path.name.endswith(SUFFIXES):
        return True
    if any(_is_match(path, parent.config, one) for one in parent.config.getini("arazzo_files")):
        return True
    if path.suffix not in (".yaml", ".yml", ".json") or not parent.session.isinitpath(path):
        return False
    from arazzo_runner.retrieve.files import is_arazzo

    return is_arazzo(path.read_bytes())


def _is_match(path: Path, config: pytest.Config, pattern: str) -> bool:
    """A pattern without a folder is for names; `**/` stands for any folders, also for none."""
    if "/" not in pattern:
        return fnmatch(path.name, pattern)
    if not path.is_relative_to(config.rootpath):
        return False
    name = path.relative_to(config.rootpath).as_posix()
    return fnmatch(name, pattern) or fnmatch(name, pattern.replace("**/", ""))


@pytest.fixture(scope="session")
def arazzo_app() -> Any:
    """An ASGI or WSGI application that is called in process, instead of a server; override it."""
    return None


@pytest.fixture(scope="session")
def arazzo_server() -> str | Mapping[str, str] | None:
    """The URL of a server that a fixture has started; override it.

    Or URLs by the names of source descriptions. They win over `--arazzo-server`.
    """
    return None


@pytest.fixture(scope="session")
def arazzo_inputs() -> Mapping[str, Any]:
    """Inputs for workflows, each of which takes those that it declares; override it."""
    return {}


@pytest.fixture(scope="session")
def arazzo_credentials() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Credentials: parts (`token`, `key` …) by source and security scheme; override it."""
    return {}


@pytest.fixture
def arazzo(
    request: pytest.FixtureRequest,
    arazzo_app: Any,
    arazzo_server: str | Mapping[str, str] | None,
    arazzo_inputs: Mapping[str, Any],
    arazzo_credentials: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> Iterator[Arazzo]:
    """Runs workflows within a test: `arazzo.run("studio.arazzo.yaml", "listFlows")`."""
    from arazzo_runner.pytest_support.fixture import arazzo_fixture, check_inputs_fixture

    check_inputs_fixture(arazzo_inputs)
    fixtures = {
        "app": arazzo_app,
        "server": arazzo_server,
        "inputs": arazzo_inputs,
        "credentials": arazzo_credentials,
    }
    with arazzo_fixture(request.node, fixtures) as runner:
        yield runner


@pytest.fixture
def arazzo_messages() -> Iterator[MessageBroker]:
    """A broker within the process: what steps send is in `sent`, `publish` lets messages come."""
    from arazzo_runner.pytest_support.messages import message_broker

    with message_broker() as broker:
        yield broker


@pytest.fixture
def _arazzo_inputs(
    request: pytest.FixtureRequest, arazzo: Arazzo, arazzo_inputs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """All inputs of a collected workflow; what is wrong before it runs is no failure of it."""
    found: Mapping[str, Any] = request.node.inputs(arazzo, arazzo_inputs)
    return found
