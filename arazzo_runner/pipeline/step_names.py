"""Steps that options name, ``STEP`` or ``WORKFLOW/STEP``: a misspelt name would be ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from arazzo_runner.document.model import Step, WorkflowName
from arazzo_runner.errors import UsageError
from arazzo_runner.options.model import typed_duration
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error


def check_durations(description: Description, durations: Mapping[str, float]) -> None:
    """Raise UsageError for maximum durations of steps there are not, or that send no request."""
    if found := list(_duration_findings(description, durations)):
        raise UsageError(*found)


def _duration_findings(
    description: Description, durations: Mapping[str, float]
) -> Iterator[Diagnostic]:
    steps = steps_by_name(description)
    for name, seconds in durations.items():
        option = f"`--max-duration {name}={typed_duration(seconds)}`"
        if name not in steps:
            hint = did_you_mean(name, steps) or f"its steps: {_list_text(steps)}"
            yield error("AZ906", f"{option} names no step", help=hint)
        elif all(isinstance(one.target, WorkflowName) for one in steps[name]):
            help_ = "name the steps of that workflow, as `WORKFLOW/STEP`"
            yield error("AZ906", f"{option}: this step calls a workflow", help=help_)


def steps_by_name(description: Description) -> dict[str, list[Step]]:
    """The steps of all documents, by ``STEP`` and by ``WORKFLOW/STEP``."""
    found: dict[str, list[Step]] = {}
    for unit in description.units.values():
        for workflow in unit.document.workflows:
            for step in workflow.steps:
                for name in (step.step_id, f"{workflow.workflow_id}/{step.step_id}"):
                    found.setdefault(name, []).append(step)
    return found


def _list_text(names: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in names if "/" not in one)
