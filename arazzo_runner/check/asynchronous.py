"""What belongs to AsyncAPI steps, in steps that call operations over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.check.view import StepContext
from arazzo_runner.expression.ast import BodyRef, HeaderRef
from arazzo_runner.text.diagnostic import Diagnostic, warning


def message_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ220: `$message` where there is none."""
    for expression, place in view.expressions:
        if isinstance(expression, BodyRef | HeaderRef) and expression.message == "message":
            text = expression.text
            message = f"`{text}` never has a value here: {view.called} is called over HTTP"
            response = text.replace("$message.payload", "$response.body")
            way_out = f"write `{response.replace('$message.', '$response.')}`"
            yield warning("AZ220", message, place, "nothing to read", way_out)


def action_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ113: Step Object (1.1), ``action``: only applicable for `asyncapi` steps."""
    step = view.step.step
    if step.action is not None:
        message = f"`action` has no effect here: {view.called} is called over HTTP"
        yield warning("AZ113", message, step.place.at("action").key(), "has no effect")
