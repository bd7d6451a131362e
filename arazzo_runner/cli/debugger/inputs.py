"""An input that is changed by hand: read from the line, and held against its schema."""

from __future__ import annotations

import json

from arazzo_runner.executor.inputs import InputProblem, find_problems
from arazzo_runner.executor.plan import WorkflowPlan
from arazzo_runner.executor.run_state import WorkflowState
from arazzo_runner.expression.value import Value
from arazzo_runner.text.number import parse_number


class EditError(Exception):
    """Why an input cannot be changed so, as a sentence."""


def read_edit(argument: str, frame: WorkflowState) -> tuple[str, Value]:
    """The name and the value of ``NAME=JSON``; text that is no JSON is a string.

    A value that does not fit the schema of the input is one where its text does: digits are a
    string where a string is declared. Raises EditError.
    """
    name, candidates = edit_candidates(argument)
    if not name:
        raise EditError('write `set NAME=JSON`, such as `set amount=12` or `set name="Rex"`')
    problems: list[InputProblem] = []
    for value in candidates:
        found = _problems(frame.plan, {**frame.inputs, name: value}, name)
        if not found:
            return name, value
        problems = problems or found
    raise EditError(_sentence(problems[0]))


def edit_candidates(argument: str) -> tuple[str, list[Value]]:
    """The name in ``NAME=JSON``, empty in other text, and what its value can be, as text last."""
    name, equals, text = (one.strip() for one in argument.partition("="))
    return name.removeprefix("$inputs.") if equals else "", [*_json_values(text), text]


def _json_values(text: str) -> list[Value]:
    try:
        return [json.loads(text, parse_float=parse_number)]
    except (ValueError, RecursionError):
        return []


def _problems(plan: WorkflowPlan, inputs: dict[str, Value], name: str) -> list[InputProblem]:
    """What is wrong with the one input; what was wrong with others before stays as it is."""
    found = find_problems(plan.inputs_schema, inputs)
    return [one for one in found if one.name in (name, None)]


def _sentence(problem: InputProblem) -> str:
    return f"{problem.message}; {problem.hint}" if problem.hint else problem.message
