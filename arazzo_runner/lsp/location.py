"""What of a readable document is at an offset: a value or a key, and the expression in it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from arazzo_runner.document.rules.expressions import walks
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.ast import Expression
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import place_offsets
from arazzo_runner.text.positions import extents_of
from arazzo_runner.text.source import Place, Pointer, SourceFile


class Spot(Struct, frozen=True):
    """The innermost value at an offset, or its key; ``start`` and ``end`` are where that is."""

    pointer: Pointer
    is_key: bool
    start: int
    end: int


class ExpressionUse(Struct, frozen=True):
    """An expression where it stands; ``step`` is empty outside of steps."""

    expression: Expression
    place: Place
    workflow: str
    step: str = ""


def spot_at(source: SourceFile, offset: int) -> Spot | None:
    """What is at an offset of a text; None between values."""
    found: Spot | None = None
    for pointer, extent in extents_of(source):
        if extent.key is not None and extent.key[0] <= offset <= extent.key[1]:
            return Spot(pointer, is_key=True, start=extent.key[0], end=extent.key[1])
        if extent.start <= offset <= extent.end:
            found = Spot(pointer, is_key=False, start=extent.start, end=extent.end)
    return found


def expression_uses(unit: Unit) -> Iterator[ExpressionUse]:
    """All expressions of a document, in the workflows that use them."""
    for walk in walks(unit.document):
        workflow = walk.workflow.workflow_id
        for expression, place in walk.own:
            yield ExpressionUse(expression, place, workflow)
        for step, found in zip(walk.workflow.steps, walk.steps, strict=True):
            for expression, place in found:
                yield ExpressionUse(expression, place, workflow, step.step_id)


def expression_at(analysis: Analysis, spot: Spot, offset: int) -> ExpressionUse | None:
    """The expression at an offset of a value."""
    uses = analysis.memo.get("uses")
    if uses is None:
        uses = analysis.memo["uses"] = {}
        for use in expression_uses(analysis.entry):
            uses.setdefault(use.place.pointer, []).append(use)
    for use in uses.get(spot.pointer, ()):
        start, end = place_offsets(use.place)
        if use.place.source is analysis.source and start <= offset <= end:
            found: ExpressionUse = use
            return found
    return None
