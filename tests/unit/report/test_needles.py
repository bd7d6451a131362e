"""Many secrets take no longer to find than one, and all of them are found."""

import html
import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

import pytest

from arazzo_runner.report.needles import Needle, Needles, needles
from arazzo_runner.report.secrets import Masker

MANY = [f"tok-{number:04}-x" for number in range(500)]


def test_one_of_many_secrets_is_found():
    masker = Masker(MANY)
    for secret in (MANY[0], MANY[250], MANY[499]):
        assert masker.text(f"a {secret} b") == "a *** b"
    assert masker.text("a tok-0500-x b") == "a tok-0500-x b"


def test_the_shortest_secret_of_many_is_found():
    assert Masker([*MANY, "s3cr"]).text("as3crb") == "a***b"


def test_all_of_many_are_found():
    assert Masker(MANY).text(" ".join(MANY)) == " ".join(["***"] * len(MANY))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("test", [(0, 4)]),
        ("a test, a test", [(2, 6), (10, 14)]),
        ("latest", []),
        ("tests", []),
        ("-atest", []),
        ("testa-", []),
        ("test_1", [(0, 4)]),
        ("", []),
    ],
)
def test_a_word_is_no_part_of_another(text, spans):
    assert list(Needle("test", word=True).spans(text)) == spans


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (".abcd.", (1, 5)),
        ("xyabcd", (1, 6)),
        ("abcdx", (0, 5)),
        ("abcdxy", (0, 5)),
        ("abcd=y", (0, 5)),
        ("abcdx==", (0, 7)),
        ("xabcd", (0, 5)),
        ("=abcd-=x", (1, 7)),
    ],
)
def test_base64_beside_a_needle_holds_bits_of_it(text, span):
    assert list(Needle("abcd", before=True, after=True).spans(text)) == [span]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("ab 0123", 3),
        ("ab 01234567", 3),
        ("ab 01", 3),
        ("ab0123", 2),
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


@pytest.mark.parametrize(
    ("text", "start"), [("a te", 2), ("te", 0), ("late", None), ("a t", None), ("-ate", None)]
)
def test_a_word_does_not_begin_within_another(text, start):
    assert Needle("test", word=True).start_of_beginning(text) == start


def test_a_needle_that_begins_with_what_it_repeats():
    assert Needle("0012").start_of_beginning("x 000") == 3


def test_what_a_plain_secret_may_be_is_few():
    assert len(needles("abcdefgh")) < 20


HARD = "pä\"s/w&<d>'x +%y"


@pytest.mark.parametrize(
    "form",
    [
        HARD,
        json.dumps(HARD)[1:-1],
        json.dumps(HARD, ensure_ascii=False)[1:-1],
        json.dumps(HARD, ensure_ascii=False)[1:-1].replace("/", r"\/"),
        json.dumps(HARD)[1:-1].replace("/", r"\/"),
        html.escape(HARD),
        html.escape(HARD, quote=False),
        quote(HARD),
        quote(HARD, safe=""),
        quote_plus(HARD),
        quote(HARD).replace("%C3%A4", "%c3%a4").replace("%3C", "%3c").replace("%3E", "%3e")
        .replace("%2B", "%2b"),
        r"pä\"s/w\u0026\u003cd\u003e'x +%y",
        r"pä\u0022s/w\u0026\u003Cd\u003E\u0027x \u002B%y",
    ],
)  # fmt: skip
def test_base64_of_what_was_escaped_before_is_masked_as_a_whole(form):
    encoded = b64encode(form.encode()).decode("ascii")
    assert Masker([HARD]).text(f"a {encoded} b") == "a *** b"


@pytest.mark.parametrize(
    ("before", "shown"), [("", 0), ("a", 1), ("ab", 2), ("abc", 4), ("abcd", 5)]
)
def test_what_base64_holds_before_a_secret_stays(before, shown):
    encoded = b64encode(f"{before}hunter22".encode()).decode("ascii")
    assert Masker(["hunter22"]).text(encoded) == f"{encoded[:shown]}***"
