"""Mending a document until there is nothing left to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.fix.apply import TRIALS, apply_fixes
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import Pointer, SourceFile

ROUNDS: Final = 10
"""What a fix brings to light may be mended in turn, so often."""

FindFindings: TypeAlias = Callable[[SourceFile], Sequence[Diagnostic]]
"""The findings about a text, all of them."""

SelectFixes: TypeAlias = Callable[[Sequence[Diagnostic]], Sequence[Diagnostic]]
"""Those of the findings whose fixes are wanted."""

_FindingKey: TypeAlias = tuple[str, str, Pointer]


class FixResult(Struct, frozen=True):
    """The text in the end, the findings about it, and the findings that were mended."""

    text: str
    left: tuple[Diagnostic, ...]
    mended: tuple[Diagnostic, ...] = ()


class _FixAttempt(Struct, frozen=True):
    """A text with fixes in it, the findings that these mend, and the findings about the text."""

    text: str
    mended: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]


def fix_rounds(
    source: SourceFile, judge: FindFindings, takes: SelectFixes, limits: DocumentLimits
) -> FixResult:
    """Apply the fixes of the findings that ``takes`` accepts, and judge again, until that is all.

    A fix that brings a new error is left out, unless that error was hidden behind the one that is
    mended: what names nothing, or does not parse, keeps from being judged what it means.
    """
    return _FixRounds(judge, takes, limits).run(source)


class _FixRounds:
    def __init__(self, judge: FindFindings, takes: SelectFixes, limits: DocumentLimits) -> None:
        self._judge = judge
        self._takes = takes
        self._limits = limits
        self._refused: set[_FindingKey] = set()

    def run(self, source: SourceFile) -> FixResult:
        left = tuple(self._judge(source))
        mended: tuple[Diagnostic, ...] = ()
        for _ in range(ROUNDS):
            tried = self._round(source, left)
            if tried is None:
                break
            source = _other_text(source, tried.text)
            mended, left = (*mended, *tried.mended), tried.left
        return FixResult(source.text, left, mended)

    def _round(self, source: SourceFile, left: Sequence[Diagnostic]) -> _FixAttempt | None:
        fixable = [one for one in self._takes(left) if self._can_mend(one, source)]
        # What hides errors first: what these fixes bring to light is no matter of the others.
        hiding = [one for one in fixable if _hides_errors(one)]
        others = [one for one in fixable if not _hides_errors(one)]
        return self._try_halves(source, left, hiding) or self._try_halves(source, left, others)

    def _can_mend(self, found: Diagnostic, source: SourceFile) -> bool:
        """Only what the document itself says is mended, not what it refers to."""
        if found.fix is None or _mark(found) in self._refused:
            return False
        return all(_is_same(edit.place.source, source) for edit in found.fix.edits)

    def _try(self, source: SourceFile, findings: Sequence[Diagnostic]) -> _FixAttempt | None:
        fixes = [one.fix for one in findings if one.fix is not None]
        done = apply_fixes(source, fixes, self._limits) if fixes else None
        if done is None or done.text == source.text:
            return None
        fixed = frozenset(done.fixes)
        mended = tuple(one for one in findings if one.fix in fixed)
        return _FixAttempt(done.text, mended, tuple(self._judge(_other_text(source, done.text))))

    def _try_halves(
        self, source: SourceFile, left: Sequence[Diagnostic], fixable: Sequence[Diagnostic]
    ) -> _FixAttempt | None:
        """All fixes that do no harm: what harms is found by halves, as far as the trials go."""
        best: _FixAttempt | None = None
        todo = [tuple(fixable)]
        for _ in range(TRIALS):
            if not todo:
                break
            group = todo.pop()
            tried = self._try(source, [*(best.mended if best else ()), *group])
            if tried is None or not _is_worse(left, tried):
                best = tried or best
            elif len(group) == 1:
                self._refused.add(_mark(group[0]))
            else:
                middle = len(group) // 2
                todo += group[middle:], group[:middle]
        return best


def _is_same(one: SourceFile, other: SourceFile) -> bool:
    return one.uri == other.uri and one.text == other.text


def _other_text(source: SourceFile, text: str) -> SourceFile:
    return SourceFile(source.name, text, source.uri)


def _mark(found: Diagnostic) -> _FindingKey:
    return found.code, found.message, found.place.pointer if found.place else ()


def _is_worse(before: Sequence[Diagnostic], tried: _FixAttempt) -> bool:
    hiding = [one.code for one in tried.mended if _hides_errors(one)]
    return any(not any(code < new for code in hiding) for new in _new_errors(before, tried.left))


def _hides_errors(found: Diagnostic) -> bool:
    """Whether it keeps other errors from being found."""
    return found.severity is Severity.ERROR and found.code < "AZ3"


def _new_errors(before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> Iterator[str]:
    """The codes of the errors that there were not, told apart by what they say."""
    known = Counter((one.code, one.message) for one in _errors(before))
    now = Counter((one.code, one.message) for one in _errors(after))
    yield from (code for code, _ in (now - known).elements())


def _errors(findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [one for one in findings if one.severity is Severity.ERROR]
