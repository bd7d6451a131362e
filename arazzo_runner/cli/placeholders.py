"""The command to paste where required inputs are missing: the one that was typed, with all of them.

An input has a value of its schema (const, enum, example) or its type in angle brackets. One that is
secret has a variable: ``-i password="$PASSWORD"``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from arazzo_runner.cli.input_text import file_kind
from arazzo_runner.cli.run.rerun import RerunCommand
from arazzo_runner.executor.inputs_schema import InputValue
from arazzo_runner.executor.secret_inputs import has_secrets
from arazzo_runner.expression.value import MISSING, MaybeValue
from arazzo_runner.openapi.schema.descend import types_of_shape
from arazzo_runner.report.curl import shell_quote
from arazzo_runner.report.secret_names import is_secret
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.json_write import write_json


def command_with_inputs(
    command: RerunCommand, missing: Mapping[str, InputValue], masker: Masker
) -> str:
    """One line for a POSIX shell; ``missing`` has what is said of each input."""
    words = (f"-i {_assignment(name, value)}" for name, value in missing.items())
    return " ".join([command.line(masker), *words])


def _assignment(name: str, value: InputValue) -> str:
    if has_secrets(value) or is_secret("query", name.lower()):
        variable = re.sub(r"\W", "_", name, flags=re.ASCII).upper()
        return f'{shell_quote(name)}="${variable}"'
    if file_kind(value) is not None:
        return shell_quote(f"{name}=@FILE")
    parts = value.sure_parts()
    stated = next((one for part in parts if (one := _stated_value(part)) is not MISSING), MISSING)
    kind = next(iter(types_of_shape(value.shape())), "value")
    is_text = isinstance(stated, str) or (stated is MISSING and kind not in ("array", "object"))
    shown = f"<{_word(kind, parts)}>" if stated is MISSING else stated
    text = shown if isinstance(shown, str) else write_json(shown)
    return shell_quote(f"{name}{'=' if is_text else ':='}{text}")


def _word(kind: str, parts: list[dict[str, Any]]) -> str:
    """What a value is called: a string by its format."""
    forms = (part.get("format") for part in parts if kind == "string")
    return next((one for one in forms if isinstance(one, str)), kind)


def _stated_value(part: Mapping[str, Any]) -> MaybeValue:
    """A value that the schema itself names."""
    if "const" in part:
        return part["const"]
    lists = (part.get(key) for key in ("enum", "examples"))
    firsts = (one[0] for one in lists if isinstance(one, list) and one)
    return next(firsts, part.get("example", MISSING))
