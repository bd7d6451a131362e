"""The run as one HTML page that needs nothing else: it loads nothing, and runs only its own script.

The page is made from the data of the JSON report, so that both say the same and all is masked
already; values and bodies are cut to limits, and it is written step by step. What comes from
outside is escaped twice over: control characters are spelled, and whatever is no markup of this
program is escaped where it is put into some. A policy lets nothing run but the style and script
whose hashes it names.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any, Final

from arazzo_runner.executor.result import Status, StepResult
from arazzo_runner.report.coverage.lines import gap_lines, status_nouns
from arazzo_runner.report.failure import explain_workflow
from arazzo_runner.report.formats.html_diagram import DiagramPages
from arazzo_runner.report.formats.html_markup import NOTHING, Markup, fill, join
from arazzo_runner.report.formats.html_steps import Data, StepPages, mark, place_of
from arazzo_runner.report.formats.json import report_end, report_start
from arazzo_runner.report.formats.json_stream import OpenParts
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.safe_text import duration_text
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import plain_look
from arazzo_runner.report.terminal.verdict import report_verdict
from arazzo_runner.report.traversal import steps_of, visits_of

_BAD = (Status.FAILED, Status.ERROR)


def report_pieces(run: RunReport, masker: Masker) -> Iterator[bytes]:
    """The page in UTF-8, secrets masked; its size is bounded, however much was answered."""
    for piece in _page(run, masker):
        yield piece.encode("utf-8", "backslashreplace")


def _page(run: RunReport, masker: Masker) -> Iterator[Markup]:
    title = {"title": masker.text(run.title)}
    view = {**report_start(run, masker), **report_end(run, masker, OpenParts(masker)), **title}
    look = plain_look(masker)
    steps = StepPages(masker, sum(one.duration for one in run.result.workflows))
    assets = _page_assets()
    yield _head(view, assets)
    yield _header(
        view, report_verdict(run, look), join((_documents(run, masker), _failures(run, masker)))
    )
    yield _CONTROLS
    yield Markup('<main id="workflows" tabindex="-1">\n')
    yield from _workflows(run, steps, masker)
    yield _findings(view["diagnostics"])
    gaps = list(gap_lines(run.coverage, look.shown)) if run.workflows or run.documents else []
    yield _coverage(view["coverage"], status_nouns(run.coverage), gaps)
    yield _sources(view["sources"])
    # What was left out is known only now that all has been rendered.
    yield _footer(view["tool"], _omissions(steps), assets["script"])


def counts_text(by_status: dict[str, int]) -> str:
    """``3 passed, 1 failed``."""
    told = [f"{count:,} {status}" for status, count in by_status.items() if count]
    return ", ".join(told) or "none"


# --- the head of the page -------------------------------------------------------------------------


def _head(view: Data, assets: dict[str, Markup]) -> Markup:
    return fill(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        "<title>%s: %s</title>\n<style>%s</style>\n</head>\n<body>\n"
        '<a class="skip" href="#workflows">Skip to the workflows</a>\n',
        assets["style_hash"],
        assets["script_hash"],
        view["status"],
        view["title"],
        assets["style"],
    )


def _header(view: Data, verdict: str, failures: Markup) -> Markup:
    summary, status = view["summary"], view["status"]
    notes = join(fill('<p class="note">Note: %s</p>\n', note) for note in view.get("notes", ()))
    criteria = summary["criteria"]
    facts = {
        "Started": fill("<time>%s</time>", view["started_at"]),
        "Duration": duration_text(view["duration"]),
        "Steps": counts_text(summary["steps"]),
        "Requests": summary["requests"],
        **({"Messages": summary["messages"]} if "messages" in summary else {}),
        "Criteria": f"passed {criteria['passed']}, failed {criteria['failed']}",
        "Exit code": view["exit_code"],
    }
    return fill(
        '<header>\n<h1><span class="badge %s">%s</span> %s</h1>\n<p class="verdict">%s</p>\n%s'
        '<dl class="facts">\n%s</dl>\n%s</header>\n',
        status,
        status,
        view["title"],
        verdict,
        notes,
        join(_fact_items(facts.items())),
        failures,
    )


def _fact_items(facts: Iterable[tuple[str, object]]) -> Iterator[Markup]:
    for name, value in facts:
        yield fill("<div><dt>%s</dt><dd>%s</dd></div>\n", name, value)


def _documents(run: RunReport, masker: Masker) -> Markup:
    """The documents, where there are several, each with its status."""
    if not run.documents:
        return NOTHING
    items = (
        fill("<li>%s %s</li>", mark(one.status.value), masker.text(one.document))
        for one in run.documents
    )
    return fill(
        '<details class="fold"><summary>Documents <span class="dim">%s</span></summary>'
        '<ul class="plain">%s</ul></details>\n',
        len(run.documents),
        join(items),
    )


def _failures(run: RunReport, masker: Masker) -> Markup:
    """The links at the top: to each workflow that did not pass, or to the step that ended it."""
    links: list[Markup] = []
    before = 0
    for number, workflow in enumerate(run.result.workflows, 1):
        last = workflow.steps[-1] if workflow.steps else None
        if workflow.status in _BAD:
            title, anchor = masker.text(workflow.full_title), f"workflow-{number}"
            if last and last.status is not Status.PASSED:
                title = f"{title}, step {masker.text(last.step_id)}"
                anchor = f"step-{before + _count_visits(workflow.steps[:-1]) + 1}"
            status = workflow.status.value
            links.append(fill('<li>%s <a href="#%s">%s</a></li>', mark(status), anchor, title))
        before += sum(1 for _ in steps_of((workflow,)))
    if not links:
        return NOTHING
    return fill(
        '<nav aria-label="Failures"><h2>Failures</h2><ul class="plain">%s</ul></nav>\n', join(links)
    )


_CONTROLS = Markup(
    """\
