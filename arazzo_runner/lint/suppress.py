"""What a user does not want to hear: ``# arazzo: ignore[AZ304]``, and codes left out altogether."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Final

from msgspec import Struct

from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import Diagnostic, Severity, nearest
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import SourceFile

_COMMENT: Final = lazy_pattern(r"#[ \t]*arazzo:[ \t]*ignore(?:\[(?P<codes>[^\]\n]*)\])?")
# The codes of rules that other packages offer, such as `ACME001`.
_OF_PACKAGES: Final = lazy_pattern(r"[A-Z]{3,20}[0-9]{1,6}")
_ALL: Final = ""
"""The beginning of every code."""


class Selection(Struct, frozen=True):
    """Beginnings of codes: those to report (none: all), those to leave out, everywhere or in files.

    ``in_files`` maps patterns of paths, as ``legacy/**``, to codes that are left out there.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    in_files: Mapping[str, tuple[str, ...]] = {}

    def takes(self, code: str, file: str) -> bool:
        """Whether a code is reported in a file, which is a path with ``/``."""
        if self.select and not code.startswith(self.select):
            return False
        if self.ignore and code.startswith(self.ignore):
            return False
        return not any(
            code.startswith(codes)
            for pattern, codes in self.in_files.items()
            if codes and fnmatch(file, pattern)
        )


class Silence(Struct, frozen=True):
    """What a run does not tell, as `validate` does not: by comments, and by what is configured.

    ``path`` is that of the document, for patterns of files.
    """

    selection: Selection = Selection()
    path: str = ""

    def without(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that are heard; what keeps a document from running always is."""
        every = list(found)
        heard = {id(one) for one in select_findings(every, self.selection, self.path)}
        return [one for one in every if one.severity is Severity.ERROR or id(one) in heard]


def unknown_code_message(beginning: str) -> str | None:
    """What to say of a beginning that no code has: the nearest code, or what codes look like."""
    if beginning and any(code.startswith(beginning) for code in CODES):
        return None
    if _OF_PACKAGES.fullmatch(beginning) and not beginning.startswith("AZ"):
        return None
    match = nearest(beginning, CODES)
    hint = f"did you mean `{match}`?" if match else "codes begin with AZ1, AZ2, AZ3, AZ4 or AZ5"
    return f"no diagnostic code begins with `{beginning}`; {hint}"


def select_findings(
    findings: Iterable[Diagnostic], selection: Selection, path: str
) -> Iterator[Diagnostic]:
    """The findings that are selected and that no comment in their file silences."""
    comments: dict[SourceFile, dict[int, tuple[str, ...]]] = {}
    for one in findings:
        if not selection.takes(one.code, path):
            continue
        if one.place is None:
            yield one
            continue
        source = one.place.source
        if source not in comments:
            comments[source] = ignore_comments(source.text)
        silenced = comments[source].get(locate_place(one.place).line) if comments[source] else None
        if silenced is None or not one.code.startswith(silenced):
            yield one


def ignore_comments(text: str) -> dict[int, tuple[str, ...]]:
    """The beginnings of codes that comments silence, by line; ``""`` begins every code.

    A comment at the end of a line is about this line, one on a line of its own about the next
    that is no comment.
    """
    if "arazzo:" not in text or "ignore" not in text:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        match = _COMMENT.search(line)
        before = line[: match.start()] if match else ""
        if match is None or before[-1:] not in ("", " ", "\t"):
            continue
        about = number if before.strip() else _next_line(lines, number)
        found[about] = (*found.get(about, ()), *_codes(match["codes"]))
    return found


def _next_line(lines: list[str], line: int) -> int:
    while line < len(lines) and lines[line].lstrip()[:1] in ("#", ""):
        line += 1
    return line + 1


def _codes(text: str | None) -> tuple[str, ...]:
    if text is None:
        return (_ALL,)
    return tuple(code.strip() for code in text.split(",") if code.strip())
