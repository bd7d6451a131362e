"""The file of ``--record``: JSON of a stable form, which docs/recording.md describes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct, field

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.plan import JudgeName, Limits, Settings
from arazzo_runner.executor.world import FailureCode, TransportFailure
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.recording.body import (
    body_from_json,
    body_to_json,
    files_from_json,
    files_to_json,
)
from arazzo_runner.recording.documents import documents_from_json, documents_to_json
from arazzo_runner.recording.messages import (
    FailureForm,
    MessageForm,
    failure_to_json,
    message_from_json,
    message_to_json,
)
from arazzo_runner.recording.model import RecordedExchange, RecordedOptions, Recording, SendOutcome
from arazzo_runner.report.files import write_pieces
from arazzo_runner.report.formats.json_stream import OpenArray, OpenObject, json_stream
from arazzo_runner.report.secrets import Masker
from arazzo_runner.retrieve.pipe import read_file
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.json_write import INDENTED, write_json
from arazzo_runner.text.number import JsonNumber, parse_number
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.version import VERSION

SCHEMA_VERSION: Final = "1.0"
WITH_MESSAGES: Final = "1.1"
"""Of a recording with messages."""
_PAIR: Final = lazy_pattern(r'\[\n +("(?:[^"\\]|\\.)*+"),\n +("(?:[^"\\]|\\.)*+")\n +\]')
_COUNTED: Final = ("max_steps", "max_depth", "max_retries", "max_wait", "run_timeout")


def write_recording(path: str | Path, recording: Recording, masker: Masker) -> None:
    """Put a recording into a file, whole or not at all, secrets masked. Raises UsageError."""
    write_pieces(path, json_stream(_recording_json(recording, masker), _lines), "recording")


def _lines(value: Value) -> str:
    """Indented JSON, a header field a line; a string holds no line break."""
    return _PAIR.sub(r"[\1, \2]", write_json(value, INDENTED))


def read_recording(path: str | Path) -> Recording:
    """Read a recording. Raises UsageError AZ906 for a file that is none."""
    try:
        read = json.loads(read_file(path), parse_float=parse_number)
        return _recording(msgspec.convert(_plain(read), _File))
    except OSError as reason:
        raise _file_error(path, (reason.strerror or str(reason)).lower()) from None
    except json.JSONDecodeError as reason:
        why = f"it is not JSON: line {reason.lineno}, column {reason.colno}"
        raise _file_error(path, why) from None
    except UnicodeDecodeError:
        raise _file_error(path, "it is not UTF-8") from None
    except RecursionError:
        raise _file_error(path, "it is nested too deeply") from None
    except ValueError as reason:
        raise _file_error(path, str(reason)) from None


def _plain(value: Value) -> Value:
    """What a file holds, with plain floats but in the values of the run itself."""
    match value:
        case JsonNumber():
            return float(value)
        case dict():
            kept = ("body", "inputs", "payload")
            return {name: one if name in kept else _plain(one) for name, one in value.items()}
        case list():
            return list(map(_plain, value))
        case _:
            return value


def _file_error(path: str | Path, why: str) -> UsageError:
    return UsageError(
        error(
            "AZ906",
            f"the recording `{path}` cannot be used: {why[:1].lower()}{why[1:]}",
            help="`arazzo run --record FILE` writes one",
        )
    )


# --- writing --------------------------------------------------------------------------------------


def _recording_json(recording: Recording, masker: Masker) -> OpenObject:
    messages = [message_to_json(one, masker) for one in recording.messages]
    spelled = {
        "schema_version": WITH_MESSAGES if messages else SCHEMA_VERSION,
        "tool": {"name": "arazzo", "version": VERSION},
        "recorded_at": recording.recorded_at,
        "document": masker.text(recording.document),
        "digests": dict(recording.digests),
        "asked": _options_json(recording.asked, masker),
        "inputs": masker.value(files_to_json(dict(recording.inputs))),
        "exchanges": OpenArray(_exchange_json(one, masker) for one in recording.exchanges),
        **({"messages": messages} if messages else {}),
        **documents_to_json(recording.documents, masker),
    }
    if recording.closed is not None:
        spelled["closed"] = failure_to_json(recording.closed, masker)
    return OpenObject(spelled)


def _options_json(asked: RecordedOptions, masker: Masker) -> dict[str, Value]:
    settings = asked.settings
    return {
        "workflows": list(asked.workflows),
        "servers": masker.value(dict(asked.servers)),
        "server_variables": masker.value(dict(asked.server_variables)),
        "sources": masker.value(dict(asked.sources)),
        "source_dirs": list(asked.source_dirs),
        "until": settings.until,
        "fail_fast": settings.fail_fast,
        "headers": [masker.text(one) for one in asked.headers],
        "no_auth": list(asked.no_auth),
        "allow_origins": list(settings.allow_origins),
        "send_invalid": list(settings.send_invalid),
        "checks": dict(settings.checks),
        **({"check_with": settings.check_with} if settings.check_with else {}),
        **({"max_durations": _seconds(settings.max_durations)} if settings.max_durations else {}),
        **{name: getattr(settings.limits, name) for name in _COUNTED},
    }


def _seconds(durations: Mapping[str, float]) -> dict[str, Value]:
    return {name: float(seconds) for name, seconds in durations.items()}


def _exchange_json(one: RecordedExchange, masker: Masker) -> dict[str, Value]:
    source, method, path = one.operation
    request = one.request
    return {
        "key": one.key,
        "operation": {"source": source, "method": method, "path": path},
        "request": {
            "method": request.method,
            "url": masker.text(request.url),
            "headers": _pairs(request.headers, masker),
            "body": body_to_json(request.body, request.headers, masker),
        },
        **_outcome_json(one, masker),
    }


def _outcome_json(one: RecordedExchange, masker: Masker) -> dict[str, Value]:
    match one.outcome:
        case HttpResponse() as response:
            return {"response": _response_json(response, one.request.headers, masker)}
        case TransportFailure(code, message, hint, duration, head=head):
            spelled: dict[str, Value] = {
                "code": code,
                "message": masker.text(message),
                "hint": hint,
            }
            spelled["duration"] = round(duration, 6)
            if one.timed_out:
                spelled["timed_out"] = True
            if one.outcome.in_process:
                spelled["in_process"] = True
            if head is not None:
                spelled["head"] = _response_json(head, one.request.headers, masker)
            return {"failure": spelled}


def _response_json(response: HttpResponse, built: Headers, masker: Masker) -> dict[str, Value]:
    added = tuple(one for one in response.sent_headers if one not in built)
    spelled: dict[str, Value] = {
        "status": response.status,
        "http_version": response.http_version,
        "duration": round(response.duration, 6),
        "headers": _pairs(response.headers, masker),
        "body": body_to_json(response.body, response.headers, masker),
        "added_headers": _pairs(added, masker),
    }
    return {**spelled, "in_process": True} if response.in_process else spelled


def _pairs(headers: Headers, masker: Masker) -> list[list[str]]:
    return [[name, value] for name, value in masker.headers(headers)]


# --- reading --------------------------------------------------------------------------------------


class _Operation(Struct, frozen=True):
    source: str
    method: str
    path: str


class _Request(Struct, frozen=True):
    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None


class _Response(Struct, frozen=True):
    status: int
    http_version: str = "HTTP/1.1"
    duration: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    added_headers: tuple[tuple[str, str], ...] = ()
    in_process: bool = False


class _Failure(Struct, frozen=True):
    code: FailureCode
    message: str
    hint: str | None = None
    duration: float = 0.0
    timed_out: bool = False
    in_process: bool = False
    head: _Response | None = None


class _Exchange(Struct, frozen=True):
    key: str
    operation: _Operation
    request: _Request
    response: _Response | None = None
    failure: _Failure | None = None


class _Options(Struct, frozen=True):
    workflows: tuple[str, ...] = ()
    servers: dict[str, str] = field(default_factory=dict)
    server_variables: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    source_dirs: tuple[str, ...] = ()
    until: str | None = None
    fail_fast: bool = False
    headers: tuple[str, ...] = ()
    no_auth: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    send_invalid: tuple[str, ...] = ()
    checks: dict[str, str] = field(default_factory=dict)
    check_with: JudgeName | None = None
    max_durations: dict[str, Annotated[float, Meta(gt=0)]] = field(default_factory=dict)
    max_steps: Annotated[int, Meta(ge=1)] = 1_000
    max_depth: Annotated[int, Meta(ge=1)] = 16
    max_retries: Annotated[int, Meta(ge=0)] = 10
    max_wait: Annotated[float, Meta(ge=0)] = 60.0
    run_timeout: Annotated[float, Meta(ge=0)] = 3_600.0


class _File(Struct, frozen=True):
    schema_version: str
    document: str
    exchanges: tuple[_Exchange, ...]
    inputs: dict[str, Any] = field(default_factory=dict)
    asked: _Options = field(default_factory=_Options)
    digests: dict[str, str] = field(default_factory=dict)
    recorded_at: str = ""
    documents: dict[str, dict[str, str]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    messages: tuple[MessageForm, ...] = ()
    closed: FailureForm | None = None


def _recording(form: _File) -> Recording:
    if form.schema_version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise ValueError(f"its `schema_version` is `{form.schema_version}`, not `{SCHEMA_VERSION}`")
    return Recording(
        form.document,
        tuple(map(_exchange, form.exchanges)),
        files_from_json(form.inputs),
        _read_options(form.asked),
        form.digests,
        form.recorded_at,
        documents_from_json(form.documents, form.moved, form.contents),
        tuple(map(message_from_json, form.messages)),
        None if form.closed is None else form.closed.failure(),
    )


def _read_options(form: _Options) -> RecordedOptions:
    checks: Mapping[str, str] = form.checks
    limits = Limits(**{name: getattr(form, name) for name in _COUNTED})
    settings = msgspec.convert({"checks": checks} if checks else {}, Settings)
    return RecordedOptions(
        form.workflows,
        form.servers,
        form.server_variables,
        form.sources,
        form.source_dirs,
        Settings(
            limits,
            settings.checks,
            form.until,
            form.fail_fast,
            form.allow_origins,
            form.send_invalid,
            form.check_with,
            form.max_durations,
        ),
        form.headers,
        form.no_auth,
    )


def _exchange(form: _Exchange) -> RecordedExchange:
    asked = form.request
    body = body_from_json(asked.body, asked.headers)
    request = HttpRequest(asked.method, asked.url, asked.headers, body)
    operation = form.operation
    named = (operation.source, operation.method, operation.path)
    late = form.failure is not None and form.failure.timed_out
    return RecordedExchange(form.key, named, request, _outcome(form), late)


def _outcome(form: _Exchange) -> SendOutcome:
    if form.response is None:
        if form.failure is None:
            raise ValueError(f"the request `{form.key}` has neither `response` nor `failure`")
        failure = form.failure
        head = _response(failure.head) if failure.head else None
        return TransportFailure(
            failure.code,
            failure.message,
            failure.hint,
            failure.duration,
            head=head,
            in_process=failure.in_process,
        )
    return _response(form.response)


def _response(response: _Response) -> HttpResponse:
    return HttpResponse(
        response.status,
        response.headers,
        body_from_json(response.body, response.headers),
        response.duration,
        response.http_version,
        response.added_headers,
        in_process=response.in_process,
    )
