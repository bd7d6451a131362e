"""The outputs of a run as structured content, as the output schema of its tool promises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.walk import DEFINITIONS, properties_of
from arazzo_runner.report.body import to_json_data
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.text.json_write import COMPACT, write_json
from arazzo_runner.text.pattern import lazy_pattern

LONGEST: Final = 64 * 2**10
"""Characters of the JSON of one output in an answer."""
_HALF: Final = lazy_pattern("[\ud800-\udfff]")


class StructuredOutputs(Struct, frozen=True):
    """``outputs`` as the schema has them, ``text`` with their values, ``notes`` on what differs."""

    outputs: dict[str, Any]
    text: str
    notes: tuple[str, ...] = ()


def result_schema(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of structured content with outputs of this schema; of a run that goes on, without.

    Definitions stand at the root, where their references lead.
    """
    own = {name: one for name, one in outputs.items() if name != DEFINITIONS}
    properties = {"outputs": own, "run_id": {"type": "string"}, "state": {"type": "string"}}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return schema | ({DEFINITIONS: outputs[DEFINITIONS]} if DEFINITIONS in outputs else {})


def structured_outputs(
    outputs: Mapping[str, Any], schema: Mapping[str, Any] | None
) -> StructuredOutputs:
    """Masked outputs as a client may check them: what does not fit is null, and in the text alone.

    Those that the run does not have are null too: it may have ended in another workflow. A server
    may respond otherwise than described, and what is masked has another type. An output of more
    than :data:`LONGEST` characters stands nowhere but in the report.
    """
    stated = dict.fromkeys(properties_of(dict(schema or {})))
    spelled = {
        # UTF-8 has nothing for half of a surrogate pair, which JSON may escape.
        name: _HALF.sub("\ufffd", write_json(to_json_data(one), COMPACT))
        for name, one in {**stated, **outputs}.items()
    }
    long = {name: text for name, text in spelled.items() if len(text) > LONGEST}
    values = {name: json.loads(text) for name, text in spelled.items() if name not in long}
    wrong = {name for name, value in values.items() if not _is_as_stated(name, value, schema)}
    shown = {name: None if name in long or name in wrong else values[name] for name in spelled}
    whole = {name: None if name in long else values[name] for name in spelled}
    notes = [
        f"the output `{name}` has {count_text(len(text), 'character')}: it is in the report alone"
        for name, text in long.items()
    ]
    notes += [
        f"the output `{name}` is not as its schema says, so that it is in this text alone"
        for name in sorted(wrong)
    ]
    return StructuredOutputs(shown, write_json({"outputs": whole}, COMPACT), tuple(notes))


def _is_as_stated(name: str, value: Any, schema: Mapping[str, Any] | None) -> bool:
    if schema is None or value is None:
        return True
    stated = properties_of(dict(schema)).get(name, True)
    definitions = schema.get(DEFINITIONS)
    if isinstance(stated, dict) and definitions:
        stated = {**stated, DEFINITIONS: definitions}
    try:
        return schema_validator(stated).is_valid(value)
    except ValueError:  # it cannot be judged here, and may be elsewhere
        return False
