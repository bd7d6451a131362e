import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.report.coverage import measure as coverage
from arazzo_runner.report.formats import html_parts, html_steps
from arazzo_runner.report.formats.html import counts_text, report_pieces
from arazzo_runner.report.formats.html_parts import HtmlBodies, spell_value
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error


def report_bytes(run, masker):
    return b"".join(report_pieces(run, masker))


VOID = {"meta", "input", "link", "img", "br"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&\x1b[31m\u202e\x00"


class Reading(HTMLParser):
    """Reads a page strictly: every tag is closed in order, every id is there once."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.text, self.tags = [], [], [], "", []
        self.raw = {"style": "", "script": ""}
        self.policy = ""
        self.feed(text)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert len(given) == len(attrs)
        assert not [name for name in given if name.startswith("on") or name == "style"]
        assert not {"src", "action", "srcset", "data", "xlink:href"} & given.keys()
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]] += data
        else:
            self.text += data


def read(run, masker=None):
    page = Reading(report_bytes(run, masker or Masker(["hunter22"])).decode())
    assert all(one.startswith("#") and one[1:] in page.ids for one in page.links)
    assert set(page.tags).isdisjoint({"link", "img", "iframe", "object", "embed", "form", "base"})
    return page


@pytest.fixture
def everything(build):
    refused = build.attempt(
        response=None, criteria=[], error=build.error(f"nobody {HOSTILE}", hint="start it"),
        action=build.action(wait=2.0, cut=9.0, target="call"),
    )  # fmt: skip
    query = build.criterion(HOSTILE, passed=False, kind="regex", context="$response.body",
                            error="too slow", operands=(build.operand("$url", HOSTILE),))  # fmt: skip
    implicit = build.criterion(kind="implicit", place=None)
    checks = (build.check(), build.check(HOSTILE, passed=False, pointer="/a"))
    judged = build.attempt(criteria=[query, implicit], checks=checks)
    inner = build.workflow(build.failed_step(), workflow_id="inner", status=Status.FAILED,
                           gone_to=(build.workflow(workflow_id="further"),))  # fmt: skip
    call = build.step("call", attempts=[build.attempt(None, None, [])], workflow=inner,
                      operation=None, status=Status.FAILED)  # fmt: skip
    between = replace(refused, interlude=build.step("between"))
    whole = replace(refused, interlude=build.workflow(workflow_id="whole"))
    steps = (
        build.step(HOSTILE, attempts=[between, whole, judged], outputs={"sid": "hunter22"}),
        call,
    )
    failed = build.workflow(*steps, workflow_id=HOSTILE, status=Status.FAILED,
                            inputs={"password": "hunter22", "text": HOSTILE})  # fmt: skip
    lost = build.error("the run reached its limit", "max-steps")
    result = build.run(
        failed,
        build.workflow(build.step(), ended_by=build.action("goto", target="x")),
        build.workflow(workflow_id="lost", status=Status.ERROR, error=lost),
        build.workflow(workflow_id="left out", status=Status.SKIPPED),
    )
    finding = error("AZ204", f"no operation {HOSTILE}", build.condition, "", "did you mean")
    return build.report(result, 1, diagnostics=(finding,), document=HOSTILE)


def test_every_part_is_there_and_nothing_comes_from_outside(everything):
    page = read(everything)
    for words in ("inner", "further", "between", "whole", "too slow", "nobody", "start it",
                  "shortened from 9 s", "the run reached its limit", "left out", "AZ204",
                  "did you mean", "default criterion"):  # fmt: skip
        assert words in page.text, words
    assert page.text.count("hunter22") == 0
    assert page.tags.count("h1") == 1


def test_what_comes_from_outside_is_text(everything):
    page = read(everything)
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in page.text
    assert r"\x1b[31m\u{202e}\x00" in page.text
    assert page.tags.count("script") == 1
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


def test_the_policy_knows_the_style_and_the_script_alone(build):
    page = read(build.report())
    rules = dict(one.strip().split(" ", 1) for one in page.policy.split(";"))
    assert rules.pop("default-src") == "'none'"
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
        assert rules.pop(f"{kind}-src") == f"'sha256-{digest}'"
    assert rules == {"base-uri": "'none'", "form-action": "'none'"}
    assert not re.search(r"url\(|@import|https?:|//(?! )", page.raw["style"])


def test_a_step_that_failed_is_linked_and_open(build):
    failed = build.workflow(build.step(), build.failed_step(), status=Status.FAILED)
    text = report_bytes(build.report(build.run(failed), 1), Masker()).decode()
    assert '<a href="#step-2">trigger, step create</a>' in text
    assert text.count("<details open>") == 1
    assert text.count('<details class="fold" open><summary>Response body') == 1
    assert "^^^^^^^^^^^ integer 201" in text


def test_a_run_that_could_not_start(build):
    finding = error("AZ204", "no operation is called `x`")
    run = build.report(RunResult((), 0.0), 3, diagnostics=(finding,), operations=())
    page = read(run)
    assert "No workflow was run." in page.text
    assert "no operation is called `x`" in page.text
    assert "Coverage" not in page.text


def test_long_bodies_are_cut_and_the_page_says_so(build, monkeypatch):
    monkeypatch.setattr(html_parts, "BODY_LIMIT", 40)
    run = build.report(build.run(build.workflow(build.step())))
    page = read(run)
    assert "long bodies are truncated" in page.text
    assert "flow_sid" not in page.text


def test_after_very_many_steps_those_that_passed_have_no_details(build, monkeypatch):
    monkeypatch.setattr(html_steps, "DETAILED", 1)
    steps = [build.step("one"), build.step("two"), build.failed_step(step_id="three")]
    page = read(build.report(build.run(build.workflow(*steps, status=Status.FAILED)), 1))
    assert page.tags.count("svg") == 3
    assert "1 passed steps are shown without details" in page.text


def test_bodies_together_are_bounded(monkeypatch):
    monkeypatch.setattr(html_parts, "ALL_BODIES", 300)
    bodies = HtmlBodies()
    assert bodies.text("x" * 300) == "x" * 300
    assert not bodies.cut
    assert bodies.text("y" * 300) == "y" * 200 + "…"
    assert bodies.cut


@pytest.mark.parametrize(
    ("body", "text", "note"),
    [
        ({"a": [1]}, '{\n  "a": [\n    1\n  ]\n}', ""),
        ("text", "text", ""),
        ({"encoding": "base64", "data": "iVBO"}, "iVBO", "Base64"),
        ({"encoding": "text", "data": "ab", "truncated": 70000}, "ab", "70,000 bytes"),
        (
            {"encoding": "base64", "data": "x", "truncated": "no"},
            '{\n  "encoding": "base64",\n  "data": "x",\n  "truncated": "no"\n}',
            "",
        ),
        ({"encoding": "base64", "data": 7}, '{\n  "encoding": "base64",\n  "data": 7\n}', ""),
    ],
)
def test_bodies(body, text, note):
    assert (HtmlBodies().text(body), HtmlBodies().note(body)) == (text, note)


def test_values_are_bounded():
    assert spell_value({"a": "€"}) == '{"a": "€"}'
    assert spell_value("x" * 3000) == '"' + "x" * 1999 + "…"


def test_counts():
    assert counts_text({"passed": 1200, "failed": 0, "error": 1}) == "1,200 passed, 1 error"
    assert counts_text({"passed": 0}) == "none"


def test_an_attempt_that_was_repeated_has_its_own_outputs(build):
    first = build.attempt(outputs={"state": "busy"}, action=build.action(wait=2.0))
    step = build.step(attempts=[first, build.attempt()], outputs={"state": "done"})
    page = read(build.report(build.run(build.workflow(step))))
    assert page.text.count("Outputs of this attempt") == 1
    assert "busy" in page.text and "done" in page.text


def test_what_ran_when_a_workflow_had_ended_is_there(build):
    last = build.workflow(build.step("tidy"), workflow_id="afterwards")
    page = read(build.report(build.run(replace(build.workflow(build.step()), finally_run=last))))
    assert "afterwards" in page.text and "tidy" in page.text


def test_links_find_their_steps_behind_runs_without_details(build, monkeypatch):
    monkeypatch.setattr(html_steps, "DETAILED", 1)
    call = build.step("call", workflow=build.workflow(build.step("inner")), operation=None)
    failed = build.failed_step(step_id="last")
    run = build.run(build.workflow(build.step(), call, failed, status=Status.FAILED))
    text = report_bytes(build.report(run, 1), Masker()).decode()
    assert '<a href="#step-4">trigger, step last</a>' in text
    assert '<li class="step" id="step-4" data-status="failed">' in text


@pytest.mark.parametrize(
    ("kinds", "meter", "head"),
    [
        ([False], "Documented statuses", "Returned"),
        ([True], "Messages", "Covered"),
        ([False, True], "Documented statuses and messages", "Covered"),
    ],
)
def test_the_meter_says_what_is_counted(build, monkeypatch, kinds, meter, head):
    run = build.report(build.run(build.workflow(build.step())))
    (status, *_) = run.coverage.statuses
    statuses = tuple(replace(status, of_messages=one) for one in kinds)
    measured = replace(run.coverage, statuses=statuses)
    monkeypatch.setattr(coverage, "measure_coverage", lambda *_: measured)
    run = build.report(build.run(build.workflow(build.step())))
    page = report_bytes(run, Masker()).decode()
    assert f"<dt>{meter}</dt>" in page
    assert f'<th scope="col">{head}</th>' in page
