"""What criteria compare with is looked for within one time for all of them."""

import pytest

from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.mock.generate.time_budget import within_seconds
from arazzo_runner.mock.steps import wishes
from arazzo_runner.mock.steps.wishes import Wish, WishSettings, with_wishes
from arazzo_runner.mock.templates import ResponseTemplate

SCHEMA = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("one", "two", "three")},
}
BODY = {"one": "a", "two": "a", "three": "a"}
WISHES = [
    Wish(("one",), "regex", "^b+$"),
    Wish(("two",), "regex", "^c+$"),
    Wish(("three",), "==", "d"),
]


def granted(body: object = BODY) -> tuple[object, list[str]]:
    return with_wishes(ResponseTemplate(SCHEMA), body, WISHES, WishSettings())


def test_what_is_found_in_time() -> None:
    body, notes = granted()
    assert body == {"one": "bbb", "two": "ccc", "three": "d"}
    assert len(notes) == 3


def test_all_wishes_have_one_time_together(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_000))
    monkeypatch.setattr("arazzo_runner.mock.generate.time_budget.thread_time", lambda: next(clock))
    monkeypatch.setattr(wishes, "SEARCH_SECONDS", 12)  # enough for the first of them
    body, notes = granted()
    assert body == {**BODY, "one": "bbb"}
    assert notes[-1] == "what the step expects was looked for no longer than 12 s"


def test_the_time_of_the_response_ends_it_too() -> None:
    with pytest.raises(QueryError, match="takes longer than 0 s"):
        within_seconds(0, granted)


def test_a_pattern_that_is_none_costs_its_own_wish_alone() -> None:
    broken = Wish(("one",), "regex", "(")
    body, _ = with_wishes(ResponseTemplate(SCHEMA), BODY, [broken, *WISHES[1:]], WishSettings())
    assert body == {"one": "a", "two": "ccc", "three": "d"}
