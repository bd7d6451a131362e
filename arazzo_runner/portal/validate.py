"""`validate_document`: the findings about a text, which reads nothing but what is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from arazzo_runner.pipeline.validate import ValidateOptions, validate
from arazzo_runner.portal.model import ToolResult
from arazzo_runner.portal.sandbox import TEXT_LIMITS, TEXT_NAME, Sandbox
from arazzo_runner.report.diagnostics.text import render_text, to_json
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.limits import split_findings

MOST: Final = 20
"""Findings of one call: who has fixed so many validates again."""


def validate_text(sandbox: Sandbox, arguments: Mapping[str, Any]) -> ToolResult:
    """What `arazzo validate` finds about a text; findings are no failure of the call."""
    document = sandbox.document(arguments["text"], arguments.get("files"))
    options = ValidateOptions(limits=TEXT_LIMITS)
    findings = validate(document.access, TEXT_NAME, options, document.shared)
    is_valid = not any(one.severity is Severity.ERROR for one in findings)
    return ToolResult(findings_text(findings), {"valid": is_valid, **_data(findings)})


def refusal(findings: Sequence[Diagnostic]) -> ToolResult:
    """Findings that keep a text from running, as the failure of a call."""
    return ToolResult(findings_text(findings), None, is_error=True)


def findings_text(findings: Sequence[Diagnostic]) -> str:
    """Findings with their lines and ways out, and how many there are; the gravest of many."""
    shown, others = split_findings(findings, MOST)
    lines = [render_text(_for_models(one)).rstrip() for one in shown]
    if others:
        lines.append(f"{len(others):,} more findings: fix these first, and validate again")
    counts = [
        count_text(count, one.value)
        for one in Severity
        if (count := sum(finding.severity is one for finding in findings))
    ]
    return "\n".join([*lines, ", ".join(counts) or "valid: no findings"])


def _data(findings: Sequence[Diagnostic]) -> dict[str, Any]:
    shown, others = split_findings(findings, MOST)
    return {"findings": [to_json(_for_models(one)) for one in shown], "omitted": len(others)}


def _for_models(finding: Diagnostic) -> Diagnostic:
    """A finding without the ways out that are flags: a model has no command line."""
    if finding.help is None or "`-" not in finding.help:
        return finding
    parts = [one for one in finding.help.split("; ") if "`-" not in one]
    return replace(finding, help="; ".join(parts) or None)
