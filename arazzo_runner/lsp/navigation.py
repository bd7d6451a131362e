"""Definitions, references and renames: of names in documents, and from there into their APIs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from lsprotocol import types
from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrievedDocument
from arazzo_runner.expression.ast import BodyRef
from arazzo_runner.fix.apply import FixSpeller
from arazzo_runner.fix.spelling import TextEdit, apply_edits
from arazzo_runner.lint.schemas import expression_shape
from arazzo_runner.lsp.draft import Draft, text_of
from arazzo_runner.lsp.location import Spot, expression_at, spot_at
from arazzo_runner.lsp.operations import operation_of_step
from arazzo_runner.lsp.schema_text import parts_of
from arazzo_runner.lsp.symbols import Occurrence, Symbol, occurrences
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import LineIndex, place_offsets, place_range
from arazzo_runner.lsp.workspace.overlay import text_bytes
from arazzo_runner.lsp.workspace.texts import OpenTexts
from arazzo_runner.pipeline.validate import unsorted_findings
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, SourceFile, Span
from arazzo_runner.text.suggested_fix import Edit, Fix

_STRICT = lazy_pattern(r"[A-Za-z0-9_-]+")
_NAME = lazy_pattern(r"[A-Za-z0-9._-]+")


class RenameRefused(Exception):
    """A name cannot be changed so: the message says why."""


class Files:
    """Where files are in the editor, and their lines; those of a file are counted once."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts
        self._indexes: dict[SourceFile, LineIndex] = {}

    def location(self, place: Place) -> types.Location:
        """A place as the editor opens it."""
        return types.Location(self.uri(place.source), place_range(place, self.index(place.source)))

    def uri(self, source: SourceFile) -> str:
        """The URI of a file, as the editor spells it."""
        return self._texts.uri_of(source.uri)

    def index(self, source: SourceFile) -> LineIndex:
        """The lines of a file."""
        if source not in self._indexes:
            self._indexes[source] = LineIndex(source.text, self._texts.encoding)
        return self._indexes[source]


def occurrence_at(analysis: Analysis, offset: int) -> Occurrence | None:
    """The name at an offset of the document."""
    spot = spot_at(analysis.source, offset)
    if spot is None:
        return None
    for one in occurrences(analysis):
        place = one.place
        if place.pointer != spot.pointer or place.source is not analysis.source:
            continue
        start, end = place_offsets(place)
        if (place.target == "key") == spot.is_key and start <= offset <= end:
            return one
    return None


# --- definitions ----------------------------------------------------------------------------------


def definitions(analysis: Analysis, offset: int) -> Iterator[Place]:
    """Where what is at an offset is defined: in a document, or in an API description."""
    found = occurrence_at(analysis, offset)
    if found is not None:
        places = [
            one.place
            for one in occurrences(analysis)
            if one.symbol == found.symbol and one.is_definition
        ]
        if places:
            yield from places
            return
    spot = spot_at(analysis.source, offset)
    if spot is not None:
        yield from _outside_definitions(analysis, spot, offset)


def _outside_definitions(analysis: Analysis, spot: Spot, offset: int) -> Iterator[Place]:
    use = expression_at(analysis, spot, offset)
    if use is not None and isinstance(use.expression, BodyRef):
        view = analysis.context(use.workflow, use.step)
        shape = expression_shape(use.expression, view, view.answers) if view else None
        yield from (part.place for part in parts_of(shape)) if shape else ()
        return
    match spot.pointer:
        case ("workflows", _, "steps", _, "operationId" | "operationPath"):
            yield from _operation_place(analysis, spot)
        case ("workflows", _, "steps", _, "parameters", _, "name"):
            yield from _parameter_place(analysis, spot)
        case ("sourceDescriptions", _, "url"):
            yield from _source_place(analysis, spot)


def _operation_place(analysis: Analysis, spot: Spot) -> Iterator[Place]:
    step = Draft(analysis.data, spot.pointer).step
    found = operation_of_step(analysis.entry, step)
    if found is not None:
        yield found[1].place.key()


def _parameter_place(analysis: Analysis, spot: Spot) -> Iterator[Place]:
    draft = Draft(analysis.data, spot.pointer)
    found = operation_of_step(analysis.entry, draft.step)
    written = draft.at(*spot.pointer[:-1])
    for one in found[1].parameters if found else ():
        is_there = text_of(written, "in") in ("", one.location)
        if one.name == text_of(written, "name") and is_there:
            yield one.place


