"""The run as one HTML page that needs nothing else: it loads nothing, and runs only its own script.

The page is made from the JSON report, so that both say the same and all is masked already; values
and bodies are cut to limits. What comes from outside is escaped twice over: control characters are
spelled, and the template escapes every expression. A policy lets nothing run but the style and
script whose hashes it names.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.executor.result import OperandValue, Status, WorkflowResult
from arazzo_runner.expression.value import MaybeValue, Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.report.coverage import gap_lines
from arazzo_runner.report.failure import explain_workflow
from arazzo_runner.report.formats.json import report_data
from arazzo_runner.report.formats.json_parts import JsonParts
from arazzo_runner.report.formats.json_stream import indent_json_text
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.safe_text import duration_text, escape_lines, type_name
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import plain_look
from arazzo_runner.report.terminal.verdict import verdict_line
from arazzo_runner.text.json_write import write_json

if TYPE_CHECKING:
    from jinja2 import Environment

VALUE_LIMIT: Final = 2_000
"""The characters of an input, output or operand that are shown."""

BODY_LIMIT: Final = 16 * 1024
"""The characters of a body that are shown."""

ALL_BODIES: Final = 8 * 1024 * 1024
"""The characters of all bodies of a page; after them only beginnings are shown."""

_BEGINNING: Final = 200


def spell_value(value: Value) -> str:
    """A value as JSON, cut where it is long."""
    text = write_json(value)
    return text if len(text) <= VALUE_LIMIT else text[:VALUE_LIMIT] + "…"


def type_name_of(value: Value) -> str:
    """The JSON type of a value, empty for null."""
    return type_name(value)


def counts_text(by_status: dict[str, int]) -> str:
    """``3 passed, 1 failed``."""
    told = [f"{count:,} {status}" for status, count in by_status.items() if count]
    return ", ".join(told) or "none"


class HtmlBodies:
    """Spells the bodies of a page; ``cut`` tells whether one was shortened."""

    def __init__(self) -> None:
        self._left = ALL_BODIES
        self.cut = False

    def text(self, body: Value) -> str:
        """A body of the report: JSON indented, text as it is, octets in Base64."""
        text = _text(body)
        limit = min(BODY_LIMIT, max(self._left, _BEGINNING))
        self._left -= min(len(text), limit)
        if len(text) <= limit:
            return text
        self.cut = True
        return text[:limit] + "…"

    def note(self, body: Value) -> str:
        """What the body is, where its text does not say it: how long, or in Base64."""
        if not _is_wrapped(body):
            return ""
        length = f"{body['truncated']:,} bytes" if "truncated" in body else ""
        base64 = "Base64" * (body["encoding"] == "base64")
        return ", ".join(filter(None, [length, base64, body.get("note", "")]))


class _PageParts(JsonParts):
    """Spells the parts of a result as the page has them: bodies and values as text, cut."""

    def __init__(self, masker: Masker, bodies: HtmlBodies) -> None:
        super().__init__(masker)
        self._bodies = bodies

    def body(self, octets: bytes, headers: Headers, read: Callable[[], MaybeValue]) -> Value:
        """The text of a body, and what it is."""
        body = super().body(octets, headers, read)
        if body is None:
            return None
        return {"text": self._bodies.text(body), "note": self._bodies.note(body)}

    def values(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Inputs or outputs by name, each as text."""
        return {name: spell_value(value) for name, value in super().values(values).items()}

    def operand(self, operand: OperandValue) -> dict[str, Value]:
        """An expression of a condition, the type of what it was, and that as text."""
        spelled = super().operand(operand)
        value = spelled["value"]
        return {**spelled, "kind": type_name_of(value), "value": spell_value(value)}


def _text(body: Value) -> str:
    if _is_wrapped(body):
        return str(body["data"])
    return body if isinstance(body, str) else indent_json_text(body)


def _is_wrapped(body: Value) -> bool:
    """Whether the report wraps the body: it is cut, or no text."""
    if not isinstance(body, dict) or not {"encoding", "data"} <= body.keys():
        return False
    members = body["data"], body["encoding"], body.get("truncated", 0), body.get("note", "")
    kinds = [type(one) for one in members]
    known = {"encoding", "data", "truncated", "note"}
    return kinds == [str, str, int, str] and body.keys() <= known


DETAILED: Final = 2_000
"""Of so many visits of steps the page has the details; after them only of what did not pass."""

_PIECES: Final = 500
"""So many pieces of the template are written at once."""

