"""Values from YAML and JSON text, and what is refused in it as a whole."""

import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from arazzo_runner.errors import DocumentError
from arazzo_runner.installation import InstallationWarning
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.parse import DocumentLimits, parse
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Place, SourceFile

# The writer speaks YAML 1.1: NEL, LS and PS are line breaks there, and `0E0` is a string.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029")
TEXT = st.text(CHARACTERS).filter(lambda text: text[:1] not in "-+.0123456789")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def parsed(text, name):
    return parse(SourceFile(name, text, name), DocumentLimits(), Severity.ERROR)


@given(JSON, st.sampled_from([None, False, True]), st.booleans())
def test_what_a_yaml_writer_writes_is_read_back(value, flow, unicode):
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=unicode)
    if value is not None:
        assert parsed(text, "a.yaml").value == value


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans(), st.sampled_from("ab"))
def test_what_a_json_writer_writes_is_read_back(value, indent, ascii_only, name):
    text = json.dumps([value], indent=indent, ensure_ascii=ascii_only)
    found = parsed(text, name + ".json")
    assert (found.value, found.diagnostics) == ([value], ())
    assert parsed(text, name + ".yaml").value == [value]


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place(text):
    source = SourceFile("a.yaml", text.encode(errors="replace").decode(), "a.yaml")
    try:
        found = parse(source, DocumentLimits(), Severity.ERROR).diagnostics
    except DocumentError as refusal:
        found = refusal.diagnostics
        assert found
    for one in found:
        span = locate_place(one.place)
        assert 1 <= span.line <= span.end_line <= source.text.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: &x [&x 1, *x]\nb: *x", {"a": [1, 1], "b": [1, 1]}),
        ("&k a: 1\nb: *k", {"a": 1, "b": "a"}),
        ("a: &x !!int '1'\nb: *x", {"a": 1, "b": 1}),
        ("c: {'<<': {x: 1}, y: 2}", {"c": {"<<": {"x": 1}, "y": 2}}),
        ("c: {<<: 1, y: 2}", {"c": {"<<": 1, "y": 2}}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("{a: 1, 'b': [x, y,], }", {"a": 1, "b": ["x", "y"]}),
        ("# note\n[1]", [1]),
        ("a:\n- 1\n- b: 2\n  c: 3\n", {"a": [1, {"b": 2, "c": 3}]}),
        ("text", "text"),
        ("null", None),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{\n\t"a":\t[1]\n}', {"a": [1]}),
    ],
)  # fmt: skip
def test_yaml_becomes_plain_data(read, text, value):
    assert read.value(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("b: &b {x: 1}\nc:\n  <<: *b\n  y: 2", {"b": {"x": 1}, "c": {"x": 1, "y": 2}}),
        ("c: {x: 0, <<: {x: 1, y: 2}}", {"c": {"x": 0, "y": 2}}),
        ("c: {<<: [{x: 1}, {x: 2, y: 3}], z: 4}", {"c": {"x": 1, "y": 3, "z": 4}}),
        (
            "c: {<<: {x: 1}, <<: {x: 2, y: 3}}\nd: {<<: {z: 1}}",
            {"c": {"x": 1, "y": 3}, "d": {"z": 1}},
        ),
        ("c: {<<: {<<: {x: 1}, y: 2}}", {"c": {"x": 1, "y": 2}}),
    ],
)
def test_61_merge_keys_are_merged_with_one_warning(read, text, value):
    found = read.parse(text)
    assert found.value == value
    assert [(one.code, one.severity.value) for one in found.diagnostics] == [("AZ119", "warning")]


@pytest.mark.parametrize(
    ("pointer", "line"),
    [(("c", "x"), 1), (("c", "y"), 2), (("c", "z"), 4), (("c", "w"), 5), (("c", "nope"), 4)],
)
def test_61_merged_members_stand_where_they_are_written(read, pointer, line):
    source = read.source(
        "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b, {z: 5}]\n  w: 6\n", "a.yaml"
    )
    assert locate_place(Place(source, pointer)).line == line


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_a_separator_of_yaml_1_1_is_a_character_like_others(read, char):
    text = f"a: b{char}c\n{char}: 1\ne: |\n  f{char}\ue000\nh: 'i{char}{char}'\n{char}: 2"
    found = read.parse(text)
    assert found.value == {
        "a": f"b{char}c", char: 2, "e": f"f{char}\ue000\n", "h": f"i{char}{char}"
    }  # fmt: skip
    assert locate_place(found.diagnostics[0].place).line == 6


def test_a_text_without_a_free_character_is_read_by_yaml_1_1():
    every = "".join(map(chr, range(0xE000, 0xF900)))
    assert parsed(f"- {every}\n- a\u2028  b", "a.yaml").value == [every, "a\u2028b"]


