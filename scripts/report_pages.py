"""Write docs/report-schema.md: the members of reports and of events, from their JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pages import PROJECT, note, table

PAGE = PROJECT / "docs" / "report-schema.md"
FORMATS = PROJECT / "arazzo_runner" / "report" / "formats"
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
TOP = f"""{note("the schemas in arazzo_runner/report/formats")}

# Reports, member by member

What `--json` and `--report json` write, and the lines of `--report ndjson`. `arazzo schema report`
prints the JSON Schema of the report. [The report](report.md) says how to read it. A member with a
`?` is not always there.
"""


def report_page() -> str:
    """The text of the page."""
    report = json.loads((FORMATS / "report.schema.json").read_text(encoding="utf-8"))
    events = json.loads((FORMATS / "events.schema.json").read_text(encoding="utf-8"))
    parts = [TOP.rstrip(), "## The report", report["description"], _members(report)]
    parts += ["## Objects of the report", "In alphabetical order."]
    for name, schema in sorted(report["$defs"].items()):
        parts += [f"### `{name}`", *_definition(schema)]
    parts += ["## Events", events["description"], _members(events), *_events(events, report)]
    return "\n\n".join(parts) + "\n"


def _definition(schema: dict[str, Any]) -> Iterator[str]:
    if text := schema.get("description"):
        yield text
    if "properties" in schema:
        yield _members(schema)
    else:
        yield f"Type: {type_of(schema) or 'any'}."


def _events(events: dict[str, Any], report: dict[str, Any]) -> Iterator[str]:
    for part in events["allOf"]:
        event = part["if"]["properties"]["event"]
        names = event.get("enum", [event.get("const")])
        yield "### " + ", ".join(f"`{name}`" for name in names)
        if text := part["then"].get("description"):
            yield text
        # What all events have is described once, and what they share with the report there.
        known = report["properties"] | events["properties"]
        yield _members(part["then"], known)


def _members(schema: dict[str, Any], known: Mapping[str, Any] = NOTHING) -> str:
    return table(["member", "type", "what it is"], rows_of(schema, known)).rstrip()


def rows_of(
    schema: dict[str, Any], known: Mapping[str, Any] = NOTHING, prefix: str = ""
) -> Iterator[list[str]]:
    """A row for each member of an object, and of the objects that stand in it, by their path."""
    required = schema.get("required", ())
    properties = dict.fromkeys(required, NOTHING) | schema.get("properties", {})
    for name, own in properties.items():
        member = own or known.get(name, {})
        path = f"{prefix}{name}"
        mark = "" if name in required else "?"
        yield [f"`{path}`{mark}", type_of(member), member.get("description", "")]
        for inner, end in ((member, "."), (member.get("items", {}), "[].")):
            if "properties" in inner:
                yield from rows_of(inner, prefix=f"{path}{end}")


def type_of(schema: Mapping[str, Any]) -> str:
    """The type of a member in words, with links to objects; empty for any."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{name})"
        case {"const": value}:
            return f"`{json.dumps(value)}`"
        case {"enum": values}:
            return ", ".join(f"`{json.dumps(value)}`" for value in values)
        case {"oneOf": choices}:
            return " or ".join(dict.fromkeys(map(type_of, choices)))
        case {"type": str(kind)}:
            return kind + _detail(schema)
        case _:
            return " or ".join(schema.get("type", []))


def _detail(schema: Mapping[str, Any]) -> str:
    """What there is in an array or object, or the format of a string."""
    parts = [schema.get(name) for name in ("items", "additionalProperties")]
    of = next((type_of(part) for part in parts if isinstance(part, dict)), "")
    return f" of {of}" if of else f" ({schema['format']})" if "format" in schema else ""


if __name__ == "__main__":
    PAGE.write_text(report_page(), encoding="utf-8")
