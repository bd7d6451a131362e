"""The run as JUnit XML: a suite for each document, a case a workflow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from arazzo_runner.executor.result import Status, WorkflowResult
from arazzo_runner.report.diagnostics.text import render_text
from arazzo_runner.report.exit_code import ExitCode
from arazzo_runner.report.failure import explain_workflow
from arazzo_runner.report.model import RunReport, document_runs
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.pattern import lazy_pattern

# XML 1.0, section 2.2: what a document cannot hold, not even escaped.
_NOT_XML = lazy_pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """The report as JUnit XML in UTF-8, secrets masked.

    ``failure`` is exit class 1, ``error`` 2 to 4. A run that could not start is one case, named
    as the document, with its findings.
    """
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for one in document_runs(run):
        for line in _suite(one, masker):
            yield f"{line}\n".encode()
    yield b"</testsuites>\n"


def _suite(run: RunReport, masker: Masker) -> Iterator[str]:
    """The suite of one document."""
    cases = [_workflow_case(one, run, masker) for one in run.result.workflows]
    if not cases or _has_no_failure(run):
        cases.append(_run_case(run, masker))
    yield start_tag(
        "testsuite", name=_class_name(run, masker), timestamp=run.started_at[:19],
        time=_time(run.duration), **_counts(cases),
    )  # fmt: skip
    yield from _properties(run)
    yield from cases
    yield "</testsuite>"


def _properties(run: RunReport) -> Iterator[str]:
    if run.all_notes:
        notes = (
            start_tag("property", name="note", value=one) + "</property>" for one in run.all_notes
        )
        yield f"<properties>{''.join(notes)}</properties>"


def _counts(cases: list[str]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum("<failure " in one for one in cases)),
        "errors": str(sum("<error " in one for one in cases)),
        "skipped": str(sum("<skipped" in one for one in cases)),
    }


def _workflow_case(workflow: WorkflowResult, run: RunReport, masker: Masker) -> str:
    return _case(
        masker.text(workflow.title),
        workflow.duration,
        "".join(_verdict(workflow, masker)),
        run,
        masker,
    )


def _verdict(workflow: WorkflowResult, masker: Masker) -> Iterator[str]:
    match workflow.status:
        case Status.SKIPPED:
            yield "<skipped/>"
        case Status.FAILED:
            yield failure_element("failure", "failed", explain_workflow(workflow, masker))
        case Status.ERROR:
            yield failure_element("error", "error", explain_workflow(workflow, masker))
        case Status.PASSED:
            return
        case _:
            assert_never(workflow.status)


def _has_no_failure(run: RunReport) -> bool:
    """Whether no workflow shows that the run did not pass: a bug, or an interruption in between."""
    shown = (Status.FAILED, Status.ERROR)
    ended_well = not any(one.status in shown for one in run.result.workflows)
    return ended_well and run.exit_code not in (ExitCode.PASSED, ExitCode.NOTHING)


_ENDS = {
    ExitCode.BUG: "internal error in arazzo",
    ExitCode.INTERRUPTED: "the run was interrupted",
    ExitCode.TERMINATED: "the run was terminated",
}


def _run_case(run: RunReport, masker: Masker) -> str:
    """The run itself: nothing selected, findings that kept it from starting, what ended it."""
    found = "\n".join(render_text(one, masker=masker) for one in run.diagnostics)
    text = "\n".join(filter(None, [_ENDS.get(ExitCode(run.exit_code)), found]))
    if run.exit_code == ExitCode.NOTHING:
        verdict = "<skipped/>"
    else:
        verdict = failure_element(
            "error", f"exit code {run.exit_code}", text or "no workflow was run"
        )
    return _case(_class_name(run, masker), run.duration, verdict, run, masker)


def _case(name: str, duration: float, verdict: str, run: RunReport, masker: Masker) -> str:
    begin = start_tag(
        "testcase", classname=_class_name(run, masker), name=name, time=_time(duration)
    )
    return f"{begin}{verdict}</testcase>"


def failure_element(element: str, kind: str, text: str) -> str:
    """A ``failure`` or ``error`` with its text, whose first line is the message."""
    message = text.partition("\n")[0].partition(": ")[2] or text
    content = xml_escape(legal_text(text))
    return f"{start_tag(element, type=kind, message=message)}{content}</{element}>"


def _class_name(run: RunReport, masker: Masker) -> str:
    """The document's path; of a URL its last segment, since servers group cases by this name."""
    parts = urlsplit(run.document)
    is_remote = parts.scheme in ("http", "https")
    name = parts.path.rstrip("/").rpartition("/")[2] if is_remote else run.document
    return masker.text(name) or "document"


def start_tag(element: str, **attributes: str) -> str:
    """The start tag of an element."""
    spelled = "".join(f" {name}={quoteattr(legal_text(text))}" for name, text in attributes.items())
    return f"<{element}{spelled}>"


def legal_text(text: str) -> str:
    """Text without the characters that no XML document can hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _time(duration: float) -> str:
    return f"{duration:.3f}"
