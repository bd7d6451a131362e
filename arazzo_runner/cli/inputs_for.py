"""The inputs that were typed, as the workflows of a document declare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from arazzo_runner import running
from arazzo_runner.cli.inputs import read_inputs
from arazzo_runner.cli.profiles import NO_PROFILE, Profile
from arazzo_runner.executor.inputs import bundle_inputs, declared_schemas
from arazzo_runner.expression.value import Value
from arazzo_runner.loading import Description


class InputSchemas(Struct, frozen=True):
    """The schemas of inputs by name, and the schema that they belong to."""

    schemas: Mapping[str, Value]
    root: Value


def input_schemas_of(description: Description, workflows: Sequence[str]) -> InputSchemas:
    """The inputs of the workflows to run, and those of others that these do not have."""
    known: dict[str, Value] = {}
    definitions: dict[str, Value] = {}
    for schema in reversed(_schemas(description, workflows)):
        known.update(declared_schemas(schema) or {})
        definitions.update(schema.get("$defs", {}) if isinstance(schema, dict) else {})
    return InputSchemas(known, {"$defs": definitions})


def inputs_for(
    description: Description, given: Mapping[str, Any], workflows: Sequence[str]
) -> dict[str, Value]:
    """The inputs of the flags ``-i`` and ``--inputs``, and those of the profile under them.

    Of a profile, which many documents may share, count those that are declared. Raises InputError.
    """
    known = input_schemas_of(description, workflows)
    typed = read_inputs(given["inputs"], given["inputs_file"], known.schemas, known.root)
    profile: Profile = given.get("profile", NO_PROFILE)
    shared = {name: one for name, one in profile.inputs.items() if name in known.schemas}
    return {**shared, **typed}


def _schemas(description: Description, names: Sequence[str]) -> list[Any]:
    """The schemas of the inputs: of the workflows to run, then of the others of the document."""
    document = description.entry.document
    selected = [workflow_id for _, workflow_id in running.select_workflows(description, names)]
    others = [one for one in document.workflows if one.workflow_id not in selected]
    chosen = {one.workflow_id: one for one in document.workflows}
    every = [*(chosen[name] for name in selected), *others]
    return [bundle_inputs(one.inputs, document.components.inputs) for one in every]
