"""Fixes in texts of every style: what is meant changes, every other byte stays."""

from collections.abc import Callable

import pytest

from arazzo_runner.errors import DocumentError
from arazzo_runner.fix import apply
from arazzo_runner.fix.apply import apply_fixes
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import Edit, Fix, quote_value

LIMITS = DocumentLimits()


def source_of(text: str) -> SourceFile:
    return SourceFile("a.yaml", text, "file:///a.yaml")


def word(text: str, name: str, new: str) -> str:
    source = source_of(text)
    place = Place(source).at("a").within(2, 30)
    return apply_fixes(source, [Fix((Edit(place, new, name),), True)], LIMITS).text


def fixed(text: str, *edits: tuple[Callable[[Place], Place], str | None]) -> str:
    """Each edit a fix of its own: a function from the whole document's place, and the text."""
    source = source_of(text)
    fixes = [Fix((Edit(where(Place(source)), new),), True) for where, new in edits]
    return apply_fixes(source, fixes, LIMITS).text


def a(place: Place) -> Place:
    return place.at("a")


STYLES = [
    ("a: old\n", "new", "a: new\n"),
    ("a: old # why\nb: 1\n", "new", "a: new # why\nb: 1\n"),
    ("a: old", "new", "a: new"),
    ("a:   old   \r\nb: 1\r\n", "new", "a:   new   \r\nb: 1\r\n"),
    ("a: 'it''s old'\n", "it's new", "a: 'it''s new'\n"),
    ("a: 'old'\n", "it's", "a: 'it''s'\n"),
    ('a: "\\u006fld"\n', 'n"w', 'a: "n\\"w"\n'),
    ('{"a": "old", "b": [1,  2]}', "näw\x07", '{"a": "näw\\u0007", "b": [1,  2]}'),
    ("a: |\n  old\nb: 1\n", "new\n", "a: |\n  new\nb: 1\n"),
    ("a: |-\n    old\n\n\n# end\nb: 1\n", "new", "a: |-\n    new\n\n\n# end\nb: 1\n"),
    ("a: >-\n  old\n  text\nb: 1\n", "new text", "a: >-\n  new\n  text\nb: 1\n"),
    ("a: &x old\nb: 1\n", "new", "a: &x new\nb: 1\n"),
    ("a: !!str old\n", "new", "a: !!str new\n"),
    # plain no longer
    ("a: old\n", "k: v", "a: 'k: v'\n"),
    ("a: old\n", "12", "a: '12'\n"),
    ("a: old\n", "1.x", "a: 1.x\n"),
    ("a: old\n", "nan # 1", "a: 'nan # 1'\n"),
    ("a: old\n", "{new}", "a: '{new}'\n"),
    ("a: old\n", ".inf", "a: '.inf'\n"),
    ("a: x old\n", "x {new}", "a: x {new}\n"),
    ("a: x old #\n", "x #new", "a: 'x #new' #\n"),
    ("{a: x old}\n", "x {new}", "{a: 'x {new}'}\n"),
    ("- {a: old\n  text}\n", "new text", "- {a: new\n  text}\n"),
    ("? a\n: old\n", "new", "? a\n: new\n"),
    # an alias is left where the others are
    ("b: &x old\na: *x\n", "new", "b: &x old\na: new\n"),
    ("b: &x old\na: *x\n", "{new}", "b: &x old\na: '{new}'\n"),
    ("b: &x old\na: *x\n", "n\tw", 'b: &x old\na: "n\\tw"\n'),
    ("a: &x old\nb: *x\n", "new", "a: &x old\nb: *x\n"),
    # what cannot be spelled there is left
    ("a: 'old'\n", "n\nw", "a: 'old'\n"),
    ("a: |\n  old\n", "new", "a: |\n  old\n"),
    ("a: 1\n", "new", 'a: "new"\n'),
    ('{"a": 1}', 'a "b"', '{"a": "a \\"b\\""}'),
    ("a: [x]\n", "new", "a: [x]\n"),
    ("b: old\n", "new", "b: old\n"),
]


@pytest.mark.parametrize(("text", "new", "result"), STYLES)
def test_string(text: str, new: str, result: str) -> None:
    where = (lambda place: place.at(0, "a")) if text.startswith("-") else a
    assert fixed(text, (where, new)) == result


