"""A workflow as a Mermaid flowchart, with the path that a run took, if there was one.

What comes from documents stands in labels alone, spelled by Mermaid's character codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

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
from arazzo_runner.executor.result import Attempt, WorkflowResult
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import shorten

_Action: TypeAlias = SuccessAction | FailureAction

_START, _PASSED, _FAILED = "start", "passed", "failed"
_TAKEN = "stroke:#1a7f37,stroke-width:3px"


class _Edge(Struct, frozen=True):
    """A way from a node to another; ``key`` is the action that takes it, none for what follows."""

    source: str
    target: str
    label: str
    key: tuple[str, ...]
    arrow: str = "-->"


def workflow_diagram(
    workflow: Workflow, steps: Sequence[Step] | None = None, taken: WorkflowResult | None = None
) -> list[str]:
    """The lines of a flowchart; ``steps`` are in the order run, ``taken`` is what ran."""
    chart = _Chart(workflow, workflow.steps if steps is None else steps)
    chart.draw()
    lines = ["flowchart TD", *(f"    {one}" for one in chart.nodes)]
    lines += (f"    {_edge_text(one)}" for one in chart.edges)
    return [*lines, *_path_lines(chart, taken)] if taken is not None else lines


def _edge_text(edge: _Edge) -> str:
    label = f"|{_label(edge.label)}|" if edge.label else ""
    return f"{edge.source} {edge.arrow}{label} {edge.target}"


def _label(*lines: str) -> str:
    """Text in quotes, of which nothing is read as Mermaid, Markdown or HTML."""
    return '"' + "<br/>".join(_spell(shorten(one)) for one in lines if one) + '"'


def _spell(text: str) -> str:
    plain = " ".join(escape(text).split())
    return "".join(one if one.isalnum() or one in " .,:/-_" else f"#{ord(one)};" for one in plain)


class _Chart:
    """The nodes, as they are written, and the edges of a workflow."""

    def __init__(self, workflow: Workflow, steps: Sequence[Step]) -> None:
        self.workflow = workflow
        self.steps = steps
        self.nodes: list[str] = []
        self.edges: list[_Edge] = []
        self.numbers = {step.step_id: f"s{number}" for number, step in enumerate(steps)}
        self._others: dict[str, str] = {}

    def draw(self) -> None:
        """Fill both."""
        self.nodes.append(f"{_START}([{_label(self.workflow.workflow_id)}])")
        for name in self.workflow.depends_on:
            self._join(self._other(name), _START, "runs before", "-.->")
        for step in self.steps:
            left, right = ("[[", "]]") if isinstance(step.target, WorkflowName) else ("[", "]")
            text = _label(step.step_id, _target_text(step))
            self.nodes.append(f"{self.numbers[step.step_id]}{left}{text}{right}")
        self._join(_START, self._node(0))
        for number, step in enumerate(self.steps):
            self._draw_step(number, step)
        self.nodes += (f"{_PASSED}(({_label('passed')}))", f"{_FAILED}(({_label('failed')}))")
        if self.workflow.finally_call is not None:
            last = self._other(self.workflow.finally_call.target)
            self._join(_PASSED, last, "finally", "-.->")
            self._join(_FAILED, last, "finally", "-.->")

    def _node(self, number: int) -> str:
        return f"s{number}" if number < len(self.steps) else _PASSED

    def _other(self, name: WorkflowName) -> str:
        """The node of another workflow."""
        text = name.workflow_id if name.source is None else f"{name.source}.{name.workflow_id}"
        if text not in self._others:
            self._others[text] = f"w{len(self._others)}"
            self.nodes.append(f"{self._others[text]}[[{_label(text)}]]")
        return self._others[text]

    def _join(self, source: str, target: str, label: str = "", arrow: str = "-->") -> None:
        self.edges.append(_Edge(source, target, label, (), arrow))

    def _draw_step(self, number: int, step: Step) -> None:
        source = self._node(number)
        for one in step.depends_on:
            if one.workflow is None and one.step_id in self.numbers:
                self._join(self.numbers[one.step_id], source, "depends on", "-.->")
        succeeding = _candidates(step.on_success, self.workflow.success_actions)
        failing = _candidates(step.on_failure, self.workflow.failure_actions)
        for level, action in succeeding:
            self._draw_action(source, "success", level, action, _PASSED)
        if all(action.criteria for _, action in succeeding):
            self.edges.append(_Edge(source, self._node(number + 1), "", (source, "success")))
        for level, action in failing:
            self._draw_action(source, "failure", level, action, _FAILED)
        # A retry comes to an end, and then the next action is tried.
        if all(one.criteria or isinstance(one, RetryAction) for _, one in failing):
            self.edges.append(_Edge(source, _FAILED, "failure", (source, "failure"), "-.->"))

    def _draw_action(
        self, source: str, outcome: str, level: str, action: SuccessAction | FailureAction, end: str
    ) -> None:
        key = (source, outcome, level, action.name)
        arrow = "-->" if outcome == "success" else "-.->"
        words = f"{outcome}: {action.name}"
        match action:
            case EndAction():
                edge = _Edge(source, end, words, key, arrow)
            case GotoAction(target=target):
                edge = _Edge(source, self._target(target), words, key, arrow)
            case RetryAction(target=before):
                edge = _Edge(source, source, f"{words}, {_retry_text(action)}", key, arrow)
                if before is not None:
                    self._join(source, self._target(before), "before each retry", "-.->")
        self.edges.append(edge)

    def _target(self, target: str | WorkflowName) -> str:
        if isinstance(target, WorkflowName):
            return self._other(target)
        return self.numbers.get(target, _FAILED)


def _retry_text(action: RetryAction) -> str:
    limit = 1 if action.retry_limit is None else action.retry_limit
    return f"up to {limit} retries, after {action.retry_after:g} s"


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


# --- the path taken -------------------------------------------------------------------------------


def _path_lines(chart: _Chart, taken: WorkflowResult) -> Iterator[str]:
    visited = [chart.numbers[one.step_id] for one in taken.steps if one.step_id in chart.numbers]
    keys = {
        key
        for step in taken.steps
        for attempt in step.attempts
        for key in _keys(chart.numbers.get(step.step_id, ""), attempt)
    }
    lines = [
        number
        for number, edge in enumerate(chart.edges)
        if edge.key in keys or (edge.source == _START and visited)
    ]
    ends = {edge.target for number, edge in enumerate(chart.edges) if number in lines}
    nodes = dict.fromkeys([_START, *visited, *sorted(ends)] if visited else [])
    if nodes:
        yield f"    classDef taken {_TAKEN}"
        yield f"    class {','.join(nodes)} taken"
    if lines:
        yield f"    linkStyle {','.join(map(str, lines))} {_TAKEN}"


def _keys(source: str, attempt: Attempt) -> Iterator[tuple[str, ...]]:
    outcome = "success" if attempt.succeeded else "failure"
    if attempt.action is None:
        yield (source, outcome)
    else:
        yield (source, outcome, attempt.action.level, attempt.action.name)
