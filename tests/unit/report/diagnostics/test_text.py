"""The form of messages (documentation: "Messages"), and their JSON."""

import pytest

from arazzo_runner.report.diagnostics.carets import MAX_LINE
from arazzo_runner.report.diagnostics.text import location_json, render_text, to_json
from arazzo_runner.report.terminal.style import ANSI, AnsiStyle
from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity, error, warning
from arazzo_runner.text.source import Place, SourceFile, Span

TEXT = "\n" * 43 + "    operationId: CreateExecutoin\n    stepId: one\n"
SOURCE = SourceFile("workflows/studio.arazzo.yaml", TEXT, "file:///studio.arazzo.yaml")
PLACE = Place(SOURCE, ("operationId",))


def lines(text: str, span: Span, label: str = "") -> list[str]:
    """The source line and the carets below it."""
    place = Place(SourceFile("a.yaml", text, ""), span=span)
    return render_text(error("AZ103", "no", place, label)).splitlines()[3:]


def test_the_form_of_a_message():
    finding = error(
        "AZ204", "no operation is called `CreateExecutoin`", PLACE,
        "not in `studioApi`", "did you mean `CreateExecution`?",
    )  # fmt: skip
    assert (
        render_text(finding)
        == """\
error[AZ204]: no operation is called `CreateExecutoin`
  --> workflows/studio.arazzo.yaml:44:18
   |
44 |     operationId: CreateExecutoin
   |                  ^^^^^^^^^^^^^^^ not in `studioApi`
   |
help: did you mean `CreateExecution`?
"""
    )


def test_a_message_without_place_and_help():
    assert render_text(warning("AZ905", "no credentials")) == "warning[AZ905]: no credentials\n"


def test_help_without_a_place_and_of_two_lines():
    finding = error("AZ901", "no workflow", help="it has:\n`a`")
    assert render_text(finding) == "error[AZ901]: no workflow\nhelp: it has:\n      `a`\n"


def test_further_places_follow_each_with_its_file():
    other = SourceFile("other.yaml", "\n" * 6 + "a: 1", "")
    finding = Diagnostic(
        "AZ115", Severity.HINT, "twice", PLACE, more=(
            Label(Place(SOURCE, ("stepId",)), "first"), Label(Place(other, ("a",), "key"), ""),
        ),
    )  # fmt: skip
    assert (
        render_text(finding)
        == """\
hint[AZ115]: twice
  --> workflows/studio.arazzo.yaml:44:18
   |
44 |     operationId: CreateExecutoin
   |                  ^^^^^^^^^^^^^^^
  ::: workflows/studio.arazzo.yaml:45:13
   |
45 |     stepId: one
   |             ^^^ first
  ::: other.yaml:7:1
   |
 7 | a: 1
   | ^
"""
    )


def test_further_places_alone():
    finding = Diagnostic("AZ115", Severity.ERROR, "twice", more=(Label(PLACE, "here"),))
    assert "  --> workflows/studio.arazzo.yaml:44:18\n" in render_text(finding)


def test_an_empty_line_is_not_shown():
    place = Place(SourceFile("a.yaml", "", ""))
    assert render_text(error("AZ106", "empty", place, help="write")) == (
        "error[AZ106]: empty\n --> a.yaml:1:1\n  |\nhelp: write\n"
    )


@pytest.mark.parametrize(
    ("text", "span", "source", "carets"),
    [
        ("a: b", Span(1, 4, 1, 5), "1 | a: b", "  |    ^"),
        ("a: b", Span(1, 5, 1, 5), "1 | a: b", "  |     ^"),
        ("a: b\r\nc", Span(1, 4, 2, 2), "1 | a: b", "  |    ^"),
        ("\ta\tbc", Span(1, 4, 1, 6), "1 |     a    bc", "  |          ^^"),
        ("\tx", Span(1, 1, 1, 2), "1 |     x", "  | ^^^^"),
        ("汉字: b", Span(1, 5, 1, 6), "1 | 汉字: b", "  |       ^"),
        ("汉字: b", Span(1, 1, 1, 3), "1 | 汉字: b", "  | ^^^^"),
        ("e\u0301: b", Span(1, 5, 1, 6), "1 | e\u0301: b", "  |    ^"),
        ("\x1b[1m b", Span(1, 6, 1, 7), r"1 | \x1b[1m b", "  |         ^"),
        ("\u202e b", Span(1, 1, 1, 2), r"1 | \u{202e} b", "  | ^^^^^^^^"),
    ],
)
def test_carets_stand_below_what_they_mean(text, span, source, carets):
    assert lines(text, span) == [source, carets]


def test_of_a_long_line_the_part_around_the_carets_is_shown():
    text = "x" * 500 + "HERE" + "y" * 500
    source, carets = lines(text, Span(1, 501, 1, 505), "this")
    assert source == "1 | …" + "x" * 40 + "HERE" + "y" * (MAX_LINE - 44) + "…"
    assert carets == "  | " + " " * 41 + "^^^^ this"


@pytest.mark.parametrize(
    ("column", "source"),
    [(1, "1 | " + "x" * MAX_LINE + "…"), (401, "1 | …" + "x" * MAX_LINE)],
)
def test_the_ends_of_a_long_line(column, source):
    assert lines("x" * 400, Span(1, column, 1, column))[0] == source


def test_carets_end_with_the_part_that_is_shown():
    source, carets = lines("x" * 400, Span(1, 1, 1, 401))
    assert len(carets) == len(source) - len("…")


def test_everything_from_outside_is_escaped():
    source = SourceFile("\x1b[2J.yaml", "a: 1", "")
    place = Place(source, ("a",))
    finding = error("AZ113", "bad `\x1b`\n", place, "\x07", "\u202e")
    assert not {"\x1b", "\x07", "\u202e"} & set(render_text(finding))


def test_colours_come_with_the_style_alone():
    finding = error("AZ204", "no", PLACE, "here", "mend")
    assert "\x1b" not in render_text(finding, AnsiStyle())
    coloured = render_text(finding, ANSI)
    assert coloured.startswith("\x1b[1m\x1b[31merror[AZ204]\x1b[0m\x1b[1m: no\x1b[0m\n")
    assert "\x1b[31m^^^^^^^^^^^^^^^ here\x1b[0m" in coloured


def test_json_has_the_fields_of_the_report():
    finding = error("AZ204", "no `a\x1b`", PLACE, "here", "mend")
    assert to_json(finding) == {
        "code": "AZ204",
        "severity": "error",
        "message": "no `a\x1b`",
        "help": "mend",
        "location": {
            "file": "workflows/studio.arazzo.yaml",
            "line": 44,
            "column": 18,
            "end_line": 44,
            "end_column": 33,
            "pointer": "/operationId",
        },
    }
    assert to_json(warning("AZ905", "no"))["location"] is None


def test_a_location_spells_its_pointer():
    source = SourceFile("a.yaml", "paths:\n  /a/{b}: [x]\n", "")
    assert location_json(Place(source, ("paths", "/a/{b}", 0)))["pointer"] == "/paths/~1a~1{b}/0"
