"""`arazzo validate --fix`: documents fixed, and written or shown as a diff."""

from __future__ import annotations

from msgspec import Struct

from arazzo_runner.errors import ArazzoError
from arazzo_runner.pipeline.fix import FixOptions, ValidateSettings, mended_text, read_text
from arazzo_runner.pipeline.validate import validate
from arazzo_runner.report.diagnostics.diff import diff_text
from arazzo_runner.report.files import write_atomically
from arazzo_runner.text.diagnostic import Diagnostic


class FixedDocument(Struct, frozen=True):
    """The findings that are left, how many are mended, and what has changed, as a diff."""

    left: tuple[Diagnostic, ...]
    mended: int = 0
    diff: str = ""


def fix_document(setting: ValidateSettings, document: str, mending: FixOptions) -> FixedDocument:
    """Validate a document and mend what can be mended.

    Raises UsageError when it cannot be written.
    """
    try:
        source, mark = read_text(setting, document)
    except ArazzoError:  # which says what `validate` says as well
        return FixedDocument(validate(setting.access, document, setting.options, setting.shared))
    done = mended_text(setting, document, mending, source)
    left = done.left
    if done.text == source.text:
        return FixedDocument(left)
    if mending.writes:
        write_atomically(document, mark + done.text.encode(), "document")
        setting.shared.shelf.forget(source.uri)
    diff = diff_text(source.name, source.text, done.text)
    return FixedDocument(left, len(done.mended), diff)
