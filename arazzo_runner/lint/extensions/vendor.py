"""AZ123: fields of other runners, which have no effect here, with the counterpart that has.

Arazzo Specification 1.1.0, "Specification Extensions": tools may ignore them. Silence would send
requests without the credentials, or to another server, than the document seems to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.extensions.templates import foreign_templates
from arazzo_runner.text.diagnostic import Diagnostic, warning
from arazzo_runner.text.source import Place

_OPERATION: Final = (
    "describe the operation in an OpenAPI file of its own, and name it by `operationId`"
)
_CREDENTIALS: Final = "credentials are read from the environment: `arazzo auth` lists their names"
_SERVER: Final = "give the server with `--server NAME=URL`, `NAME` a source description"

# By name, without case: what other runners document.
_COUNTERPARTS: Final = {
    "x-operation": _OPERATION,
    "x-security": _CREDENTIALS,
    "x-serverurl": _SERVER,
    "x-server-url": _SERVER,
    "x-expect": "write what is expected as `successCriteria`",
    "x-env": "declare an input, and give it with `-i NAME=VALUE`",
    "x-speakeasy-test-server": _SERVER,
    "x-speakeasy-test-security": _CREDENTIALS,
    "x-speakeasy-test-group": "`x-tags` mark documents and workflows for `pytest -m`",
}


def foreign_findings(
    units: Iterable[Unit], planned: Collection[Place] | None = None
) -> Iterator[Diagnostic]:
    """AZ123 for all that belongs to other tools: their fields, and their templates.

    With ``planned``, of templates in workflows those in these alone.
    """
    for unit in units:
        yield from foreign_fields(unit.document)
        yield from foreign_templates(unit, planned)


def foreign_fields(document: ArazzoDocument) -> Iterator[Diagnostic]:
    """AZ123 for each field of a known other runner, where the specification allows extensions."""
    root = Place(document.source)
    yield from _in_object(document.raw, root)
    for name in ("sourceDescriptions", "workflows"):
        for item, place in _items(document.raw, name, root):
            yield from _in_object(item, place)
            for step, at in _items(item, "steps", place):
                yield from _in_object(step, at)


def _items(holder: Value, name: str, place: Place) -> Iterator[tuple[Value, Place]]:
    items = holder.get(name) if isinstance(holder, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield item, place.at(name, index)


def _in_object(node: Value, place: Place) -> Iterator[Diagnostic]:
    for name in node if isinstance(node, dict) else ():
        counterpart = _COUNTERPARTS.get(name.lower())
        if counterpart is not None:
            message = f"`{name}` belongs to another tool and has no effect here"
            yield warning("AZ123", message, place.at(name).key(), "no effect", counterpart)
