"""Regular expressions within their bounds."""

import pytest

from arazzo_runner.expression.query.limits import Budget, QueryError, with_checkpoint
from arazzo_runner.expression.query.regex import compile_regex, limited_call, regex_search

HOSTILE = "a" * 60 + "b"


@pytest.mark.parametrize(
    ("pattern", "subject", "found"),
    [("b+", "abbc", True), ("^b", "abbc", False), ("", "", True), (r"\p{Lu}", "É", True)],
)
def test_23_search_not_full_match(pattern, subject, found):
    assert regex_search(pattern, subject, 1.0) is found


@pytest.mark.parametrize(
    ("pattern", "subject", "reason"),
    [
        ("(", "", "the regular expression is invalid: missing"),
        ("a{99999999999}", "", "the regular expression is invalid"),
        ("(" * 3_000 + ")" * 3_000, "", "the regular expression is nested too deeply"),
        ("a." * 5_001, "", "the regular expression is longer than 10,000 characters"),
        ("b" * 1_001, "", "the regular expression contains more than 1,000 plain characters"),
        ("a", "a" * 1_048_577, "the text has 1,048,577 characters; 1,048,576 are searched"),
        ("^(a|aa)+$", HOSTILE, r"the regular expression takes longer than 0\.02 s"),
    ],
)
def test_23_bounds(pattern, subject, reason):
    with pytest.raises(QueryError, match=reason):
        regex_search(pattern, subject, 0.02)


def test_a_pattern_and_a_subject_at_the_limit_are_searched():
    assert not regex_search(("b" * 999 + "+") * 10, "a" * 1_048_576, 5.0)


