"""The time that all queries of a document have together."""

import pytest

from arazzo_runner.expression.query.limits import (
    MAX_CHECK_SECONDS,
    QueryAllowance,
    checked_query,
)
from arazzo_runner.text.source import Place, SourceFile

SOURCE = SourceFile("w.yaml", "", "file:///w.yaml")


class Clock:
    """A clock that a check moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now

    def check(self, seconds: float) -> str:
        self.now += seconds
        return "checked"


def run_checks(*seconds: float) -> tuple[list[str | None], list[Place]]:
    clock = Clock()
    allowance = QueryAllowance(clock)

    def work() -> list[str | None]:
        clock.now += 1000  # what no query takes
        return [
            checked_query(Place(SOURCE, (number,)), lambda one=one: clock.check(one))
            for number, one in enumerate(seconds)
        ]

    return allowance.apply(work), [*allowance.unchecked.values()]


@pytest.mark.parametrize(
    ("seconds", "unchecked"),
    [
        ([], []),
        ([MAX_CHECK_SECONDS - 1, 1.0], []),
        ([MAX_CHECK_SECONDS - 1, 0.5, 0.4, 50.0], []),
        ([MAX_CHECK_SECONDS, 0.0, 0.0], [1, 2]),
        ([1000.0, 0.0], [1]),
    ],
)
def test_what_there_is_time_for(seconds, unchecked):
    verdicts, places = run_checks(*seconds)
    assert [at for at, one in enumerate(verdicts) if one is None] == unchecked
    assert [one.pointer for one in places] == [(at,) for at in unchecked]


def test_a_query_that_is_asked_for_again_counts_once():
    place = Place(SOURCE, ("a",))
    clock = Clock()
    allowance = QueryAllowance(clock)
    allowance.spend(place, lambda: clock.check(MAX_CHECK_SECONDS))
    assert [allowance.spend(place, lambda: clock.check(1)) for _ in range(3)] == [None] * 3
    assert len(allowance.unchecked) == 1


def test_a_check_that_raises_takes_its_time_too():
    clock = Clock()
    allowance = QueryAllowance(clock)
    place = Place(SOURCE, ("a",))

    def fail() -> None:
        clock.check(MAX_CHECK_SECONDS)
        raise ValueError

    with pytest.raises(ValueError):
        allowance.spend(place, fail)
    assert allowance.spend(place, lambda: clock.check(0)) is None


def test_without_an_allowance_there_is_time_for_each():
    assert [checked_query(Place(SOURCE), lambda: "checked") for _ in range(2)] == ["checked"] * 2


def test_the_time_of_the_documentation():
    assert MAX_CHECK_SECONDS == 10
