"""A workflow as a graph of its steps and actions, and the path that a run took through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.model import (
    ChannelByPath,
    EndAction,
    FailureAction,
    GotoAction,
    OperationById,
    OperationByPath,
    RetryAction,
    Reusable,
    Step,
    SuccessAction,
    Workflow,
    WorkflowName,
)
from arazzo_runner.executor.plan import WorkflowPlan
from arazzo_runner.executor.result import Attempt, Status, StepResult, WorkflowResult
from arazzo_runner.report.secrets import NO_MASK, Masker

_Action: TypeAlias = SuccessAction | FailureAction

START: Final = "start"
"""The name of the node where a workflow begins."""

FAILURES: Final = 10
"""Of many runs of a workflow no more that failed are drawn."""

EDGES: Final = 400
"""Workflows of more ways between their nodes are not drawn."""

Position: TypeAlias = tuple[str, object]
"""Where a workflow stands: the URI of its document, and its JSON Pointer."""

_PASSED, _FAILED = "passed", "failed"
_FINALLY: Final = ("finally",)


class Node(Struct, frozen=True):
    """A step, another workflow, the start or an end; ``lines`` are as the document has them."""

    name: str
    kind: Choice["start", "end", "step", "workflow"]
    lines: tuple[str, ...]


class Edge(Struct, frozen=True):
    """A way from a node to another; ``key`` is the action that takes it, none where nobody does."""

    source: str
    target: str
    label: str = ""
    key: tuple[str, ...] = ()
    is_dashed: bool = False


class Path(Struct, frozen=True):
    """What a run went through: the names of nodes in the order of the graph, numbers of edges."""

    nodes: tuple[str, ...]
    edges: tuple[int, ...]


class Flowchart:
    """The nodes and the edges of a workflow; ``steps`` are in the order run."""

    def __init__(self, workflow: Workflow, steps: Sequence[Step] | None = None) -> None:
        ordered = workflow.steps if steps is None else steps
        self.workflow_id = workflow.workflow_id
        self.step_count = len(ordered)
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        # Their nodes by stepId.
        self.steps = {step.step_id: f"s{number}" for number, step in enumerate(ordered)}
        self._others: dict[str, str] = {}
        self._draw(workflow, ordered)

    def mask(self, masker: Masker) -> Flowchart:
        """The same with every secret masked, for a result that is masked already."""
        if masker is NO_MASK:
            return self
        text = masker.text
        masked = copy(self)
        masked.workflow_id = text(self.workflow_id)
        masked.nodes = [replace(one, lines=tuple(map(text, one.lines))) for one in self.nodes]
        masked.edges = [
            replace(one, label=text(one.label), key=_masked_key(one.key, masker))
            for one in self.edges
        ]
        masked.steps = {text(step_id): name for step_id, name in self.steps.items()}
        return masked

    def path(self, taken: WorkflowResult) -> Path:
        """What a run of this workflow went through."""
        keys: set[tuple[str, ...]] = {(START,)} if taken.steps else set()
        visited: set[str] = {START} if taken.steps else set()
        for step in taken.steps:
            self._follow(step, keys, visited)
        numbers = [number for number, edge in enumerate(self.edges) if edge.key in keys]
        visited |= {self.edges[number].target for number in numbers}
        if taken.finally_run is not None:
            visited |= {edge.target for edge in self.edges if edge.key == _FINALLY}
            numbers += [
                number
                for number, edge in enumerate(self.edges)
                if edge.key == _FINALLY and edge.source in visited
            ]
        nodes = tuple(one.name for one in self.nodes if one.name in visited)
        return Path(nodes, tuple(numbers))

    def _follow(self, step: StepResult, keys: set[tuple[str, ...]], visited: set[str]) -> None:
        name = self.steps.get(step.step_id)
        if name is None:
            return
        visited.add(name)
        for attempt in step.attempts:
            keys.update(_keys(name, attempt))
            # What follows a step that was run before a retry is that retry.
            if isinstance(attempt.interlude, StepResult):
                self._follow(attempt.interlude, set(), visited)

    def _draw(self, workflow: Workflow, steps: Sequence[Step]) -> None:
        self.nodes.append(Node(START, "start", (workflow.workflow_id,)))
        for name in workflow.depends_on:
            self.edges.append(Edge(self._other(name), START, "runs before", (), is_dashed=True))
        for step in steps:
            kind: Choice["step", "workflow"]
            kind = "workflow" if isinstance(step.target, WorkflowName) else "step"
            lines = (step.step_id, _step_text(step))
            self.nodes.append(Node(self.steps[step.step_id], kind, lines))
        self.edges.append(Edge(START, self._node(0), key=(START,)))
        for number, step in enumerate(steps):
            self._draw_step(number, step, workflow)
        self.nodes += (Node(one, "end", (one,)) for one in (_PASSED, _FAILED))
        if workflow.finally_call is not None:
            last = self._other(workflow.finally_call.target)
            for end in (_PASSED, _FAILED):
                self.edges.append(Edge(end, last, "finally", _FINALLY, is_dashed=True))

    def _node(self, number: int) -> str:
        return f"s{number}" if number < self.step_count else _PASSED

    def _other(self, name: WorkflowName) -> str:
        """The node of another workflow."""
        text = name.workflow_id if name.source is None else f"{name.source}.{name.workflow_id}"
        if text not in self._others:
            self._others[text] = f"w{len(self._others)}"
            self.nodes.append(Node(self._others[text], "workflow", (text,)))
        return self._others[text]

    def _draw_step(self, number: int, step: Step, workflow: Workflow) -> None:
        source = self._node(number)
        for one in step.depends_on:
            if one.workflow is None and one.step_id in self.steps:
                self.edges.append(
                    Edge(self.steps[one.step_id], source, "depends on", (), is_dashed=True)
                )
        succeeding = _candidates(step.on_success, workflow.success_actions)
        failing = _candidates(step.on_failure, workflow.failure_actions)
        for level, action in succeeding:
            self._draw_action((source, "success", level, action.name), action, _PASSED)
        if all(action.criteria for _, action in succeeding):
            self.edges.append(Edge(source, self._node(number + 1), "", (source, "success")))
        for level, action in failing:
            self._draw_action((source, "failure", level, action.name), action, _FAILED)
        # A retry comes to an end, and then the next action is tried.
        if all(one.criteria or isinstance(one, RetryAction) for _, one in failing):
            key = (source, "failure")
            self.edges.append(Edge(source, _FAILED, "failure", key, is_dashed=True))

    def _draw_action(self, key: tuple[str, str, str, str], action: _Action, end: str) -> None:
        source, outcome, _, name = key
        words, target = f"{outcome}: {name}", end
        match action:
            case GotoAction():
                target = self._target(action.target)
            case RetryAction(target=before):
                words, target = f"{words}, {_retry_text(action)}", source
                if before is not None:
                    label, way = "before each retry", (*key, "interlude")
                    self.edges.append(
                        Edge(source, self._target(before), label, way, is_dashed=True)
                    )
            case EndAction():
                pass
        self.edges.append(Edge(source, target, words, key, is_dashed=outcome == "failure"))

    def _target(self, target: str | WorkflowName) -> str:
        if isinstance(target, WorkflowName):
            return self._other(target)
        return self.steps.get(target, _FAILED)


class Flowcharts:
    """The charts of one report: of what ran, to be drawn with the path taken."""

    def __init__(
        self, plans: Iterable[WorkflowPlan], charts: Mapping[Position, Flowchart] | None = None
    ) -> None:
        self._plans = {_position(one.workflow): one for one in plans}
        self._charts = dict(charts or {})
        self._drawn: Counter[tuple[Position, bool]] = Counter()

    def chart(self, taken: WorkflowResult) -> Flowchart | None:
        """The chart of what ran.

        None where no step ran, and for most of many runs of the same: of these the first is drawn,
        and the first ``FAILURES`` that failed.
        """
        if not taken.steps:
            return None
        position = _position(taken)
        is_one_of_many = taken.case is not None or taken.repetition is not None
        if is_one_of_many and not self._is_drawn(position, taken):
            return None
        if position not in self._charts and position in self._plans:
            self._charts[position] = _chart_of(self._plans[position])
        return self._charts.get(position)

    def _is_drawn(self, position: Position, taken: WorkflowResult) -> bool:
        has_failed = taken.status in (Status.FAILED, Status.ERROR)
        is_first = not self._drawn[position, True] + self._drawn[position, False]
        self._drawn[position, has_failed] += 1
        return is_first or (has_failed and self._drawn[position, True] <= FAILURES)


def charts_of(
    plans: Iterable[WorkflowPlan], ran: Iterable[WorkflowResult]
) -> dict[Position, Flowchart]:
    """The charts of the workflows that ran, for :attr:`RunReport.charts`."""
    positions = {_position(one) for one in ran}
    return {
        position: _chart_of(one)
        for one in plans
        if (position := _position(one.workflow)) in positions
    }


def _chart_of(plan: WorkflowPlan) -> Flowchart:
    return Flowchart(plan.workflow, [one.step for one in plan.steps])


def _position(one: Workflow | WorkflowResult) -> Position:
    return one.place.source.uri, one.place.pointer


def _masked_key(key: tuple[str, ...], masker: Masker) -> tuple[str, ...]:
    """Of a key the name of an action is the document's, the rest is ours."""
    return (*key[:3], *(masker.text(one) for one in key[3:4]), *key[4:])


