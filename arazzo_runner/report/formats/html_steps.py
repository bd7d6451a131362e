"""The steps of the HTML report: rows with their attempts, criteria and checks below them.

What is shown is data of the JSON report, spelled for the page by ``PageParts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from arazzo_runner.executor.result import Status, StepResult, WorkflowResult
from arazzo_runner.report.formats.html_markup import NOTHING, Markup, fill, join
from arazzo_runner.report.formats.html_parts import HtmlBodies, PageParts
from arazzo_runner.report.safe_text import duration_text
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.traversal import step_outcome, visits_of

Data = Mapping[str, Any]

DETAILED: Final = 2_000
"""Of so many visits of steps the page has the details; after them only of what did not pass."""

_WIDTH: Final = 1_000
"""The width of the time line, in its own units."""

_SIGNS: Final = {"passed": "✓", "failed": "✗", "error": "!", "skipped": "\u2013"}


class StepPages:
    """Renders visits of steps, numbered in the order of the page, workflow after workflow."""

    def __init__(self, masker: Masker, duration: float) -> None:
        """``duration`` is that of all workflows, one after the other."""
        self.bodies = HtmlBodies()
        self.brief = 0
        self._parts = PageParts(masker, self.bodies)
        self._text = masker.text
        self._scale = _WIDTH / duration if duration > 0 else 0.0
        self._number = 0

    def about(self, workflow: WorkflowResult, start: float, *, explained: bool) -> Iterator[Markup]:
        """The inputs, steps and outputs of a run; ``explained`` where its failure is shown."""
        one = self._parts.end_of_workflow(workflow)
        yield _values("Inputs", one["inputs"])
        if "error" in one and not explained:
            yield _error(one["error"])
        if workflow.steps:
            yield Markup('<ol class="steps">')
            for step in workflow.steps:
                yield from self._step(step, start)
                start += step.duration
            yield Markup("</ol>")
        if one["ended_by"]:
            yield _action(one["ended_by"])
        yield _values("Outputs", one["outputs"])

    def inner(self, workflow: WorkflowResult, start: float) -> Iterator[Markup]:
        """A run within another, with what it went on in and what ran when it had ended."""
        yield fill(
            '<p class="line">%s workflow <strong>%s</strong> <span class="dim">%s</span></p>\n',
            mark(workflow.status.value),
            self._text(workflow.workflow_id),
            duration_text(workflow.duration),
        )
        yield from self.about(workflow, start, explained=False)
        yield from self.after(workflow, start)

    def after(self, workflow: WorkflowResult, start: float) -> Iterator[Markup]:
        """The runs that a run went on in, and the one that its ``x-finally`` names."""
        start += sum(step.duration for step in workflow.steps)
        for further in workflow.gone_to:
            yield from self.inner(further, start)
            start += further.duration
        if workflow.finally_run is not None:
            yield from self.inner(workflow.finally_run, start)

    def _step(self, step: StepResult, start: float) -> Iterator[Markup]:
        self._number += 1
        has_failed = step.status in (Status.FAILED, Status.ERROR)
        row = self._row(step, start)
        yield fill(
            '<li class="step" id="step-%s" data-status="%s">\n', self._number, step.status.value
        )
        if self._number > DETAILED and not has_failed:
            self.brief += 1
            self._number += sum(1 for _ in visits_of(step)) - 1
            yield fill('<div class="row">%s</div></li>\n', row)
            return
        is_open = Markup(" open") if has_failed else NOTHING
        yield fill(
            '<details%s><summary class="row">%s</summary>\n<div class="body">\n', is_open, row
        )
        yield from self._within(self._parts.step(step), start, has_failed)
        yield Markup("</div></details>\n</li>\n")

    def _row(self, step: StepResult, start: float) -> Markup:
        tries = len(step.attempts)
        status = step.status.value
        return fill(
            '%s<span class="name">%s</span>\n<span class="deed">%s</span>\n'
            '<span class="answer">%s%s</span>\n<span class="time">%s</span>\n'
            '<svg class="bar %s" viewBox="0 0 1000 6" preserveAspectRatio="none"'
            ' aria-hidden="true"><rect x="%s" y="0" width="%s" height="6"></rect></svg>',
            mark(status),
            self._text(step.step_id),
            self._deed(step),
            step_outcome(step),
            fill(' <span class="dim">attempt %s</span>', tries) if tries > 1 else NOTHING,
            duration_text(step.duration),
            status,
            round(min(start * self._scale, _WIDTH - 2), 1),
            round(max(min(step.duration * self._scale, _WIDTH), 2), 1),
        )

    def _deed(self, step: StepResult) -> Markup:
        if step.operation:
            return fill("<code>%s %s</code>", step.operation.method, step.operation.path)
        if step.channel:
            name = self._text(step.channel.channel.name)
            return fill("%s <code>%s</code>", step.channel.action, name)
        if step.workflow:
            return fill("workflow <code>%s</code>", self._text(step.workflow.workflow_id))
        return NOTHING

    def _within(self, one: Data, start: float, has_failed: bool) -> Iterator[Markup]:  # noqa: FBT001
        total = len(one["attempts"])
        for number, attempt in enumerate(one["attempts"], 1):
            is_last = number == total
            yield Markup('<section class="attempt">\n')
            if total > 1:
                yield fill("<h3>Attempt %s of %s</h3>", number, total)
            yield _exchange(attempt, is_open=has_failed and is_last)
            yield from self._called_run(attempt, start)
            yield _decision(attempt)
            yield from self._interlude(attempt, start)
            yield Markup("</section>\n")
        yield from self._called_run(one, start)
        yield _values("Outputs", one["outputs"])

    def _called_run(self, one: Data, start: float) -> Iterator[Markup]:
        if one.get("workflow"):
            yield Markup('<div class="inner">')
            yield from self.inner(one["workflow"], start)
            yield Markup("</div>")

    def _interlude(self, attempt: Data, start: float) -> Iterator[Markup]:
        if "interlude" not in attempt:
            return
        between = attempt["interlude"]
        yield Markup('\n<div class="inner"><h3>Before the next attempt</h3>')
        if "workflow" in between:
            yield from self.inner(between["workflow"], start)
        else:
            yield Markup('<ol class="steps">')
            yield from self._step(between["step"], start)
            yield Markup("</ol>")
        yield Markup("</div>\n")


def mark(status: str) -> Markup:
    """The sign of a status, and its word for who cannot see it."""
    return _MARKS[status]


_MARKS: Final = {
    status: fill(
        '<span class="mark %s" aria-hidden="true">%s</span><span class="unseen">%s</span>',
        status,
        sign,
        status,
    )
    for status, sign in _SIGNS.items()
}


def _exchange(one: Data, *, is_open: bool) -> Markup:
    """What was sent and what came, and how that was judged."""
    criteria = join(criterion_item(criterion) for criterion in one["criteria"])
    return join(
        (
            _request(one["request"]) if one["request"] else NOTHING,
            *map(_redirect, one.get("redirects", ())),
            _response(one["response"], is_open=is_open) if one["response"] else NOTHING,
            _message(one["message"], is_open=is_open) if "message" in one else NOTHING,
            _error(one["error"]) if one["error"] else NOTHING,
            fill('\n<ul class="criteria" aria-label="Criteria">%s</ul>\n', criteria)
            if criteria
            else NOTHING,
            _checks(one["checks"]) if one["checks"] else NOTHING,
        )
    )


def _request(one: Data) -> Markup:
    return fill(
        '\n<p class="line"><span class="label">request</span>'
        " <code><strong>%s</strong> %s</code></p>\n%s%s\n",
        one["method"],
        one["url"],
        _fields("Request headers", one["headers"]),
        _body("Request body", one["body"], is_open=False),
    )


def _redirect(one: Data) -> Markup:
    return fill(
        '\n<p class="line"><span class="label">redirect</span> %s to'
        " <code><strong>%s</strong> %s</code></p>",
        one["status"],
        one["method"],
        one["url"],
    )


def _response(one: Data, *, is_open: bool) -> Markup:
    return fill(
        '\n<p class="line"><span class="label">response</span> <strong>%s</strong>'
        ' <span class="dim">in %s</span></p>\n%s%s\n',
        one["status"],
        duration_text(one["duration"]),
        _fields("Response headers", one["headers"]),
        _body("Response body", one["body"], is_open=is_open),
    )


def _message(one: Data, *, is_open: bool) -> Markup:
    """A message that was sent or received over a channel."""
    is_sent = one["direction"] == "send"
    others = fill(", %s others were received", one["others"]) if one["others"] else NOTHING
    return fill(
        '\n<p class="line"><span class="label">%s</span> <code><strong>%s</strong></code>'
        ' <span class="dim">channel %s%s, in %s</span></p>\n%s%s\n',
        "sent" if is_sent else "received",
        one["address"],
        one["channel"],
        others,
        duration_text(one["duration"]),
        _fields("Message headers", one["headers"]),
        _body("Message payload", one["payload"], is_open=is_open),
    )


def _body(title: str, body: Data | None, *, is_open: bool) -> Markup:
    if body is None:
        return NOTHING
    note = fill(' <span class="dim">%s</span>', body["note"]) if body["note"] else NOTHING
    return fill(
        '<details class="fold"%s><summary>%s%s</summary><pre tabindex="0">%s</pre></details>',
        Markup(" open") if is_open else NOTHING,
        title,
        note,
        body["text"],
    )


def _fields(title: str, headers: Iterable[tuple[str, str]]) -> Markup:
    pairs = [fill("<dt>%s</dt><dd>%s</dd>", name, value) for name, value in headers]
    return _pairs(title, len(pairs), pairs) if pairs else NOTHING


def _values(title: str, members: Mapping[str, str]) -> Markup:
    pairs = [
        fill("<dt>%s</dt><dd><code>%s</code></dd>", name, value) for name, value in members.items()
    ]
    return _pairs(title, ", ".join(members), pairs) if pairs else NOTHING


def _pairs(title: str, note: object, pairs: Iterable[Markup]) -> Markup:
    return fill(
        '<details class="fold"><summary>%s <span class="dim">%s</span></summary>'
        '<dl class="pairs">%s</dl></details>\n',
        title,
        note,
        join(pairs),
    )


def _error(one: Data) -> Markup:
    hint = fill(' <span class="dim">%s</span>', one["hint"]) if one["hint"] else NOTHING
    details = join(fill('<p class="dim">%s</p>', detail) for detail in one.get("details", ()))
    return fill('\n<p class="bad">%s%s</p>%s\n', one["message"], hint, details)


def criterion_item(one: Data) -> Markup:
    """A criterion in a list, with what its expressions were."""
    is_met = one["passed"]
    return fill(
        '<li class="%s">%s<div><code>%s</code>%s%s%s%s</div></li>',
        "held" if is_met else "unheld",
        mark("passed" if is_met else "failed"),
        one["condition"],
        _kind(one),
        place_of(one["location"]),
        fill('<p class="bad">%s</p>', one["error"]) if one["error"] else NOTHING,
        join(map(_operand, one["operands"])),
    )


def _kind(one: Data) -> Markup:
    if one["kind"] == "simple":
        return NOTHING
    if one["kind"] == "implicit":
        return Markup(' <span class="dim">default criterion</span>')
    context = one["context"] or ""
    return fill(' <span class="dim">%s on <code>%s</code></span>', one["kind"], context)


def _operand(one: Data) -> Markup:
    return fill(
        '<p class="operand"><code>%s</code> is %s <code>%s</code></p>',
        one["expression"],
        one["kind"],
        one["value"],
    )


def place_of(location: Data | None) -> Markup:
    """Where something stands in a document."""
    if not location:
        return NOTHING
    spot = location["file"], location["line"], location["column"]
    return fill(' <span class="dim place">%s:%s:%s</span>', *spot)


def _checks(checks: list[Data]) -> Markup:
    passed = sum(1 for one in checks if one["passed"])
    return fill(
        '\n<details class="fold"%s><summary>Contract checks <span class="dim">%s of %s passed'
        '</span></summary>\n<ul class="criteria">%s</ul></details>\n',
        NOTHING if passed == len(checks) else Markup(" open"),
        passed,
        len(checks),
        join(map(_check, checks)),
    )


def _check(one: Data) -> Markup:
    is_met = one["passed"]
    status = "passed" if is_met else ("failed" if one["severity"] == "error" else "error")
    return fill(
        '<li>%s<div><span class="dim">%s</span> %s%s%s%s</div></li>',
        mark(status),
        one["kind"],
        one["message"],
        fill(" <code>%s</code>", one["pointer"]) if one["pointer"] else NOTHING,
        NOTHING if is_met else fill(' <span class="dim">(%s)</span>', one["severity"]),
        place_of(one["location"]),
    )


def _decision(one: Data) -> Markup:
    """What an attempt led to."""
    return join(
        (
            _values("Outputs of this attempt", one.get("outputs", {})),
            *map(_considered_action, one.get("considered", ())),
            _action(one["action"]) if one["action"] else NOTHING,
        )
    )


def _considered_action(one: Data) -> Markup:
    return fill(
        '\n<details class="fold"><summary>Action <code>%s</code> of the %s'
        ' <span class="dim">%s</span></summary><ul class="criteria">%s</ul></details>\n',
        one["name"],
        one["level"],
        "matched" if one["holds"] else "not matched",
        join(map(criterion_item, one["criteria"])),
    )


def _action(one: Data) -> Markup:
    wait, cut = one.get("wait"), one.get("cut_from")
    return fill(
        '<p class="then"><span class="label">action</span> %s%s%s%s (<code>%s</code>, %s action)'
        "</p>",
        one["type"],
        fill(" <code>%s</code>", one["target"]) if one["target"] else NOTHING,
        fill(" after %s", duration_text(wait)) if wait else NOTHING,
        NOTHING
        if cut is None
        else fill(", shortened from %s by <code>--max-wait</code>", duration_text(cut)),
        one["name"],
        one["level"],
    )
