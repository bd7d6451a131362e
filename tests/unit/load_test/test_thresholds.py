"""`--fail-if`: what is understood, what is refused, and when it trips."""

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.load_test.figures import Figures, LoadOutcome
from arazzo_runner.load_test.table import figure_lines
from arazzo_runner.load_test.thresholds import parse_thresholds

STEPS = {"order": ["create", "pay"], "refund": ["pay", "refund"], "buy more": []}


@pytest.mark.parametrize(
    ("text", "names", "bound"),
    [
        ("p95(create) > 300ms", [("order", "create")], 0.3),
        (" p50( create )>0.5s ", [("order", "create")], 0.5),
        ("p99(pay) > 1m", [("order", "pay"), ("refund", "pay")], 60.0),
        ("mean(order) > 10 ms", [("order", "")], 0.01),
        ("max(buy more) > 10ms", [("buy more", "")], 0.01),
        ("failed(create) > 1%", [("order", "create")], 0.01),
        ("failed(create) > 0 %", [("order", "create")], 0.0),
    ],
)
def test_expressions(text: str, names: list[tuple[str, str]], bound: float) -> None:
    (threshold,) = parse_thresholds([text], STEPS)
    assert [*threshold.names] == names
    assert threshold.bound == pytest.approx(bound)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p95(create) > 300", "the bound has no unit"),
        ("p95(create) > 300 us", "`us` is no unit of time"),
        ("p95(create) > 3%", "`%` is no unit of time"),
        ("failed(create) > 3ms", "`failed` is a share"),
        ("p90(create) > 3ms", "`p90` is not measured"),
        ("p95(creat) > 3ms", "no step and no workflow is called `creat`"),
        ("p95(refund) > 3ms", "`refund` is a workflow and a step"),
        ("p95(create) < 3ms", "is no expression"),
        ("p95 create > 3ms", "is no expression"),
        ("", "is no expression"),
    ],
)
def test_what_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_thresholds([text], STEPS)
    assert words in raised.value.diagnostics[0].message


def test_when_it_trips() -> None:
    figures = Figures()
    for number in range(1, 101):
        figures.add(("order", "create"), "POST /orders (create)", number / 1000, number > 2)
    figures.add(("order", "create"), "POST /orders (create)", 0.5, None)  # a retry follows
    tripped = {
        "p50(create) > 52ms": False,
        "p50(create) > 50ms": True,
        "mean(create) > 60ms": False,
        "mean(create) > 50ms": True,
        "max(create) > 499ms": True,
        "max(create) > 501ms": False,
        "failed(create) > 2%": False,  # of the visits, not of the requests
        "failed(create) > 1.9%": True,
        "failed(pay) > 0%": False,
    }
    for text, expected in tripped.items():
        (threshold,) = parse_thresholds([text], STEPS)
        assert threshold.is_tripped(figures) is expected, text
    (threshold,) = parse_thresholds(["failed(create) > 1%"], STEPS)
    assert threshold.sentence(figures) == "failed(create) > 1%: it was 2.00%"
    (threshold,) = parse_thresholds(["max(create) > 1ms"], STEPS)
    assert threshold.sentence(figures) == "max(create) > 1ms: it was 500.0 ms"


def test_figures_of_several_processes() -> None:
    mine, theirs = Figures(), Figures()
    mine.add(("order", ""), "WORKFLOW order", 1.0, True)
    mine.add(("order", "pay"), "POST /pay (pay)", 1.0, False, "503: failed")
    theirs.add(("order", ""), "WORKFLOW order", 2.0, False)
    theirs.add(("order", "pay"), "POST /pay (pay)", 2.0, False, "503: failed")
    for number in range(30):
        theirs.add(("order", "pay"), "POST /pay (pay)", 2.0, False, f"{number}")
    theirs.add(("refund", ""), "WORKFLOW refund", 3.0, True)
    mine.merge(theirs.take())
    assert theirs.take() == []
    runs = mine.runs()
    assert (runs.ended, runs.failed, runs.durations.longest) == (3, 1, 3.0)
    assert [*mine.entries] == [("order", ""), ("order", "pay"), ("refund", "")]
    lines = [*figure_lines(LoadOutcome(mine, 1.0))]
    assert lines[4:6] == [
        "POST /pay (pay): 2 failed: 503: failed",
        "POST /pay (pay): 1 failed: 0",
    ]
    assert lines[-2] == "further reasons: 15"
