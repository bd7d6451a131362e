"""Findings as diagnostics of the protocol, each with its page, and which are published where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from lsprotocol import types

from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import LineIndex, place_range
from arazzo_runner.lsp.workspace.texts import OpenTexts
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity
from arazzo_runner.text.source import Place, SourceFile

_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.HINT: types.DiagnosticSeverity.Information,
}
_UNUSED: Final = frozenset({"AZ401", "AZ403", "AZ501", "AZ502", "AZ503", "AZ504"})
"""Findings about what could be left out, which editors show faded."""
_TOP: Final = types.Range(types.Position(0, 0), types.Position(0, 0))

ByFile = dict[str, list[types.Diagnostic]]
"""Diagnostics by the URI of the file that they are in, as the editor spells it."""


@cache
def page_uri(code: str) -> str | None:
    """The page that explains a code: the file that is installed with this program."""
    if code not in CODES:
        return None
    page = files("arazzo_runner.explain").joinpath(f"{code}.md")
    return page.as_uri() if isinstance(page, Path) and page.is_file() else None


class _Renderer:
    """Renders the findings of one analysis; the lines of each file are counted once."""

    def __init__(self, analysis: Analysis, texts: OpenTexts) -> None:
        self._texts = texts
        self._own = analysis
        self._indexes: dict[SourceFile, LineIndex] = {analysis.source: analysis.index}

    def uri(self, source: SourceFile) -> str:
        if source.uri == self._own.source.uri:
            return self._own.text.uri
        return self._texts.uri_of(source.uri)

    def range(self, place: Place) -> types.Range:
        source = place.source
        if source not in self._indexes:
            is_own = source.text == self._own.source.text
            index = self._own.index if is_own else LineIndex(source.text, self._texts.encoding)
            self._indexes[source] = index
        return place_range(place, self._indexes[source])

    def has_file(self, place: Place) -> bool:
        """Whether an editor has the file; what came over the network it has not."""
        return place.source.uri.startswith("file:") or self.uri(place.source) == self._own.text.uri

    def diagnostic(self, finding: Diagnostic) -> types.Diagnostic:
        place = finding.place
        is_elsewhere = place is not None and not self.has_file(place)
        labels = [*([Label(place)] if place is not None and is_elsewhere else []), *finding.more]
        page = page_uri(finding.code)
        return types.Diagnostic(
            range=_TOP if place is None or is_elsewhere else self.range(place),
            message=_message(finding),
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            code_description=types.CodeDescription(page) if page else None,
            source="arazzo",
            tags=[types.DiagnosticTag.Unnecessary] if finding.code in _UNUSED else None,
            related_information=[self._related_information(one) for one in labels] or None,
        )

    def _related_information(self, label: Label) -> types.DiagnosticRelatedInformation:
        location = types.Location(self.uri(label.place.source), self.range(label.place))
        return types.DiagnosticRelatedInformation(location, label.text or "here")


def _message(finding: Diagnostic) -> str:
    label = f" ({finding.label})" if finding.label else ""
    help_line = f"\nhelp: {finding.help}" if finding.help else ""
    return f"{finding.message}{label}{help_line}"


def diagnostics_by_file(analysis: Analysis, texts: OpenTexts) -> ByFile:
    """The diagnostics of a document and of the files that it names; its own file first."""
    renderer = _Renderer(analysis, texts)
    found: ByFile = {analysis.text.uri: []}
    for finding in analysis.findings:
        place = finding.place
        is_own = place is None or not renderer.has_file(place)
        uri = analysis.text.uri if place is None or is_own else renderer.uri(place.source)
        found.setdefault(uri, []).append(renderer.diagnostic(finding))
    return found


class PublishedDiagnostics:
    """Which document has found what in which file: several may have something to say of one."""

    def __init__(self) -> None:
        self._found: dict[str, ByFile] = {}

    def replace(self, document: str, found: ByFile) -> Mapping[str, Sequence[types.Diagnostic]]:
        """What a document finds from now on; returns the diagnostics of each file this concerns."""
        before = self._found.pop(document, {})
        if found:
            self._found[document] = found
        concerned = dict.fromkeys((*found, *before))
        return {uri: self._diagnostics(uri) for uri in concerned}

    def _diagnostics(self, uri: str) -> list[types.Diagnostic]:
        every: Iterable[types.Diagnostic] = (
            one for found in self._found.values() for one in found.get(uri, ())
        )
        once: list[types.Diagnostic] = []
        for one in every:
            if one not in once:
                once.append(one)
        return once
