"""AZ123: what of a text is a template of another tool, and what to write."""

import pytest

HEAD = """
arazzo: 1.1.0
info: {title: T, version: '1'}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
"""
INPUTS = "inputs: {type: object, properties: {token: {type: string}, api-key: {type: string}}}"


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        ("{{token}}", "write `$inputs.token`"),
        ("a {{ token }}", "write `{$inputs.token}`"),
        ("${TOKEN}", "write `$inputs.token`"),
        ("<%= apiKey %>", "write `$inputs.api-key`"),
        ("{{inputs.new}}", "write `$inputs.new`"),
        ("${steps.one.outputs.id}", "write `$steps.one.outputs.id`"),
        ("${one.id}", "write `$steps.one.outputs.id`"),
        ("{{id}}", "write `$steps.one.outputs.id`"),
        ("{{response.body.id}}", "write `$response.body.id`"),
        ("{{steps.nothing}}", None),
        ("$token", "write `$inputs.token`"),
        ("{inputs.token}", "write `$inputs.token`"),
        ("Bearer {inputs.token}", "write `{$inputs.token}`"),
        ("{steps.one.outputs.id}", "write `$steps.one.outputs.id`"),
        ("{response.body#/id}", "write `$response.body#/id`"),
        ("{steps.nothing}", None),
        ("#{inputs.token}", None),
        ("{token}, {inputs} and {a.b}", None),
        ("$env.SHOP_KEY", "`-i SHOP_KEY=VALUE`"),
        ("$file('./a')", "`-i NAME=@PATH`"),
        ("{$guid}", "`$inputs.NAME`"),
        ("{{ process.env.NODE }}", "`$inputs.NAME`"),
        ("${SHOP_URL:-http://a}", "`$inputs.SHOP_URL`"),
        ("{{baseUrl}}/x", "`{$inputs.baseUrl}`"),
        ("x-env: A", "`-i NAME=VALUE`"),
        ("Dear {{name}}, ${price} or $5", None),
        ("{{ 1 + 1 }}", None),
        ("$expand", None),
        ("$inputs.token", None),
        ("{$inputs.token}", None),
        ("{$url} $input", None),
        ("x-file", None),
        ("{{ inputs.apiKey }}", "write `$inputs.api-key`"),
    ],
)
def test_54_templates(diagnose, text, way_out):
    document = f"""{HEAD}
workflows:
- workflowId: w
  {INPUTS}
  steps:
  - stepId: one
    operationId: list
    parameters: [{{name: X-A, in: header, value: "{text}"}}]
    outputs: {{id: $response.body#/0/id}}
"""
    found = [one for one in diagnose(document) if one.code == "AZ123"]
    assert [way_out in str(one.help) for one in found] == ([True] if way_out else [])


def test_54_components_are_looked_at_without_a_workflow(diagnose):
    document = f"""{HEAD}
workflows: [{{workflowId: w, steps: [{{stepId: a, operationId: list}}]}}]
components: {{parameters: {{a: {{name: X-A, in: header, value: "{{{{token}}}} of {{{{id}}}}"}}}}, x-b: "{{{{token}}}}"}}
"""
    found = [one for one in diagnose(document) if one.code == "AZ123"]
    assert [one.message.split("`")[1] for one in found] == ["{{token}}"]


@pytest.mark.parametrize(("condition", "told"), [("$token", []), ("{{token}} == 1", ["{{token}}"])])
def test_a_condition_that_is_one_word_is_judged_by_its_own_rules(diagnose, condition, told):
    document = f"""{HEAD}
workflows:
- workflowId: w
  {INPUTS}
  steps: [{{stepId: a, operationId: list, successCriteria: [{{condition: "{condition}"}}]}}]
"""
    found = [one for one in diagnose(document) if one.code == "AZ123"]
    assert [one.message.split("`")[1] for one in found] == told
