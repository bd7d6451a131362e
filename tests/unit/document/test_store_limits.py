"""What several documents share, within its limit."""

import pytest

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.document.store import ParsedDocument, TextCache
from arazzo_runner.text.positions import extents_of
from arazzo_runner.text.source import SourceFile


def text(name: str) -> ParsedDocument:
    return ParsedDocument(SourceFile(name, name, ""), {}, "openapi")


@pytest.fixture
def shelf() -> TextCache:
    shelf = TextCache(limit=10)
    for name in "ab":
        shelf.put((name, "user"), text(name), 5)
    return shelf


def names(shelf: TextCache) -> list[str]:
    return sorted(file.name for file in shelf.files())


def test_what_was_used_longest_ago_goes_first(shelf):
    assert shelf.get(("a", "user")) is not None
    shelf.put(("c", "user"), text("c"), 5)
    assert names(shelf) == ["a", "c"]
    assert shelf.get(("b", "user")) is None


def test_what_is_larger_than_the_limit_is_not_kept(shelf):
    shelf.put(("c", "user"), text("c"), 11)
    assert names(shelf) == []


def test_what_has_changed_is_forgotten_whoever_asked_for_it(shelf):
    shelf.put(("a", "remote"), text("a"), 0)
    shelf.forget("a")
    assert names(shelf) == ["b"]
    shelf.put(("c", "user"), text("c"), 5)
    assert names(shelf) == ["b", "c"]


def data(name: str, count: int) -> ParsedDocument:
    """A small text that was parsed to much."""
    return ParsedDocument(SourceFile(name, "[1, 2]", ""), [[] for _ in range(count)], "openapi")


def test_what_texts_were_parsed_to_counts_from_the_next_document_on():
    shelf = TextCache(limit=50_000)
    for name in "abc":
        shelf.put((name, "user"), data(name, 150), 5)
    assert names(shelf) == ["a", "b", "c"]
    given_up = shelf.trim()
    assert names(shelf) == ["b", "c"]
    assert 150 * 64 < given_up < 25_000
    assert shelf.trim() == 0
    assert names(shelf) == ["b", "c"]


def test_positions_count_too():
    shelf = TextCache(limit=300)
    texts = [data(name, 0) for name in "ab"]
    for one in texts:
        shelf.put((one.file.name, "user"), one, 5)
    assert shelf.trim() == 0
    assert len(extents_of(texts[1].file)) == 3
    shelf.get(("a", "user"))
    assert shelf.trim() > 120
    assert names(shelf) == ["a"]


def test_a_failure_counts_as_what_was_read():
    shelf = TextCache(limit=10)
    shelf.put(("a", "user"), RetrieveError("no"), 8)
    assert shelf.trim() == 0
    assert shelf.get(("a", "user")) is not None


def test_an_empty_cache_has_nothing_to_give_up():
    cache = TextCache(1)
    assert (cache.trim(), cache.files()) == (0, set())