PARTS = [
    ("a: Bearer $x.y\n", "a: Bearer {$x.y}\n"),
    ("{a: Bearer $x.y}\n", "{a: 'Bearer {$x.y}'}\n"),
    ("a: 'Bearer $x.y'\n", "a: 'Bearer {$x.y}'\n"),
    ('a: "Bearer \\\n  $x.y"\n', 'a: "Bearer \\\n  {$x.y}"\n'),
    ("a: >-\n  Bearer\n  $x.y\n", "a: >-\n  Bearer\n  {$x.y}\n"),
    ("a: Bearer\n  $x.y\n", "a: Bearer\n  {$x.y}\n"),
    ("a: Bearer\n   # no\n", "a: Bearer{$x.y}\n   # no\n"),
]


@pytest.mark.parametrize(("text", "result"), PARTS)
def test_part_of_a_string(text: str, result: str) -> None:
    where = len("Bearer "), len("Bearer $x.y")
    assert fixed(text, (lambda place: place.at("a").within(*where), "{$x.y}")) == result


KEYS = [
    ("a: 1 # x\n", "b: 1 # x\n"),
    ("'a' : 1\n", "'b' : 1\n"),
    ('{"a":1}', '{"b":1}'),
    ("{a: 1}", "{b: 1}"),
    ("&k a: 1\n", "&k a: 1\n"),
    ("- a\n", "- a\n"),
]


@pytest.mark.parametrize(("text", "result"), KEYS)
def test_key(text: str, result: str) -> None:
    where = (
        (lambda place: place.at(0).key())
        if text.startswith("-")
        else (lambda place: place.at("a").key())
    )
    assert fixed(text, (where, "b")) == result


def test_key_with_characters_of_the_syntax() -> None:
    assert fixed("a: 1\n", (lambda place: place.at("a").key(), "b: c")) == "'b: c': 1\n"
    assert fixed("'a': 1\n", (lambda place: place.at("a").key(), "b\n")) == "'a': 1\n"


MEMBERS = [
    ("a: 1\nb: 2\n", "b: 2\n"),
    ("b: 2\na: 1", "b: 2\n"),
    ("b: 2\na:\n  c: 1\n  d: 2\n# end\n", "b: 2\n# end\n"),
    ("a: 1 # why\nb: 2\n", "a: 1 # why\nb: 2\n"),
    ('{"a": 1, "b": 2}', '{"b": 2}'),
    ('{"b": 2, "a": 1}', '{"b": 2}'),
    ('{"b": 2,\n "a": 1\n}', '{"b": 2\n}'),
    ('{"a": 1}', "{}"),
    ("{b: 2, a: 1, c: 3}\n", "{b: 2, c: 3}\n"),
    ("a: 1\n", "a: 1\n"),  # nothing would be left of the object
    ("b: &x {c: 1}\na: *x\n", "b: &x {c: 1}\n"),
]


@pytest.mark.parametrize(("text", "result"), MEMBERS)
def test_member_that_goes(text: str, result: str) -> None:
    assert fixed(text, (a, None)) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{a: 1, b: 2, c: 3}\n", "{c: 3}\n"),
        ("{a: 1, c: 3, b: 2}\n", "{c: 3}\n"),
        ("{ c: 3, a: 1, b: 2 }\n", "{ c: 3 }\n"),
        ('{"c": 3,\n "a": 1,\n "d": 4,\n "b": 2}', '{"c": 3,\n "d": 4}'),
        ("{a: 1, b: 2}\n", "{}\n"),
        ("a: 1\nb: 2\nc: 3\n", "c: 3\n"),
        ("- a: 1\n  b: 2\n  c: 3\n", "- c: 3\n"),
        ("- b: 1\n  c: 2\n  a: 3\n", "- c: 2\n"),
        ("{a: 1, # why\n b: 2, c: 3}\n", "{a: 1, # why\n b: 2, c: 3}\n"),
    ],
)
def test_members_that_go_together(text: str, result: str) -> None:
    source = source_of(text)
    place = Place(source, (0,)) if text.startswith("-") else Place(source)
    fix = Fix((Edit(place.at("a"), None), Edit(place.at("b"), None)), True)
    assert apply_fixes(source, [fix], LIMITS).text == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a: 1.10 # x\n", 'a: "1.10" # x\n'),
        ("a: !!float 1\n", "a: !!float 1\n"),
        ("{a: true}\n", '{a: "true"}\n'),
        ('{"a": -1.50}', '{"a": "-1.50"}'),
        ("a: text\n", "a: text\n"),
        ("a: [1]\n", "a: [1]\n"),
        ("b: 1\n", "b: 1\n"),
    ],
)
def test_number_in_quotes(text: str, result: str) -> None:
    source = source_of(text)
    assert apply_fixes(source, [quote_value(Place(source, ("a",)))], LIMITS).text == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("- a: 1\n  b: 2\n", "- b: 2\n"),
        ("-   a: 1\n    b: 2\n", "-   b: 2\n"),
        ("- a: 1 # why\n  b: 2\n", "- a: 1 # why\n  b: 2\n"),
        ("- a: 1\n- b\n", "- a: 1\n- b\n"),
    ],
)
def test_first_member_of_an_item_gives_its_place(text: str, result: str) -> None:
    assert fixed(text, (lambda place: place.at(0, "a"), None)) == result