def _retry_text(action: RetryAction) -> str:
    limit = 1 if action.retry_limit is None else action.retry_limit
    times = f"{limit} {'retry' if limit == 1 else 'retries'}"
    return f"up to {times}, after {action.retry_after:g} s"


def _step_text(step: Step) -> str:
    """What a step calls; on a channel, with whether it sends or receives: `send placeOrder`."""
    text = _target_text(step)
    return f"{step.action} {text}" if step.action else text


def _target_text(step: Step) -> str:
    match step.target:
        case OperationById(operation_id):
            return operation_id
        case OperationByPath(text=text) | ChannelByPath(text=text):
            return text
        case WorkflowName(workflow_id):
            return f"workflow {workflow_id}"


def _candidates(
    own: Iterable[_Action | Reusable], common: Iterable[_Action | Reusable]
) -> list[tuple[str, _Action]]:
    """The actions of a step in the order in which they are tried, each with its level."""
    found = [("step", one) for one in own if not isinstance(one, Reusable)]
    names = {one.name for _, one in found}
    others = (one for one in common if not isinstance(one, Reusable))
    return [*found, *(("workflow", one) for one in others if one.name not in names)]


def _keys(source: str, attempt: Attempt) -> Iterator[tuple[str, ...]]:
    outcome = "success" if attempt.succeeded else "failure"
    if attempt.action is None:
        yield (source, outcome)
        return
    key = (source, outcome, attempt.action.level, attempt.action.name)
    yield key
    if attempt.interlude is not None:
        yield (*key, "interlude")
