"""Each schema in the package stands alone: an editor without a network resolves all its references."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing._core import Resolver
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012, SchemaResource

import arazzo_runner
from arazzo_runner.cli.schema import SCHEMAS, command

ROOT = Path(__file__).parents[2]
FILES = sorted(Path(arazzo_runner.__path__[0]).rglob("*.json"))
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def remote_references(schema: dict[str, Any]) -> list[str]:
    """The references that lead out of a schema, or to nothing in it."""
    resource = DRAFT202012.create_resource(schema)
    registry = (resource @ Registry()) if "$id" in schema else Registry()
    resolver = registry.crawl().resolver_with_root(resource)
    return list(unresolved(resource, resolver))


def unresolved(resource: SchemaResource, resolver: Resolver[Any]) -> Iterator[str]:
    if isinstance(resource.contents, bool):
        return
    for keyword in REFERENCES:
        reference = resource.contents.get(keyword)
        if reference is not None and not is_resolved(reference, resolver):
            yield reference
    for part in resource.subresources():
        yield from unresolved(part, resolver.in_subresource(part))


def is_resolved(reference: str, resolver: Resolver[Any]) -> bool:
    try:
        resolver.lookup(reference)
    except Unresolvable:
        return False
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_stands_alone(path: Path) -> None:
    Draft202012Validator.check_schema(read(path))
    assert remote_references(read(path)) == []


def test_all_that_the_command_prints_are_held(capsys: pytest.CaptureFixture[str]) -> None:
    schemas = [read(path) for path in FILES]
    names = tuple(SCHEMAS)
    assert len(names) == len(FILES)
    for name in names:
        command.main([name], standalone_mode=False)
        assert json.loads(capsys.readouterr().out) in schemas


META = "https://json-schema.org/draft/2020-12/schema"
EMBEDDED = {"$defs": {"b": {"$id": "urn:b", "$defs": {"c": {"$dynamicAnchor": "d"}}}}}


@pytest.mark.parametrize(
    "schema, remote",
    [
        ({"$ref": META}, [META]),
        ({"$id": "urn:a", "properties": {"a": {"$ref": "urn:b#/$defs/c"}}}, ["urn:b#/$defs/c"]),
        ({"$id": "https://a.example/a", "items": {"$ref": "b.json"}}, ["b.json"]),
        ({"$defs": {"a": {"allOf": [{"$dynamicRef": f"{META}#meta"}]}}}, [f"{META}#meta"]),
        ({"not": {"$recursiveRef": META}}, [META]),
        ({"$ref": "#/$defs/a"}, ["#/$defs/a"]),
        ({"properties": {"$ref": {"$ref": "#"}, "$id": True}}, []),
        ({"const": {"$ref": META}}, []),
        ({"$id": "urn:a", "$ref": "urn:b#/$defs/c", **EMBEDDED}, []),
        ({"$id": "urn:a", "$dynamicRef": "urn:b#d", **EMBEDDED}, []),
    ],
)
def test_remote_references(schema: dict[str, Any], remote: list[str]) -> None:
    assert remote_references(schema) == remote


def test_events_have_the_definitions_of_the_report() -> None:
    """`scripts/docs` renews them."""
    script = runpy.run_path(str(ROOT / "scripts" / "event_schema.py"))
    assert script["EVENTS"].read_text(encoding="utf-8") == script["event_schema"]()
