"""Many secrets take no longer to find than one, and all of them are found."""

import pytest

from arazzo_runner.report.needles import Needle, Needles, needles
from arazzo_runner.report.secrets import Masker

MANY = [f"tok-{number:04}-x" for number in range(500)]


def test_one_of_many_secrets_is_found():
    masker = Masker(MANY)
    for secret in (MANY[0], MANY[250], MANY[499]):
        assert masker.text(f"a {secret} b") == "a *** b"
    assert masker.text("a tok-0500-x b") == "a tok-0500-x b"


def test_all_of_many_are_found():
    assert Masker(MANY).text(" ".join(MANY)) == " ".join(["***"] * len(MANY))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("test", [(0, 4)]),
        ("a test, a test", [(2, 6), (10, 14)]),
        ("latest", []),
        ("tests", []),
        ("test_1", [(0, 4)]),
        ("", []),
    ],
)
def test_a_word_is_no_part_of_another(text, spans):
    assert list(Needle("test", word=True).spans(text)) == spans


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("ab 0123", 3),
        ("ab 01234567", 3),
        ("ab 01", 3),
        ("ab 0", None),
        ("ab 0123 ", None),
        ("0123 0123", 5),
        ("", None),
    ],
)
def test_the_beginning_of_a_needle_at_the_end_of_a_text(text, start):
    found = Needles()
    found.add(needles("0123456789"))
    assert found.start_of_beginning(text) == start


@pytest.mark.parametrize(("text", "start"), [("a te", 2), ("te", 0), ("late", None), ("a t", None)])
def test_a_word_does_not_begin_within_another(text, start):
    assert Needle("test", word=True).start_of_beginning(text) == start


def test_what_a_plain_secret_may_be_is_few():
    assert len(needles("abcdefgh")) < 20
