"""Large texts are remembered by all that their data depends on."""

import gc
import json

import pytest
from msgspec.structs import replace

from arazzo_runner.document import store
from arazzo_runner.document.store import LARGE, read_text
from arazzo_runner.errors import DocumentError
from arazzo_runner.text.limits import DESCRIPTION_LIMITS
from arazzo_runner.text.source import SourceFile

BIG = json.dumps({"openapi": "3.1.0", "text": "x" * LARGE})


class Kept(dict):
    """A memory; ``asked`` are the keys that it was asked for."""

    def __init__(self):
        self.asked = []

    def recall(self, key):
        self.asked.append(key)
        return self.get(key)

    def keep(self, key, value):
        self[key] = value


def read(text, memory, limits=DESCRIPTION_LIMITS, uri="file:///a.json"):
    file = SourceFile("a", text, uri)
    return read_text(file, text.encode(), limits, memory)


def test_the_second_time_nothing_is_parsed(monkeypatch):
    memory = Kept()
    first = read(BIG, memory)
    monkeypatch.setattr(store, "parse", None)
    assert read(BIG, memory) == first
    assert len(memory) == 1


def test_all_that_the_data_depends_on_counts():
    memory = Kept()
    other_limits = replace(DESCRIPTION_LIMITS, max_depth=7)
    read(BIG, memory)
    read(BIG + " ", memory)
    read(BIG, memory, other_limits)
    read(BIG, memory, uri="file:///a.yaml")
    assert len(set(memory.asked)) == 4


def test_small_texts_are_not_worth_it():
    memory = Kept()
    assert read('{"a": 1}', memory).value == {"a": 1}
    assert memory.asked == []


def test_what_there_is_something_to_say_about_is_said_each_time():
    memory = Kept()
    twice = BIG[:-1] + ', "text": 1}'
    for _ in range(2):
        (finding,) = read(twice, memory).diagnostics
        assert finding.code == "AZ104"
    assert not memory


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_collected_as_before(enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(DocumentError):
            read(BIG[:-1], None)
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
