"""A possible cause of a 404: a `--server` without the path that the API description has there."""

from __future__ import annotations

from urllib.parse import urlsplit

from arazzo_runner.executor.result import Attempt
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.response.contract import documented_statuses
from arazzo_runner.openapi.servers import base_path


def base_path_hint(operation: Operation | None, attempt: Attempt) -> str | None:
    """The server to try where a request was answered with 404; None where nothing speaks for it."""
    if operation is None or attempt.request is None or attempt.response is None:
        return None
    if attempt.response.status != 404 or not operation.servers:
        return None
    server = _server_of(attempt.request.url, operation)
    source = operation.description.source.name
    documented = base_path(operation)
    if documented and not server.endswith(documented):
        return (
            f"`{source}` has its operations below `{documented}`, and this URL has not; "
            f"try `--server {server}{documented}`"
        )
    if operation.servers[0].url == "/" and "404" not in documented_statuses(operation):
        return (
            f"`{source}` names no server, so a path before that of the operation is not known; "
            f"if there is one: `--server {server}/PATH`"
        )
    return None


def _server_of(url: str, operation: Operation) -> str:
    """The URL without the path of the operation, whose segments keep their number."""
    parts = urlsplit(url)
    segments = parts.path.split("/")
    kept = segments[: len(segments) - operation.path.count("/")]
    return f"{parts.scheme}://{parts.netloc}{'/'.join(kept)}"
