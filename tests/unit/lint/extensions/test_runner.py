"""AZ507: the extensions of this runner, said once a document, at the first of them."""

import pytest

REGEX = "{context: $response.header.Link, selector: a, type: regex}"
STEP = "  - {stepId: s, operationId: list, %s}\n"


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ("outputs: {a: %s}", "regex"),
        ("parameters: [{name: limit, in: query, value: %s}]", "regex"),
        ("requestBody: {payload: %s}", "regex"),
        ("requestBody: {payload: {a: [%s]}}", "regex"),
        ("requestBody: {payload: {}, replacements: [{target: /a, value: %s}]}", "regex"),
        ("onSuccess: [{name: n, type: goto, workflowId: w, parameters: [{name: i, value: %s}]}]", "regex"),
        ("onFailure: [{name: n, type: goto, workflowId: w, parameters: [{name: i, value: %s}]}]", "regex"),
        ("x-url: %s", "x-url"),
        ("x-send-invalid: true, outputs: {a: %s}", "x-send-invalid"),
        ("outputs: {a: %s}, x-send-invalid: true", "regex"),
        ("x-credentials: alice", "x-credentials"),
        ("requestBody: {payload: {a: {context: $response.body, selector: /a, type: jsonpointer}}}", None),
        ("requestBody: {payload: {type: regex}}", None),
    ],
)  # fmt: skip
def test_extensions_of_steps(found, fields, place):
    text = "- workflowId: w\n  inputs: {properties: {i: {}}}\n  steps:\n"
    written = STEP % (fields.replace("%s", REGEX))
    said = found(text + written, "AZ507")
    name = "a Selector Object of `type: regex`" if place == "regex" else f"`{place}`"
    ending = "is an extension of this runner, which others ignore"
    assert [one.partition(": ")[2] for one in said] == ([f"{name} {ending}"] if place else [])


@pytest.mark.parametrize("name", ["x-cases", "x-tags"])
def test_extensions_of_tests(found, name):
    text = f"- workflowId: w\n  {name}: []\n  steps:\n" + STEP % "x-send-invalid: true"
    (said,) = found(text, "AZ507")
    assert f"`{name}` is an extension of this runner" in said


@pytest.mark.parametrize(
    "line",
    [
        "  parameters: [{name: X-A, in: header, value: %s}]\n",
        "  outputs: {a: %s}\n",
        "  successActions: [{name: n, type: goto, workflowId: w, parameters: [{name: i, value: %s}]}]\n",
    ],
)
def test_extensions_of_workflows(found, line):
    text = "- workflowId: w\n  inputs: {properties: {i: {}}}\n" + line.replace("%s", REGEX)
    steps = "  steps:\n  - {stepId: s, operationId: list}\n"
    (said,) = found(text + steps, "AZ507")
    assert "a Selector Object of `type: regex` is an extension" in said


@pytest.mark.parametrize(
    ("inputs", "count"),
    [
        ("{properties: {i: {x-generate: uuid}}}", 1),
        ("{properties: {i: {x-webhook: events}}}", 1),
        ("{properties: {i: {type: string}, j: true}}", 0),
        ("{properties: []}", 0),
        ("true", 0),
    ],
)
def test_extensions_of_inputs(found, inputs, count):
    text = f"- workflowId: w\n  inputs: {inputs}\n  steps:\n  - {{stepId: s, operationId: list}}\n"
    said = [one for one in found(text, "AZ507") if "` is an extension" in one]
    assert len(said) == count
