"""Positions: what a pointer names, and where a part of a string stands in the raw text."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from arazzo_runner.text import positions as module
from arazzo_runner.text.diagnostic import Severity, sort_findings, warning
from arazzo_runner.text.parse import DocumentLimits, parse
from arazzo_runner.text.positions import extents_of, locate_place, place_between, position
from arazzo_runner.text.source import Place, SourceFile, Span

YAML = """\
# an example
a: 1
b:
  - x
  - y: [p, 'q']   # note
    z: |
      text
      more

    w:

c: &anchor {d: "e"}
f: *anchor
200: h
"""
JSON = '{\n\t"a": 1,\n\t"b": [true, {"c\\n": null}],\n\t"d": {}\n}'


def spelled(text: str, place: Place) -> str:
    """The raw text of a place's span."""
    span = locate_place(place)
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def at(text: str, *pointer: str | int) -> Place:
    return Place(SourceFile("a.yaml", text, ""), pointer)


@pytest.mark.parametrize(
    ("pointer", "raw"),
    [
        (("a",), "1"), (("b", 0), "x"), (("b", 1, "y"), "[p, 'q']"), (("b", 1, "y", 1), "'q'"),
        (("b", 1, "z"), "|\n      text\n      more"), (("b", 1, "w"), ""),
        (("b",), YAML[YAML.index("- x") : YAML.index("w:") + 2]),
        (("c",), '&anchor {d: "e"}'), (("f",), "*anchor"), (("f", "d"), '"e"'), (("200",), "h"),
        ((), YAML[YAML.index("a: 1") : -1]),
        # what is not there: the nearest value above
        (("b", 7), YAML[YAML.index("- x") : YAML.index("w:") + 2]), (("a", "x", "y"), "1"),
        (("c", "nothing"), '&anchor {d: "e"}'), (("f", "d", "x"), '"e"'),
        # tokens of a pointer's text, and numbers that are keys
        (("b", "0"), "x"), ((200,), "h"), (("a", "٣"), "1"),
    ],
)  # fmt: skip
def test_a_pointer_finds_its_value(pointer, raw):
    assert spelled(YAML, at(YAML, *pointer)) == raw


@pytest.mark.parametrize(
    ("pointer", "raw"),
    [
        (("a",), "1"), (("b",), '[true, {"c\\n": null}]'), (("b", 0), "true"),
        (("b", 1, "c\n"), "null"), (("d",), "{}"), ((), JSON),
    ],
)  # fmt: skip
def test_a_pointer_finds_its_value_in_json(pointer, raw):
    assert spelled(JSON, at(JSON, *pointer)) == raw


@pytest.mark.parametrize(
    ("text", "pointer", "raw"),
    [
        (YAML, ("b", 1, "y"), "y"), (YAML, ("200",), "200"), (YAML, ("f", "d"), "d"),
        (YAML, ("b", 0), "x"), (JSON, ("b", 1, "c\n"), '"c\\n"'), (YAML, (), YAML[13:-1]),
    ],
)  # fmt: skip
def test_a_key_is_found_and_where_there_is_none_the_value(text, pointer, raw):
    assert spelled(text, at(text, *pointer).key()) == raw


def test_a_span_that_is_known_is_the_answer():
    span = Span(7, 1, 7, 2)
    assert locate_place(Place(SourceFile("a", "", ""), span=span)) is span


@pytest.mark.parametrize("text", ["", "# nothing", "\x00", "'"])
def test_a_text_without_values_has_a_beginning(text):
    assert locate_place(at(text, "a", 0)) == Span(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "pointer", "raw"),
    [
        ("a: 1\nb: [2, {c: 3\nd", ("b", 0), "2"),
        ('{"a": 1, "b": [2, x', ("a",), "1"),
        ("[1, 2]]", (0,), "1"),
        ('{"a": 1, "b": {c}}', ("a",), "1"),
        ('{"\\x": [1, 2}', ("a",), ""),
    ],
)
def test_in_malformed_text_what_was_read_has_its_place(text, pointer, raw):
    assert spelled(text, at(text, *pointer)) == raw


