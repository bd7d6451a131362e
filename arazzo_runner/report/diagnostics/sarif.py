"""Findings as SARIF 2.1.0 (OASIS), which code scanning services and editors read."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from arazzo_runner.explain.pages import read_explanation
from arazzo_runner.operating_system.files import path_uri
from arazzo_runner.report.diagnostics.located import (
    LocatedFinding,
    LocatedFix,
    TextChange,
    ValidationReport,
)
from arazzo_runner.report.formats.json_stream import OpenArray, OpenObject, json_text_stream
from arazzo_runner.report.safe_text import escape, escape_lines
from arazzo_runner.text.codes import CODES
from arazzo_runner.version import VERSION

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {"error": "error", "warning": "warning", "hint": "note"}


def sarif_pieces(done: ValidationReport) -> Iterator[str]:
    """One run: a rule for each code that was found, a result for each finding, with its fix."""
    codes = {code: at for at, code in enumerate(sorted({one.code for one in done.reported}))}
    driver = {
        "name": "arazzo",
        "semanticVersion": VERSION,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        # Columns count characters, as everywhere in this program (section 3.14.17).
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _artifact(one)} for one in done.documents],
        "results": OpenArray(_result(one, codes[one.code]) for one in done.reported),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": OpenArray([OpenObject(run)])}
    yield from json_text_stream(OpenObject(log))


def _rule(code: str) -> dict[str, Any]:
    if code not in CODES:
        return _rule_of_package(code)
    found = read_explanation(code)
    help_text = "\n\n".join(filter(None, [found.why, found.mend]))
    return {
        "id": code,
        "shortDescription": {"text": found.title},
        "fullDescription": {"text": found.meaning.strip()},
        "help": {"text": help_text, "markdown": help_text},
        "defaultConfiguration": {"level": _LEVELS.get(found.severity, "warning")},
    }


def _rule_of_package(code: str) -> dict[str, Any]:
    from arazzo_runner.explain.package_rules import find_rule

    found = find_rule(code)
    if found is None:
        return {"id": code}
    value = found.value
    return {
        "id": code,
        "shortDescription": {"text": value.title},
        "fullDescription": {"text": value.explanation.strip()},
        "defaultConfiguration": {"level": _LEVELS[value.severity]},
    }


def _result(one: LocatedFinding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": {"text": _message(one)},
        "locations": [_location(one)] if one.file else [],
        "partialFingerprints": {"arazzoFinding/v2": fingerprint(one)},
    }
    if one.fix is not None:
        result["fixes"] = [_fix(one.file, one.fix)]
    return result


def _message(one: LocatedFinding) -> str:
    way_out = f"\n{escape_lines(one.help)}" if one.help else ""
    # Section 3.11.6: `[text](target)` would be a link, and documents write what they like.
    return (escape(one.message) + way_out).replace("](", "] (")


def fingerprint(finding: LocatedFinding) -> str:
    """What makes a finding the same one although items have moved, or it is worded anew."""
    identity = "\n".join((finding.code, finding.file, finding.stable_place, finding.subject))
    return sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _location(one: LocatedFinding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(one.file)}
    if not one.line:
        return {"physicalLocation": physical}
    physical["region"] = _region(one)
    if not one.pointer:
        return {"physicalLocation": physical}
    logical = {"fullyQualifiedName": one.pointer, "kind": "member"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _region(place: LocatedFinding | TextChange) -> dict[str, int]:
    """Lines and columns begin at 1, the end is exclusive, here as there (section 3.30)."""
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _artifact(file: str) -> dict[str, str]:
    """A path from where the program was called, or a URL, as a URI reference (section 3.4.3)."""
    if "://" in file:
        return {"uri": quote(file, safe="/:?#[]@!$&'()*+,;=%~")}
    return {"uri": path_uri(file)}


def _fix(file: str, fix: LocatedFix) -> dict[str, Any]:
    said = {
        True: "does not change what the document means",
        False: "changes what the document means",
    }
    replacements = [
        {"deletedRegion": _region(one), "insertedContent": {"text": one.text}}
        for one in fix.changes
    ]
    change = {"artifactLocation": _artifact(file), "replacements": replacements}
    return {
        "description": {"text": f"{fix.safety}: {said[fix.is_safe]}"},
        "artifactChanges": [change],
    }
