"""Code actions: the fixes of findings that do no harm, one by one, and all safe ones together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from arazzo_runner.fix.apply import FixSpeller
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import LineIndex, place_offsets
from arazzo_runner.pipeline.fix import FixOptions, mended_text, offered_fixes
from arazzo_runner.text.diagnostic import Diagnostic, shorten
from arazzo_runner.text.suggested_fix import Fix

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.arazzo"
"""The kind of the action that applies all safe fixes; a client may ask for its parent kind."""

KINDS = (types.CodeActionKind.QuickFix.value, FIX_ALL)


def code_actions(
    analysis: Analysis, span: types.Range, context: types.CodeActionContext
) -> list[types.CodeAction]:
    """The actions for a range of a document; what is tried out for it takes as long as `--fix`."""
    if not analysis.is_readable and not analysis.every:
        return []
    actions: list[types.CodeAction] = []
    if _includes(types.CodeActionKind.QuickFix.value, context.only):
        actions += _quick_fixes(analysis, span, context.diagnostics)
    # Without being asked, what changes the whole file is not worked out at each move.
    if context.only and _includes(FIX_ALL, context.only):
        actions += _fix_all(analysis)
    return actions


def _includes(kind: str, only: Sequence[str | types.CodeActionKind] | None) -> bool:
    if not only:
        return True
    kinds = [one.value if isinstance(one, types.CodeActionKind) else one for one in only]
    return any(kind == one or kind.startswith(f"{one}.") or one == "" for one in kinds)


def _quick_fixes(
    analysis: Analysis, span: types.Range, shown: Sequence[types.Diagnostic]
) -> Iterator[types.CodeAction]:
    # What stands on the same line is at hand, wherever in it the cursor is.
    index = analysis.index
    start = index.line_start(index.line_of(index.offset(span.start)))
    end = index.line_end(index.line_of(index.offset(span.end)))

    def is_in_range(finding: Diagnostic) -> bool:
        place = finding.place
        if place is None or place.source.uri != analysis.source.uri:
            return False
        first, last = place_offsets(place)
        return first <= end and start <= last

    document = analysis.text.path
    offered = offered_fixes(
        analysis.setting, document, analysis.source, analysis.every, is_in_range
    )
    speller = FixSpeller(analysis.setting.options.limits.document)
    for finding in offered:
        assert finding.fix is not None  # those that are offered have one
        edits = [
            types.TextEdit(analysis.index.range(one.start, one.end), one.text)
            for one in speller.edits(analysis.source, finding.fix)
        ]
        if edits:
            yield _quick_fix(analysis, finding, finding.fix, edits, shown)


def _quick_fix(
    analysis: Analysis,
    finding: Diagnostic,
    fix: Fix,
    edits: Sequence[types.TextEdit],
    shown: Sequence[types.Diagnostic],
) -> types.CodeAction:
    about = [one for one in shown if one.code == finding.code]
    return types.CodeAction(
        title=_title(finding, fix),
        kind=types.CodeActionKind.QuickFix,
        diagnostics=about or None,
        is_preferred=fix.is_safe,
        edit=types.WorkspaceEdit(changes={analysis.text.uri: list(edits)}),
    )


def _title(finding: Diagnostic, fix: Fix) -> str:
    edit = fix.edits[0]
    if len(fix.edits) > 1:
        what = f"Fix {finding.code}: {shorten(finding.message)}"
    elif edit.quoted:
        what = "Put the value in quotes"
    elif edit.text is None:
        what = f"Remove `{edit.place.pointer[-1]}`"
    else:
        what = f"Replace with `{shorten(edit.text)}`"
    return what if fix.is_safe else f"{what} (changes what the document means)"


def _fix_all(analysis: Analysis) -> Iterator[types.CodeAction]:
    if not any(one.fix is not None and one.fix.is_safe for one in analysis.findings):
        return
    options = FixOptions(writes=False, takes_unsafe=False)
    done = mended_text(analysis.setting, analysis.text.path, options, analysis.source)
    edits = line_edits(analysis.index, done.text)
    if edits:
        yield types.CodeAction(
            title="Apply all safe fixes",
            kind=FIX_ALL,
            edit=types.WorkspaceEdit(changes={analysis.text.uri: edits}),
        )


def line_edits(index: LineIndex, text: str) -> list[types.TextEdit]:
    """The edits that make ``text`` of the text of an index, line by line: cursors stay in place."""
    before, after = index.text.splitlines(keepends=True), text.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        types.TextEdit(index.range(starts[first], starts[last]), "".join(after[new_first:new_last]))
        for kind, first, last, new_first, new_last in matcher.get_opcodes()
        if kind != "equal"
    ]
