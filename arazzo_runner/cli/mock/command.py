"""`arazzo mock DOCUMENT…`"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.diagnostics import show_diagnostics, show_warnings
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.overwrite import check_outputs, guard_access
from arazzo_runner.cli.options.settings import load_limits, retrieve_settings
from arazzo_runner.cli.signals import signal_code
from arazzo_runner.text.diagnostic import warning

if TYPE_CHECKING:
    from arazzo_runner.mock_server.disturbance import Disturbance
    from arazzo_runner.mock_server.runtime import ServerRuntime
    from arazzo_runner.mock_server.sources import SourceReader
    from arazzo_runner.openapi.response.contract import Judge


@click.command(
    "mock", cls=SectionedCommand, short_help="serve mock responses of API descriptions on a port"
)
@click.argument("documents", nargs=-1, metavar="DOCUMENT...")
@flags_of("mock")
def command(documents: tuple[str, ...], **given: Any) -> int:
    """Serve the API descriptions of DOCUMENT... on a local port, with state.

    DOCUMENT is an Arazzo document, whose API descriptions are served, an API description, or a
    folder of them. What a request creates is there for the next one, until the server ends.
    Ctrl-C ends it.
    """
    from arazzo_runner.cli.mock.reload import show_broken, watch_documents
    from arazzo_runner.mock_server.app import AppSettings, MockApp
    from arazzo_runner.mock_server.listen import bind_sockets, server_url
    from arazzo_runner.mock_server.log import RequestLog, start_lines
    from arazzo_runner.mock_server.runtime import ServerRuntime
    from arazzo_runner.mock_server.serve import check_installation, run_server
    from arazzo_runner.mock_server.service import MockService
    from arazzo_runner.mock_server.traffic import Traffic

    if not documents:
        raise click.UsageError(
            "the DOCUMENT is missing: an Arazzo or OpenAPI document, or a folder"
        )
    check_installation()
    check_outputs(given, documents)
    _check_files(given)
    disturbance = _disturbance(given)
    reader = _reader(documents, given)
    sources = reader.read()
    service = MockService(sources.descriptions, given["seed"], _judge(given), sources.channels)
    service.check_operations()
    traffic = Traffic(is_recorded=given["record"] is not None)
    runtime = ServerRuntime(service, given["seed"], disturbance, traffic, os.environ)
    runtime.begin = partial(_load_state, runtime, given["state"])
    runtime.begin()
    sockets = bind_sockets(given["host"], given["port"])
    _warn_of_host(given["host"])
    show_broken(service)
    log = RequestLog(sys.stdout, sources.descriptions.values())
    if not given["quiet"]:
        runtime.emitter.log = log.write
    settings = AppSettings(not given["no_cors"], not given["no_admin"])
    app = MockApp(runtime, settings, _ignore if given["quiet"] else log)
    lines = start_lines(server_url(given["host"], sockets), service, sources)
    watch = partial(watch_documents, runtime, reader, log)
    started_at = time.time()
    ended_by = run_server(
        app, sockets, partial(log.write, lines), None if given["no_reload"] else watch
    )
    _keep(runtime, documents[0], given, started_at)
    # Ctrl-C is how a server is ended; who terminates it otherwise asks for 128 + 15.
    return 0 if ended_by in (0, signal.SIGINT) else signal_code(ended_by)


def _ignore(_entry: object) -> None:
    """Print nothing of a request."""


def _check_files(given: Mapping[str, Any]) -> None:
    """Find out before the server runs whether its files can be written. Raises UsageError."""
    from arazzo_runner.report.files import check_writable

    for name, what in (("state", "state"), ("record", "recording")):
        if given[name] is not None:
            check_writable(given[name], what)


def _disturbance(given: Mapping[str, Any]) -> Disturbance:
    from arazzo_runner.mock_server.disturbance import (
        Disturbance,
        Latency,
        parse_faults,
        parse_latency,
    )

    try:
        faults = parse_faults(given["faults"])
    except ValueError as reason:
        raise click.BadParameter(str(reason), param_hint="`--fault`") from None
    try:
        latency = parse_latency(given["latency"]) if given["latency"] else Latency()
    except ValueError as reason:
        raise click.BadParameter(str(reason), param_hint="`--latency`") from None
    return Disturbance(given["seed"], faults, latency)


def _reader(documents: tuple[str, ...], given: Mapping[str, Any]) -> SourceReader:
    from arazzo_runner.mock_server.sources import SourceReader
    from arazzo_runner.retrieve.access import document_access

    access = guard_access(document_access(retrieve_settings(given), os.environ), given)
    return SourceReader(access, documents, given["sources"], load_limits(given))


def _judge(given: Mapping[str, Any]) -> Judge | None:
    if given["judge"] is None:
        return None
    from arazzo_runner.oracle.openapi_core import openapi_core_opinions

    return openapi_core_opinions


def _load_state(runtime: ServerRuntime, path: str | None) -> None:
    """Give the sources the state of a file; without one they begin with nothing."""
    service, runtime.unserved = runtime.service, {}
    service.reset()
    if path is None:
        return
    from arazzo_runner.mock_server.state_file import read_state

    found = read_state(path)
    runtime.unserved = {
        name: plain for name, plain in found.plain.items() if name not in service.apis
    }
    for name, state in found.states.items():
        if name in service.apis:
            service.apis[name].state = state
        else:
            message = f"the state `{path}` has a source `{name}`, which is not served: it stays"
            show_warnings([warning("AZ906", message)])


def _warn_of_host(host: str) -> None:
    from arazzo_runner.mock_server.admin import is_loopback

    if not is_loopback(host):
        message = f"`--host {host}`: every machine that reaches this one can use the server"
        show_diagnostics([warning("AZ906", message)])


def _keep(
    runtime: ServerRuntime, document: str, given: Mapping[str, Any], started_at: float
) -> None:
    """Write what the server keeps. Raises UsageError."""
    service, spool = runtime.service, runtime.traffic.spool
    if given["state"] is not None:
        from arazzo_runner.mock_server.state_file import write_state

        states = {name: api.state for name, api in service.apis.items()}
        write_state(given["state"], states, runtime.unserved)
    if spool is not None:
        from arazzo_runner.mock_server.traffic import write_traffic
        from arazzo_runner.pipeline.run import rfc3339
        from arazzo_runner.recording.documents import relative_to_file

        file, when = given["record"], rfc3339(started_at)
        named = relative_to_file(document, file)
        write_traffic(file, named, spool, service.descriptions, when)
