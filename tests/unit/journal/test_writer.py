"""Entries are written in order and in groups, and a store that breaks is told to all who wait."""

from threading import Event

import pytest

from arazzo_runner.journal.model import CallBegun, CallRecord, CallWithdrawn, JournalError, RowEnded
from arazzo_runner.journal.writer import JournalWriter


class FakeStore:
    """Keeps entries in groups; waits before each where it is told to."""

    def __init__(self) -> None:
        self.groups: list[list[object]] = []
        self.gate = Event()
        self.gate.set()
        self.entered = Event()
        self.error: JournalError | None = None

    def write(self, _run: str, entries: list[object]) -> tuple[int, ...]:
        self.entered.set()
        self.gate.wait()
        if self.error is not None:
            raise self.error
        self.groups.append(entries)
        return ()


@pytest.fixture
def fake() -> FakeStore:
    return FakeStore()


def begun(key: str) -> CallBegun:
    return CallBegun(0, CallRecord(key, "send", b"", 0.0))


def test_what_waits_is_written_together_and_in_order(fake) -> None:
    writer = JournalWriter(fake, "run")  # type: ignore[arg-type]
    fake.gate.clear()
    first = writer.put(begun("1"))
    assert fake.entered.wait(10)
    others = [writer.put(begun(one)) for one in "234"]
    fake.gate.set()
    for one in (first, *others):
        writer.wait(one)
    writer.close()
    assert fake.groups == [[begun("1")], [begun("2"), begun("3"), begun("4")]]


def test_closing_writes_what_is_left(fake) -> None:
    writer = JournalWriter(fake, "run")  # type: ignore[arg-type]
    fake.gate.clear()
    writer.put(begun("1"))
    assert fake.entered.wait(10)
    writer.put(RowEnded(0, "passed"))
    fake.gate.set()
    writer.close()
    assert [one for group in fake.groups for one in group] == [begun("1"), RowEnded(0, "passed")]


def test_a_call_that_waits_is_taken_back_before_it_is_written(fake) -> None:
    writer = JournalWriter(fake, "run")  # type: ignore[arg-type]
    fake.gate.clear()
    first = writer.put(begun("1"))
    assert fake.entered.wait(10)
    second = writer.put(begun("2"))
    writer.withdraw(second)
    writer.withdraw(first)  # too late for this one: it is written, and then removed
    fake.gate.set()
    writer.close()
    assert [one for group in fake.groups for one in group] == [begun("1"), CallWithdrawn(0, "1")]


def test_a_store_that_breaks_is_told_to_all(fake) -> None:
    writer = JournalWriter(fake, "run")  # type: ignore[arg-type]
    fake.error = JournalError("cannot be written: the disk is full")
    woken = Event()
    ticket = writer.put(begun("1"), woken.set)
    assert woken.wait(10)
    with pytest.raises(JournalError, match="full"):
        writer.wait(ticket)
    fake.error = None  # space alone does not mend an order with a gap in it
    late = Event()
    with pytest.raises(JournalError, match="full"):
        writer.wait(writer.put(begun("2"), late.set))
    assert late.is_set()
    writer.close()
    assert fake.groups == []
    assert writer.broken is not None
