"""AZ210: inputs that are read, by what the workflow declares."""

import pytest

from arazzo_runner.document.load import load_document
from arazzo_runner.executor.bind.inputs import read_inputs_schemas
from arazzo_runner.executor.plan import Unit
from arazzo_runner.lint.inputs import input_findings
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile
from unit.executor.inputs_of import HERE, document_of

OPEN = {"properties": {"id": {}, "a.b": {}, "c": {}}}
CLOSED = {"additionalProperties": False, **OPEN}
PATTERN = {"additionalProperties": False, "patternProperties": {r"^p_\d$": {}}}


def findings(schema, text):
    written = document_of(schema, outputs={"o": text})
    loaded = load_document(SourceFile("a.yaml", written, HERE), DocumentLimits()).document
    unit = Unit(loaded, {}, {}, {}, read_inputs_schemas(loaded, None))
    return list(input_findings(unit))


@pytest.mark.parametrize(
    ("text", "message", "help_line"),
    [
        ("$inputs.idd", "the workflow `w` declares no input `idd`", "did you mean `id`?"),
        ("{$inputs.zzz}!", "the workflow `w` declares no input `zzz`", "declare it in `inputs.properties`"),
        ("$workflows.w.inputs.x", "the workflow `w` declares no input `x`", "declare it in `inputs.properties`"),
    ],
)  # fmt: skip
def test_what_is_not_declared(text, message, help_line):
    (found,) = findings(OPEN, text)
    assert (found.code, found.severity.value, found.message) == ("AZ210", "warning", message)
    assert found.help == help_line
    assert found.place.pointer == ("workflows", 0, "outputs", "o")


@pytest.mark.parametrize(
    ("schema", "text", "severities"),
    [
        (OPEN, "$inputs.id", []),
        (OPEN, "$inputs.id.deep", []),
        (OPEN, "$inputs.id#/deep", []),
        (OPEN, "$workflows.w.inputs.id", []),
        (OPEN, "$workflows.elsewhere.inputs.id", []),
        (CLOSED, "$inputs.a.b", []),
        (CLOSED, "$inputs.c.d", []),
        (CLOSED, "$inputs.a", ["error"]),
        (CLOSED, "$inputs.x-y", ["error"]),
        ({}, "$inputs.zzz", []),
        (True, "$inputs.zzz", []),
        ({"type": "object"}, "$inputs.zzz", []),
        ({"properties": {}, "additionalProperties": True}, "$inputs.zzz", []),
        ({"properties": {}, "additionalProperties": {}}, "$inputs.zzz", []),
        ({"properties": {}, "dependentSchemas": {"a": OPEN}}, "$inputs.id", []),
        ({"properties": {}, "unevaluatedProperties": {"type": "string"}}, "$inputs.zzz", []),
        (None, "$inputs.a", ["warning"]),
        (PATTERN, "$inputs.p_1", []),
        (PATTERN, "$inputs.p_1.deep", []),
        (PATTERN, "$inputs.zz", ["error"]),
        (PATTERN, "$inputs.zz.p_1", ["error"]),
        ({**PATTERN, "additionalProperties": True}, "$inputs.zz", []),
        ({"allOf": [PATTERN]}, "$inputs.zz", ["error"]),
        ({"anyOf": [PATTERN, {}]}, "$inputs.zz", []),
    ],
)
def test_severity(schema, text, severities):
    assert [one.severity.value for one in findings(schema, text)] == severities
