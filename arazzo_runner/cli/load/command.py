"""`arazzo load DOCUMENT`"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of, run_flags
from arazzo_runner.errors import UsageError
from arazzo_runner.operating_system.processes import run_instead
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from arazzo_runner.load_test.figures import LoadOutcome
    from arazzo_runner.load_test.session import LoadSettings
    from arazzo_runner.load_test.thresholds import Threshold
    from arazzo_runner.pipeline.load import Description

_SPAWN_RATE: Final = 100.0
_PROGRAM: Final = "arazzo_runner.cli.load"


@click.command("load", cls=SectionedCommand, short_help="run workflows by many users at once")
@click.argument("document", metavar="DOCUMENT")
@flags_of("load")
def command(document: str, **given: Any) -> int:
    """Run the workflows of DOCUMENT again and again by many virtual users, in Locust.

    Without --headless there is a page on which a load is started and watched. --master and
    --worker share a load among processes and machines.
    """
    if find_spec("locust") is None:
        message = "`arazzo load` needs the package `locust`, which is not installed"
        raise UsageError(error("AZ906", message, help="pip install 'arazzo[load]'"))
    if not _is_patched():
        return _start_patched()
    return _perform(document, run_flags(given))


def _is_patched() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("socket"))


def _start_patched() -> int:  # noqa: RET503 - an `exec` does not return
    """Begin anew in this process, where nothing is imported yet; without an `exec`, in another."""
    from arazzo_runner.cli.command_words import command_words

    words = [sys.executable, "-m", _PROGRAM, *command_words()]
    sys.stdout.flush()
    if sys.platform == "win32":
        return run_instead(words)
    else:
        os.execv(sys.executable, words)  # noqa: S606 - this program


def _perform(document: str, given: Mapping[str, Any]) -> int:
    from arazzo_runner.cli.options.settings import load_document
    from arazzo_runner.cli.run.world import check_network
    from arazzo_runner.load_test.session import LoadSession
    from arazzo_runner.load_test.thresholds import parse_thresholds
    from arazzo_runner.report.files import check_writable

    settings = _settings(given)
    if document == "-":
        raise UsageError(error("AZ906", "`arazzo load` reads its document from a file or a URL"))
    check_network(given)
    description = load_document(document, given)
    thresholds = parse_thresholds(given["fail_if"], _step_ids(description))
    if settings.html is not None:
        check_writable(settings.html)
    user = _user(description, given)
    _check_listening(settings, given)
    session = LoadSession(user, settings, _say)
    outcome = session.perform()
    if settings.is_worker:
        return 128 + outcome.received if outcome.received else ExitCode.PASSED
    return conclude(outcome, thresholds)


def _say(text: str) -> None:
    sys.stderr.write(f"arazzo load: {text}\n")
    sys.stderr.flush()


def _settings(given: Mapping[str, Any]) -> LoadSettings:
    from arazzo_runner.load_test.session import LoadSettings

    if given["master"] and given["worker"]:
        message = "`--master` and `--worker` are for two processes"
        raise UsageError(error("AZ906", message, help="start each with one of them"))
    return LoadSettings(
        users=given["users"],
        spawn_rate=given["spawn_rate"] or min(given["users"], _SPAWN_RATE),
        run_time=given["run_time"],
        is_headless=given["headless"],
        is_master=given["master"],
        is_worker=given["worker"],
        expected_workers=given["expect_workers"],
        master=_address(given["master_at"], "--master-at"),
        page=_address(given["page_at"], "--page-at"),
        csv=given["csv"],
        html=given["html"],
    )


def _address(text: str, flag: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65_536):
        raise UsageError(error("AZ906", f"`{flag} {text}` is no HOST:PORT"))
    return host.removeprefix("[").removesuffix("]"), int(port)


def _check_listening(settings: LoadSettings, given: Mapping[str, Any]) -> None:
    """Raise UsageError where the page or the master cannot listen: Locust would not say which."""
    flags: dict[str, tuple[str, int]] = {}
    if settings.is_master:
        flags["--master-at"] = settings.master
    if not settings.is_headless and not settings.is_worker:
        flags["--page-at"] = settings.page
    for flag, (host, port) in flags.items():
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            socket.create_server((host, port), family=family).close()
        except OSError as reason:
            typed = given[flag.removeprefix("--").replace("-", "_")]
            why = (reason.strerror or str(reason)).partition(" (")[0].lower()
            message = f"`{flag} {typed}` cannot be used: {why}"
            hint = "name an address of this machine, and a port that is free"
            raise UsageError(error("AZ906", message, help=hint)) from None


def _step_ids(description: Description) -> dict[str, list[str]]:
    """The stepIds of all workflows that can run, by workflowId."""
    units = description.units.values()
    workflows = (one for unit in units for one in unit.document.workflows)
    return {one.workflow_id: [step.step_id for step in one.steps] for one in workflows}


def _user(description: Description, given: Mapping[str, Any]) -> Any:
    """The class of the users; all that is wrong with a run comes up here. Raises DiagnosedError."""
    from arazzo_runner.cli.inputs import input_schemas_of, inputs_for
    from arazzo_runner.cli.run.cases_file import prepare_cases, read_cases
    from arazzo_runner.cli.run.keywords import run_options
    from arazzo_runner.cli.run.run_config import run_config
    from arazzo_runner.locust import ArazzoUser

    workflows: Sequence[str] = given["workflows"]
    checked = prepare_cases(description, given, run_config(given))
    if not checked:
        raise UsageError(error("AZ906", f"`{given['cases']}` contains no case"))
    common = inputs_for(description, given, workflows)
    rows: list[dict[str, Any]] = []
    if given["cases"] is not None:
        read = read_cases(given["cases"], input_schemas_of(description, workflows))
        rows = [one.inputs for one in read]
    members = {
        "document": description,
        "workflow": tuple(workflows) or None,
        "inputs": common,
        "cases": tuple(rows),
        "options": run_options(given),
        "abstract": False,
        "takes_host": False,  # anybody who reaches the page could have credentials sent elsewhere
    }
    return type("ArazzoUser", (ArazzoUser,), members)


def conclude(outcome: LoadOutcome, thresholds: Sequence[Threshold]) -> int:
    """Print the figures, and what they are too much for. Returns the exit code."""
    from arazzo_runner.load_test.table import figure_lines

    tripped = [one for one in thresholds if one.is_tripped(outcome.figures)]
    for line in figure_lines(outcome):
        sys.stdout.write(f"{line}\n")
    for one in tripped:
        sys.stdout.write(f"failed: {one.sentence(outcome.figures)}\n")
    if outcome.received:
        return 128 + outcome.received
    runs = outcome.figures.runs()
    if not runs.ended:
        return ExitCode.NOTHING
    failed = bool(tripped) if thresholds else runs.failed > 0
    return ExitCode.FAILED if failed else ExitCode.PASSED