def test_the_index_is_built_once_and_only_when_asked_for(monkeypatch):
    source = SourceFile("a.yaml", "\n".join(f"s{n}: {{op: get}}" for n in range(1000)), "")
    built = []
    survey = module._build_outline
    monkeypatch.setattr(module, "_build_outline", lambda *given: built.append(1) or survey(*given))
    parse(source, DocumentLimits(), Severity.ERROR)
    assert built == []
    assert [locate_place(Place(source, (f"s{n}", "op"))).line for n in range(1000)] == [
        *range(1, 1001)
    ]
    assert built == [1]


@pytest.mark.parametrize(
    ("text", "offset", "pointer"),
    [
        ("a:\n  b: [1, @", 12, ("a", "b", 1)), ("a:\n  b: 1\n c", 10, ("a",)),
        ('{"a": [1, !', 10, ("a", 1)), ('{"a": {"b": nope', 12, ("a", "b")), ("", 0, ()),
    ],
)  # fmt: skip
def test_a_place_in_malformed_text_knows_the_value_around_it(text, offset, pointer):
    place = place_between(SourceFile("a.json", text, ""), offset, offset + 1)
    assert place.pointer == pointer


# --- parts of strings -----------------------------------------------------------------------------

SCALARS = [
    "plain text", "'it''s'", r'"q\"x\x41\u00e9\U0001f600\n"', "&x !!str 'v w'", "!!str\n  text",
    "plain\n  goes on\n\n\n  here", "'so\n  it\n\n  goes'", '"one  \n\n  two  "',
    '" joined\\\n   by\\\n\n  \\ this"', "|\n  x\n    y\n\n  z\n", "|\n\n\n  x", "|+\n  x\n\n",
    ">\n  one\n  two\n\n  three\n    deep\n    er\n  back\n", ">-\n\n\n  x\n\n\n  y",
    "|2\n    x\n   y\n", ">2-\n    deep\n  x\n  y\n\n   z\n", "| # note\n  x\n", "|\n  x\n  \ty", "|\n  x \n  \xa0", ">\n  x\xa0\n  y \n",
    ">\n   x\n  \n\n   y\n     \n   z\n", "|\r\n  x\r\n  y\r\n", "&x # note\n  |\n  x",
]  # fmt: skip


def parts_of(text, *pointer):
    """For each character of the string at the pointer: itself and how it is spelled."""
    source = SourceFile("a.yaml", text, "")
    value = parse(source, DocumentLimits(), Severity.ERROR).value
    for token in pointer:
        value = value[token]
    place = Place(source, pointer)
    return [(char, spelled(text, place.within(n, n + 1))) for n, char in enumerate(value)]


def is_spelling(char: str, raw: str) -> bool:
    if raw == char or (char in " \n" and not raw.strip()):
        return True
    return raw == "''" if char == "'" else yaml.safe_load(f'"{raw}"') == char


@pytest.mark.parametrize("scalar", SCALARS)
@pytest.mark.parametrize("around", ["a: %s", "'k': %s", "x:\n- b\nb:\n  a: %s"])
def test_each_character_of_a_string_is_found(scalar, around):
    text = around % (scalar if around[0] != "x" else scalar.replace("\n", "\n  "))
    pointer = {"a": ("a",), "'": ("k",), "x": ("b", "a")}[around[0]]
    assert [part for part in parts_of(text, *pointer) if not is_spelling(*part)] == []


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("- |1\n   x", (0,)), ("a:\n- - |2-\n    x\n    y", ("a", 0, 0)), ("--- |2\n    x", ()),
        ("a: &x 'b c'\nd: *x", ("d",)),
    ],
)  # fmt: skip
def test_each_character_is_found_in_lists_at_the_root_and_through_aliases(text, pointer):
    assert [part for part in parts_of(text, *pointer) if not is_spelling(*part)] == []


def test_a_pair_of_surrogates_in_json_is_one_character():
    assert parts_of(r'{"a": "x\ud83d\ude00\n"}', "a") == [
        ("x", "x"), ("😀", r"\ud83d\ude00"), ("\n", r"\n"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "part", "span"),
    [
        ("a: $inputs.x", (8, 9), Span(1, 12, 1, 13)),
        ("a: |\n  b\n  {$c}\n", (2, 6), Span(3, 3, 3, 7)),
        ("a: 'b'", (1, 1), Span(1, 6, 1, 6)),  # behind the last character
        ("a: 'b'", (0, 99), Span(1, 5, 1, 6)),
        ("a: ''", (0, 1), Span(1, 4, 1, 4)),
        ("a: |\n\n", (0, 0), Span(1, 5, 1, 5)),
        ("a:", (0, 1), Span(1, 3, 1, 3)),
        ("a: one\n  two", (0, 7), Span(1, 4, 2, 6)),
    ],
)
def test_a_part_has_a_span(text, part, span):
    assert locate_place(at(text, "a").within(*part)) == span


