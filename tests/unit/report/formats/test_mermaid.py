import re

import pytest

from arazzo_runner.report.formats.flowchart import Flowchart
from arazzo_runner.report.formats.mermaid import diagram_lines
from arazzo_runner.report.secrets import Masker


def test_kinds_of_nodes_and_edges(model):
    step = model.step("a", calls="child", on_success=(model.goto("b"),))
    workflow = model.workflow(step, model.step("b", on_failure=(model.retry(),)), name="flow")
    assert [one.strip() for one in diagram_lines(Flowchart(workflow))] == [
        "flowchart TD",
        'start(["flow"])',
        's0[["a<br/>workflow child"]]',
        's1["b<br/>CreateExecution"]',
        'passed(("passed"))',
        'failed(("failed"))',
        "start --> s0",
        's0 -->|"success: jump"| s1',
        's0 -.->|"failure"| failed',
        "s1 --> passed",
        's1 -.->|"failure: again, up to 3 retries, after 0.5 s"| s1',
        's1 -.->|"failure"| failed',
    ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('"]; click s0', "#34;#93;#59; click s0"),
        ("<script>", "#60;script#62;"),
        ("`a`|b|", "#96;a#96;#124;b#124;"),
        ("%% note", "#37;#37; note"),
        ("#quot;", "#35;quot#59;"),
        ("a\nend", "a#92;x0aend"),
        ("\u202eabc", "#92;u#123;202e#125;abc"),
        ("été 漢字", "été 漢字"),
        ("x" * 10_000, "x" * 59 + "#8230;"),
    ],
)
def test_names_are_nothing_but_text(model, text, label):
    chart = Flowchart(model.workflow(model.step(text, on_success=(model.end(text),)), name=text))
    lines = diagram_lines(chart)
    assert lines[1] == f'    start(["{label}"])'
    assert lines[2] == f'    s0["{label}<br/>CreateExecution"]'
    assert all(re.fullmatch(r"[^\x00-\x1f]*", one) for one in lines)


def test_secrets_are_masked_before_their_signs_are_spelled(model):
    chart = Flowchart(model.workflow(model.step("use p@ss#word now")))
    lines = diagram_lines(chart, masker=Masker(["p@ss#word"]))
    assert lines[2] == '    s0["use #42;#42;#42; now<br/>CreateExecution"]'


def test_the_path_taken_is_marked(model, build):
    chart = Flowchart(model.workflow(model.step("create"), model.step("b")))
    lines = diagram_lines(chart, build.workflow(build.failed_step()))
    assert [one.strip() for one in lines[-3:]] == [
        "classDef taken stroke:#1a7f37,stroke-width:3px",
        "class start,s0,failed taken",
        "linkStyle 0,2 stroke:#1a7f37,stroke-width:3px",
    ]


def test_nothing_is_marked_where_nothing_ran(model, build):
    chart = Flowchart(model.workflow(model.step("a")))
    assert diagram_lines(chart, build.workflow()) == diagram_lines(chart)
