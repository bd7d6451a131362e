import re
from xml.etree import ElementTree as ET

import pytest

from arazzo_runner.report.coverage import measure as coverage
from arazzo_runner.report.formats import html_diagram
from arazzo_runner.report.formats.html import report_pieces
from arazzo_runner.report.formats.html_diagram import DiagramPages
from arazzo_runner.report.secrets import Masker

HOSTILE = "</title></svg></script><script>alert(1)</script>'\"&\x1b[31m\u202e\x00"


@pytest.fixture
def draw(model, build):
    def drawn(workflow, taken, masker=None):
        run = build.report(build.run(taken), workflows=(model.plan(workflow),))
        return DiagramPages(run, masker or Masker()).diagram(taken, 1)

    return drawn


def picture(markup):
    """The SVG, read as XML."""
    return ET.fromstring(re.search(r"<svg.*</svg>", markup, re.DOTALL)[0])


def texts(svg, mark=""):
    groups = [one for one in svg.iter("g") if mark in one.get("class").split() or not mark]
    return [text.text for one in groups for text in one.iter("text")]


def test_the_path_taken_is_marked(draw, model, build):
    svg = picture(draw(model.workflow(model.step("create"), model.step("b")),
                       build.workflow(build.failed_step())))  # fmt: skip
    assert texts(svg, "taken") == ["trigger", "create", "CreateExecution", "failed"]
    taken = [one.find("title").text for one in svg.iter("g") if one.get("class") == "way taken"]
    assert taken == ["then", "failure"]
    assert svg.find("title").text == "Diagram of trigger; path taken: trigger, create, failed"
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", svg.find("title").get("id"))


def test_what_runs_before_is_above_and_where_it_goes_on_below(draw, model, build):
    jump = model.goto(model.name("elsewhere"))
    workflow = model.workflow(
        model.step("create", on_success=(jump,)), depends_on=(model.name("login"),)
    )
    svg = picture(draw(workflow, build.workflow(build.step())))
    boxes = [one for one in svg.iter("g") if one.get("class").startswith("box")]
    tops = [float(one.find("rect").get("y")) for one in boxes]
    assert [one.find("text").text for one in boxes] == [
        "login", "trigger", "create", "passed", "failed", "elsewhere"
    ]  # fmt: skip
    assert tops == sorted(tops)
    assert tops[-1] + float(boxes[-1].find("rect").get("height")) <= float(svg.get("height"))


def test_lanes_of_targets_do_not_meet_and_are_within_the_picture(draw, model, build):
    jumps = [model.step(f"s{n}", on_success=(model.goto(f"s{(n * 7) % 12}"),)) for n in range(12)]
    svg = picture(draw(model.workflow(*jumps), build.workflow(build.step("s0"))))
    lanes = {}
    for path in (one.get("d") for one in svg.iter("path") if one.get("d").count("H") == 2):
        start, lane, end = map(float, re.search(r" (\d+)H([\d.]+)V(\d+)H", path).groups())
        assert lane < float(svg.get("width"))
        low, high, _ = lanes.get((lane, end), (end, end, end))
        lanes[lane, end] = min(low, start), max(high, start), end
    assert len(lanes) == 13
    spans = [(lane, low, high) for (lane, _), (low, high, _) in lanes.items()]
    assert not [
        (one, other)
        for one in spans
        for other in spans
        if one is not other and one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]
    ]


@pytest.mark.parametrize("name", [HOSTILE, "x" * 10_000, "אבג", "漢字" * 100, "\udc00"])
def test_hostile_names_are_text_and_short(draw, model, build, name):
    step = model.step(name, on_success=(model.end(name),))
    markup = draw(model.workflow(step, name=name), build.workflow(build.step(name)))
    svg = picture(markup)
    assert {one.tag for one in svg.iter()} == {"svg", "title", "g", "path", "rect", "text"}
    assert all(len(one) <= 30 for one in texts(svg))
    assert len(markup) < 6_000
    assert not re.search("[\x00-\x08\x1b\u202e]", markup)


def test_secrets_are_masked(draw, model, build):
    step = model.step("use hunter22", on_success=(model.end("hunter22"),))
    taken = build.workflow(build.step("use hunter22"))
    markup = draw(model.workflow(step, name="hunter22"), taken, Masker(["hunter22"]))
    assert "hunter22" not in markup
    assert "use ***" in markup


def test_what_is_too_large_is_not_drawn_and_that_is_said(draw, model, build, monkeypatch):
    steps = [model.step(f"s{number}") for number in range(61)]
    taken = build.workflow(build.step("s0"))
    assert "<svg" in draw(model.workflow(*steps[:60]), taken)
    large = draw(model.workflow(*steps), taken)
    assert "<svg" not in large
    assert "Not drawn: the workflow has 61 steps, and a drawing of more than 60" in large
    monkeypatch.setattr(html_diagram, "EDGES", 3)
    assert "has 5 ways between its steps" in draw(model.workflow(*steps[:2]), taken)


def test_the_first_of_many_runs_is_drawn(draw, model, build):
    taken = build.workflow(build.step("a"), case="b")
    assert "<svg" in draw(model.workflow(model.step("a")), taken)
    assert draw(model.workflow(model.step("a")), build.workflow(case="b")) == ""


def test_the_page_has_a_drawing_in_each_run(model, build, monkeypatch):
    plan = model.plan(model.workflow(model.step("create")))
    ran = build.run(build.workflow(build.step()), build.workflow(build.step()))
    measured = build.report(ran).coverage
    monkeypatch.setattr(coverage, "measure_coverage", lambda *_: measured)
    page = b"".join(report_pieces(build.report(ran, workflows=(plan,)), Masker())).decode()
    assert re.findall('<title id="([^"]+)"', page) == ["diagram-1", "diagram-2"]
    assert page.count('<details class="fold"><summary>Diagram</summary>') == 2