_WIDTH: Final = 1_000
"""The width of the time line, in its own units."""


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """The page in UTF-8, secrets masked; its size is bounded, however much was answered."""
    bodies = HtmlBodies()
    look = plain_look(masker)
    view = report_data(run, masker, _PageParts(masker, bodies))
    numbering = _VisitNumbers(sum(one.duration for one in run.result.workflows))
    numbering.run(view["workflows"])
    for spelled_, workflow in zip(view["workflows"], run.result.workflows, strict=True):
        spelled_["title"] = masker.text(workflow.title)
        spelled_["failure"] = _failure(workflow, masker)
    page = _environment().get_template("report.html.jinja")
    text = page.stream(
        run=view,
        verdict=verdict_line(run.result, run.exit_code, look),
        failed=list(_failed_links(view["workflows"])),
        gaps=list(gap_lines(run.coverage, look.shown)) if run.workflows else [],
        # What was left out is known only now that all has been rendered: the footer comes last.
        left_out=_Omissions(bodies, numbering),
        **_page_assets(),
    )
    text.enable_buffering(_PIECES)
    for piece in text:
        yield piece.encode("utf-8", "backslashreplace")


class _Omissions:
    """What the page does not have, in words; asked when the rest has been written."""

    def __init__(self, bodies: HtmlBodies, numbering: _VisitNumbers) -> None:
        self._bodies = bodies
        self._numbering = numbering

    def __str__(self) -> str:
        parts = []
        if self._bodies.cut:
            parts.append("long bodies are truncated")
        if self._numbering.brief:
            parts.append(f"{self._numbering.brief:,} passed steps are shown without details")
        return " and ".join(parts)

    def __bool__(self) -> bool:
        return bool(str(self))


def _failure(workflow: WorkflowResult, masker: Masker) -> str | None:
    if workflow.status in (Status.FAILED, Status.ERROR):
        return explain_workflow(workflow, masker)
    return None


def _failed_links(workflows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The links at the top: to each workflow that did not pass, or to the step that ended it."""
    for number, workflow in enumerate(workflows, 1):
        if workflow["status"] not in ("failed", "error"):
            continue
        title, anchor = workflow["title"], f"workflow-{number}"
        last = workflow["steps"][-1] if workflow["steps"] else None
        if last and last["status"] != "passed":
            title, anchor = f"{title}, step {last['step_id']}", f"step-{last['number']}"
        yield {"status": workflow["status"], "title": title, "anchor": anchor}


class _VisitNumbers:
    """Gives each visit its number, its place on the time line, and whether it is told in detail."""

    def __init__(self, duration: float) -> None:
        """``duration`` is that of all workflows, one after the other."""
        self._scale = _WIDTH / duration if duration > 0 else 0.0
        self._number = 0
        self.brief = 0

    def run(self, workflows: list[dict[str, Any]], start: float = 0.0) -> float:
        """The workflows one after the other; returns when the last one ended."""
        for workflow in workflows:
            self._workflow(workflow, start)
            start += workflow["duration"]
        return start

    def _workflow(self, workflow: dict[str, Any], start: float) -> None:
        end = start
        for step in workflow["steps"]:
            self._step(step, end)
            end += step["duration"]
        self.run(workflow.get("gone_to", []), end)
        if "finally" in workflow:
            self.run([workflow["finally"]], end)

    def _step(self, step: dict[str, Any], start: float) -> None:
        self._number += 1
        failed = step["status"] in ("failed", "error")
        brief = self._number > DETAILED and not failed
        attempts = step["attempts"]
        response = attempts[-1]["response"] if attempts else None
        step |= {
            "number": self._number,
            "start": round(min(start * self._scale, _WIDTH - 2), 1),
            "width": round(max(min(step["duration"] * self._scale, _WIDTH), 2), 1),
            "tries": len(attempts),
            "answer": response["status"] if response else "",
            "open": failed,
            "brief": brief,
        }
        if brief:
            self.brief += 1
            return
        self._within(step, start)

    def _within(self, step: dict[str, Any], start: float) -> None:
        for attempt in step["attempts"]:
            if "workflow" in attempt:
                self._workflow(attempt["workflow"], start)
            between = attempt.get("interlude", {})
            if "step" in between:
                self._step(between["step"], start)
            if "workflow" in between:
                self._workflow(between["workflow"], start)
        if step["workflow"]:
            self._workflow(step["workflow"], start)


@lru_cache(maxsize=1)
def _page_assets() -> dict[str, Any]:
    """The page's own style and script, and the hashes by which its policy knows them."""
    folder = resources.files("arazzo_runner.report.formats") / "page"
    style = (folder / "style.css").read_text(encoding="utf-8")
    script = (folder / "script.js").read_text(encoding="utf-8")
    return {
        "style": style,
        "script": script,
        "style_hash": _digest(style),
        "script_hash": _digest(script),
    }


def _digest(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode("ascii")


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("arazzo_runner.report.formats", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "counts": counts_text,
        "time": duration_text,
    }
    return made


def _escape_value(value: object) -> object:
    """What an expression writes: text from outside with its control characters spelled."""
    return escape_lines(value) if type(value) is str else value
