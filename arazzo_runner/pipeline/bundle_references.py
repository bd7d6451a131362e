"""Reading all that API descriptions and inputs refer to, also what no workflow uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.openapi.references import reference_target
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place, SourceFile

# OpenAPI Specification 3.2.0: Reference Object, Link Object; JSON Schema 2020-12, section 8.2.3.
_REFERENCES: Final = ("$ref", "$dynamicRef", "operationRef")


def read_references(description: Description) -> list[Diagnostic]:
    """Follow every reference to another document; returns what cannot be resolved, AZ214 mostly.

    A mock and a validator read more of a description than a run does.
    """
    found: dict[Diagnostic, None] = {}
    for unit in description.units.values():
        schemas = [one.schemas for one in unit.async_apis.values()]
        for api in (*unit.apis.values(), *schemas):
            found.update(dict.fromkeys(_follow(api)))
    return [*found]


def _follow(api: ApiDescription) -> Iterator[Diagnostic]:
    seen: set[SourceFile] = set()
    todo: list[tuple[SourceFile, Value]] = [(api.source, api.raw)]
    while todo:
        source, value = todo.pop()
        if source not in seen:
            seen.add(source)
            for reference, place in _references(value, Place(source)):
                yield from _problems(api, reference, place)
            todo += api.documents.values()


def _problems(api: ApiDescription, reference: str, place: Place) -> tuple[Diagnostic, ...]:
    try:
        reference_target(api, reference, place)
    except DocumentError as reason:
        return reason.diagnostics
    return ()


def _references(root: Value, start: Place) -> Iterator[tuple[str, Place]]:
    """The references to other documents with the places of the objects that hold them."""
    todo: list[tuple[Value, Place]] = [(root, start)]
    while todo:
        node, place = todo.pop()
        if isinstance(node, list):
            todo += [(one, place.at(index)) for index, one in enumerate(node)]
        elif isinstance(node, dict):
            todo += [(one, place.at(key)) for key, one in node.items()]
            yield from ((one, place) for one in _of_object(node))


def _of_object(node: dict[str, Value]) -> Iterator[str]:
    named = [node.get(name) for name in _REFERENCES]
    discriminator = node.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    # Discriminator Object: a value is a URI where it is not the name of a schema.
    if isinstance(mapping, dict):
        named += [one for one in mapping.values() if isinstance(one, str) and "." in one]
    for one in named:
        if isinstance(one, str) and one and not one.startswith("#"):
            yield one