def _source_place(analysis: Analysis, spot: Spot) -> Iterator[Place]:
    name = text_of(Draft(analysis.data, ()).at(*spot.pointer[:-1]), "name")
    unit = analysis.entry
    if name in unit.apis:
        yield Place(unit.apis[name].source, span=_top())
    elif name in unit.async_apis:
        yield Place(unit.async_apis[name].source, span=_top())
    elif name in unit.documents:
        yield Place(analysis.units[unit.documents[name]].document.source, span=_top())


def _top() -> Span:
    return Span(1, 1, 1, 1)


# --- references -----------------------------------------------------------------------------------


def references(
    analyses: Iterable[Analysis], symbol: Symbol, *, with_definition: bool
) -> Iterator[Place]:
    """The places of a name in some documents and in those that they name, each once."""
    seen = set[tuple[object, ...]]()
    for analysis in analyses:
        for one in occurrences(analysis):
            if one.symbol != symbol or (one.is_definition and not with_definition):
                continue
            place = one.place
            key = (place.source.uri, place.pointer, place.target, place.part)
            if key not in seen:
                seen.add(key)
                yield place


# --- renames --------------------------------------------------------------------------------------


def rename(
    analysis: Analysis,
    analyses_of: Callable[[str], Iterable[Analysis]],
    offset: int,
    name: str,
    files: Files,
) -> types.WorkspaceEdit:
    """The edits that give a name another spelling everywhere. Raises RenameRefused.

    ``analyses_of`` gives those that may name what is in a document, by its base URI.
    Refused is what is no such name, a name that there is already, and what would leave a finding
    in the document that was not there before.
    """
    found = occurrence_at(analysis, offset)
    if found is None:
        raise RenameRefused("nothing here has a name that can be changed")
    _check_name(analysis, found.symbol, name)
    by_source: dict[SourceFile, list[Place]] = {}
    for place in references(analyses_of(found.symbol.document), found.symbol, with_definition=True):
        by_source.setdefault(place.source, []).append(place)
    speller = FixSpeller(analysis.setting.options.limits.document)
    edits: dict[SourceFile, tuple[TextEdit, ...]] = {}
    for source, places in by_source.items():
        fix = Fix(tuple(Edit(place, name) for place in places), is_safe=False)
        edits[source] = speller.edits(source, fix)
        if not edits[source]:
            raise RenameRefused(f"`{name}` cannot be written in all places of `{source.name}`")
    own = next((one for one in edits if one is analysis.source), None)
    if own is not None and len(edits) == 1:
        _check_text(analysis, apply_edits(own.text, list(edits[own])))
    return types.WorkspaceEdit(
        changes={
            files.uri(source): [
                types.TextEdit(files.index(source).range(one.start, one.end), one.text)
                for one in found_edits
            ]
            for source, found_edits in edits.items()
        }
    )


def _check_name(analysis: Analysis, symbol: Symbol, name: str) -> None:
    known = occurrences(analysis)
    if not any(one.symbol == symbol and one.is_definition for one in known):
        raise RenameRefused(
            f"`{symbol.name}` is not defined here, nor in a document that is named here"
        )
    pattern = _STRICT if symbol.kind in ("workflow", "step", "source") else _NAME
    if not pattern.fullmatch(name):
        allowed = "letters, digits, `_` and `-`"
        raise RenameRefused(f"`{name}` cannot be read in expressions: names have {allowed}")
    other = Symbol(symbol.kind, symbol.document, (*symbol.names[:-1], name))
    if any(one.symbol == other and one.is_definition for one in known):
        raise RenameRefused(f"there is `{name}` already")


def _check_text(analysis: Analysis, text: str) -> None:
    """Refuse what leaves findings that were not there: a name may stand for two at one place."""
    setting, path = analysis.setting, analysis.text.path
    source = analysis.source
    retrieved = RetrievedDocument(text_bytes(text), source.name, source.uri)
    access = replace(setting.access, open=lambda _document: retrieved)
    after = unsorted_findings(access, path, setting.options, setting.shared)
    before = Counter(one.code for one in analysis.findings)
    for finding in after:
        before[finding.code] -= 1
        if before[finding.code] < 0 and finding.severity is not Severity.HINT:
            raise RenameRefused(f"it would leave a finding: {finding.message}")
