from difflib import get_close_matches
from random import Random

import pytest

from arazzo_runner.text import suggested_fix
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import (
    Severity,
    did_you_mean,
    error,
    nearest,
    shorten,
    warning,
)
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import Place, SourceFile, Span, pointer_text
from arazzo_runner.text.suggested_fix import (
    MAX_COMPARED,
    NEAR,
    begin_lookups,
    rename_to_known,
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("CreateExecutoin", "CreateExecution"), ("createexecution", "CreateExecution"),
        ("list", "listSteps"), ("nothing like it", None), ("", None),
    ],
)  # fmt: skip
def test_the_nearest_name(name, found):
    assert nearest(name, ["listSteps", "CreateExecution"]) == found


def test_the_nearest_of_many_names_wherever_it_stands():
    names = [f"output-number-{one}" for one in range(500)]
    assert nearest("outptu-number-417", names) == "output-number-417"
    assert nearest("OUTPUT-number-3", names) == "output-number-3"
    assert nearest("ab", [*names, "abc"]) == "abc"
    assert nearest("zzz", names) is None


def test_so_many_names_are_gone_through_in_a_document(monkeypatch):
    names = [f"n{one}" for one in range(MAX_COMPARED + 1)]
    monkeypatch.setattr(suggested_fix, "MAX_LIKENED", 10 * len(names))
    begin_lookups()
    assert [nearest("n07", names) for _ in range(10)] == ["n7"] * 10
    assert nearest("n07", names) is None
    assert nearest("n07", names[:-1]) == "n7"  # few names take no time
    begin_lookups()
    assert nearest("n07", names) == "n7"


def test_the_bounds_of_the_documentation():
    assert (MAX_COMPARED, suggested_fix.MAX_LIKENED) == (32, 500_000)


def test_a_renaming_among_many_names():
    place = Place(SourceFile("", "", ""))
    names = [*(f"item{one}" for one in range(100)), "readReport"]
    begin_lookups()
    fix = rename_to_known(place, "raedReport", names)
    assert fix is not None
    assert fix.edits[0].text == "readReport"
    assert rename_to_known(place, "item100", names) is None  # another number is no slip


def test_no_name_that_is_near_is_missed_by_its_letters():
    chance = Random(3)
    words = ["".join(chance.choices("aAbßİc1", k=chance.randrange(8))) for _ in range(60)]
    for one in words:
        others = [word for word in words if word.casefold() != one.casefold()]
        assert [nearest(one, [word]) for word in others] == [
            next(iter(get_close_matches(one, [word], 1, NEAR)), None) for word in others
        ]


def test_the_help_that_names_it():
    assert did_you_mean("stpes", ["steps"]) == "did you mean `steps`?"
    assert did_you_mean("x", ["steps"]) is None


@pytest.mark.parametrize(
    ("text", "shown"), [("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…"), ("", "")]
)
def test_a_long_word_is_cut(text, shown):
    assert shorten(text) == shown


def test_an_error_and_a_warning_differ_in_severity():
    assert error("AZ103", "no").severity is Severity.ERROR
    assert warning("AZ103", "no").severity is Severity.WARNING


def test_codes_are_of_one_form_and_in_order():
    assert all(code.startswith("AZ") and code[2:].isdigit() and len(code) == 5 for code in CODES)
    assert list(CODES) == sorted(CODES)


def test_places_of_members_keys_and_parts():
    place = Place(SourceFile("a.yaml", "a:\n  b: 'cd'", ""))
    assert locate_place(place.at("a", "b")) == Span(2, 6, 2, 10)
    assert locate_place(place.at("a").at("b").key()) == Span(2, 3, 2, 4)
    assert locate_place(place.at("a", "b").within(1, 2)) == Span(2, 8, 2, 9)


@pytest.mark.parametrize(
    ("pointer", "text"), [((), ""), (("a/b", "~c", 0), "/a~1b/~0c/0"), (("",), "/")]
)
def test_a_pointer_is_spelled_by_rfc_6901(pointer, text):
    assert pointer_text(pointer) == text


def test_a_source_is_shown_by_its_name_not_its_text():
    assert repr(SourceFile("a.yaml", "a: 1", "file:///a.yaml")) == "SourceFile('a.yaml')"
