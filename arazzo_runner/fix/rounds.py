"""Mending a document until there is nothing left to mend."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from arazzo_runner.fix.apply import TRIALS, apply_fixes
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import Pointer, SourceFile
from arazzo_runner.text.suggested_fix import Edit

ROUNDS: Final = 10
"""What a fix brings to light may be mended in turn, so often."""

FindFindings: TypeAlias = Callable[[SourceFile], Sequence[Diagnostic]]
"""The findings about a text, all of them."""

SelectFixes: TypeAlias = Callable[[Sequence[Diagnostic]], Sequence[Diagnostic]]
"""Those of the findings whose fixes are wanted."""

_POINTLESS: Final = frozenset({"AZ306", "AZ307", "AZ310"})

_Spot: TypeAlias = tuple[Pointer, str]


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

    A fix that does harm is left out: :func:`refused` says which those are.
    """
    mending = _FixRounds(judge, limits)
    left = tuple(judge(source))
    mended: tuple[Diagnostic, ...] = ()
    for _ in range(ROUNDS):
        tried = mending.round(source, left, takes(left))
        if tried is None:
            break
        source = _other_text(source, tried.text)
        mended, left = (*mended, *tried.mended), tried.left
    return FixResult(source.text, left, mended)


def refused_fixes(
    source: SourceFile, found: Sequence[Diagnostic], judge: FindFindings, limits: DocumentLimits
) -> frozenset[Diagnostic]:
    """Those of the findings about a text, all of them, whose fixes do harm and are not offered.

    The text with a fix has nothing new to be said at the place of the fix, and no error more. New
    errors elsewhere are those alone that were hidden behind the one that is mended: what names
    nothing, or does not parse, keeps from being judged what it means. Against a guess they speak,
    and so do warnings. A description that is found brings all that is wrong with its use to light.
    """
    fixable = [one for one in found if _can_mend(one, source)]
    mending = _FixRounds(judge, limits)
    together = mending.try_halves(
        source, found, fixable, trials=1
    )  # mostly there is nothing to refuse
    if together is not None and len(together.mended) == len(fixable):
        return frozenset()
    done: set[Diagnostic] = set()
    for is_safe in (True, False):
        group = [one for one in fixable if one.fix and one.fix.is_safe is is_safe]
        for stage in _stages(group):
            tried = mending.try_halves(source, found, stage)
            done.update(set(stage) - set(tried.mended if tried else ()))
    return frozenset(done)


class _FixRounds(Struct, frozen=True):
    judge: FindFindings
    limits: DocumentLimits

    def round(
        self, source: SourceFile, left: Sequence[Diagnostic], wanted: Sequence[Diagnostic]
    ) -> _FixAttempt | None:
        """What the fixes that are wanted come to, those of the first stage that comes to something.

        What these bring to light is no matter of the others.
        """
        fixable = [one for one in wanted if _can_mend(one, source)]
        tried = (self.try_halves(source, left, stage) for stage in _stages(fixable))
        return next((one for one in tried if one is not None), None)

    def try_halves(
        self,
        source: SourceFile,
        left: Sequence[Diagnostic],
        fixable: Sequence[Diagnostic],
        trials: int | None = None,
    ) -> _FixAttempt | None:
        """All fixes that do no harm: what harms is found by halves, as far as the trials go."""
        best: _FixAttempt | None = None
        todo = [tuple(fixable)]
        for _ in range(TRIALS if trials is None else trials):
            if not todo:
                break
            group = todo.pop()
            tried = self._try(source, [*(best.mended if best else ()), *group])
            if tried is None or not is_worse(left, tried.mended, tried.left):
                best = tried or best
            elif len(group) > 1:
                middle = len(group) // 2
                todo += group[middle:], group[:middle]
        return best

    def _try(self, source: SourceFile, findings: Sequence[Diagnostic]) -> _FixAttempt | None:
        fixes = [one.fix for one in findings if one.fix is not None]
        done = apply_fixes(source, fixes, self.limits) if fixes else None
        if done is None or done.text == source.text:
            return None
        fixed = frozenset(done.fixes)
        mended = tuple(one for one in findings if one.fix in fixed)
        return _FixAttempt(done.text, mended, tuple(self.judge(_other_text(source, done.text))))


def _stages(findings: Sequence[Diagnostic]) -> Iterator[list[Diagnostic]]:
    """What hides most comes first: descriptions that are not there, then other errors."""
    yield [one for one in findings if _is_lost(one)]
    yield [one for one in findings if _hides_errors(one) and not _is_lost(one)]
    yield [one for one in findings if not _hides_errors(one)]


def _can_mend(found: Diagnostic, source: SourceFile) -> bool:
    """Only what the document itself says is mended, not what it refers to."""
    edits = found.fix.edits if found.fix else ()
    return bool(edits) and all(_is_same(edit.place.source, source) for edit in edits)


