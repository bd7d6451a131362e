"""What went over the wire, as an HTTP Archive 1.2 that browsers' viewers open."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from arazzo_runner.executor.result import Attempt, StepResult
from arazzo_runner.expression.scope import Headers, header
from arazzo_runner.expression.value import Value
from arazzo_runner.operation.message import HttpRequest, HttpResponse
from arazzo_runner.report.body import FORM, media_type, text_of
from arazzo_runner.report.mask import Masker
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.walk import steps_of

_UNKNOWN = -1
"""HAR 1.2: a size or time that is not known."""


def report_bytes(run: RunReport, masker: Masker) -> bytes:
    """The requests of a run and their responses as a HAR, secrets masked.

    Instants are computed from the run's start, the durations and the waits between attempts:
    they keep order and distance, not the time of day to the millisecond.
    """
    return json.dumps(report(run, masker), indent=2).encode("ascii") + b"\n"


def report(run: RunReport, masker: Masker) -> dict[str, Value]:
    """The HAR as JSON data."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "arazzo", "version": run.tool_version},
            "pages": [],
            "entries": list(_entries(run, masker)),
        }
    }


def _entries(run: RunReport, masker: Masker) -> Iterator[dict[str, Value]]:
    now = datetime.fromisoformat(run.started_at)
    for step in steps_of(run.result.workflows):
        for attempt in step.attempts:
            if attempt.request:
                yield _entry(attempt, attempt.request, step, now, masker)
            now += timedelta(seconds=_duration(attempt) + _wait(attempt))


def _duration(attempt: Attempt) -> float:
    return attempt.response.duration if attempt.response else 0.0


def _wait(attempt: Attempt) -> float:
    return (attempt.action.wait or 0.0) if attempt.action else 0.0


def _entry(
    attempt: Attempt, request: HttpRequest, step: StepResult, now: datetime, masker: Masker
) -> dict[str, Value]:
    milliseconds = round(_duration(attempt) * 1000, 3)
    entry = {
        "startedDateTime": now.isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _request(request, masker),
        "response": _response(attempt.response, masker) if attempt.response else _NO_RESPONSE,
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": masker.text(f"step {step.step_id}"),
    }
    if attempt.error:
        entry["_error"] = masker.text(attempt.error.message)  # what Chrome calls it
    return entry


def _request(request: HttpRequest, masker: Masker) -> dict[str, Value]:
    spelled = {
        "method": request.method,
        "url": masker.text(request.url),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _named(masker.headers(request.headers)),
        "queryString": _query(masker.text(request.url)),
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body),
    }
    if request.body:
        spelled["postData"] = _post_data(request, masker)
    return spelled


def _query(url: str) -> list[dict[str, str]]:
    return _named(tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)))


def _post_data(request: HttpRequest, masker: Masker) -> dict[str, Value]:
    """HAR has no encoding for sent octets: what is no text stands as Base64 and says so."""
    content_type = header(request.headers, "Content-Type") or ""
    text = text_of(request.body, request.headers)
    if text is None:
        encoded = base64.b64encode(masker.value(request.body)).decode("ascii")
        return {"mimeType": content_type, "params": [], "text": encoded, "comment": "base64"}
    masked = masker.text(text)
    is_form = media_type(request.headers) == FORM
    fields = _named(tuple(parse_qsl(masked, keep_blank_values=True))) if is_form else []
    return {"mimeType": content_type, "params": fields, "text": masked}


def _response(response: HttpResponse, masker: Masker) -> dict[str, Value]:
    return {
        "status": response.status,
        "statusText": _phrase(response.status),
        "httpVersion": response.http_version,
        "cookies": [],
        "headers": _named(masker.headers(response.headers)),
        "content": _content(response, masker),
        "redirectURL": masker.text(header(response.headers, "Location") or ""),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }


_NO_RESPONSE = {
    "status": 0,
    "statusText": "",
    "httpVersion": "",
    "cookies": [],
    "headers": [],
    "content": {"size": 0, "mimeType": ""},
    "redirectURL": "",
    "headersSize": _UNKNOWN,
    "bodySize": _UNKNOWN,
}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _content(response: HttpResponse, masker: Masker) -> dict[str, Value]:
    content = {
        "size": len(response.body),
        "mimeType": header(response.headers, "Content-Type") or "",
    }
    text = text_of(response.body, response.headers)
    if text is not None:
        return {**content, "text": masker.text(text)}
    encoded = base64.b64encode(masker.value(response.body)).decode("ascii")
    return {**content, "text": encoded, "encoding": "base64"}


def _named(fields: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]
