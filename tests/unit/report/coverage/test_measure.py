import json

import pytest

from arazzo_runner.cli import main as command_line

API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'http://127.0.0.1:1'}]
paths:
  /things:
    get:
      operationId: listThings
      responses: {'200': {description: ok}, 4XX: {description: no}}
    delete: {operationId: dropThings, responses: {'204': {description: gone}}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: outer
  successActions: [{name: onward, type: goto, stepId: last, criteria: [{condition: $statusCode == 1}]}]
  steps:
  - stepId: call
    workflowId: inner
    successCriteria: [{condition: $outputs.n == 1}]
    onFailure: [{name: again, type: retry, stepId: last, retryLimit: 2}]
  - {stepId: after, operationId: dropThings}
  - {stepId: last, operationId: listThings, onSuccess: [{name: stop, type: end}]}
- workflowId: inner
  steps:
  - {stepId: list, operationId: listThings}
  outputs: {n: $statusCode}
- workflowId: left-out
  dependsOn: [outer]
  steps: [{stepId: list, operationId: listThings}]
"""


@pytest.fixture
def measured(tmp_path, monkeypatch, capsys):
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "workflow.yaml").write_text(DOCUMENT)
    monkeypatch.chdir(tmp_path)
    code = command_line.main(["run", "workflow.yaml", "--mock", "--json", "--coverage"])
    out, told = capsys.readouterr()
    assert code == 1, told
    return json.loads(out)["coverage"], told


def test_counts(measured):
    coverage, told = measured
    assert coverage["operations"] == {"exercised": 1, "total": 2}
    assert coverage["statuses"] == {"exercised": 1, "total": 3}
    assert coverage["branches"] == {"taken": 5, "total": 15}
    assert "coverage: 1 of 2 operations, 1 of 3 documented statuses, 5 of 15 branches\n" in told


def test_what_was_never_gone_through_is_listed(measured):
    _, told = measured
    gaps = told.partition("coverage: ")[2].splitlines()[1:-1]
    assert gaps == [
        "  `dropThings` not returned: 204",
        "  `listThings` not returned: 4XX",
        "  `outer/call`: criterion always passed: workflow inner passed",
        "  `outer/call`: criterion never passed: `$outputs.n == 1`",
        "  `outer/after` never ran",
        "  `outer/last`: criterion always passed: 2xx",
        "  `outer/last`: on success, `stop` (end) was never taken",
        "  `outer`: on success, `onward` (goto `last`) was never taken",
        "  workflow `left-out` never ran",
        "  `inner/list`: criterion always passed: 2xx",
    ]


def test_a_step_has_its_visits_and_branches(measured):
    coverage, _ = measured
    outer = coverage["by_workflow"][0]
    assert (outer["workflow_id"], outer["runs"]) == ("outer", 1)
    call = outer["steps"][0]
    assert call["visits"] == 1
    assert [(one["kind"], one["held"], one["unheld"]) for one in call["criteria"]] == [
        ("implicit", 3, 0),
        ("simple", 0, 3),
    ]
    assert call["actions"] == [
        {"name": "again", "type": "retry", "after": "failure", "target": "last", "taken": 2}
    ]
    assert [one["visits"] for one in outer["steps"]] == [1, 0, 2]
    assert [one["runs"] for one in coverage["by_workflow"]] == [1, 1, 3]
