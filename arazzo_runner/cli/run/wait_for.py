"""`--wait-for URL|SOURCE`: nothing is run before these servers respond, with any status."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any, Final

from msgspec.structs import replace

from arazzo_runner.cli.run.world import http_settings
from arazzo_runner.errors import ServerUnavailableError, UsageError
from arazzo_runner.executor.world import SendCall, TransportFailure, World, run_coroutine
from arazzo_runner.http.client import HttpWorld
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import URL_MASK
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
"""Seconds between attempts, doubled each time up to the longest."""

_LEAST: Final = 1.0
_ATTEMPT: Final = 5.0
"""Seconds that an attempt may take; each has time to find out why there is no response."""


def wait_for_urls(given: Mapping[str, Any]) -> None:
    """Wait for the servers that are named by URL, which may serve the documents too.

    Raises UsageError, and ServerUnavailableError.
    """
    _wait(((url, "") for url in given["wait_for"] if _is_url(url)), given)


def wait_for_sources(description: Description, given: Mapping[str, Any]) -> None:
    """Wait for the servers of source descriptions. Raises like :func:`wait_for_urls`."""
    names = [one for one in given["wait_for"] if not _is_url(one)]
    if not names:
        return
    apis = description.apis()
    unknown = [name for name in names if name not in apis]
    if unknown:
        raise UsageError(*(_unknown_error(name, apis) for name in unknown))
    _wait([(_server_of(description, name, given), name) for name in names], given)


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _unknown_error(name: str, known: Iterable[str]) -> Diagnostic:
    listed = " or ".join(f"`{one}`" for one in known)
    way_out = f"write a whole URL, such as `http://{name}`" + (f", or {listed}" if listed else "")
    hint = did_you_mean(name, known) or way_out
    message = f"`--wait-for {name}` is neither a URL nor a source description"
    return error("AZ906", message, help=hint)


def _server_of(description: Description, name: str, given: Mapping[str, Any]) -> str:
    """The base URL of an API: that of its first operation."""
    from arazzo_runner.openapi.lookup import build_operation, operation_entries
    from arazzo_runner.openapi.servers import server_url

    api = description.apis()[name]
    override = given["servers"].get(name, given["servers"].get(""))
    for entry in operation_entries(api):
        return server_url(build_operation(api, entry), override, given["server_variables"])
    raise UsageError(error("AZ906", f"`--wait-for {name}`: this description has no operations"))


def _wait(targets: Iterable[tuple[str, str]], given: Mapping[str, Any]) -> None:
    if given["mock"] or given["dry_run"]:  # no server is asked for anything
        return
    for url, source in dict.fromkeys(targets):
        _wait_for_server(url, source, given)


def _wait_for_server(url: str, source: str, given: Mapping[str, Any]) -> None:
    limit: float = given["wait_for_timeout"]
    shown, started, attempts = escape(URL_MASK.text(url)), monotonic(), 1
    with HttpWorld(_settings(source, given)) as world:
        while (failure := _failure(world, url, source, limit + started - monotonic())) is not None:
            pause = min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE)
            if failure.code == "refused":
                message = f"`--wait-for {shown}` cannot be used: {failure.message}"
                raise UsageError(error("AZ906", message, help=failure.hint))
            if monotonic() - started + pause >= limit:
                raise _unavailable_error(shown, limit, attempts, failure)
            if attempts == 1:
                _print_progress(
                    f"waiting for `{shown}`, up to {limit:g} s: {failure.message}", given
                )
            run_coroutine(world.sleep("", pause))
            attempts += 1
    if attempts > 1:
        _print_progress(f"`{shown}` responded after {monotonic() - started:.1f} s", given)


def _failure(world: World, url: str, source: str, left: float) -> TransportFailure | None:
    """Why there was no response; None where there was one, also one that cannot be read."""
    seconds = max(min(_ATTEMPT, left), _LEAST)
    call = SendCall("", HttpRequest("GET", url), seconds, (source, "GET", "/"))
    outcome = run_coroutine(world.send(call))
    if isinstance(outcome, TransportFailure) and outcome.head is None:
        return outcome
    return None


def _settings(source: str, given: Mapping[str, Any]) -> HttpSettings:
    """How it is asked: as a step asks, without credentials, and at a URL without certificates."""
    settings = replace(http_settings(given), cookies=False, follow_redirects=0, retry_connect=0)
    return settings if source else replace(settings, cert=None, key=None, key_password=None)


def _unavailable_error(
    shown: str, limit: float, attempts: int, failure: TransportFailure
) -> ServerUnavailableError:
    times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    message = f"`{shown}` did not respond within {limit:g} s ({times}): {failure.message}"
    way_out = "start the server, or give it more time with `--wait-for-timeout`"
    return ServerUnavailableError(error("AZ909", message, help=way_out))


def _print_progress(line: str, given: Mapping[str, Any]) -> None:
    if not given["quiet"]:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
