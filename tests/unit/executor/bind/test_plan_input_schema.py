"""Schemas of inputs that cannot be used, said where they are wrong."""

import pytest

from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.text.source import pointer_text

HEAD = """
arazzo: 1.1.0
info: {title: Test, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: w
  inputs: SCHEMA
  steps: [{stepId: a, operationId: listThings}]
components:
  inputs:
    page: {type: object, properties: {size: {type: integer}}}
    note: {}
"""
INPUTS = "/workflows/0/inputs"


@pytest.fixture
def findings(examine):
    def findings(text):
        units = examine(text).units
        binding = BindContext(units)
        bind(binding, [WorkflowKey(next(iter(units)), "w")])
        return list(binding.findings)

    return findings


@pytest.mark.parametrize(
    ("schema", "code", "message", "help_line", "pointer"),
    [
        ("{type: objct}", "AZ113", "`objct` is not a type", "did you mean `object`?", f"{INPUTS}/type"),
        ("{type: zzz}", "AZ113", "`zzz` is not a type", "its types are", f"{INPUTS}/type"),
        ("{properties: {a: {required: true}}}", "AZ113", "`required` is a list of names", "`required: [a]`", f"{INPUTS}/properties/a/required"),
        ("{required: true}", "AZ113", "`required` is a list of names", "`required: [name]`", f"{INPUTS}/required"),
        ("{properties: {a: {pattern: '('}}}", "AZ113", "the pattern `(` is not a regular expression", None, f"{INPUTS}/properties/a/pattern"),
        ("{minProperties: -1}", "AZ113", "the schema of the inputs cannot be used", None, f"{INPUTS}/minProperties"),
        ("{$ref: '#/components/inputs/pag'}", "AZ209", "there is no `pag` in `components.inputs`", "did you mean `page`?", f"{INPUTS}/$ref"),
        ("{allOf: [{$ref: '#/components/inputs/zzz'}]}", "AZ209", "there is no `zzz`", "its schemas: `page`, `note`", f"{INPUTS}/allOf/0/$ref"),
        ("{properties: {a: {$ref: '#nowhere'}}}", "AZ214", "the reference `#nowhere` names an anchor that does not exist", None, f"{INPUTS}/properties/a/$ref"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(findings, schema, code, message, help_line, pointer):
    (found,) = findings(HEAD.replace("SCHEMA", schema))
    assert found.code == code
    assert message in found.message
    assert help_line is None or help_line in str(found.help)
    assert pointer_text(found.place.pointer) == pointer


def test_a_component_is_wrong_in_its_own_place(findings):
    text = HEAD.replace("note: {}", "note: {properties: {a: {type: strng}}}")
    (found,) = findings(text.replace("SCHEMA", "{$ref: '#/components/inputs/note'}"))
    assert pointer_text(found.place.pointer) == "/components/inputs/note/properties/a/type"


def test_a_reference_to_another_document_has_its_place(findings):
    schema = "{$id: 'https://schemas.example/', allOf: [{$ref: 'else.json'}]}"
    (found,) = findings(HEAD.replace("SCHEMA", schema))
    assert found.code == "AZ214"
    assert pointer_text(found.place.pointer) == f"{INPUTS}/allOf/0/$ref"
    assert "`else.json`" in found.message


def test_a_schema_that_can_be_used(findings):
    assert findings(HEAD.replace("SCHEMA", "{$ref: '#/components/inputs/page'}")) == []
