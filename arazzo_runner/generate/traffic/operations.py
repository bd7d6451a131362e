"""The operation of an API description that a request was for: by server, method and path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from arazzo_runner.generate.openapi.catalog import ApiOperation
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.http_semantics.uri import parse_uri
from arazzo_runner.mock.request import literal_pattern
from arazzo_runner.openapi.model import Operation, Server

_VARIABLE: Final = re.compile(r"\{[^{}]*\}")
_WHOLE, _ELSEWHERE, _BELOW, _NAMED, _NONE = range(5)


class _Candidate(Struct, frozen=True):
    """An operation with the pattern of its path; more ``literals`` make it more particular."""

    operation: ApiOperation
    pattern: re.Pattern[str]
    literals: int
    variables: int


class OperationMatcher:
    """Finds the operations of requests in one description."""

    def __init__(self, operations: Iterable[ApiOperation]) -> None:
        self._by_method: dict[str, list[_Candidate]] = {}
        for one in operations:
            path = one.operation.path.partition("?")[0].partition("#")[0]
            literals = len(_VARIABLE.sub("", path))
            candidate = _Candidate(one, _path_pattern(path), literals, path.count("{"))
            self._by_method.setdefault(one.operation.method, []).append(candidate)

    def find(self, call: TrafficCall) -> ApiOperation | None:
        """The operation whose server and path fit best, None without any.

        The server may be another one than those that are documented, if the path below it is the
        same: requests go to a staging system, or to a port of this machine.
        """
        ranked: list[tuple[int, int, int, ApiOperation]] = []
        for candidate in self._by_method.get(call.request.method, ()):
            matched = candidate.pattern.search(call.path)
            if matched is None:
                continue
            operation = candidate.operation.operation
            rank = _server_rank(operation, call, call.path[: matched.start()])
            if rank == _NONE and call.script is None and call.template == operation.path:
                rank = _NAMED  # a mock takes paths without that of the server, too
            if rank < _NONE:
                ranked.append((rank, -candidate.literals, candidate.variables, candidate.operation))
        return min(ranked, key=lambda one: one[:3])[3] if ranked else None


def _path_pattern(path: str) -> re.Pattern[str]:
    pieces = _VARIABLE.split(path)
    return re.compile("([^/]+)".join(map(literal_pattern, pieces)) + r"\Z")


def _server_rank(operation: Operation, call: TrafficCall, base: str) -> int:
    return min((_rank(server, call, base) for server in operation.servers), default=_NONE)


def _rank(server: Server, call: TrafficCall, base: str) -> int:
    url = server.url
    for name, variable in server.variables.items():
        url = url.replace(f"{{{name}}}", variable.default)
    parts = parse_uri(url)
    if parts is None:
        return _NONE
    documented = parts.path.rstrip("/")
    if documented != base.rstrip("/"):
        # Behind a gateway, which has it below a path of its own.
        is_below = documented and base.rstrip("/").endswith(documented)
        return _BELOW if is_below else _NONE
    return _WHOLE if parts.netloc.lower() == call.parts.netloc.lower() else _ELSEWHERE
