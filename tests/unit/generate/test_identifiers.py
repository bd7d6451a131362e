"""Words of names, and how they are spelt."""

import pytest

from arazzo_runner.generate.identifiers import (
    camel_case,
    kebab_case,
    plural,
    singular,
    split_words,
    unused_name,
    with_article,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FlowSid", ("flow", "sid")),
        ("flow_sid", ("flow", "sid")),
        ("x-request-ID", ("x", "request", "id")),
        ("HTTPServer", ("http", "server")),
        ("oauth2Token", ("oauth2", "token")),
        ("—", ()),
    ],
)
def test_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert split_words(name) == words


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("flow", "flows"),
        ("category", "categories"),
        ("day", "days"),
        ("box", "boxes"),
        ("branch", "branches"),
        ("address", "addresses"),
        ("status", "statuses"),
        ("person", "people"),
        ("database", "databases"),
        ("series", "series"),
    ],
)
def test_one_and_many(one: str, many: str) -> None:
    assert plural(("big", one)) == ("big", many)
    assert singular(("big", many)) == ("big", one)
    assert plural(plural((one,))) == plural((one,))


def test_no_words() -> None:
    assert (plural(()), singular(())) == ((), ())
    assert (camel_case(()), kebab_case(())) == ("value", "workflow")


def test_a_name_that_begins_with_a_digit_is_still_an_identifier() -> None:
    assert camel_case(("2fa", "code")) == "n2faCode"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("flow",), "a flow"),
        (("execution",), "an execution"),
        (("user",), "a user"),
        (("unit",), "a unit"),
        (("upload",), "an upload"),
    ],
)
def test_articles(words: tuple[str, ...], text: str) -> None:
    assert with_article(words) == text


def test_a_used_name_gets_a_number() -> None:
    assert unused_name("a", {"b"}) == "a"
    assert unused_name("a", {"a", "a2"}) == "a3"
    assert unused_name("a", {"a"}, "-") == "a-2"