<div id="controls" role="search" hidden>
<label>Search <input id="search" type="search" autocomplete="off"
 placeholder="text in a step ( / )"></label>
<label>Status <select id="status"><option value="">all</option>\
<option value="passed">passed</option>\
<option value="failed">failed</option><option value="error">error</option>\
<option value="skipped">skipped</option></select></label>
<button type="button" id="open">Expand all</button>
<button type="button" id="close">Collapse all</button>
<button type="button" id="theme" aria-live="polite">Theme: auto</button>
<output id="shown" aria-live="polite"></output>
</div>
"""
)


def _count_visits(steps: Iterable[StepResult]) -> int:
    """How many numbers they take: each has one, and each visit inside of it."""
    return sum(1 for step in steps for _ in visits_of(step))


# --- what was run ---------------------------------------------------------------------------------


def _workflows(run: RunReport, steps: StepPages, masker: Masker) -> Iterator[Markup]:
    number, start = 0, 0.0
    diagrams = DiagramPages(run, masker)
    for number, one in enumerate(run.result.workflows, 1):
        yield fill(
            '<section class="workflow" id="workflow-%s" aria-labelledby="title-%s">\n'
            '<h2 id="title-%s">%s %s <span class="dim">%s</span></h2>\n',
            number,
            number,
            number,
            mark(one.status.value),
            masker.text(one.full_title),
            duration_text(one.duration),
        )
        why = explain_workflow(one, masker) if one.status in _BAD else ""
        if why:
            yield fill('<pre class="failure" tabindex="0">%s</pre>\n', why)
        yield diagrams.diagram(one, number)
        yield from steps.about(one, start, explained=bool(why))
        yield from steps.after(one, start)
        yield Markup("</section>\n")
        start += one.duration
    if not number:
        yield Markup("<p>No workflow was run.</p>\n")


def _findings(diagnostics: Iterable[Data]) -> Markup:
    items = join(map(_finding, diagnostics))
    if not items:
        return NOTHING
    return fill('<section><h2>Findings</h2><ul class="criteria">%s</ul></section>\n', items)


def _finding(one: Data) -> Markup:
    return fill(
        "<li>%s<div><code>%s</code> %s%s%s</div></li>",
        mark("failed" if one["severity"] == "error" else "error"),
        one["code"],
        one["message"],
        place_of(one["location"]),
        fill('<p class="dim">%s</p>', one["help"]) if one["help"] else NOTHING,
    )


# --- what was exercised ---------------------------------------------------------------------------

_STATUS_HEADS: Final = ("Statuses", "Returned", "Not returned")
_MESSAGE_HEADS: Final = ("Statuses and messages", "Covered", "Not covered")


def _coverage(coverage: Data, nouns: str, gaps: list[str]) -> Markup:
    if not coverage["operations"]["total"]:
        return NOTHING
    meters = (
        _meter("Operations", coverage["operations"], "exercised"),
        _meter(nouns[0].upper() + nouns[1:], coverage["statuses"], "exercised"),
        _meter("Branches", coverage["branches"], "taken"),
    )
    missed = [
        fill(
            '<code>%s %s</code> <span class="dim">%s</span>',
            one["method"],
            one["path"],
            one["source"] or "",
        )
        for one in coverage["unexercised"]
    ]
    return fill(
        '<section><h2>Coverage</h2>\n<dl class="facts">\n%s</dl>\n%s%s%s</section>\n',
        join(meters),
        _statuses(coverage["by_operation"], nouns),
        _list("Not covered", gaps),
        _list("Operations not covered", missed),
    )


def _meter(name: str, counts: Data, member: str) -> Markup:
    if not counts["total"]:
        return NOTHING
    done, total = counts[member], counts["total"]
    return fill(
        '<div><dt>%s</dt><dd>%s of %s <meter aria-label="%s" min="0" max="%s" value="%s"></meter>'
        "</dd></div>\n",
        *(name, done, total, name, total, done),
    )


def _statuses(operations: Iterable[Data], nouns: str) -> Markup:
    rows = join(
        fill(
            '<tr><th scope="row"><code>%s %s</code></th><td>%s</td><td>%s</td><td>%s</td></tr>',
            one["method"],
            one["path"],
            *(", ".join(one[kind]) for kind in ("exercised", "unexercised", "undocumented")),
        )
        for one in operations
    )
    if not rows:
        return NOTHING
    heads = _STATUS_HEADS if nouns == "documented statuses" else _MESSAGE_HEADS
    return fill(
        '<div class="scroll" tabindex="0" role="region" aria-label="%s of operations">'
        '<table><thead><tr><th scope="col">Operation</th><th scope="col">%s</th>'
        '<th scope="col">%s</th><th scope="col">Not documented</th></tr></thead><tbody>'
        "%s</tbody></table></div>\n",
        *heads,
        rows,
    )


def _list(title: str, items: list[Any]) -> Markup:
    if not items:
        return NOTHING
    return fill(
        '<details class="fold"><summary>%s <span class="dim">%s</span></summary>'
        '<ul class="plain">%s</ul></details>\n',
        title,
        len(items),
        join(fill("<li>%s</li>", one) for one in items),
    )


def _sources(sources: Iterable[Data]) -> Markup:
    items = join(
        fill(
            '<li><strong>%s</strong> %s %s <span class="dim place">%s</span></li>',
            *(one[name] for name in ("name", "type", "version", "url")),
        )
        for one in sources
    )
    if not items:
        return NOTHING
    return fill('<section><h2>Sources</h2><ul class="plain">%s</ul></section>\n', items)


# --- the end of the page --------------------------------------------------------------------------


def _footer(tool: Data, left_out: str, script: Markup) -> Markup:
    return fill(
        '</main>\n<footer><p class="dim">%s %s%s</p></footer>\n<script>%s</script>\n'
        "</body>\n</html>\n",
        tool["name"],
        tool["version"],
        f"; to keep this page small, {left_out}: the JSON report has all" if left_out else "",
        script,
    )


def _omissions(steps: StepPages) -> str:
    """What the page does not have, in words."""
    parts = []
    if steps.bodies.cut:
        parts.append("long bodies are truncated")
    if steps.brief:
        parts.append(f"{steps.brief:,} passed steps are shown without details")
    return " and ".join(parts)


@lru_cache(maxsize=1)
def _page_assets() -> dict[str, Markup]:
    """The page's own style and script, and the hashes by which its policy knows them."""
    folder = resources.files("arazzo_runner.report.formats") / "page"
    style = (folder / "style.css").read_text(encoding="utf-8")
    script = (folder / "script.js").read_text(encoding="utf-8")
    return {
        "style": Markup(style),
        "script": Markup(script),
        "style_hash": Markup(_digest(style)),
        "script_hash": Markup(_digest(script)),
    }


def _digest(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode("ascii")
