"""The collector is ours to pause in the process of a command, and nowhere else."""

import gc
from collections.abc import Iterator

import pytest

from arazzo_runner.cli.collector import pause_collector, resume_collector, spare_at_exit


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    resume_collector()
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*threshold)


def test_what_was_loaded_meanwhile_is_not_looked_at_again() -> None:
    pause_collector()
    assert not gc.isenabled()
    resume_collector()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_a_process_that_is_not_ours_stays_as_it_is() -> None:
    gc.disable()
    resume_collector()
    assert not gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_cycles_made_later_are_collected() -> None:
    pause_collector()
    resume_collector()
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() > 0


def test_at_the_end_nothing_is_looked_at() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    spare_at_exit()
    assert gc.collect() == 0
