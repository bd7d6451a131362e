"""The outline of a document for an editor: its workflows and steps, and what can be folded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsprotocol import types

from arazzo_runner.lsp.draft import Draft, mapping, text_of
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.text.positions import extent_of, extents_of
from arazzo_runner.text.source import Pointer


def document_symbols(analysis: Analysis) -> list[types.DocumentSymbol]:
    """Sources, workflows with their steps and outputs, and components, each where it stands."""
    outline = _DocumentOutline(analysis)
    return [*outline.sources(), *outline.workflows(), *outline.components()]


class _DocumentOutline:
    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._draft = Draft(analysis.data, ())

    def sources(self) -> Iterator[types.DocumentSymbol]:
        for at, one in self._items("sourceDescriptions"):
            name = text_of(one, "name")
            kind = types.SymbolKind.Namespace
            yield from self._symbol(name, kind, at, (*at, "name"), text_of(one, "url"))

    def workflows(self) -> Iterator[types.DocumentSymbol]:
        for at, one in self._items("workflows"):
            name, detail = text_of(one, "workflowId"), text_of(one, "summary")
            children = [*self._steps(at), *self._outputs(at)]
            kind = types.SymbolKind.Class
            yield from self._symbol(name, kind, at, (*at, "workflowId"), detail, children)

    def components(self) -> Iterator[types.DocumentSymbol]:
        for kind, members in mapping(self._draft.at("components")).items():
            for name in mapping(members):
                at: Pointer = ("components", kind, name)
                yield from self._symbol(name, types.SymbolKind.Object, at, at, kind)

    def _steps(self, workflow: Pointer) -> Iterator[types.DocumentSymbol]:
        for at, one in self._items(*workflow, "steps"):
            called = next(
                (text for key in _CALLED if (text := text_of(one, key))),
                text_of(one, "description"),
            )
            name, children = text_of(one, "stepId"), [*self._outputs(at)]
            kind = types.SymbolKind.Method
            yield from self._symbol(name, kind, at, (*at, "stepId"), called, children)

    def _outputs(self, owner: Pointer) -> Iterator[types.DocumentSymbol]:
        for name, value in mapping(self._draft.at(*owner, "outputs")).items():
            at = (*owner, "outputs", name)
            detail = value if isinstance(value, str) else ""
            yield from self._symbol(name, types.SymbolKind.Property, at, at, detail)

    def _items(self, *pointer: str | int) -> Iterator[tuple[Pointer, Any]]:
        found = self._draft.at(*pointer)
        for index, one in enumerate(found if isinstance(found, list) else ()):
            yield (*pointer, index), one

    def _symbol(
        self,
        name: str,
        kind: types.SymbolKind,
        at: Pointer,
        named_at: Pointer,
        detail: str,
        children: list[types.DocumentSymbol] | None = None,
    ) -> Iterator[types.DocumentSymbol]:
        whole = extent_of(self._analysis.source, at)
        selected = extent_of(self._analysis.source, named_at)
        if not name or whole is None or selected is None:
            return
        index = self._analysis.index
        start = min(whole.key[0] if whole.key else whole.start, selected.start)
        begin, end = selected.key if selected.key and at == named_at else selected[:2]
        yield types.DocumentSymbol(
            name=name,
            kind=kind,
            range=index.range(start, max(whole.end, end)),
            selection_range=index.range(begin, end),
            detail=detail or None,
            children=children or None,
        )


_CALLED = ("operationId", "operationPath", "channelPath", "workflowId")


def folding_ranges(analysis: Analysis) -> list[types.FoldingRange]:
    """The objects, lists and long strings of more than one line; comments of several lines."""
    index = analysis.index
    folds: dict[int, int] = {}
    for _, extent in extents_of(analysis.source):
        start = index.line_of(extent.key[0] if extent.key else extent.start)
        end = index.line_of(extent.end)
        if start < end:
            folds[start] = max(end, folds.get(start, end))
    found = [types.FoldingRange(start, end) for start, end in folds.items()]
    return [*found, *_comments(analysis)]


def _comments(analysis: Analysis) -> Iterator[types.FoldingRange]:
    lines = analysis.index.text.split("\n")
    first: int | None = None
    for number, line in enumerate([*lines, ""]):
        is_comment = line.lstrip().startswith("#")
        if is_comment and first is None:
            first = number
        elif not is_comment and first is not None:
            if number - first > 1:
                yield types.FoldingRange(first, number - 1, kind=types.FoldingRangeKind.Comment)
            first = None
