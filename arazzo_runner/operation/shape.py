"""Taking apart the plain data of an API description, with a message where it has another shape."""

from __future__ import annotations

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, describe
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Place


def malformed_error(message: str, place: Place) -> DocumentError:
    """The error for a part of an API description that cannot be understood."""
    return DocumentError(error("AZ217", message, place))


def object_at(node: Value, place: Place, what: str) -> dict[str, Value]:
    """The node as an object, an absent one as an empty one; raises DocumentError AZ217."""
    if node is None:
        return {}
    if not isinstance(node, dict):
        raise malformed_error(f"{what} has to be an object, not {describe(node)}", place)
    return node


def list_at(node: Value, place: Place, what: str) -> list[Value]:
    """The node as an array, an absent one as an empty one; raises DocumentError AZ217."""
    if node is None:
        return []
    if not isinstance(node, list):
        raise malformed_error(f"{what} has to be an array, not {describe(node)}", place)
    return node


def required_text(node: dict[str, Value], name: str, place: Place, what: str) -> str:
    """A required string member of an object; raises DocumentError AZ217."""
    value = node.get(name)
    if not isinstance(value, str):
        raise malformed_error(f"{what} needs `{name}`, a string", place)
    return value


def optional_text(node: dict[str, Value], name: str) -> str | None:
    """A string member of an object, None when it is not there or is no string."""
    value = node.get(name)
    return value if isinstance(value, str) else None


def map_members(node: dict[str, Value]) -> list[tuple[str, Value]]:
    """The members of a map object without its ``x-`` extensions."""
    return [(key, value) for key, value in node.items() if not key.startswith("x-")]
