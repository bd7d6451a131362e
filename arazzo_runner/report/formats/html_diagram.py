"""A workflow drawn for the HTML report, the path that a run took marked: one SVG, no script.

All nodes stand in one column, in the order run, so that a page of a phone has room for them. What
follows is joined by a line straight down; any other way leaves its node at the right, under its
label, and goes by the lane of its target, which all ways to that target share. Lengths are in
pixels of CSS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from arazzo_runner.executor.result import WorkflowResult
from arazzo_runner.report.formats.flowchart import (
    EDGES,
    START,
    Edge,
    Flowchart,
    Flowcharts,
    Node,
    Path,
)
from arazzo_runner.report.formats.html_markup import NOTHING, Markup, fill, join
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.safe_text import SafeText, display_width
from arazzo_runner.report.secrets import Masker

STEPS: Final = 60
"""Workflows of more steps are not drawn."""

_COLUMNS: Final = 30  # of a label
_CHARACTER: Final = 6.7  # the width of one, in a font of 11 px
_LEFT, _WIDTH = 8, 220  # the column of nodes
_RIGHT: Final = _LEFT + _WIDTH
_LINE, _GAP, _LANE = 16, 28, 12


class DiagramPages:
    """Draws the workflows of a page."""

    def __init__(self, run: RunReport, masker: Masker) -> None:
        self._charts = Flowcharts(run.workflows, run.charts)
        self._shown = SafeText(masker)

    def diagram(self, taken: WorkflowResult, number: int) -> Markup:
        """The drawing, to be unfolded; ``number`` is that of the run in the page."""
        chart = self._charts.chart(taken)
        if chart is None:
            return NOTHING
        return fill(
            '<details class="fold"><summary>Diagram</summary>\n%s</details>\n',
            self._content(chart, taken, number),
        )

    def _content(self, chart: Flowchart, taken: WorkflowResult, number: int) -> Markup:
        if chart.step_count > STEPS:
            return fill(_TOO_LARGE, f"{chart.step_count:,} steps", STEPS)
        if len(chart.edges) > EDGES:
            return fill(_TOO_LARGE, f"{len(chart.edges):,} ways between its steps", EDGES)
        title = self._shown.line(chart.workflow_id, 60)
        drawing = _Drawing(chart, chart.path(taken), self._shown)
        return fill(
            '<p class="dim">Thick lines are the path taken.</p>\n'
            '<div class="scroll" tabindex="0" role="region" aria-label="Diagram of %s">'
            '<svg class="flow" role="img" aria-labelledby="diagram-%s" width="%s" height="%s">'
            '<title id="diagram-%s">Diagram of %s; path taken: %s</title>\n%s</svg></div>\n',
            title,
            number,
            round(drawing.width),
            drawing.height,
            number,
            title,
            drawing.path_text(),
            join(drawing.markup()),
        )


_TOO_LARGE: Final = (
    '<p class="dim">Not drawn: the workflow has %s, and a drawing of more than %s cannot be read.'
    "</p>\n"
)


class _Box(Struct):
    """A node and its place: the top, the height, and how many ways leave at the right."""

    node: Node
    top: int = 0
    height: int = 0
    ways: int = 0


class _Drawing:
    def __init__(self, chart: Flowchart, path: Path, shown: SafeText) -> None:
        self._path = path
        self._shown = shown
        self._boxes = {one.name: _Box(one) for one in _column(chart)}
        rows = {name: row for row, name in enumerate(self._boxes)}
        self._straight: list[tuple[int, Edge]] = []
        self._around: list[tuple[int, Edge]] = []
        for number, edge in enumerate(chart.edges):
            is_next = not edge.label and rows[edge.target] == rows[edge.source] + 1
            (self._straight if is_next else self._around).append((number, edge))
        self.height = self._stack()
        labels = [self._label(edge.label) for _, edge in self._around]
        room = max((display_width(one) for one in labels), default=0) * _CHARACTER
        self._lanes_left = _RIGHT + room + 16
        self._lanes = self._allocate()
        self.width = self._lanes_left + _LANE * (max(self._lanes.values(), default=-1) + 1)

    def path_text(self) -> str:
        """The nodes taken, in words."""
        nodes = [self._boxes[one].node for one in self._path.nodes]
        return ", ".join(self._label(one.lines[0]) for one in nodes) or "none"

    def markup(self) -> Iterator[Markup]:
        """What is drawn, the path taken above the rest."""
        ways = [*map(self._down, self._straight), *self._sideways()]
        yield from (line for is_taken, line in ways if not is_taken)
        yield from (line for is_taken, line in ways if is_taken)
        yield from map(self._box, self._boxes.values())

    def _label(self, text: str) -> str:
        label = self._shown.line(text, _COLUMNS)
        while display_width(label) > _COLUMNS:
            label = label[: len(label) * 3 // 4] + "…"
        return label

    def _stack(self) -> int:
        """Place the boxes one under the other; how high they are."""
        for _, edge in self._around:
            self._boxes[edge.source].ways += 1
        top = 8
        for box in self._boxes.values():
            box.top = top
            box.height = max(_LINE * len(box.node.lines) + 14, _LINE * box.ways + 24)
            top += box.height + _GAP
        return top - _GAP + 8

    def _allocate(self) -> dict[str, int]:
        """A lane for each target, short ones inside; lanes of one number do not meet."""
        spans: dict[str, tuple[int, int]] = {}
        for _, edge in self._around:
            target, source = self._boxes[edge.target], self._boxes[edge.source]
            low, high = spans.get(edge.target, (target.top, target.top + target.height))
            spans[edge.target] = min(low, source.top), max(high, source.top + source.height)
        lanes: dict[str, int] = {}
        used: list[list[tuple[int, int]]] = []
        for name, (low, high) in sorted(spans.items(), key=lambda one: one[1][1] - one[1][0]):
            lane = next(
                (n for n, held in enumerate(used) if all(high < a or b < low for a, b in held)),
                len(used),
            )
            if lane == len(used):
                used.append([])
            used[lane].append((low, high))
            lanes[name] = lane
        return lanes

    def _down(self, numbered: tuple[int, Edge]) -> tuple[bool, Markup]:
        number, edge = numbered
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        middle, start, end = _LEFT + _WIDTH // 2, source.top + source.height, target.top
        line = f"M{middle} {start}V{end - 6}"
        return self._draw_way(number, edge, line, f"M{middle} {end}l-4 -8h8z")

    def _sideways(self) -> Iterator[tuple[bool, Markup]]:
        ports = dict.fromkeys(self._boxes, 0)
        for number, edge in self._around:
            ports[edge.source] += 1
            start = self._boxes[edge.source].top + 10 + _LINE * ports[edge.source]
            end = self._boxes[edge.target].top + 10
            lane = self._lanes_left + _LANE * self._lanes[edge.target]
            line = f"M{_RIGHT} {start}H{lane:g}V{end}H{_RIGHT + 6}"
            is_taken, way = self._draw_way(number, edge, line, f"M{_RIGHT} {end}l8 -4v8z")
            label = fill(
                '<text class="%s" x="%s" y="%s">%s</text>',
                "what taken" if is_taken else "what",
                *(_RIGHT + 8, start - 3),
                self._label(edge.label),
            )
            yield is_taken, join((way, label, Markup("\n")))

    def _draw_way(self, number: int, edge: Edge, line: str, head: str) -> tuple[bool, Markup]:
        is_taken = number in self._path.edges
        drawn = fill(
            '<g class="way%s"><title>%s</title><path d="%s"></path>'
            '<path class="head" d="%s"></path></g>',
            " taken" if is_taken else "",
            self._shown.line(edge.label or "then", 200),
            line,
            head,
        )
        return is_taken, drawn

    def _box(self, box: _Box) -> Markup:
        node = box.node
        radius = 3 if node.kind in ("step", "workflow") else 15
        middle = box.top + box.height / 2 - _LINE * (len(node.lines) - 1) / 2 + 4
        lines = join(
            fill(
                '<text x="%s" y="%s"%s>%s</text>',
                *(_LEFT + _WIDTH // 2, f"{middle + _LINE * number:g}"),
                Markup(' class="target"') if number else NOTHING,
                self._label(line),
            )
            for number, line in enumerate(node.lines)
        )
        return fill(
            '<g class="box %s%s"><title>%s</title>'
            '<rect x="%s" y="%s" width="%s" height="%s" rx="%s"></rect>%s%s</g>\n',
            node.kind,
            " taken" if node.name in self._path.nodes else "",
            self._shown.line(": ".join(node.lines), 200),
            *(_LEFT, box.top, _WIDTH, box.height, radius),
            _sides(box) if node.kind == "workflow" else NOTHING,
            lines,
        )


def _sides(box: _Box) -> Markup:
    """The second sides of the box of a workflow, as flowcharts have them."""
    line = f"v{box.height}"
    left, right = f"M{_LEFT + 5} {box.top}{line}", f"M{_RIGHT - 5} {box.top}{line}"
    return fill('<path d="%s"></path>', left + right)


def _column(chart: Flowchart) -> Iterator[Node]:
    """The nodes from the top to the bottom: what runs before, the workflow, where it may go on."""
    before = {edge.source for edge in chart.edges if edge.target == START}
    yield from (one for one in chart.nodes if one.name in before)
    inner = [one for one in chart.nodes if one.name[0] != "w"]
    yield from inner
    names = before | {one.name for one in inner}
    yield from (one for one in chart.nodes if one.name not in names)
