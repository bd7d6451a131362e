"""Queries of criteria that do not parse."""

import pytest

from arazzo_runner.document.load import load_document
from arazzo_runner.lint.queries import query_findings
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile

HEAD = """
arazzo: 1.1.0
info: {title: Test, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: w
  failureActions:
  - {reference: $components.failureActions.x}
  - {name: f, type: end, criteria: [{context: $response.body, condition: '[', type: regex}]}
  steps:
  - stepId: s
    operationId: o
    successCriteria: [{condition: $statusCode == 200}, CRITERION]
"""


def found(criterion):
    text = HEAD.replace("CRITERION", criterion)
    document = load_document(
        SourceFile("w.yaml", text, "file:///w.yaml"), DocumentLimits()
    ).document
    first, *others = query_findings([document])
    return first, others


@pytest.mark.parametrize(
    ("criterion", "message", "hint"),
    [
        ("{context: $response.body, condition: '(', type: regex}", "the regular expression is invalid", None),
        ("{context: $response.body, condition: $.a == 1, type: jsonpath}", "the JSONPath is invalid", "`$response.body#/a == 1`"),
        ("{condition: $.a == 1, type: jsonpath}", "the JSONPath is invalid", "`$response.body#/a == 1`"),
        ("{context: $response.body, condition: /a/, type: xpath}", "the XPath failed", None),
        ("{context: $response.body, condition: let $a := 1 return 2, type: {type: xpath, version: xpath-20}}", "the XPath failed", None),
    ],
)  # fmt: skip
def test_what_does_not_parse(criterion, message, hint):
    finding, others = found(criterion)
    assert (finding.code, len(others)) == ("AZ118", 1)
    assert message in finding.message
    assert hint is finding.help is None or hint in str(finding.help)
    assert finding.place.pointer[-3:] == ("successCriteria", 1, "condition")


@pytest.mark.parametrize(
    "criterion",
    [
        "{context: $response.body, condition: '[{$inputs.x}', type: regex}",
        "{context: $response.body, condition: '^a$', type: regex}",
        "{context: $response.body, condition: '$.a[?@.b]', type: jsonpath}",
        "{context: $response.body, condition: '/p:a[1 idiv 0]', type: xpath}",
        "{context: $response.body, condition: let $a := 1 return 2, type: xpath}",
    ],
)
def test_what_parses_or_is_not_known_yet(criterion):
    assert found(criterion)[1] == []
