"""The run as an HTTP Archive (HAR) 1.2, which browsers' viewers open.

Cookies have names and attributes, with values that are masked by the header.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace

from arazzo_runner.executor.result import Attempt, StepResult
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.date import parse_http_date
from arazzo_runner.http_semantics.headers import Headers, header_value, header_values
from arazzo_runner.http_semantics.media_type import FORM
from arazzo_runner.openapi.message import (
    HttpRequest,
    HttpResponse,
    OmittedBody,
    WireExchange,
    byte_count,
)
from arazzo_runner.openapi.request.multipart import size_of
from arazzo_runner.report.body import NOT_KEPT, decode_text, media_type
from arazzo_runner.report.formats.json_stream import OpenArray, OpenObject, json_stream
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.report.secrets import MASK, Masker
from arazzo_runner.report.traversal import steps_of

HarCookie = dict[str, str | bool]


def sent_cookies(headers: Headers, masker: Masker) -> list[HarCookie]:
    """The cookies of a request (RFC 6265, section 4.2.1)."""
    fields = [pair for value in header_values(headers, "cookie") for pair in value.split(";")]
    hidden = _is_hidden("Cookie", masker)
    return [_parse_pair(one, masker, hidden=hidden) for one in fields if one.strip()]


def set_cookies(headers: Headers, masker: Masker) -> list[HarCookie]:
    """The cookies that a response sets (RFC 6265, section 4.1.1)."""
    hidden = _is_hidden("Set-Cookie", masker)
    return [
        _parse_set_cookie(value, masker, hidden=hidden)
        for value in header_values(headers, "set-cookie")
    ]


def _is_hidden(name: str, masker: Masker) -> bool:
    """Whether all values of this header are masked, whatever they are."""
    return masker.headers(((name, ""),))[0][1] == MASK


def _parse_pair(text: str, masker: Masker, *, hidden: bool) -> HarCookie:
    name, _, value = text.partition("=")
    shown = MASK if hidden else masker.text(value.strip())
    return {"name": masker.text(name.strip()), "value": shown}


def _parse_set_cookie(text: str, masker: Masker, *, hidden: bool) -> HarCookie:
    pair, *rest = text.split(";")
    cookie = _parse_pair(pair, masker, hidden=hidden)
    attributes = {name.strip().lower(): value.strip() for name, _, value in _split(rest)}
    for name in ("path", "domain"):
        if attributes.get(name):
            cookie[name] = masker.text(attributes[name])
    if (moment := _moment(attributes.get("expires", ""))) is not None:
        cookie["expires"] = moment
    cookie["httpOnly"] = "httponly" in attributes
    cookie["secure"] = "secure" in attributes
    return cookie


def _split(attributes: list[str]) -> list[tuple[str, str, str]]:
    return [one.partition("=") for one in attributes]


def _moment(date: str) -> str | None:
    moment = parse_http_date(date)
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


_UNKNOWN = -1
"""HAR 1.2: a size or time that is not known."""


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """The requests of a run and their responses as a HAR, secrets masked, request by request.

    Where the world does not tell when a request was sent, its instant is computed from the run's
    start, the durations and the waits between attempts: in order, but not to the millisecond.
    """
    return json_stream(_har(run, masker))


def _har(run: RunReport, masker: Masker) -> OpenObject:
    log = {
        "version": "1.2",
        "creator": {"name": "arazzo", "version": run.tool_version},
        "pages": [],
        "entries": OpenArray(_entries(run, masker)),
    }
    told = [*run.all_notes]
    if run.summary.messages:
        # HAR is about HTTP: there is no place for a message of a channel in it.
        told.append(f"{count_text(run.summary.messages, 'message')} of channels are not in a HAR")
    notes = {"comment": "; ".join(told)} if told else {}
    return OpenObject({"log": OpenObject({**log, **notes})})


def _entries(run: RunReport, masker: Masker) -> Iterator[dict[str, Value]]:
    now = datetime.fromisoformat(run.started_at).timestamp()
    for step, comment in _commented_steps(run):
        for attempt in step.attempts:
            for one in _exchanges(attempt, now):
                yield _entry(one, attempt, comment, masker)
            now += _duration(attempt) + _wait(attempt)


def _commented_steps(run: RunReport) -> Iterator[tuple[StepResult, str]]:
    """The visits of steps, each with what is said of it; with its document where many ran."""
    for workflow in run.result.workflows:
        document = "" if workflow.document is None else f"{workflow.document}: "
        for step in steps_of((workflow,)):
            yield step, f"{document}step {step.step_id}"


def _exchanges(attempt: Attempt, now: float) -> tuple[WireExchange, ...]:
    """What went over the wire; where no world told it, the request as far as it is known."""
    if attempt.exchanges or attempt.request is None:
        return attempt.exchanges
    response, request = attempt.response, attempt.request
    if response and response.sent_headers:
        request = replace(request, headers=response.sent_headers)
    return (WireExchange(request, response, now, _duration(attempt)),)


def _duration(attempt: Attempt) -> float:
    return attempt.response.duration if attempt.response else 0.0


def _wait(attempt: Attempt) -> float:
    return (attempt.action.wait or 0.0) if attempt.action else 0.0


def _entry(
    exchange: WireExchange, attempt: Attempt, comment: str, masker: Masker
) -> dict[str, Value]:
    milliseconds = round(exchange.duration * 1000, 3)
    response = exchange.response
    version = response.http_version if response else "HTTP/1.1"
    entry = {
        "startedDateTime": _instant(exchange.sent_at),
        "time": milliseconds,
        "request": _request(exchange.request, version, masker),
        "response": _response(response, masker) if response else _NO_RESPONSE,
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": masker.text(comment),
    }
    if attempt.error and response is None:
        entry["_error"] = masker.text(attempt.error.message)  # what Chrome calls it
    return entry


def _instant(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _request(request: HttpRequest, version: str, masker: Masker) -> dict[str, Value]:
    spelled = {
        "method": request.method,
        "url": masker.text(request.url),
        "httpVersion": version,
        "cookies": sent_cookies(request.headers, masker),
        "headers": _name_value_pairs(masker.headers(request.headers)),
        "queryString": _query(masker.text(request.url)),
        "headersSize": _UNKNOWN,
        "bodySize": size_of(request.body),
    }
    if size_of(request.body):
        spelled["postData"] = _post_data(request, masker)
    return spelled


def _query(url: str) -> list[dict[str, str]]:
    return _name_value_pairs(tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)))


def _post_data(request: HttpRequest, masker: Masker) -> dict[str, Value]:
    """HAR has no encoding for sent octets: what is no text stands as Base64 and says so."""
    content_type = masker.text(header_value(request.headers, "Content-Type") or "")
    if isinstance(request.body, OmittedBody):
        return {"mimeType": content_type, "params": [], "text": "", "comment": NOT_KEPT}
    text = decode_text(request.body, request.headers)
    if text is None:
        encoded = base64.b64encode(masker.value(request.body)).decode("ascii")
        return {"mimeType": content_type, "params": [], "text": encoded, "comment": "base64"}
    masked = masker.text(text)
    is_form = media_type(request.headers) == FORM
    fields = _name_value_pairs(tuple(parse_qsl(masked, keep_blank_values=True))) if is_form else []
    return {"mimeType": content_type, "params": fields, "text": masked}


def _response(response: HttpResponse, masker: Masker) -> dict[str, Value]:
    return {
        "status": response.status,
        "statusText": _phrase(response.status),
        "httpVersion": response.http_version,
        "cookies": set_cookies(response.headers, masker),
        "headers": _name_value_pairs(masker.headers(response.headers)),
        "content": _content(response, masker),
        "redirectURL": masker.text(header_value(response.headers, "Location") or ""),
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
        "size": byte_count(response.body),
        "mimeType": masker.text(header_value(response.headers, "Content-Type") or ""),
    }
    if isinstance(response.body, OmittedBody):
        return {**content, "comment": NOT_KEPT}
    text = decode_text(response.body, response.headers)
    if text is not None:
        return {**content, "text": masker.text(text)}
    encoded = base64.b64encode(masker.value(response.body)).decode("ascii")
    return {**content, "text": encoded, "encoding": "base64"}


def _name_value_pairs(fields: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]
