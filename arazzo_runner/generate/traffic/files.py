"""What a file of requests is, and the requests in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.traffic.calls import Traffic, traffic_error
from arazzo_runner.generate.traffic.har import har_traffic, parse_traffic_json

RECORDING: Final = "recording"
HAR: Final = "HAR"
POSTMAN: Final = "Postman collection"
_MEMBERS: Final = (
    (b'"log"', b'"entries"'),
    (b'"exchanges"', b'"schema_version"'),
    (b'"info"', b'"item"'),
    (b'"requests"', b'"order"'),
    (b'"values"', b'"_postman_variable_scope"'),
)
"""Members of each kind: a file without them is no such file, and is not parsed to see it."""


def traffic_of(name: str, data: bytes) -> tuple[str | None, Value]:
    """What a file of requests is called, with its value; None for what is none.

    Raises UsageError for one that cannot be read, or is of a version that is not supported.
    """
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{") or not any(all(one in data for one in each) for each in _MEMBERS):
        return None, None
    value = parse_traffic_json(name, data)
    kind = _kind(value) if isinstance(value, dict) else None
    if kind is None and isinstance(value, dict):
        _check_postman(name, value)
    return kind, value if kind else None


def _kind(value: Mapping[str, object]) -> str | None:
    """By the members that its form requires."""
    info, log = value.get("info"), value.get("log")
    if isinstance(log, dict) and "openapi" not in value and "arazzo" not in value:
        return HAR
    if isinstance(info, dict) and "item" in value and not value.keys() & {"openapi", "arazzo"}:
        return POSTMAN
    if "exchanges" in value and "schema_version" in value:
        return RECORDING
    return None


def _check_postman(name: str, value: Mapping[str, object]) -> None:
    """Name what else Postman writes. Raises UsageError."""
    if isinstance(value.get("requests"), list) and "order" in value:
        message = f"`{name}` is a Postman collection 1.0, which is not supported"
        raise traffic_error(message, "export it again in Postman as a collection v2.1")
    if "_postman_variable_scope" in value:
        message = f"`{name}` is a Postman environment: it has variables, and no request"
        raise traffic_error(message, "name the collection; its variables become inputs")


def read_traffic(name: str, kind: str | None, value: Any) -> Traffic:
    """The requests of a file. Raises UsageError for one that cannot be used."""
    if kind == HAR:
        return har_traffic(name, value)
    if kind == RECORDING:
        from arazzo_runner.generate.traffic.recording import recorded_traffic
        from arazzo_runner.recording.file import read_recording

        return recorded_traffic(read_recording(name))
    if kind == POSTMAN:
        from arazzo_runner.generate.postman.collection import postman_traffic

        return postman_traffic(name, value)
    raise traffic_error(f"`{name}` is no {HAR}, {RECORDING} or {POSTMAN}")
