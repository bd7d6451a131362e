"""What the findings about a document say to write instead."""

import pytest

from arazzo_runner.document.load import load_document
from arazzo_runner.document.rules.run import name_findings
from arazzo_runner.executor.bind.inputs import read_inputs_schemas
from arazzo_runner.executor.plan import Unit
from arazzo_runner.lint.inputs import input_findings
from arazzo_runner.lint.queries import query_findings
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile

HEAD = """\
arazzo: 1.0.1
info: {title: a, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
  - workflowId: main
    inputs: {type: object, properties: {token: {}}}
    steps:
      - stepId: one
        operationId: getPet
        outputs: {pet: $response.body#/pet}
"""


def findings(step: str) -> list[Diagnostic]:
    indented = "".join(f"        {line}\n" for line in step.splitlines())
    text = f"{HEAD}      - stepId: two\n{indented}"
    loaded = load_document(SourceFile("a.yaml", text, "file:///a.yaml"), DocumentLimits())
    assert loaded.document is not None
    inputs = read_inputs_schemas(loaded.document, None)
    unit = Unit(loaded.document, {}, {}, {}, inputs)
    return [
        *loaded.diagnostics,
        *name_findings(loaded.document),
        *input_findings(unit),
        *query_findings([loaded.document]),
    ]


def fixes(step: str) -> list[tuple[str, bool, list[tuple[str, str | None]]]]:
    """Code, safety, and the last token and text of each edit."""
    return [
        (
            one.code,
            one.fix.is_safe,
            [(str(edit.place.pointer[-1]), edit.text) for edit in one.fix.edits],
        )
        for one in findings(step)
        if one.fix is not None
    ]


@pytest.mark.parametrize(
    ("step", "fix"),
    [
        ("operationid: getPet", ("AZ110", True, [("operationid", "operationId")])),
        ("operationId: 12", ("AZ112", True, [("operationId", "")])),
        ("operationId: '{$sourceDescriptions.api.getPet}'", ("AZ119", True, [("operationId", "$sourceDescriptions.api.getPet")])),
        ("operationPath: $sourceDescriptions.api.getPet", ("AZ119", True, [("operationPath", "operationId")])),
        ("operationPath: api.yaml#/paths/~1a/get", ("AZ119", True, [("operationPath", "{$sourceDescriptions.api.url}")])),
        ("operationId: getPet\ndependsOn: [$steps.one]", ("AZ117", True, [("0", "one")])),
        ("workflowId: mainn", ("AZ207", False, [("workflowId", "main")])),
        ("operationId: getPet\noutputs: {a: $steps.onee.outputs.pet}", ("AZ208", False, [("a", "one")])),
        ("operationId: getPet\noutputs: {a: $steps.one.outputs.Pet}", ("AZ211", True, [("a", "pet")])),
        ("operationId: getPet\noutputs: {a: $inputs.tokn}", ("AZ210", False, [("a", "token")])),
        ("operationId: getPet\noutputs: {a: $response.body.b}", ("AZ119", True, [("a", "#/b")])),
        ("operationId: getPet\noutputs: {a: $response.body#b}", ("AZ117", True, [("a", "$response.body#/b")])),
        ("operationId: getPet\noutputs: {a: response.body}", ("AZ113", False, [("a", "$response.body")])),
        ("operationId: getPet\noutputs: {a: Bearer $inputs.token}", ("AZ121", False, [("a", "{$inputs.token}")])),
        ("operationId: getPet\nonSuccess: [{name: a, type: END}]", ("AZ113", True, [("type", "end")])),
        ("operationId: getPet\nsuccessCriteria: [{condition: $statusCode = 200}]", ("AZ118", True, [("condition", "$statusCode == 200")])),
        ("operationId: getPet\nsuccessCriteria: [{condition: '$url == \"a\"'}]", ("AZ119", True, [("condition", "'a'")])),
        ("operationId: getPet\nsuccessCriteria: [{condition: $statusCode == 200, context: $url}]", ("AZ113", True, [("context", None)])),
        (
            "operationId: getPet\nsuccessCriteria: [{condition: $.a == 1, context: $response.body, type: jsonpath}]",
            ("AZ118", True, [("condition", "$response.body#/a == 1"), ("type", None), ("context", None)]),
        ),
        (
            "operationId: getPet\nsuccessCriteria: [{condition: $url == 'a', context: $response.body, type: xpath}]",
            ("AZ118", True, [("type", None), ("context", None)]),
        ),
        (
            "operationId: getPet\nsuccessCriteria: [{condition: $.a.length > 1, context: $response.body, type: jsonpath}]",
            ("AZ118", True, [("condition", "$[?length($.a) > 1]")]),
        ),
    ],
)  # fmt: skip
def test_fix(step: str, fix: object) -> None:
    assert fix in fixes(step)


@pytest.mark.parametrize(
    "text", ["$statusCode == 200", "$statusCode>=200", "$url && $method", "$statusCode < 5"]
)
def test_braces_make_no_output_of_a_comparison(text: str) -> None:
    assert fixes(f"operationId: getPet\noutputs: {{a: '{text}'}}") == []


@pytest.mark.parametrize(
    "step",
    [
        "operationId: [getPet]",
        "operationId: getPet\noutputs: {a: body}",
        "operationId: getPet\noutputs: {a: $inputs}",
        "operationId: getPet\nsuccessCriteria: [{condition: $.a, context: $response.body}]",
        "operationId: getPet\nsuccessCriteria: [{condition: '(', context: $response.body, type: regex}]",
        "operationId: getPet\nsuccessCriteria: [{condition: '//[', context: $response.body, type: xpath}]",
        "operationId: getPet\nsuccessCriteria: [{condition: '$.a[', context: $response.body, type: jsonpath}]",
        "operationId: getPet\nsuccessCriteria: [{condition: \"$.a == 'b' 'c'\", context: $response.body, type: jsonpath}]",
        "operationId: getPet\nsuccessCriteria: [{condition: '^$inputs.token$', context: $response.body, type: regex}]",
    ],
)
def test_no_fix(step: str) -> None:
    assert findings(step) != []
    assert fixes(step) == []
