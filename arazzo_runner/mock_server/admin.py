"""`/__arazzo/…`: what the server is asked about itself, by clients on this machine alone.

A page in a browser must not reach it through a name that it lets point here: the `Host` has to be a
loopback address or `localhost`, and so has an `Origin`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from ipaddress import ip_address
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.mock.problem import Problem, ProblemError, problem_response
from arazzo_runner.mock.resources import MockState
from arazzo_runner.mock_server.disturbance import Disturbance, Latency, parse_faults, parse_latency
from arazzo_runner.mock_server.emit.respond import MAX_ORDER, PREFIX
from arazzo_runner.mock_server.reload import unknown_path
from arazzo_runner.mock_server.runtime import ServerRuntime
from arazzo_runner.mock_server.service import BOUND, ServerRequest, is_too_deep
from arazzo_runner.mock_server.state_file import state_json, states_from_json
from arazzo_runner.mock_server.traffic import traffic_json
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.text.json_write import INDENTED, write_json
from arazzo_runner.version import VERSION

_Action: TypeAlias = Callable[[ServerRuntime, ServerRequest], Value | Awaitable[Value]]


def is_admin(path: str) -> bool:
    """Whether a path belongs to the server itself."""
    return path == PREFIX or path.startswith(PREFIX + "/")


async def admin_response(
    runtime: ServerRuntime, incoming: ServerRequest, client: str | None
) -> HttpResponse:
    """The answer to a request about the server itself."""
    refusal = client_refusal(incoming.headers, client)
    if refusal:
        return problem_response(Problem(403, refusal))
    actions = _ACTIONS.get(incoming.path.removeprefix(PREFIX).strip("/"))
    if actions is None:
        names = ", ".join(f"`{PREFIX}/{name}`" for name in _ACTIONS)
        return problem_response(Problem(404, f"there are {names}"))
    action = actions.get("GET" if incoming.method == "HEAD" else incoming.method)
    if action is None:
        return _method_refusal(incoming, actions)
    try:
        found = action(runtime, incoming)
        if isawaitable(found):
            found = await found
    except ProblemError as failure:
        return problem_response(failure.problem)
    except RecursionError:
        return problem_response(Problem(400, "the body is nested too deeply"))
    except ValueError as reason:
        return problem_response(Problem(400, str(reason)))
    body = f"{write_json(found, INDENTED)}\n".encode("utf-8", "backslashreplace")
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return HttpResponse(200, headers, body)


def _method_refusal(incoming: ServerRequest, actions: Mapping[str, _Action]) -> HttpResponse:
    methods = {*actions, "OPTIONS", *(("HEAD",) if "GET" in actions else ())}
    allow = ", ".join(sorted(methods))
    if incoming.method == "OPTIONS":
        return HttpResponse(204, (("Allow", allow),), b"")
    response = problem_response(Problem(405, f"`{incoming.path}` has {allow}"))
    return HttpResponse(405, (*response.headers, ("Allow", allow)), response.body)


def client_refusal(headers: Headers, client: str | None) -> str:
    """Why a client is not one of this machine's own; empty for one that is, and may ask."""
    if not is_loopback(client or ""):
        return f"`{PREFIX}` is for clients on the machine of the server alone"
    host = header_value(headers, "Host") or ""
    if host and not is_loopback(_host_name(f"//{host}")):
        return f"`{PREFIX}` is not for the host `{host}`: ask `127.0.0.1` or `localhost`"
    origin = header_value(headers, "Origin")
    if origin is not None and not is_loopback(_host_name(origin)):
        return f"`{PREFIX}` is not for pages of `{origin}`"
    return ""


def _host_name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: `localhost`, or an address of it."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None)
    return bool((inner or address).is_loopback)


# --- what can be asked ----------------------------------------------------------------------------


def _health(runtime: ServerRuntime, _incoming: ServerRequest) -> Value:
    return {
        "status": "ok",
        "version": VERSION,
        "requests": runtime.traffic.count,
        "sources": dict(runtime.service.routes.operations),
    }


def _requests(runtime: ServerRuntime, _incoming: ServerRequest) -> Value:
    return {"requests": traffic_json(runtime.traffic.entries, runtime.service.descriptions)}


def _clear_requests(runtime: ServerRuntime, incoming: ServerRequest) -> Value:
    runtime.traffic.clear()
    return _requests(runtime, incoming)


def _state(runtime: ServerRuntime, _incoming: ServerRequest) -> Value:
    return state_json({name: api.state for name, api in runtime.service.apis.items()})


def _put_state(runtime: ServerRuntime, incoming: ServerRequest) -> Value:
    states = states_from_json(_json(incoming))
    unknown = [name for name in states if name not in runtime.service.apis]
    if unknown:
        raise ValueError(f"there is no source `{unknown[0]}`")
    for name, state in states.items():
        path = unknown_path(state, runtime.service.descriptions[name])
        if path is not None:
            raise ValueError(f"the source `{name}` has no path `{path}`")
    for name, api in runtime.service.apis.items():
        api.state = states.get(name) or MockState(BOUND)
    return _state(runtime, incoming)


def _delete_state(runtime: ServerRuntime, incoming: ServerRequest) -> Value:
    runtime.service.reset()
    return _state(runtime, incoming)


def _reset(runtime: ServerRuntime, incoming: ServerRequest) -> Value:
    """As the server was when it began: its state, the requests, and the faults that are due."""
    runtime.restart()
    return _health(runtime, incoming)


def _faults(runtime: ServerRuntime, _incoming: ServerRequest) -> Value:
    now = runtime.disturbance
    latency = now.latency.text() if now.latency.most else None
    return {"faults": [one.text() for one in now.faults], "latency": latency}


def _set_faults(runtime: ServerRuntime, incoming: ServerRequest) -> Value:
    read = _json(incoming)
    if not isinstance(read, dict) or not read.keys() <= {"faults", "latency"}:
        raise ValueError('the body is to be `{"faults": ["503:5%"], "latency": "50ms"}`')
    texts, latency = read.get("faults", []), read.get("latency")
    is_readable = isinstance(texts, list) and (latency is None or isinstance(latency, str))
    if not is_readable:
        raise ValueError("`faults` is an array of strings, `latency` a string or null")
    faults = parse_faults(map(str, texts))
    span = parse_latency(latency) if latency else Latency()
    runtime.disturbance = Disturbance(runtime.seed, faults, span)
    return _faults(runtime, incoming)


def _emittable(runtime: ServerRuntime, _incoming: ServerRequest) -> Value:
    return {"emit": [one.as_json() for one in runtime.service.emits.targets()]}


def _emit(runtime: ServerRuntime, incoming: ServerRequest) -> Awaitable[Value]:
    if len(incoming.body) > MAX_ORDER:
        raise ProblemError(Problem(413, f"the body is larger than {MAX_ORDER:,} bytes"))
    return runtime.emitter.emit(runtime.service.emits, _json(incoming))


def _json(incoming: ServerRequest) -> Any:
    if is_too_deep(incoming.body):
        raise ValueError("the body is nested too deeply")
    try:
        return json.loads(incoming.body)
    except ValueError as reason:
        raise ValueError(f"the body is not JSON: {reason}") from None


_ACTIONS: Final[dict[str, dict[str, _Action]]] = {
    "health": {"GET": _health},
    "requests": {"GET": _requests, "DELETE": _clear_requests},
    "state": {"GET": _state, "PUT": _put_state, "DELETE": _delete_state},
    "reset": {"POST": _reset},
    "faults": {"GET": _faults, "POST": _set_faults},
    "emit": {"GET": _emittable, "POST": _emit},
}
