"""What must run before what: ``dependsOn``, and the outputs that a step reads.

Arazzo Specification 1.1.0, "Step Dependencies and Execution Order".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from arazzo_runner.document.model import (
    ArazzoDocument,
    EndAction,
    FailureAction,
    RetryAction,
    Reusable,
    Step,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.document.rules.expressions import (
    PlacedExpression,
    WorkflowExpressions,
    expressions_in,
)
from arazzo_runner.expression.ast import Expression, StepOutputRef
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error, warning
from arazzo_runner.text.source import Place

Needs: TypeAlias = Mapping[str, Mapping[str, Place]]
"""For each name, the names it needs, with the place that says so."""


def dependency_findings(
    document: ArazzoDocument, walked: Iterable[WorkflowExpressions]
) -> Iterator[Diagnostic]:
    """Circles of ``dependsOn`` (AZ213), and outputs that are read too early (AZ212)."""
    yield from _circles("workflow", workflow_needs(document))
    for walk in walked:
        steps = walk.workflow.steps
        if any(step.depends_on for step in steps):
            pairs = zip(steps, walk.steps, strict=True)
            yield from _circles("step", {one.step_id: _needs(one, found) for one, found in pairs})
        else:
            yield from _early_read_findings(walk)
        yield from (one for step in steps for one in _outputs_of_step(step))


def workflow_needs(document: ArazzoDocument) -> Needs:
    """The local workflows that each workflow's ``dependsOn`` names."""
    return {
        one.workflow_id: {
            name.workflow_id: name.place for name in one.depends_on if name.source is None
        }
        for one in document.workflows
    }


def step_needs(step: Step) -> Mapping[str, Place]:
    """The other steps of the same workflow that a step needs: ``dependsOn``, and what it reads."""
    return _needs(step, expressions_in(step))


def _needs(step: Step, expressions: Iterable[PlacedExpression]) -> Mapping[str, Place]:
    declared = {one.step_id: one.place for one in step.depends_on if one.workflow is None}
    return {**_reads(step, expressions), **declared}


def _reads(step: Step, expressions: Iterable[PlacedExpression]) -> dict[str, Place]:
    """The other steps whose outputs a step reads; its own are those of an earlier visit."""
    return {
        one.step_id: place
        for one, place in expressions
        if isinstance(one, StepOutputRef) and one.step_id != step.step_id
    }


# --- circles --------------------------------------------------------------------------------------


def _circles(what: str, needs: Needs) -> Iterator[Diagnostic]:
    for circle in circles(needs):
        way = " → ".join(f"`{name}`" for name in (*circle, circle[0]))
        yield error(
            "AZ213",
            f"the {what} `{circle[0]}` depends on itself: {way}",
            needs[circle[-1]][circle[0]],
            "closes the cycle",
            "remove one of these dependencies",
        )


def circles(needs: Needs) -> Iterator[Sequence[str]]:
    """Circles among the names, in the order of the needs; at least one for each knot of them."""
    done: set[str] = set()
    for start in needs:
        yield from _circles_from(start, needs, done)


def _circles_from(start: str, needs: Needs, done: set[str]) -> Iterator[Sequence[str]]:
    """A depth-first walk that does not recurse: a document may have thousands of steps."""
    if start in done:
        return
    path, ways = {start: 0}, [iter(needs[start])]  # the path keeps its order
    while path:
        following = next(ways[-1], None)
        if following is None:
            done.add(path.popitem()[0])
            ways.pop()
        elif following in path:
            yield tuple(path)[path[following] :]
        elif following in needs and following not in done:
            path[following] = len(path)
            ways.append(iter(needs[following]))


# --- outputs that are read before they are there --------------------------------------------------


def _early_read_findings(walk: WorkflowExpressions) -> Iterator[Diagnostic]:
    """Steps run as written where none has ``dependsOn``: a later one has no outputs yet."""
    steps = walk.workflow.steps
    positions = {step.step_id: at for at, step in enumerate(steps)}
    for at, (step, expressions) in enumerate(zip(steps, walk.steps, strict=True)):
        for name, place in _reads(step, expressions).items():
            if positions.get(name, -1) > at:
                yield _early_read(walk.workflow, step, name, place)


def _early_read(workflow: Workflow, step: Step, name: str, place: Place) -> Diagnostic:
    if _can_return(workflow, name, step.step_id):
        severity, when = Severity.WARNING, "has no outputs on the first visit"
    else:
        severity, when = Severity.ERROR, "runs later"
    return Diagnostic(
        "AZ212",
        severity,
        f"`{step.step_id}` reads the outputs of `{name}`, which {when}",
        place,
        when,
        f"move `{name}` before it, or give `{step.step_id}` a `dependsOn: [{name}]`",
    )


def _outputs_of_step(step: Step) -> Iterator[Diagnostic]:
    """A step's outputs are there once its criteria are judged, for its actions; not before."""
    outputs = dict(step.outputs)
    for one, place in expressions_in(step.success_criteria):
        if isinstance(one, StepOutputRef) and one.step_id == step.step_id:
            why = f"outputs of `{step.step_id}` follow its criteria"
            message = f"`{one.text}` is not there yet: {why}"
            source = outputs.get(one.name)
            if isinstance(source, Expression):
                way_out = f"write `{source.text}`, which that output reads"
            else:
                way_out = "write what the output reads; actions of the step may read the output"
            yield warning("AZ212", message, place, "not there yet", way_out)


def _can_return(workflow: Workflow, start: str, end: str) -> bool:
    """Whether actions can lead from one step to another."""
    ways = _successors(workflow)
    todo, seen = [start], set[str]()
    while todo:
        step = todo.pop()
        if step == end:
            return True
        if step not in seen:
            seen.add(step)
            todo.extend(ways.get(step, ()))
    return False


def _successors(workflow: Workflow) -> dict[str, list[str]]:
    """The steps that may follow each step."""
    everywhere = (*workflow.success_actions, *workflow.failure_actions)
    ways: dict[str, list[str]] = {step.step_id: [] for step in workflow.steps}
    for step, following in zip(workflow.steps, workflow.steps[1:], strict=False):
        ways[step.step_id].append(following.step_id)
    for step in workflow.steps:
        for action, target in _jumps((*step.on_success, *step.on_failure, *everywhere)):
            ways[step.step_id].append(target)
            if isinstance(action, RetryAction):  # it returns to the step that failed
                ways.setdefault(target, []).append(step.step_id)
    return ways


def _jumps(
    actions: Iterable[SuccessAction | FailureAction | Reusable],
) -> Iterator[tuple[SuccessAction | FailureAction, str]]:
    for action in actions:
        if isinstance(action, EndAction | Reusable):
            continue
        if action.target is not None and not isinstance(action.target, WorkflowName):
            yield action, action.target
