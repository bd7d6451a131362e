"""What keeps an ``inputs`` schema from judging anything: malformed keywords, dangling references.

Arazzo Specification 1.1.0, Workflow Object, ``inputs`` (JSON Schema 2020-12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from arazzo_runner.document.model import Workflow
from arazzo_runner.executor.inputs import compile_inputs
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.value import Value, to_text
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error, shorten
from arazzo_runner.text.source import Place, Pointer

_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_DANGLING: Final = re.compile(r"(?:Pointer|Anchor|Resource) '/?([^']*)'")
_COMPONENT: Final = "$defs/"


def schema_finding(workflow: Workflow, unit: Unit, bundled: Value) -> Diagnostic | None:
    """The finding about a bundled schema that cannot be used; None for one that can.

    AZ209 for a component that is not there, AZ113 for everything else.
    """
    try:
        compile_inputs(bundled)
    except ValueError as reason:
        return _dangling_reference(reason, workflow, unit, bundled) or _malformed_schema(
            reason, workflow, unit
        )
    return None


def _place(path: Pointer, workflow: Workflow, unit: Unit) -> Place:
    """Where a path in the bundled schema stands in the document."""
    own = workflow.inputs.get("$defs", {}) if isinstance(workflow.inputs, dict) else {}
    if len(path) > 1 and path[0] == "$defs" and path[1] not in own:
        return Place(unit.document.source, ("components", "inputs", *path[1:]))
    return workflow.place.at("inputs", *path)


def _malformed_schema(reason: Any, workflow: Workflow, unit: Unit) -> Diagnostic:
    path: Pointer = tuple(getattr(reason, "instance_path", ()))
    message, help_line = _sentence(path, reason)
    return error("AZ113", message, _place(path, workflow, unit), "not JSON Schema", help_line)


def _sentence(path: Pointer, reason: Any) -> tuple[str, str | None]:
    keyword, value = path[-1] if path else "", getattr(reason, "instance", None)
    written = f"`{shorten(value if isinstance(value, str) else to_text(value))}`"
    match keyword:
        case "required" if isinstance(value, bool):
            name = path[-2] if len(path) > 1 else "name"
            message = f"`required` is a list of names in JSON Schema, and is {written}"
            return message, f"beside the `properties`, write `required: [{name}]`"
        case "type":
            message = f"{written} is no type of JSON Schema"
            known = ", ".join(f"`{one}`" for one in _TYPES)
            return message, did_you_mean(str(value), _TYPES) or f"its types are {known}"
        case "pattern":
            return f"the pattern {written} is no regular expression", None
        case _:
            first, _, _ = str(reason).partition("\n")
            return f"the schema of the inputs cannot be used: {shorten(first, 200)}", None


def _dangling_reference(
    reason: Any, workflow: Workflow, unit: Unit, bundled: Value
) -> Diagnostic | None:
    found = _DANGLING.match(str(reason))
    if found is None:
        return None
    tokens = next(_reference_paths(bundled, found[1]), ())
    place = _place(tokens, workflow, unit)
    if not found[1].startswith(_COMPONENT):
        message = (
            f"the reference `{_written_reference(bundled, tokens)}` of a schema cannot be followed"
        )
        way_out = "refer to `#/components/inputs/<name>`; no other document is read for a schema"
        return error("AZ113", message, place, "", way_out)
    name = found[1].removeprefix(_COMPONENT).partition("/")[0]
    known = unit.document.components.inputs
    message = f"there is no `{shorten(name)}` in `components.inputs`"
    listed = ", ".join(f"`{one}`" for one in known) or "none"
    help_line = did_you_mean(name, known) or f"its schemas: {listed}"
    return error("AZ209", message, place, "no such component", help_line)


def _written_reference(bundled: Value, tokens: Pointer) -> str:
    for token in tokens:
        bundled = bundled[token]
    return shorten(str(bundled))


def _reference_paths(node: Value, wanted: str, path: Pointer = ()) -> Iterator[Pointer]:
    """The paths of the ``$ref`` values that end in ``wanted``."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str) and value.endswith(wanted):
                yield (*path, key)
            yield from _reference_paths(value, wanted, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _reference_paths(value, wanted, (*path, index))
