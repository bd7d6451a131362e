"""From a document to its findings with the fixes that do no harm, and to its fixed text."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrievedDocument
from arazzo_runner.lint.suppress import Selection, select_findings
from arazzo_runner.pipeline.load import SharedCache
from arazzo_runner.pipeline.validate import (
    ValidateOptions,
    absolute_path,
    unsorted_findings,
    validate,
)
from arazzo_runner.retrieve.files import find_moved
from arazzo_runner.text.diagnostic import Diagnostic, Severity, sort_findings
from arazzo_runner.text.parse import decode, parse
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from arazzo_runner.document.retrieval import DocumentAccess
    from arazzo_runner.fix.rounds import FixResult


class FixOptions(Struct, frozen=True):
    """What is done about findings: ``writes`` is False where the changes are shown only."""

    writes: bool
    takes_unsafe: bool


class ValidateSettings(Struct, frozen=True):
    """What documents are validated with; ``folders`` are those of `--source-dir`.

    ``access`` opens a document a second time without reading it again: standard input ends.
    """

    access: DocumentAccess
    options: ValidateOptions
    shared: SharedCache
    folders: tuple[str, ...]


def check_document(setting: ValidateSettings, document: str) -> tuple[Diagnostic, ...]:
    """All findings about a document that are wanted, each with its fix where that does no harm."""
    wanted = replace(setting.options, selection=Selection())
    found = validate(setting.access, document, wanted, setting.shared)
    if any(one.code == "AZ101" for one in found):
        return found
    found = tuple(_strip_fix(one) for one in found)
    work = _FixTask(setting, document, FixOptions(writes=False, takes_unsafe=True))
    if not any(_can_have_fix(one) for one in found):
        return work.reported(found)
    from arazzo_runner.fix.rounds import refused_fixes

    source, _ = read_text(setting, document)
    judged = _with_moved_sources(setting, document, source, found)
    no_good = refused_fixes(source, judged, work.judge_unsorted, setting.options.limits.document)
    return work.reported(replace(one, fix=None) if one in no_good else one for one in judged)


def offered_fixes(
    setting: ValidateSettings,
    document: str,
    source: SourceFile,
    found: Sequence[Diagnostic],
    wanted: Callable[[Diagnostic], bool],
) -> tuple[Diagnostic, ...]:
    """The findings that are ``wanted`` and have a fix which does no harm.

    ``found`` are all findings about the text ``source``. The fixes of others are not tried.
    """
    if not any(wanted(one) and _can_have_fix(one) for one in found):
        return ()
    from arazzo_runner.fix.rounds import refused_fixes

    work = _FixTask(setting, document, FixOptions(writes=False, takes_unsafe=True))
    judged = [
        one if wanted(one) else replace(one, fix=None)
        for one in _with_moved_sources(setting, document, source, found)
    ]
    limits = setting.options.limits.document
    no_good = refused_fixes(source, judged, work.judge_unsorted, limits)
    return tuple(one for one in judged if one.fix is not None and one not in no_good)


def _strip_fix(found: Diagnostic) -> Diagnostic:
    """A finding without its fix where the text is a part of a bundle: another one is fixed."""
    is_part = found.place is not None and found.place.source.original is not None
    return replace(found, fix=None) if is_part else found


def _can_have_fix(found: Diagnostic) -> bool:
    return found.fix is not None or (found.code == "AZ201" and found.place is not None)


def mended_text(
    setting: ValidateSettings, document: str, mending: FixOptions, source: SourceFile
) -> FixResult:
    """A text of a document with all fixes that are wanted and do no harm; nothing is written."""
    work = _FixTask(setting, document, mending)
    done = work.done(source)
    return replace(done, left=work.without_refused(done.left))


def read_text(setting: ValidateSettings, document: str) -> tuple[SourceFile, bytes]:
    """The text of a document, and the byte order mark before it."""
    retrieved = setting.access.open(document)
    mark = BOM_UTF8 if retrieved.data.startswith(BOM_UTF8) else b""
    return decode(retrieved.data, retrieved.name, retrieved.uri), mark


def _with_moved_sources(
    setting: ValidateSettings, document: str, source: SourceFile, found: Sequence[Diagnostic]
) -> Sequence[Diagnostic]:
    if not any(one.code == "AZ201" for one in found):
        return found
    from arazzo_runner.fix.moved_source import with_moved_sources

    data = parse(source, setting.options.limits.document, Severity.ERROR).value

    def candidates(url: str) -> Iterator[dict[str, str]]:
        return find_moved(document, url, setting.folders)

    return list(with_moved_sources(found, source.uri, data, candidates))


class _FixTask(Struct, frozen=True):
    """One document, and all that it takes to judge another text of it."""

    setting: ValidateSettings
    document: str
    mending: FixOptions

    def done(self, source: SourceFile) -> FixResult:
        from arazzo_runner.fix.rounds import fix_rounds

        limits = self.setting.options.limits.document
        if not self.setting.folders:
            return fix_rounds(source, self.judge, self.takes, limits)
        # What `--source-dir` finds would be no finding: first without it.
        strict = replace(self.setting.access, find=lambda _name: None)
        alone = replace(self, setting=replace(self.setting, access=strict, shared=SharedCache()))
        first = fix_rounds(source, alone.judge, self.takes_places, limits)
        text = SourceFile(source.name, first.text, source.uri)
        second = fix_rounds(text, self.judge, self.takes, limits)
        return replace(second, mended=(*first.mended, *second.mended))

    def judge(self, source: SourceFile) -> Sequence[Diagnostic]:
        """All findings about a text, also those that the user does not want to hear of."""
        return sort_findings(self.judge_unsorted(source))

    def judge_unsorted(self, source: SourceFile) -> Sequence[Diagnostic]:
        """Like :meth:`judge`, for those that only compare: the text is not searched for places."""
        retrieved = RetrievedDocument(source.text.encode(), source.name, source.uri)
        access = replace(self.setting.access, open=lambda _document: retrieved)
        every = replace(self.setting.options, selection=Selection())
        found = unsorted_findings(access, self.document, every, self.setting.shared)
        return _with_moved_sources(self.setting, self.document, source, found)

    def takes(self, findings: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
        """Those that the user wants to have mended."""
        unsafe = self.mending.takes_unsafe
        return self.reported(one for one in findings if one.fix and (one.fix.is_safe or unsafe))

    def without_refused(self, findings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """What is left and wanted to be heard of; a fix that was wanted and is left does harm."""
        refused = frozenset(self.takes(findings))
        every = (replace(one, fix=None) if one in refused else one for one in findings)
        return self.reported(every)

    def takes_places(self, findings: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
        """Those about sources that have moved."""
        return self.takes([one for one in findings if one.code == "AZ201"])

    def reported(self, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        path = absolute_path(self.document)
        return tuple(select_findings(findings, self.setting.options.selection, path))
