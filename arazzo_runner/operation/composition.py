"""What a schema surely also is: the target of its ``$ref`` and the members of its ``allOf``."""

from __future__ import annotations

from arazzo_runner.expression.value import Value
from arazzo_runner.operation.model import ApiDescription
from arazzo_runner.operation.reference import reference_of, reference_target
from arazzo_runner.text.source import Place, Pointer


def all_of_parts(
    description: ApiDescription, node: Value, place: Place
) -> list[tuple[dict[str, Value], Place]]:
    """A schema and all that it surely also is, with their places; itself first, each one once."""
    found, todo = list[tuple[dict[str, Value], Place]](), [(node, place)]
    seen = set[tuple[str, Pointer]]()
    while todo:
        node, place = todo.pop()
        key = (place.source.uri, place.pointer)
        if not isinstance(node, dict) or key in seen:
            continue
        seen.add(key)
        found.append((node, place))
        if reference := reference_of(node):
            todo.append(reference_target(description, reference, place))
        members = node.get("allOf")
        for index, one in enumerate(members if isinstance(members, list) else ()):
            todo.append((one, place.at("allOf", index)))
    return found
