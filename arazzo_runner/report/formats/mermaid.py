"""A workflow as a Mermaid flowchart, with the path that a run took, if there was one.

What comes from documents stands in labels alone, spelled by Mermaid's character codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.executor.result import WorkflowResult
from arazzo_runner.report.formats.flowchart import Edge, Flowchart, Node, Path
from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import shorten

_TAKEN = "stroke:#1a7f37,stroke-width:3px"
_BRACKETS: Final = {
    "start": ("([", "])"),
    "end": ("((", "))"),
    "step": ("[", "]"),
    "workflow": ("[[", "]]"),
}


def diagram_lines(
    chart: Flowchart, taken: WorkflowResult | None = None, masker: Masker | None = None
) -> list[str]:
    """The lines of a flowchart, secrets masked; ``taken`` is what ran."""
    spelling = _Spelling(masker or Masker())
    lines = ["flowchart TD"]
    lines += (f"    {spelling.node(one)}" for one in chart.nodes)
    lines += (f"    {spelling.edge(one)}" for one in chart.edges)
    return lines if taken is None else [*lines, *_path_lines(chart.path(taken))]


class _Spelling:
    def __init__(self, masker: Masker) -> None:
        self._mask = masker.text

    def node(self, node: Node) -> str:
        left, right = _BRACKETS[node.kind]
        return f"{node.name}{left}{self._label(*node.lines)}{right}"

    def edge(self, edge: Edge) -> str:
        label = f"|{self._label(edge.label)}|" if edge.label else ""
        return f"{edge.source} {'-.->' if edge.is_dashed else '-->'}{label} {edge.target}"

    def _label(self, *lines: str) -> str:
        """Text in quotes, of which nothing is read as Mermaid, Markdown or HTML."""
        texts = [_spell(shorten(self._mask(one))) for one in lines if one]
        return '"' + "<br/>".join(texts) + '"'


def _spell(text: str) -> str:
    plain = " ".join(escape(text).split())
    return "".join(one if one.isalnum() or one in " .,:/-_" else f"#{ord(one)};" for one in plain)


def _path_lines(path: Path) -> Iterator[str]:
    if path.nodes:
        yield f"    classDef taken {_TAKEN}"
        yield f"    class {','.join(path.nodes)} taken"
    if path.edges:
        yield f"    linkStyle {','.join(map(str, path.edges))} {_TAKEN}"