def test_what_an_alias_means_is_shared_not_copied(read):
    value = read.value("a: &x [1]\nb: *x")
    assert value["a"] is value["b"]


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
@pytest.mark.parametrize("text", ["", " \n\n", "# a comment\n", "---\n", "--- # nothing\n...\n"])
def test_an_empty_document_is_refused(read, text, name):
    found = read.refusal(text, name)
    assert (found.code, found.message) == ("AZ106", "the document is empty")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\n---\nb: 2", 2, "the file contains several YAML documents, and one is expected"),
        ("---\n---\n", 2, "the file contains several YAML documents, and one is expected"),
        ("a: 1\nb: *lost", 2, "the alias `*lost` has no anchor before it"),
        ("b: *x\na: &x 1", 1, "the alias `*x` has no anchor before it"),
        ("a: 1\n? [b]\n: 2", 2, "a list is where a key is expected, and keys are strings"),
        ("{{$x}: 1}", 1, "an object is where a key is expected, and keys are strings"),
        ("a: &x 1\n*x : 1", 2, "an alias is where a key is expected, and keys are strings"),
    ],
)
def test_yaml_that_is_not_one_json_value_is_refused(read, text, line, message):
    found = read.refusal(text)
    assert (found.code, found.message, locate_place(found.place).line) == ("AZ103", message, line)
    assert found.help


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4", "a.yaml"),
        ('{"a": 1,\n"b":\n  {"c": 1,\n  "d": 2,\n  "c": 3},\n"a": 4}', "a.json"),
    ],
)
def test_equal_keys_are_all_found_and_the_last_counts(read, text, name):
    parsed = read.parse(text, name)
    assert parsed.value == {"a": 4, "b": {"c": 3, "d": 2}}
    inner, outer = parsed.diagnostics
    assert [one.code for one in parsed.diagnostics] == ["AZ104", "AZ104"]
    assert inner.message == "the key `c` is duplicated in one object"
    assert (inner.place.pointer, locate_place(inner.place).line) == (("b", "c"), 5)
    assert [locate_place(one.place).line for one in inner.more] == [3]
    assert (outer.place.pointer, locate_place(outer.place).line) == (("a",), 6)


def test_a_key_that_stands_three_times_is_found_twice(read):
    parsed = read.parse("{a: 1, a: 2, a: 3}")
    assert [locate_place(one.place).column for one in parsed.diagnostics] == [8, 14]
    assert {locate_place(one.more[0].place).column for one in parsed.diagnostics} == {2}


def test_how_much_an_equal_key_matters_is_the_callers_choice(read):
    source = read.source("a: 1\na: 2")
    (found,) = parse(source, DocumentLimits(), Severity.WARNING).diagnostics
    assert found.severity is Severity.WARNING


def test_findings_of_several_kinds_come_together(read):
    parsed = read.parse("a: .inf\nb: !x 1\nc: 1\nc: 2\n")
    assert [one.code for one in parsed.diagnostics] == ["AZ113", "AZ105", "AZ104"]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "1e999",
            "AZ113",
            "the number `1e999` is too large: documents and inputs hold decimals up to 1.7976931348623157E308, as 64-bit floating point does",
        ),
        (r'"\ud800"', "AZ113", r"`\ud800` is half of a surrogate pair, which is not a character"),
        (
            r'{"\udc00": 1}',
            "AZ113",
            r"`\udc00` is half of a surrogate pair, which is not a character",
        ),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_json_that_is_no_data_is_refused_at_its_place(read, text, code, message, name):
    before = '{"a": [1.5, -2, '
    (found,) = read.parse(f"{before}{text}]}}", name).diagnostics
    assert (found.code, found.message) == (code, message)
    assert found.place.pointer == ("a", 2)
    assert locate_place(found.place).column == len(before) + 1 + text.startswith("{")


@pytest.mark.parametrize("text", ["NaN", "-Infinity"])
def test_what_javascript_calls_a_number_is_refused_in_json_and_text_in_yaml(read, text):
    (found,) = read.parse(f"[{text}]", "a.json").diagnostics
    assert (found.code, found.message) == ("AZ103", f"`{text}` is not a number that JSON has")
    assert locate_place(found.place).column == 2
    assert read.value(f"[{text}]", "a.yaml") == [text]


def test_json_without_a_finding_though_it_has_escapes(read):
    text = r'{"a": "\ud83d\ude00", "\u00e9": "\\ud800", "b": [true, -1, 1.5, "x"]}'
    assert read.value(text, "a.json") == {
        "a": "😀", "é": "\\ud800", "b": [True, -1, 1.5, "x"]
    }  # fmt: skip


def test_floats_are_finite(read):
    assert math.isfinite(read.value("a: 1.7976931348623157e308")["a"])


@pytest.mark.filterwarnings("ignore:PyYAML is installed without libyaml")
@pytest.mark.usefixtures("without_libyaml")
class TestWithoutLibyaml:
    def test_the_value_is_the_same(self, read):
        assert read.value("a: &x [1, yes]\n200: *x") == {"a": [1, "yes"], "200": [1, "yes"]}

    def test_half_a_character_is_refused(self, read):
        assert read.refusal('a: "\\ud800"').message == r"`\ud800` is not a YAML escape"


@pytest.mark.usefixtures("without_libyaml")
def test_a_missing_libyaml_is_told(read):
    with pytest.warns(InstallationWarning, match="without libyaml"):
        read.parse("a: 1")
