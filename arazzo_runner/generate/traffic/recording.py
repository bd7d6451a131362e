"""The requests of a recording, which `arazzo run --record` has written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.generate.traffic.calls import OmittedCall, Traffic, TrafficCall
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.recording.model import RecordedExchange, Recording
from arazzo_runner.text.pattern import lazy_pattern

_STEP_ID: Final = lazy_pattern(r"[A-Za-z0-9_-]+")
_STEP_KEY: Final = lazy_pattern(r"(?P<name>.+?)(?:#\d+)?(?:@\d+)?")


def recorded_traffic(recording: Recording) -> Traffic:
    """All requests of a run that got a response, in their order."""
    exchanges = [*recording.exchanges]
    return Traffic(
        "recording",
        tuple(_calls(exchanges)),
        recording.inputs,
        tuple(_failures(exchanges)),
    )


def _calls(exchanges: list[RecordedExchange]) -> Iterator[TrafficCall]:
    for index, one in enumerate(exchanges):
        if isinstance(one.outcome, TransportFailure):
            continue
        workflow, step = _names(one.key)
        request = _with_cookies(one.request, one.outcome)
        yield TrafficCall(
            f"exchanges[{index}]", request, one.outcome, one.operation[2], step, workflow
        )


def _with_cookies(request: HttpRequest, response: HttpResponse) -> HttpRequest:
    """The request with the cookies that `--cookies` added to it; a step builds none."""
    added = tuple(one for one in response.sent_headers if one[0].lower() == "cookie")
    return replace(request, headers=(*request.headers, *added))


def _failures(exchanges: list[RecordedExchange]) -> Iterator[OmittedCall]:
    for index, one in enumerate(exchanges):
        if isinstance(one.outcome, TransportFailure):
            title = f"{one.request.method} {one.request.url.partition('?')[0]}"
            yield OmittedCall(title, f"no response (`exchanges[{index}]`)")


def _names(key: str) -> tuple[str, str]:
    """The workflow that was started and the step, of ``flow/step#1@1`` and ``flow/call#1@1/…``."""
    first, *_, last = key.split("/") if "/" in key else ("", key)
    step = _plain(last)
    # `arazzo mock` calls an operation without an id by its method and path.
    return _plain(first), step if _STEP_ID.fullmatch(step) else ""


def _plain(text: str) -> str:
    matched = _STEP_KEY.fullmatch(text)
    return matched["name"] if matched else text
