"""What schemas say of a value, in the words of hovers and of the details of completions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from arazzo_runner.openapi.schema.descend import (
    SchemaShape,
    descend_step,
    names_of,
    types_of_shape,
)
from arazzo_runner.openapi.schema.shape import SchemaPart
from arazzo_runner.text.diagnostic import shorten

_LONGEST = 600
"""Characters of an example that are shown."""


def parts_of(shape: SchemaShape) -> Iterator[SchemaPart]:
    """All schemas that say something of a value, each once."""
    seen = set[int]()
    for alternative in shape.alternatives or ():
        for part in alternative:
            if id(part.node) not in seen:
                seen.add(id(part.node))
                yield part


def types_text(shape: SchemaShape) -> str:
    """The types of a value: ``integer or null``; empty where it may have any."""
    return " or ".join(types_of_shape(shape))


def keyword_of(shape: SchemaShape, *keywords: str) -> Any:
    """The first value of one of the keywords; None where no schema has any."""
    for keyword in keywords:
        for part in parts_of(shape):
            if part.node.get(keyword) is not None:
                return part.node[keyword]
    return None


def description_of(shape: SchemaShape) -> str:
    """The description of a value, or its title."""
    found = keyword_of(shape, "description", "title")
    return found.strip() if isinstance(found, str) else ""


def members_of(shape: SchemaShape) -> Iterator[tuple[str, SchemaShape]]:
    """The members that the schemas of an object name; ``0`` for the items of an array."""
    names = dict.fromkeys(
        name for alternative in shape.alternatives or () for name in names_of(alternative)
    )
    if not names and "array" in (shape.kinds or ()):
        names["0"] = None
    for name in names:
        found = descend_step(shape, name)
        if isinstance(found, SchemaShape):
            yield name, found


def documented_example(shape: SchemaShape) -> tuple[Any, ...]:
    """The example of a value that its schemas have; empty where they have none."""
    examples = keyword_of(shape, "examples")
    if isinstance(examples, list) and examples:
        return (examples[0],)
    found = keyword_of(shape, "example", "const", "default")
    return () if found is None else (found,)


def json_text(value: Any) -> str:
    """A value as JSON: short ones in one line, all within some hundred characters."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    if len(line) > 60:
        line = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return shorten(line, _LONGEST)


def shape_markdown(shape: SchemaShape) -> Iterator[str]:
    """The lines of a hover about a value: type, description, what it is one of, members."""
    types, form = types_text(shape), keyword_of(shape, "format")
    if types:
        yield f"Type: {types}" + (f" ({form})" if isinstance(form, str) else "")
    if description := description_of(shape):
        yield description
    if values := shape.values:
        yield "One of: " + ", ".join(f"`{json_text(one)}`" for one in values[:20])
    members = [_member_text(name, one) for name, one in members_of(shape)]
    if members:
        more = f" and {len(members) - 20} more" if len(members) > 20 else ""
        yield "Members: " + ", ".join(members[:20]) + more


def _member_text(name: str, shape: SchemaShape) -> str:
    types = types_text(shape)
    return f"`{name}` ({types})" if types else f"`{name}`"


def example_block(value: Any, title: str = "Example") -> str:
    """An example as the block of a hover."""
    return f"{title}:\n```json\n{json_text(value)}\n```"