def _is_same(one: SourceFile, other: SourceFile) -> bool:
    return one.uri == other.uri and one.text == other.text


def _other_text(source: SourceFile, text: str) -> SourceFile:
    return SourceFile(source.name, text, source.uri)


def _is_lost(found: Diagnostic) -> bool:
    return found.code == "AZ201"


def _hides_errors(found: Diagnostic) -> bool:
    """Whether it keeps other errors from being found."""
    return found.severity is Severity.ERROR and found.code < "AZ3"


# --- what harm is ---------------------------------------------------------------------------------


def is_worse(
    before: Sequence[Diagnostic], mended: Sequence[Diagnostic], after: Sequence[Diagnostic]
) -> bool:
    """Whether mending some of the findings ``before`` has left the document worse off."""
    if _has_new_at_edits(before, mended, after) or _is_still_wrong(mended, after):
        return True
    if all(_is_lost(one) and _has_safe_fix(one) for one in mended):
        return False
    if len(_errors(after)) > len(_errors(before)):
        return True
    if not all(map(_has_safe_fix, mended)):
        return any(_new_errors(_counting(before), _counting(after)))
    hiding = [one.code for one in mended if _hides_errors(one)]
    new = _new_errors(_errors(before), _errors(after))
    return any(not any(code < one for code in hiding) for one in new)


def _has_new_at_edits(
    before: Sequence[Diagnostic], mended: Sequence[Diagnostic], after: Sequence[Diagnostic]
) -> bool:
    """Whether more is said of an edited place than what was not mended: the same again, too.

    Something else is no harm if it is mended in turn, safely: `=== "x"` has two things to mend.
    """
    edits = [edit for one in mended if one.fix for edit in one.fix.edits]
    same = {one.code for one in mended}
    unmended = Counter(before)
    unmended.subtract(mended)
    then = _at_places(+unmended)
    now = _at_places(Counter(one for one in after if one.code in same or not _has_safe_fix(one)))
    return any(now[new] - then[old] for old, new in map(_places_of, edits))


def _is_still_wrong(mended: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> bool:
    """Whether a value that was respelled can still not be what was meant, as was said before."""
    spots = {one.place.pointer for one in after if one.place is not None and _is_pointless(one)}
    edits = (edit for one in mended if one.fix for edit in one.fix.edits)
    return any(edit.text is not None and edit.place.pointer in spots for edit in edits)


def _is_pointless(found: Diagnostic) -> bool:
    """Whether a value checks nothing, or reads what is not there, and nothing safe mends that."""
    is_said = found.severity is not Severity.HINT and not _has_safe_fix(found)
    return is_said and found.code in _POINTLESS


def _has_safe_fix(found: Diagnostic) -> bool:
    return found.fix is not None and found.fix.is_safe


def _at_places(found: Counter[Diagnostic]) -> defaultdict[_Spot, Counter[str]]:
    """The codes of what counts, by place; a message may quote what is mended beside it."""
    codes: defaultdict[_Spot, Counter[str]] = defaultdict(Counter)
    for one, count in found.items():
        if one.place is not None and one.severity is not Severity.HINT:
            codes[one.place.pointer, one.place.target][one.code] += count
    return codes


def _places_of(edit: Edit) -> tuple[_Spot, _Spot]:
    """Where an edit is before and after: another key is another place."""
    pointer, target = edit.place.pointer, edit.place.target
    if target == "value" or edit.text is None:
        return (pointer, target), (pointer, target)
    return (pointer, target), ((*pointer[:-1], edit.text), target)


def _new_errors(before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> Iterator[str]:
    """The codes of the findings that there were not: neither in these words nor at this place."""
    known = Counter(map(_words_of, before))
    others = Counter(map(_words_of, after))
    said_no_more = Counter(_spot_of(one) for one in before if not others[_words_of(one)])
    for one in after:
        if known[_words_of(one)] > 0:
            known[_words_of(one)] -= 1
        elif said_no_more[_spot_of(one)] > 0:
            said_no_more[_spot_of(one)] -= 1
        else:
            yield one.code


def _words_of(found: Diagnostic) -> tuple[str, str]:
    return found.code, found.message


def _spot_of(found: Diagnostic) -> tuple[object, ...]:
    place = found.place
    return (found.code, place.source.uri, place.pointer, place.target) if place else (found.code,)


def _errors(findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [one for one in findings if one.severity is Severity.ERROR]


def _counting(findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Errors, and warnings but for those that are mended in turn."""
    return [
        one
        for one in findings
        if one.severity is Severity.ERROR
        or (one.severity is Severity.WARNING and not _has_safe_fix(one))
    ]
