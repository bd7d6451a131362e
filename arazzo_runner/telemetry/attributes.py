"""The attributes of spans: OpenTelemetry's for HTTP, and our own that begin with ``arazzo.``."""

from __future__ import annotations

import re
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from arazzo_runner.executor.result import StepResult, WorkflowResult
from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.openapi.message import HttpResponse

Attributes: TypeAlias = dict[str, str | int | float | bool]

_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
_LOGIN: Final = re.compile(r"(?<=://)[^/@]*@")
_PORTS: Final = {"http": 80, "https": 443}


def request_attributes(call: SendCall) -> Attributes:
    """What is known of a request before it is sent; a login in its URL is left out."""
    request = call.request
    parts = urlsplit(request.url)
    source, _, template = call.operation
    resent = int(call.key.rpartition("@")[2] or 1) - 1
    return {
        **_method(request.method),
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS.get(parts.scheme, 0),
        "url.full": _LOGIN.sub("REDACTED:REDACTED@", request.url),
        "url.template": template,
        **({"http.request.resend_count": resent} if resent else {}),
        "arazzo.call.key": call.key,
        "arazzo.source": source,
    }


def _method(method: str) -> Attributes:
    if method in _METHODS:
        return {"http.request.method": method}
    return {"http.request.method": "_OTHER", "http.request.method_original": method}


def response_attributes(outcome: HttpResponse | TransportFailure) -> Attributes:
    """What came: a status from 400 on is an error, to OpenTelemetry."""
    if isinstance(outcome, TransportFailure):
        return {"error.type": outcome.code}
    found: Attributes = {
        "http.response.status_code": outcome.status,
        "network.protocol.version": outcome.http_version.removeprefix("HTTP/"),
    }
    return found | ({"error.type": str(outcome.status)} if outcome.status >= 400 else {})


def step_attributes(result: StepResult) -> Attributes:
    """How a visit of a step went."""
    found: Attributes = {
        "arazzo.step.status": result.status.value,
        "arazzo.step.attempts": len(result.attempts),
    }
    if result.operation:
        found["arazzo.source"] = result.source or ""
        found["arazzo.operation.id"] = result.operation.operation_id or ""
    if not result.passed:
        error = result.attempts[-1].error if result.attempts else None
        found["error.type"] = error.code if error else "criterion"
    return found


def workflow_attributes(result: WorkflowResult) -> Attributes:
    """How a workflow went."""
    found: Attributes = {"arazzo.workflow.status": result.status.value}
    if not result.passed:
        found["error.type"] = result.error.code if result.error else "step"
    return found
