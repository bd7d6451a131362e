"""How reports name what they tell of."""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.openapi.model import Operation


class OperationName(Struct, frozen=True):
    """How reports name an operation of a source description."""

    source: str | None
    operation_id: str | None
    method: str
    path: str


def operation_name(source: str | None, operation: Operation) -> OperationName:
    """The name of an operation of the source description ``source``."""
    return OperationName(source, operation.operation_id, operation.method, operation.path)
