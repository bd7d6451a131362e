"""Hold what `arazzo validate --fix` does against what a fix must never do, on folders of documents.

    .venv/bin/python scripts/fix_properties.py FOLDER…

It writes nothing to the documents. It prints a line for each property that a document breaks, and
exits with 1 when there is one.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.retrieval import RetrievedDocument
from arazzo_runner.errors import ArazzoError
from arazzo_runner.fix.rounds import FixResult
from arazzo_runner.lint.suppress import Selection
from arazzo_runner.pipeline.fix import FixOptions, ValidateSettings, mended_text
from arazzo_runner.pipeline.load import SharedCache
from arazzo_runner.pipeline.validate import ValidateOptions, validate
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.retrieve.files import find_documents
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.parse import decode, parse
from arazzo_runner.text.source import SourceFile

MODES = {"--fix": FixOptions(writes=False, takes_unsafe=False),
         "--fix --unsafe-fixes": FixOptions(writes=False, takes_unsafe=True)}  # fmt: skip


class Fixed(Struct, frozen=True):
    """A document before and after its fixes, and after fixing it once more."""

    source: SourceFile
    before: tuple[Diagnostic, ...]
    once: FixResult
    twice: FixResult


def broken(document: str) -> Iterator[str]:
    """What fixes of the document at this path do that they must not, in words."""
    setting = ValidateSettings(
        document_access(RetrieveSettings()), ValidateOptions(), SharedCache(), ()
    )
    try:
        retrieved = setting.access.open(document)
        source = decode(retrieved.data, retrieved.name, retrieved.uri)
        parse(source, setting.options.limits.document, Severity.ERROR)
    except ArazzoError:
        return  # nothing can be fixed in it
    for mode, mending in MODES.items():
        for problem in find_problems(_fixed(setting, document, source, mending)):
            yield f"{mode}: {problem}"


def _fixed(
    setting: ValidateSettings, document: str, source: SourceFile, mending: FixOptions
) -> Fixed:
    before = _judged(setting, document, source)
    once = mended_text(_with_text(setting, source), document, mending, source)
    again = SourceFile(source.name, once.text, source.uri)
    twice = mended_text(_with_text(setting, again), document, mending, again)
    return Fixed(source, before, once, twice)


def _with_text(setting: ValidateSettings, source: SourceFile) -> ValidateSettings:
    retrieved = RetrievedDocument(source.text.encode(), source.name, source.uri)
    access = replace(setting.access, open=lambda _document: retrieved)
    wanted = replace(setting.options, selection=Selection())
    return replace(setting, access=access, options=wanted)


def _judged(setting: ValidateSettings, document: str, source: SourceFile) -> tuple[Diagnostic, ...]:
    made = _with_text(setting, source)
    return validate(made.access, document, made.options, made.shared)


def find_problems(fixed: Fixed) -> Iterator[str]:
    """What must not be, of a document and what became of it."""
    yield from _not_idempotent(fixed)
    yield from _more_errors(fixed)
    yield from _outside(fixed)


def _not_idempotent(fixed: Fixed) -> Iterator[str]:
    if fixed.twice.text != fixed.once.text:
        lines = zip(fixed.once.text.split("\n"), fixed.twice.text.split("\n"), strict=False)
        first = next((pair for pair in lines if pair[0] != pair[1]), ("", ""))
        yield f"a second call changes more: {first[0].strip()!r} becomes {first[1].strip()!r}"


def _more_errors(fixed: Fixed) -> Iterator[str]:
    """What a source has wrong comes to light when it is found: that is no error of the fix."""
    codes = {one.code for one in fixed.once.mended}
    if "AZ201" in codes:
        return
    before, after = _errors(fixed.before), _errors(fixed.once.left)
    if after.total() > before.total():
        new = sorted(str(one) for one in after - before)
        yield f"{before.total()} errors become {after.total()}: {'; '.join(new)} ({codes})"


def _errors(found: Sequence[Diagnostic]) -> Counter[tuple[str, str]]:
    return Counter((one.code, one.message) for one in found if one.severity is Severity.ERROR)


def _outside(fixed: Fixed) -> Iterator[str]:
    edits = [edit for one in fixed.once.mended if one.fix for edit in one.fix.edits]
    edited = {edit.place.pointer for edit in edits}
    holders = {edit.place.pointer[:-1] for edit in edits if _moves(edit)}
    for pointer in _different(_data(fixed.source.text), _data(fixed.once.text), (), holders):
        if pointer not in edited:
            yield f"a change outside the edits, at /{'/'.join(map(str, pointer))}"
    if _comments(fixed.source.text) != _comments(fixed.once.text):
        yield "a comment has changed"


def _moves(edit: Any) -> bool:
    return edit.text is None or edit.place.target == "key"


def _data(text: str) -> Any:
    return parse(SourceFile("", text, ""), ValidateOptions().limits.document, Severity.ERROR).value


def _different(one: Any, other: Any, at: Any, holders: set[Any]) -> Iterator[Any]:
    """The pointers of all that differs; of an object with an edited key what has the same key."""
    if isinstance(one, dict) and isinstance(other, dict):
        if at not in holders and list(one) != list(other):
            yield at
            return
        for name in one:
            if name in other:
                yield from _different(one[name], other[name], (*at, name), holders)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, item in enumerate(one):
            yield from _different(item, other[index], (*at, index), holders)
    elif one != other or type(one) is not type(other):
        yield at


def _comments(text: str) -> list[str]:
    """Whole lines of comments: those are easy to tell from text."""
    lines = (line.strip() for line in text.split("\n"))
    return [line for line in lines if line.startswith("#")]


def main(folders: Sequence[str]) -> int:
    """Judge all documents in the folders."""
    bad = 0
    found = find_documents(folders)
    for document in found:
        for problem in broken(document):
            bad += 1
            print(f"{os.path.relpath(document)}: {problem}", flush=True)
    print(f"{len(found)} documents, {bad} broken properties")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
