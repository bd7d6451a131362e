"""A rule for arazzo: each step has a description."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from arazzo_runner.plugins import RuleFinding


class StepDescriptions:
    """DOC001: a step without a description."""

    code = "DOC001"
    title = "a step has no description"
    severity = "warning"
    explanation = """\
A step has no `description`, and who reads the workflow has to look up what its operation does.

Write a sentence that says what the step is for."""

    def check(
        self,
        document: Mapping[str, Any],
        sources: Mapping[str, Any],  # noqa: ARG002 - other rules read the API descriptions
    ) -> Iterable[RuleFinding]:
        """A finding for each step; what is no Arazzo document has findings of its own."""
        for index, workflow in enumerate(document.get("workflows", [])):
            for at, step in enumerate(workflow.get("steps", [])):
                if not step.get("description"):
                    message = f"the step `{step.get('stepId')}` has no description"
                    pointer = ("workflows", index, "steps", at, "stepId")
                    yield RuleFinding(message, pointer, "say what it is for")
