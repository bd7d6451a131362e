"""What is said of a parameter without a value."""

import pytest

from arazzo_runner.executor.plan import Argument
from arazzo_runner.executor.request import empty_value_hint
from arazzo_runner.expression.parse import parse_string
from arazzo_runner.expression.scope import Scope
from arazzo_runner.text.source import Place, SourceFile

STEPS = {"s": {"id": None, "name": "", "ok": "1"}}
PLACE = Place(SourceFile("a", "", "a"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("$steps.s.outputs.id", "`$steps.s.outputs.id` is null: see the outputs of the step `s` above"),
        ("$steps.s.outputs.name", "`$steps.s.outputs.name` is empty: see the outputs of the step `s` above"),
        ("$steps.s.outputs.ok", None),
        ("$inputs.c", "`$inputs.c` has no value: pass the input `c`"),
        ("$inputs.empty", "`$inputs.empty` is empty"),
        ("$inputs.zero", None),
        ("literal", None),
    ],
)  # fmt: skip
def test_an_empty_value_is_named_by_its_expression(text, hint):
    scope = Scope(inputs={"empty": "", "zero": 0}, steps=STEPS)
    argument = Argument(None, parse_string(text)[0], PLACE)
    assert empty_value_hint(argument, scope) == hint


@pytest.mark.parametrize(
    ("parameters", "hint"),
    [
        ("[{name: id, in: path, value: $inputs.id}]", "`$inputs.id` has no value: pass the input `id`"),
        ("[{name: id, in: path, value: $inputs.dots}]", None),
    ],
)  # fmt: skip
def test_the_parameter_is_shown_where_it_stands(run, parameters, hint):
    step = f"{{stepId: a, x-send-invalid: true, operationId: getThing, parameters: {parameters}}}"
    inputs = "{type: object, properties: {id: {type: string}, dots: {default: ..}}}"
    text = f"- {{workflowId: w, inputs: {inputs}, steps: [{step}]}}"
    error = run(text).result.workflows[0].steps[0].attempts[-1].error
    assert (error.code, error.hint) == ("request-refused", hint)
    assert "parameters" in error.place.pointer
