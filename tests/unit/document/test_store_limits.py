"""What several documents share, within its limit."""

import pytest

from arazzo_runner.document.store import ParsedDocument, TextCache
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
