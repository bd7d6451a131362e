import pytest

from arazzo_runner.report.diagnostics.carets import MAX_LINE, Caret, Gutter, caret_lines
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import ANSI, PLAIN

GUTTER = Gutter(1, PLAIN)


def lines(line: str, *carets: Caret, masker: Masker | None = None) -> list[str]:
    return list(caret_lines(line, 7, carets, GUTTER, masker or Masker()))


@pytest.mark.parametrize(
    ("before", "part", "indent", "width"),
    [
        ("a", "bc", 1, 2),
        ("a", "", 1, 1),
        ("\t", "x", 4, 1),
        ("日本", "語", 4, 2),
        ("ｱ", "ｱ", 1, 1),  # half the width of the others
        ("e\u0301", "e\u0301", 1, 1),
        ("\u0915\u093f", "x", 1, 1),
        ("❤\ufe0f", "👍🏽", 2, 2),
        ("👩\u200d🚀", "🇩🇪", 2, 2),
        ("\u202e", "x", 8, 1),
        ("\x1b", "\x1b", 4, 4),
    ],
)
def test_columns_are_those_of_a_terminal(before, part, indent, width):
    start = len(before)
    under = lines(f"{before}{part} z", Caret(start, start + len(part), "here"))[1]
    assert under == f"  | {' ' * indent}{'^' * width} here"


def test_carets_of_one_line_follow_it():
    assert lines("日 && b", Caret(0, 1, "no"), Caret(5, 6)) == [
        "7 | 日 && b",
        "  | ^^ no",
        "  |       ^",
    ]


def test_without_a_part_there_is_nothing():
    assert lines("a") == lines("a" * 500) == []


def test_of_a_long_line_each_part_has_its_window():
    line = "a" + "x" * 300 + "b"
    shown = lines(line, Caret(0, 1), Caret(301, 302))
    assert shown[0] == f"7 | {line[:MAX_LINE]}…"
    assert shown[1] == "  | ^"
    assert shown[2] == f"7 | …{line[-MAX_LINE:]}"
    assert shown[3] == f"  | {' ' * MAX_LINE}^"


def test_no_part_of_a_secret_stands_at_a_cut():
    line = "x" * (MAX_LINE - 4) + "hunter22" + "y" * 300
    shown = lines(
        line, Caret(0, 1), Caret(MAX_LINE + 44, MAX_LINE + 45), masker=Masker(["hunter22"])
    )
    assert shown[0] == f"7 | {'x' * (MAX_LINE - 4)}***y…"
    assert "er22" not in "".join(shown)


def test_carets_stand_below_the_mask():
    shown = lines("a hunter22 b", Caret(2, 10), Caret(11, 12), masker=Masker(["hunter22"]))
    assert shown == ["7 | a *** b", "  |   ^^^", "  |       ^"]


def test_the_margin_and_the_carets_have_their_colours():
    shown = list(caret_lines("a", 1, [Caret(0, 1, "", ANSI.bad)], Gutter(1, ANSI), Masker()))
    assert shown == ["\x1b[2m1 |\x1b[0m a", "\x1b[2m  |\x1b[0m \x1b[31m^\x1b[0m"]


def test_a_secret_that_becomes_known_is_masked_in_a_line_that_was_shown_before():
    masker = Masker(["hunter22"])
    line = "hunter22 swordfish" + "x" * 300
    assert lines(line, Caret(0, 1), masker=masker)[0].startswith("7 | *** swordfishxx")
    masker.learn(["swordfish"])
    assert lines(line, Caret(0, 1), masker=masker)[0].startswith("7 | *** ***xx")


def test_a_secret_as_long_as_the_line_is_masked_for_each_part():
    line = "s3cret" * 400
    carets = [Caret(0, 1), Caret(1200, 1201)]
    assert lines(line, *carets, masker=Masker([line])) == ["7 | ***", "  | ^^^", "  | ^^^"]
