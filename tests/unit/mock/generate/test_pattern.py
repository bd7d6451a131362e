import re

import jsonschema_rs
import pytest

from arazzo_runner.mock.generate.pattern import (
    PatternError,
    PatternGenerator,
    generate_string,
    parse,
)
from arazzo_runner.mock.generate.seeded import SeededChoice


def matches(pattern, text):
    return jsonschema_rs.is_valid({"pattern": pattern}, text)


PATTERNS = [
    "^FW[0-9a-fA-F]{32}$",
    "^[a-z]+$",
    "^[a-z]*$",
    r"^\d{3}-\d{4}$",
    r"^\+[1-9]\d{1,14}$",
    "^(foo|bar|baz)s?$",
    "^(?:a|b){2,3}$",
    "^(?<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])$",
    "^[^a-z]{4}$",
    r"^[\w.-]+@[\w-]+\.[a-z]{2,}$",
    "abc",
    "^.{5}$",
    r"^\S+\s\S+$",
    r"^\D\W$",
    r"^[\]\\^-]{2}$",
    r"^\x41\u0042\u{43}$",
    r"^\p{Lu}\p{L}+\P{L}$",
    r"^\p{gc=L}$",
    r"^(?=.*[0-9])[a-z0-9]{8}$",
    r"^(?!a)[ab]$",
    r"^[a-c]+?$",
    r"\bword\b",
    r"^a{2}b{2,}c{0,1}$",
    r"^[a-]$",
    r"^\t\n$",
    "^$",
    "",
    "^v[0-9]+(\\.[0-9]+)*$",
    "^(?i:abc)$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_string_is_made_that_matches(pattern, seed):
    text = generate_string(pattern, SeededChoice(seed))
    assert text is not None
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        ("^[a-z]+$", 10, 10),
        ("^[a-z]*$", 300, 300),
        ("^[a-z]+$", 0, 1),
        ("[0-9]", 5, 8),
        ("^(ab)*$", 7, 8),
        ("^[a-z]+(-[a-z]+)*$", 40, 60),
    ],
)
def test_the_length_is_kept(pattern, least, most):
    text = generate_string(pattern, SeededChoice(), least, most)
    assert text is not None
    assert least <= len(text) <= most
    assert matches(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a|b",
        "[a-z",
        "a)",
        r"\p{Nonsense}",
        r"\xzz",
        r"\u{FFFFFFFFFFFFFFFF}",
        "a{" + "9" * 5_000 + "}",
        "a{1," + "9" * 5_000 + "}",
        "\\",
        "(?<a",
        r"\p{L",
        "^a$b",
        "[]",
        "(?=a)b",
        r"^\p$",
        r"[a-\d]",
    ],
)
def test_what_cannot_be_made_is_none(pattern):
    assert generate_string(pattern, SeededChoice()) is None


def test_a_length_out_of_reach_is_none():
    assert generate_string("^a{5}$", SeededChoice(), 0, 3) is None


@pytest.mark.parametrize(("levels", "made"), [(50, "a"), (51, None)])
def test_groups_as_deep_as_they_can_be_followed(levels, made):
    assert generate_string("(" * levels + "a" + ")" * levels, SeededChoice()) == made


def test_a_hostile_pattern_comes_to_an_end():
    assert generate_string("^(?=(a+)+$)(?=b)", SeededChoice()) is None


def test_braces_that_are_no_quantifier_stand_for_themselves():
    assert PatternGenerator().spell(parse("^{x}a{,3}$"), SeededChoice()) == "{x}a{,3}"


def test_the_seed_decides():
    same = generate_string("^[a-z]{20}$", SeededChoice(3))
    assert same == generate_string("^[a-z]{20}$", SeededChoice(3))
    assert same != generate_string("^[a-z]{20}$", SeededChoice(4))


def test_a_rest_is_refused():
    with pytest.raises(PatternError, match=re.escape("a)")):
        parse("a)")


def test_dice_choose_evenly_and_by_place():
    counts = [0] * 10
    for at in range(1000):
        counts[SeededChoice(0).at(at).below(10)] += 1
    assert min(counts) > 60
    assert SeededChoice(0).at("a").below(2**60) != SeededChoice(0).at("b").below(2**60)


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        ("^(a+)+$", 100_000, None),
        ("^(?:(?:a{50}){50}){20}$", 0, 5),
        ("^(?:(?:){50}){50}x{1000}$", 0, 5),
    ],
)
def test_no_pattern_is_spelled_for_long(pattern, least, most):
    text = generate_string(pattern, SeededChoice(), least, most)
    assert text is None or len(text) >= least
