"""The schema of a workflow's inputs without some of them: those that a caller must not see."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from typing import Any

from arazzo_runner.openapi.schema.standalone import possible_schemas, walk_schemas
from arazzo_runner.openapi.schema.walk import properties_of


def without_inputs(schema: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A copy of a standalone schema of an object that neither states nor requires some members.

    JSON Schema Validation 2020-12, section 6.5.3 (``required``), and core, section 10.3.2.1.
    """
    if not names:
        return schema
    copy = deepcopy(schema)
    for part, _ in walk_schemas([(copy, ())], copy, possible_schemas):
        properties = properties_of(part)
        for name in properties.keys() & names:
            del properties[name]
        if isinstance(part.get("required"), list):
            part["required"] = [one for one in part["required"] if one not in names]
    return copy
