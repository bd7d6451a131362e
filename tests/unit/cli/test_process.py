"""Collector and libraries are ours to spare in the process of a command, and nowhere else."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from arazzo_runner.cli.process import (
    is_collector_paused,
    pause_collector,
    resume_collector,
    spare_at_exit,
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    resume_collector()
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*threshold)


def test_what_was_loaded_meanwhile_is_not_looked_at_again() -> None:
    assert not is_collector_paused()
    pause_collector()
    assert not gc.isenabled()
    assert is_collector_paused()
    resume_collector()
    assert gc.isenabled()
    assert not is_collector_paused()
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


LIBRARIES = """
import re, sys
from arazzo_runner.cli.process import spare_libraries
spare_libraries()
assert "typing_extensions" not in sys.modules
import yaml, yaml.reader, typing_extensions
print(type(yaml.reader.Reader.NON_PRINTABLE).__name__, type(re.compile("a", re.X)).__name__)
print(yaml.load("a: [1, 1.5, 2024-05-06, yes, ~, 0x1f, b]", yaml.SafeLoader))
try:
    yaml.load("a: \\x01", yaml.SafeLoader)
except yaml.YAMLError as error:
    print(type(error).__name__)
spare_libraries()
assert sys.modules["typing_extensions"] is typing_extensions
"""


def test_libraries_do_what_they_did_before() -> None:
    command = [sys.executable, "-c", LIBRARIES]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == [
        "_LazyPattern Pattern",
        "{'a': [1, 1.5, datetime.date(2024, 5, 6), True, None, 31, 'b']}",
        "ReaderError",
    ]
