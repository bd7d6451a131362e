import pytest

from arazzo_runner.report.safe_text import escape, escape_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, é, 汉字, 😀, \\", "plain, é, 汉字, 😀, \\"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("a\r\nb\tc\x00\x7f\x85\x9b", r"a\x0d\x0ab\x09c\x00\x7f\x85\x9b"),
        ("\u202ecba\u2066\u200e\u061c", r"\u{202e}cba\u{2066}\u{200e}\u{61c}"),
        ("a\u2028b\ufeff\u200b", r"a\u{2028}b\u{feff}\u{200b}"),
        ("\ud800\U000e0041", r"\u{d800}\u{e0041}"),
    ],
)
def test_what_could_steer_a_terminal_is_spelled(text, shown):
    assert escape(text) == shown


def test_text_of_several_lines_keeps_them():
    assert escape_lines("a\n\tb\r\n\x1b\u202e") == "a\n\tb\\x0d\n\\x1b\\u{202e}"
