"""Where the cursor stands, `|`, in text that mostly does not parse."""

import pytest

from arazzo_runner.lsp.completion.cursor import cursor_at
from arazzo_runner.lsp.workspace.line_index import LineIndex

WORKFLOW = "workflows:\n- workflowId: a\n  steps:\n  - stepId: b\n"


@pytest.mark.parametrize(
    ("text", "pointer", "is_key", "prefix"),
    [
        ("ar|", (), True, "ar"),
        ("info:\n  ti|", ("info",), True, "ti"),
        ("info:\n  title: Pe|ts", ("info", "title"), False, "Pe"),
        ("info:\n  title: |", ("info", "title"), False, ""),
        (WORKFLOW + "    oper|", ("workflows", 0, "steps", 0), True, "oper"),
        (WORKFLOW + "    operationId: li|", ("workflows", 0, "steps", 0, "operationId"), False, "li"),
        (WORKFLOW + "  - |", ("workflows", 0, "steps", 1), True, ""),
        (WORKFLOW + "  - stepId: c|", ("workflows", 0, "steps", 1, "stepId"), False, "c"),
        (WORKFLOW + "    # - x\n\n    out|", ("workflows", 0, "steps", 0), True, "out"),
        (WORKFLOW + "  out|", ("workflows", 0), True, "out"),
        (WORKFLOW + "- |", ("workflows", 1), True, ""),
        (WORKFLOW + "    outputs:\n      a: \"$inp|", ("workflows", 0, "steps", 0, "outputs", "a"), False, "$inp"),
        (WORKFLOW + "    outputs: {a: x, b: $steps.|", ("workflows", 0, "steps", 0, "outputs", "b"), False, "$steps."),
        (WORKFLOW + "    outputs: {a: x, b|", ("workflows", 0, "steps", 0, "outputs"), True, "b"),
        (WORKFLOW + "    parameters:\n    - {name: a, in: que|", ("workflows", 0, "steps", 0, "parameters", 0, "in"), False, "que"),
        (WORKFLOW + "    dependsOn: [x, $w|", ("workflows", 0, "steps", 0, "dependsOn", 1), False, "$w"),
        (WORKFLOW + "    dependsOn:\n    - x\n    - $w|", ("workflows", 0, "steps", 0, "dependsOn", 1), False, "$w"),
        (WORKFLOW + "    requestBody:\n      payload: |\n        {\"a\": \"$in\u2503", ("workflows", 0, "steps", 0, "requestBody", "payload"), False, '{"a": "$in'),
        (WORKFLOW + "    outputs: {\n      a: x,\n      b: $steps.|", ("workflows", 0, "steps", 0, "outputs", "b"), False, "$steps."),
        (WORKFLOW + "    outputs: { # all\n      a: x,\n\n      b|\n    }\n", ("workflows", 0, "steps", 0, "outputs"), True, "b"),
        (WORKFLOW + "    parameters: [\n      {name: a, in: path},\n      {name: b,\n       in: |", ("workflows", 0, "steps", 0, "parameters", 1, "in"), False, ""),
        (WORKFLOW + "    parameters:\n    - {name: a,\n       in: que|", ("workflows", 0, "steps", 0, "parameters", 0, "in"), False, "que"),
        (WORKFLOW + "    dependsOn: [\n      x,\n      $w|", ("workflows", 0, "steps", 0, "dependsOn", 1), False, "$w"),
        (WORKFLOW + "    dependsOn: [\n      x,\n    ]\n    out|", ("workflows", 0, "steps", 0), True, "out"),
        (WORKFLOW + "    outputs: {a: x,\n      b: y}\n    out|", ("workflows", 0, "steps", 0), True, "out"),
        (WORKFLOW + "  - dependsOn: [x\n    out|", ("workflows", 0, "steps", 1), True, "out"),
        ('{"info": {"title": "a", "ver|', ("info",), True, "ver"),
        ('{"workflows": [{"workflowId": "a"}, {"workflowId": "b|', ("workflows", 1, "workflowId"), False, "b"),
        ('{"workflows": [{"workflowId": "a"}, {|', ("workflows", 1), True, ""),
        ('{"workflows": [{"a": "b"|', ("workflows", 0, "a"), False, ""),
    ],
)  # fmt: skip
def test_cursor(text: str, pointer: tuple[object, ...], is_key: bool, prefix: str) -> None:
    mark = "\u2503" if "\u2503" in text else "|"
    at = text.rindex(mark)
    found = cursor_at(LineIndex(text[:at] + text[at + 1 :]), at)
    assert (found.pointer, found.is_key, found.prefix) == (pointer, is_key, prefix)
    assert found.start == at - len(prefix)


def test_the_word_goes_on_behind_the_cursor() -> None:
    text = WORKFLOW + "    operationId: listPets # all\n"
    at = text.index("Pets")
    found = cursor_at(LineIndex(text), at)
    assert text[found.start : found.end] == "listPets"


@pytest.mark.parametrize(
    "text", ["", "- ", "}", "]]", "a: [", "'", '"', "{", "- - -", ":", "a: {b: [}", "\t\n - x:"]
)
def test_no_text_is_too_odd(text: str) -> None:
    for at in range(len(text) + 1):
        assert cursor_at(LineIndex(text), at).end >= at