def test_a_part_of_what_is_not_there_is_the_value_above():
    assert locate_place(at("a: {b: 1}", "a", "c").within(1, 2)) == Span(1, 4, 1, 10)


# --- any document ---------------------------------------------------------------------------------

# The writer speaks YAML 1.1: NEL, LS and PS are line breaks there, and `0E0` is a string.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029")
TEXT = st.text(CHARACTERS).filter(lambda text: text[:1] not in "-+.0123456789")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def places(value, pointer=()):
    yield pointer, value
    if isinstance(value, dict):
        for key, member in value.items():
            yield from places(member, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*pointer, index))


def read_alone(raw: str, column: int):
    """The value that a raw text stands for, at the column where it was found."""
    source = SourceFile("part.yaml", " " * (column - 1) + raw + "\n", "")
    return parse(source, DocumentLimits(), Severity.ERROR).value


@settings(deadline=None)
@given(VALUES.filter(bool), st.sampled_from([None, True, False]), st.booleans())
def test_any_yaml_value_is_where_it_is_said_to_be(value, flow, unicode):
    text = yaml.safe_dump([value], default_flow_style=flow, allow_unicode=unicode)
    for pointer, expected in places([value]):
        place = at(text, *pointer)
        assert read_alone(spelled(text, place), locate_place(place).column) == expected


@settings(deadline=None)
@given(VALUES, st.sampled_from([None, 2, "\t"]), st.booleans())
def test_any_json_value_is_where_it_is_said_to_be(value, indent, ascii_only):
    text = json.dumps([value], indent=indent, ensure_ascii=ascii_only)
    for pointer, expected in places([value]):
        assert json.loads(spelled(text, at(text, *pointer))) == expected


@settings(deadline=None)
@given(TEXT.filter(bool), st.sampled_from(["|", ">", '"', "'", None]), st.booleans())
def test_any_character_of_any_string_is_found(value, style, unicode):
    text = yaml.safe_dump({"a": value}, default_style=style, allow_unicode=unicode, width=20)
    pointer = ("a",)
    assert [part for part in parts_of(text, *pointer) if not is_spelling(*part)] == []


def test_findings_stand_in_the_order_of_their_places():
    one, two = SourceFile("one.yaml", YAML, ""), SourceFile("two.yaml", YAML, "")
    places = {
        "last of one": Place(one, ("f",)),
        "of two": Place(two, ("a",)),
        "first of one": Place(one, ("a",)),
        "nowhere": None,
        "first of one, later said": Place(one, ("a",)),
    }
    found = sort_findings(warning("AZ113", message, place) for message, place in places.items())
    assert [each.message for each in found] == [
        "nowhere", "first of one", "first of one, later said", "last of one", "of two",
    ]  # fmt: skip


LONG = '{"a":{"b/c":"' + "x" * 200 + '"}}'


@pytest.mark.parametrize(
    ("text", "place", "shown"),
    [
        (LONG, ("a", "b/c"), "f.json#/a/b~1c"),
        (LONG + "\n", ("a",), "f.json#/a"),
        (LONG, (), "f.json:1:1"),
        (LONG.replace(":", ":\n", 1), ("a",), "f.json:2:1"),
        ('{"a":1}', ("a",), "f.json:1:6"),
    ],
)
def test_positions_in_a_source_of_one_line_are_pointers(text, place, shown):
    assert position(Place(SourceFile("f.json", text, "f:/f.json"), place)) == shown


@pytest.mark.parametrize(
    ("start", "end"), [("[", "]"), ('{"a": ', "}"), ("- ", ""), ("[*a, ", "]")]
)
def test_places_end_where_no_reader_follows(start, end):
    text = start * 5_000 + "1" + end * 5_000
    extents = extents_of(SourceFile("a.yaml", text, "file:///a.yaml"))
    assert 900 < max(len(pointer) for pointer, _ in extents) < 1_100