def test_item_of_a_list_does_not_go() -> None:
    assert fixed("- a\n- b\n", (lambda place: place.at(0), None)) == "- a\n- b\n"


def test_shared_by_all_is_mended_for_all() -> None:
    text = "a: &x {c: old}\nb: *x\n"
    a_and_b = [
        ((lambda place: place.at("a", "c")), "new"),
        ((lambda place: place.at("b", "c")), "new"),
    ]
    assert fixed(text, *a_and_b[:1]) == text
    assert fixed(text, *a_and_b) == "a: &x {c: new}\nb: *x\n"


def test_of_two_that_overlap_the_first_is_taken() -> None:
    parts = [((lambda place, s=s: place.at("a").within(s, s + 2)), "x") for s in (1, 0, 3)]
    assert fixed("a: abcdef\n", *parts) == "a: xcxf\n"


def test_two_insertions_at_one_place_are_one_too_many() -> None:
    inserts = [((lambda place: place.at("a").within(1, 1)), new) for new in "xyx"]
    assert fixed("a: ab\n", *inserts) == "a: axb\n"


def test_a_key_and_what_is_below_it() -> None:
    edits = [
        ((lambda place: place.at("a").key()), "b"),
        ((lambda place: place.at("a", "c")), "new"),
    ]
    assert fixed("a:\n  c: old\n", *edits) == "b:\n  c: new\n"


def test_edits_of_a_fix_go_together_or_not_at_all() -> None:
    source = source_of("a: [1]\nb: old\n")
    fix = Fix((Edit(Place(source).at("b"), "new"), Edit(Place(source).at("a"), "2")), True)
    done = apply_fixes(source, [fix], LIMITS)
    assert (done.text, done.fixes) == (source.text, ())


def test_text_that_would_no_longer_parse_is_not_written() -> None:
    source = source_of("a: |\n  x\nb: &y 1\nc: *y\n")
    fixes = [
        Fix((Edit(Place(source).at("a").within(0, 1), "z"),), True),
        Fix((Edit(Place(source).at("b"), None),), True),
    ]
    done = apply_fixes(source, fixes, LIMITS)
    assert (done.text, done.fixes) == ("a: |\n  z\nb: &y 1\nc: *y\n", (fixes[0],))


def test_trials_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "TRIALS", 2)
    source = source_of("a: &x 1\nb: old\nc: *x\n")
    fixes = [
        Fix((Edit(Place(source, (name,)), text),), True)
        for name, text in (("a", None), ("b", "new"))
    ]
    assert apply_fixes(source, fixes, LIMITS).text == source.text


def test_malformed_text_is_refused() -> None:
    with pytest.raises(DocumentError):
        apply_fixes(source_of("a: [\n"), [], LIMITS)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a: $.x-y.x.y\n", "a: $.x-y.new.y\n"),
        ("a: x.y.z\n", "a: x.y.z\n"),  # before the part
        ("a: $.x.x\n", "a: $.x.x\n"),  # twice
        ("a: $.xx\n", "a: $.xx\n"),
        ("a: 1\n", "a: 1\n"),
    ],
)
def test_word_that_stands_there_once(text: str, result: str) -> None:
    assert word(text, "x", "new") == result