def test_a_bounded_call_charges_the_time_it_may_have_taken():
    budget = Budget.of(0.1)
    allowed: list[float] = []

    def done_within_a_hundredth(_subject: str, timeout: float) -> str:
        allowed.append(timeout)
        if timeout < budget.seconds / 100:
            raise TimeoutError
        return "found"

    assert limited_call(compile_regex("a"), done_within_a_hundredth, "a", budget) == "found"
    assert allowed == pytest.approx([0.000_01, 0.000_1, 0.001])
    assert budget.left == budget.total - sum(budget.total // one for one in (10_000, 1_000, 100))


def test_a_bounded_call_that_never_ends_uses_the_budget_up():
    budget = Budget.of(0.1)
    hostile = compile_regex("^(a|aa)+$")
    with pytest.raises(QueryError, match=r"takes longer than 0\.1 s"):
        limited_call(hostile, hostile.search, HOSTILE, budget)
    assert budget.left < budget.total / 5


def test_long_plain_text_is_charged_for_its_table():
    budget = Budget.of(1.0)
    plain = compile_regex("a" * 400)
    limited_call(plain, lambda _subject, timeout: timeout, "a", budget)
    assert budget.left == budget.total - 800 - 10


# It takes years; the package has no shortcut for it.
NEVER = r"^(a|aa|a.)+!$"


def over(*lefts):
    """A checkpoint of a run that has these seconds left, one look after another, then none."""
    left = iter(lefts)

    def checkpoint():
        try:
            return next(left)
        except StopIteration:
            raise QueryError("the run took longer than 2 s") from None

    return checkpoint


def test_a_search_ends_with_the_run():
    with pytest.raises(QueryError, match="the run took longer"):
        with_checkpoint(over(0.01), lambda: regex_search(NEVER, "a" * 60, 60.0))
    with pytest.raises(QueryError, match="the run took longer"):
        with_checkpoint(over(), lambda: regex_search("a", "a", 1.0))


def test_one_of_many_searches_ends_with_the_run():
    pattern = compile_regex(NEVER)

    def search():
        return limited_call(pattern, pattern.search, "a" * 60, Budget.of(1e6))

    with pytest.raises(QueryError, match="the run took longer"):
        with_checkpoint(over(1.0, 1.0, 0.01), search)


class BusyMachine:
    """A clock that passes some times as fast as a search computes; a search takes ``needed``."""

    def __init__(self, pace: float, left: float, needed: float) -> None:
        self.pace, self.left, self.needed = pace, left, needed
        self.computed = 0.0

    def checkpoint(self) -> float:
        if self.left <= 0:
            raise QueryError("the run took longer than 2 s")
        return self.left

    def search(self, text: str, timeout: float) -> str:
        taken = min(timeout, self.needed)
        self.computed += taken
        self.left -= taken * self.pace
        if taken < self.needed:
            raise TimeoutError
        return text


def searched(machine: BusyMachine, seconds: float) -> str:
    budget = Budget.of(seconds)
    return with_checkpoint(
        machine.checkpoint, lambda: limited_call(compile_regex("a"), machine.search, "a", budget)
    )


@pytest.mark.parametrize("pace", [0.25, 1, 10, 15])
def test_a_search_ends_with_the_run_by_the_clock_and_not_by_what_it_computed(pace):
    machine = BusyMachine(pace, 2.0, 1e9)
    with pytest.raises(QueryError, match="the run took longer"):
        searched(machine, 30.0)
    assert -1 < machine.left <= 0


@pytest.mark.parametrize("needed", [0.001, 0.01, 0.2])
def test_a_search_that_is_done_before_the_run_ends_is_done(needed):
    assert searched(BusyMachine(1, 2.0, needed), 30.0) == "a"


@pytest.mark.parametrize("left", [0.9e9, 5.0])
def test_a_search_has_its_own_seconds_where_the_run_has_more(left):
    assert searched(BusyMachine(1, left, 0.75), 1.0) == "a"
    machine = BusyMachine(1, left, 1.5)
    with pytest.raises(QueryError, match="takes longer than 1 s"):
        searched(machine, 1.0)
    assert machine.computed < 3


def test_a_pattern_that_takes_all_memory_is_an_answer():
    def search(text, timeout):
        raise MemoryError

    with pytest.raises(QueryError, match="too much memory"):
        limited_call(compile_regex("a"), search, "a", Budget.of(1.0))


def test_a_signal_within_a_search_is_the_answer_where_it_ends_the_run():
    def search(text, timeout):
        raise KeyboardInterrupt

    def call():
        return limited_call(compile_regex("a"), search, "a", Budget.of(1.0))

    with pytest.raises(KeyboardInterrupt):
        call()
    with pytest.raises(QueryError, match="the run took longer"):
        with_checkpoint(over(1.0, 1.0), call)


class Crowd:
    """Threads that compute at the same time: a search has a share of what the process computes."""

    def __init__(self, share: float, needed: float) -> None:
        self.share, self.needed = share, needed
        self.own = 0.0
        self.tries = 0

    def clock(self) -> float:
        return self.own

    def search(self, text: str, timeout: float) -> str:
        self.tries += 1
        taken = min(timeout * self.share, self.needed)
        self.own += taken
        if taken < self.needed:
            raise TimeoutError
        return text


def searched_among(crowd: Crowd, seconds: float, left: float = 3_600.0) -> str:
    return with_checkpoint(
        lambda: left,
        lambda: limited_call(compile_regex("a"), crowd.search, "a", Budget.of(seconds)),
        crowd.clock,
    )


@pytest.mark.parametrize("left", [3_600.0, 10.0])
@pytest.mark.parametrize("share", [1, 0.9, 0.5, 0.25, 0.05])
def test_other_threads_take_nothing_from_the_time_of_a_search(share, left):
    assert searched_among(Crowd(share, 0.6), 1.0, left) == "a"


@pytest.mark.parametrize("share", [1, 0.5, 0.25, 0.05, 0.001, 0])
def test_a_search_among_many_ends_all_the_same(share):
    crowd = Crowd(share, 1e9)
    with pytest.raises(QueryError, match="takes longer than 1 s"):
        searched_among(crowd, 1.0)
    assert crowd.own < 5
    assert crowd.tries < 100


def test_without_a_clock_the_time_of_the_process_counts():
    crowd = Crowd(0.5, 0.6)
    budget = Budget.of(1.0)
    with pytest.raises(QueryError, match="takes longer than 1 s"):
        limited_call(compile_regex("a"), crowd.search, "a", budget)
