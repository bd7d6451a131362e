"""What `set NAME=JSON` makes of its text."""

from types import SimpleNamespace

import pytest

import arazzo_runner
from arazzo_runner.cli.debugger.inputs import EditError, read_edit
from arazzo_runner.pipeline.run import prepare_run
from unit.cli.things import write_things

WORKFLOWS = """
- workflowId: w
  inputs:
    type: object
    properties:
      zip: {type: string}
      amount: {type: integer, minimum: 1}
      list: {type: array}
      any: {}
  steps: [{stepId: list, operationId: listThings}]
"""


@pytest.fixture
def frame(tmp_path):
    write_things(tmp_path, WORKFLOWS, "workflow.yaml")
    description = arazzo_runner.load(tmp_path / "workflow.yaml")
    prepared = prepare_run(description, {})
    plan = prepared.plan.workflows[prepared.plan.selected[0]]
    return SimpleNamespace(plan=plan, inputs={"zip": "1"})


@pytest.mark.parametrize(
    ("argument", "edit"),
    [
        ("amount=12", ("amount", 12)),
        ("amount = 12", ("amount", 12)),
        ("$inputs.amount=12", ("amount", 12)),
        ('zip="02134"', ("zip", "02134")),
        ("zip=02134", ("zip", "02134")),
        ("zip=12345", ("zip", "12345")),
        ("zip=a=b", ("zip", "a=b")),
        ("zip=", ("zip", "")),
        ("any=12", ("any", 12)),
        ("any=null", ("any", None)),
        ("any=nothing", ("any", "nothing")),
        ('list=[1, {"a": 2}]', ("list", [1, {"a": 2}])),
    ],
)
def test_json_is_read_and_other_text_is_a_string(frame, argument, edit):
    assert read_edit(argument, frame) == edit


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("", "write `set NAME=JSON`"),
        ("amount", "write `set NAME=JSON`"),
        ("=1", "write `set NAME=JSON`"),
        ("amount=0", "0 is less than the minimum of 1"),
        ("amount=many", '"many" is not of type "integer"'),
        ("amout=1", "did you mean `amount`?"),
    ],
)
def test_what_does_not_fit_is_refused(frame, argument, words):
    with pytest.raises(EditError, match=words.replace("?", r"\?")):
        read_edit(argument, frame)
