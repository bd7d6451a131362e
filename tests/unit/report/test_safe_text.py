import json
from xml.etree import ElementTree as ET

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.report.safe_text import (
    SafeText,
    count_text,
    duration_text,
    escape,
    escape_lines,
    escape_stream,
    pad,
)
from arazzo_runner.report.secrets import NO_MASK, Masker


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("short", 10, "short"),
        ("just fits!", 10, "just fits!"),
        ("does not fit", 10, "does not …"),
        ('{\n  "a": 1,\r\n  "b": 2\n}\n', 30, '{ "a": 1, "b": 2 }'),
        ("x" + "\n" * 100 + "y", 10, "x…"),
        ("\x1b[31mred\x1b[0m", 30, r"\x1b[31mred\x1b[0m"),
        ("\x1b" * 10, 10, r"\x1b\x1b\…"),
        ("ab hunter22 cdefghi", 10, "ab *** cd…"),
        ("", 10, ""),
    ],
)
def test_text_is_shown_in_one_line(text, limit, line):
    assert SafeText(Masker(["hunter22"])).line(text, limit) == line


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (201, "integer 201"),
        (True, "boolean true"),
        (None, "null"),
        (MISSING, "missing"),
        (1.5, "number 1.5"),
        ("grün\n", r'string "grün\n"'),
        ("hunter22", 'string "***"'),
        (4711, "integer ***"),
        (12, "integer ***"),
        ([1, "a"], 'array [1, "a"]'),
        ({"a": {"b": b"xy"}}, 'object {"a": {"b": "(2 bytes)"}}'),
        (b"x" * 1234, "binary, 1,234 bytes"),
        ("x" * 100, 'string "' + "x" * 38 + "…"),
        (list(range(10**6)), "array [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"),
        ("\u202eevil", r'string "\u{202e}evil"'),
    ],
)
def test_values_are_shown_with_their_type(value, typed):
    shown = SafeText(Masker(["hunter22", "4711", "12"])).typed_text(value, 40)
    assert shown == typed


def test_a_secret_behind_the_cut_is_masked_before_cutting():
    shown = SafeText(Masker(["0123456789" * 10]))
    assert shown.value(["x" * 29, "0123456789" * 10], 40) == '["' + "x" * 29 + '", "***"]'
    assert "0123" not in shown.value(["x" * 155, "0123456789" * 10], 40)


def test_ascii_terminals_get_dots():
    assert SafeText(NO_MASK, "...").line("does not fit", 10) == "does no..."


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0.0, "0.0 ms"),
        (0.00044, "0.4 ms"),
        (0.0099, "9.9 ms"),
        (0.00996, "10 ms"),
        (0.5, "500 ms"),
        (1, "1 s"),
        (1.204, "1.2 s"),
        (59.9, "59.9 s"),
        (125.2, "2 min 5 s"),
        (3600, "1 h"),
        (3660, "1 h 1 min"),
    ],
)
def test_durations(duration, text):
    assert duration_text(duration) == text


@pytest.mark.parametrize(
    ("count", "word", "text"),
    [(1, "step", "1 step"), (0, "step", "0 steps"), (1000, "criterion", "1,000 criteria")],
)
def test_counts(count, word, text):
    assert count_text(count, word) == text


@pytest.mark.parametrize(("text", "padded"), [("a", "a   "), ("日", "日  "), ("abcde", "abcde")])
def test_padding_counts_columns(text, padded):
    assert pad(text, 4) == padded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::from outside", r"\x3a:error::from outside"),
        ("a\n \t::stop-commands::x\n", "a\n \t" + r"\x3a:stop-commands::x" + "\n"),
        ("\u3000::add-mask::x", "\u3000" + r"\x3a:add-mask::x"),
        ("::\u00a0error::", r"\x3a:" + "\u00a0error::"),
        ("x ##[error]y", r"x \x23#[error]y"),
        ("##vso[task.setvariable variable=a]b", r"\x23#vso[task.setvariable variable=a]b"),
        ("##teamcity[x]", r"\x23#teamcity[x]"),
        ("###[group]", r"#\x23#[group]"),
        ("section_start:1:a\r\x1b[0K", r"section_start:1:a\x0d\x1b[0K"),
        # No commands.
        ("std::error::x", "std::error::x"),
        ("::1 and ::", "::1 and ::"),
        ("# a\n## b [c](d)", "# a\n## b [c](d)"),
    ],
)
def test_no_line_is_a_command_to_the_log_of_a_job(text, shown):
    assert escape_lines(text) == shown
    for line in text.split("\n"):
        assert not escape(line).lstrip().startswith("::e")
        assert "##[" not in escape(line)


@pytest.mark.parametrize("kind", ["json", "ndjson", "har", "sarif"])
def test_json_on_a_stream_has_no_commands_and_the_same_meaning(kind):
    text = json.dumps({"##[a]": "##[error] ##vso[x] ## [y] ::error::"}, indent=1)
    shown = escape_stream(text, kind)
    assert "##[" not in shown
    assert "##vso[" not in shown
    assert json.loads(shown) == json.loads(text)


def test_xml_on_a_stream_has_no_commands_and_the_same_meaning():
    text = "<a b='##[x]'>one\n ::error::\n##vso[y]</a>"
    shown = escape_stream(text, "junit")
    assert shown == "<a b='&#35;#[x]'>one\n &#58;:error::\n&#35;#vso[y]</a>"
    assert ET.fromstring(shown).text == "one\n ::error::\n##vso[y]"


@pytest.mark.parametrize("kind", ["markdown", "github", None])
def test_reports_for_people_are_not_escaped_twice(kind):
    assert escape_stream("::error::x\n##[y]", kind) == "::error::x\n##[y]"
