"""SEMANTICS: YAML is read as YAML 1.2 core, and keys are strings."""

import pytest

from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.number import JsonNumber
from arazzo_runner.text.yaml_scalars import MAX_DIGITS

STRINGS = [
    "yes", "no", "on", "off", "y", "n", "Yes", "NO", "tRUE", "nULL", "2024-01-01",
    "2001-12-14t21:59:43.10-05:00", "12:30:00", "190:20:30", "1_000", "0b11", "0o8", "0xg", "+0x1",
    "-0o7", "0O7", "0X1", "1e", ".", "+", "+.", "-.", "1.2.3", "1e5.5", "0x", "0o", "nan", "inf",
    ".Nan", "-.nan", "=", "<<", "+x", "~x", "~~", "1 2", "٣", "1.e5x",
]  # fmt: skip
NUMBERS = [
    ("0", 0), ("010", 10), ("-0", 0), ("+12", 12), ("0o17", 15), ("0x1F", 31), ("0xff", 255),
    ("1.5", 1.5), (".5", 0.5), ("-.5", -0.5), ("+1.", 1.0), ("1e3", 1000.0), ("1E-2", 0.01),
    ("2.5e+1", 25.0), ("00.1", 0.1), ("12345678901234567890", 12345678901234567890),
]  # fmt: skip
CONSTANTS = [
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False),
    ("FALSE", False),
]  # fmt: skip


@pytest.mark.parametrize("text", STRINGS)
def test_a_plain_scalar_outside_the_core_schema_is_a_string(read, text):
    assert read.value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(("text", "value"), NUMBERS + CONSTANTS)
def test_a_plain_scalar_of_the_core_schema_has_its_type(read, text, value):
    found = read.value(f"a: {text}")["a"]
    kind = float if isinstance(found, JsonNumber) else type(found)
    assert (found, kind) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("1.50", True), ("1e3", True), ("-1.0E-2", True), ("0.00001", True), ("!!float 1.50", True),
        ("1.5", False), ("+1.50", False), (".50", False), ("1.", False), ("01.50", False),
    ],
)  # fmt: skip
def test_a_number_of_json_keeps_its_spelling(read, text, spelled):
    found = read.value(f"a: {text}")["a"]
    assert isinstance(found, JsonNumber) is spelled
    assert not spelled or found.spelling == text.removeprefix("!!float ")


@pytest.mark.parametrize("quoted", ["'1'", '"1"', "! 1", "!!str 1", "|-\n  1", ">-\n  1"])
def test_quotes_blocks_and_the_string_tag_make_text(read, quoted):
    assert read.value(f"a: {quoted}") == {"a": "1"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("200", "200"), ("0x10", "0x10"), ("1.0", "1.0"), ("true", "true"), ("null", "null"),
        ("~", "~"), ("'a b'", "a b"), ('"\\u00e9"', "é"), ("!!str 1", "1"), ("!!int 1", "1"),
        ("! x", "x"), ("? a\n", "a"), ("<<", "<<"), ("2024-01-01", "2024-01-01"),
    ],
)  # fmt: skip
def test_a_key_is_a_string_as_written(read, key, name):
    assert read.value(f"{key}: v") == {name: "v"}


def test_a_key_without_text_is_the_empty_string(read):
    assert read.value("? \n: v") == {"": "v"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!int '3'", 3), ("!!int 0x1f", 31), ("!!float 3", 3.0), ("!!float 0x10", 16.0),
        ("!!float 1.5", 1.5), ("!!bool 'true'", True), ("!!null ''", None), ("!!null ~", None),
        ("!!map {}", {}), ("!!seq []", []), ("! []", []), ("!<tag:yaml.org,2002:str> 1", "1"),
    ],
)  # fmt: skip
def test_the_tags_of_json_data_are_honoured(read, text, value):
    found = read.value(f"a: {text}")["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("!color red", "the tag `!color` is not allowed"),
        ("!!timestamp 2024-01-01", "the tag `!!timestamp` is not allowed"),
        ("!!binary aGk=", "the tag `!!binary` is not allowed"),
        ("!!set {x}", "the tag `!!set` is not allowed"),
        ("!own\n  - 1", "the tag `!own` is not allowed"),
        ("!<tag:example.org,2000:x> 1", "the tag `!<tag:example.org,2000:x>` is not allowed"),
        ("{!own x: 1}", "the tag `!own` is not allowed"),
        ("!!int x", "the tag `!!int` does not fit `x`"),
        ("!!bool 1", "the tag `!!bool` does not fit `1`"),
        ("!!null x", "the tag `!!null` does not fit `x`"),
        ("!!float true", "the tag `!!float` does not fit `true`"),
        ("!!map x", "the tag `!!map` does not fit `x`"),
        ("!!seq {}", "the tag `!!seq` does not fit an object"),
        ("!!str []", "the tag `!!str` does not fit a list"),
        ("!" + "x" * 99, "the tag `!" + "x" * 58 + "…` is not allowed"),
    ],
)
def test_another_tag_is_an_error_where_it_stands(read, text, message):
    (found,) = read.parse(f"a: {text}").diagnostics
    assert (found.code, found.severity, found.message) == ("AZ105", Severity.ERROR, message)
    assert found.place.pointer == ("a",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".inf", "`.inf` is not a number that JSON data can hold"),
        ("-.INF", "`-.INF` is not a number that JSON data can hold"),
        (".NaN", "`.NaN` is not a number that JSON data can hold"),
        ("1e999", "the number `1e999` is too large: documents and inputs hold decimals up to 1.7976931348623157E308, as 64-bit floating point does"),
        ("-1e999", "the number `-1e999` is too large: documents and inputs hold decimals up to 1.7976931348623157E308, as 64-bit floating point does"),
        ("!!float 1e400", "the number `1e400` is too large: documents and inputs hold decimals up to 1.7976931348623157E308, as 64-bit floating point does"),
    ],
)  # fmt: skip
def test_a_number_that_json_cannot_hold_is_an_error(read, text, message):
    parsed = read.parse(f"- a: {text}")
    (found,) = parsed.diagnostics
    assert (found.code, found.message, found.place.pointer) == ("AZ113", message, (0, "a"))
    assert parsed.value == [{"a": text.removeprefix("!!float ")}]


NINES = "9" * MAX_DIGITS
LONGEST_HEXADECIMAL = f"0x{10**MAX_DIGITS - 1:x}"


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_an_integer_of_4300_digits_is_exact(read, name, sign):
    assert read.value(f"[{sign}{NINES}]", name) == [int(sign + NINES)]


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_an_integer_of_4301_digits_is_refused(read, name):
    (found,) = read.parse(f"[1{NINES}]", name).diagnostics
    assert (found.code, found.place.pointer) == ("AZ109", (0,))
    assert found.message == "an integer has 4,301 digits, and the limit is 4,300"


def test_a_hexadecimal_integer_ends_where_4300_decimal_digits_do(read):
    assert read.value(f"a: {LONGEST_HEXADECIMAL}") == {"a": 10**MAX_DIGITS - 1}
    (found,) = read.parse(f"a: 0x{10**MAX_DIGITS:x}").diagnostics
    assert found.code == "AZ109"
