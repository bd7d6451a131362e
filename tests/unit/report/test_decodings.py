"""Texts without their escapes, and the ranges that they come from."""

import pytest

from arazzo_runner.report.decodings import decodings, without_part


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("plain", []),
        (r"a\"b\\c\/d\n", ['a"b\\c/d\n']),
        (r"\ud83d\udd11 \u00e9 \ud83d", ["\U0001f511 é \ud83d"]),
        (r"C:\path", []),
        ("a%2Fb%c3%a9", ["a/bé"]),
        ("%ff%41", ["\udcffA"]),
        ("%ed%a0%80", ["\ud800"]),
        ("100%", []),
        ("a+b%2B", ["a+b+", "a b+"]),
        ("&lt;a&#39;&#x27;&amp;", ["<a''&"]),
        ("a & b; &nothing;", ["a & b; &nothing;"]),
        ("a & b", []),
    ],
)
def test_one_layer_of_each_kind(text, decoded):
    assert [one.text for one in decodings(text)] == decoded


@pytest.mark.parametrize(
    ("text", "part", "source"),
    [
        (r"a\"bc", '"b', r"\"b"),
        (r"a\"bc", "bc", "bc"),
        (r"\u00e9", "é", r"\u00e9"),
        ("x%c3%a9%2Fy", "é", "%c3%a9"),
        ("x%c3%a9%2Fy", "/y", "%2Fy"),
        ("x%c3%a9%2F", "/", "%2F"),
        ("x%ff%41y", "A", "%41"),
        ("a&amp;b", "&", "&amp;"),
        ("a&amp;", "a&", "a&amp;"),
    ],
)
def test_a_range_leads_back_to_what_it_was(text, part, source):
    (one,) = decodings(text)
    start = one.text.index(part)
    first, last = one.source(start, start + len(part))
    assert text[first:last] == source


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("ab%2", "ab"),
        ("ab\\", "ab"),
        (r"ab\u00e", "ab"),
        ("ab&am", "ab"),
        ("ab\ud83d", "ab"),
        ("ab", "ab"),
    ],
)
def test_an_escape_that_was_cut_is_left_out(text, rest):
    assert without_part(text) == rest
