"""Patterns that are compiled when they are first used."""

import re

import pytest

from arazzo_runner.text.pattern import lazy_pattern


def test_it_is_a_pattern_by_its_methods() -> None:
    pattern = lazy_pattern(r"(?P<word>[a-z]+)", re.IGNORECASE)
    found = pattern.match("Some words")
    assert found is not None and found["word"] == "Some"
    assert pattern.sub("x", "a b") == "x x"
    assert (pattern.groups, pattern.pattern) == (1, r"(?P<word>[a-z]+)")


def test_it_takes_bytes() -> None:
    assert lazy_pattern(rb"\d+").findall(b"1, 22") == [b"1", b"22"]


def test_it_is_compiled_by_its_first_use_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    original = re.compile

    def compile_pattern(text: str, flags: int) -> re.Pattern[str]:
        compiled.append(text)
        return original(text, flags)

    monkeypatch.setattr(re, "compile", compile_pattern)
    pattern = lazy_pattern("a|b")
    assert compiled == []
    assert [bool(pattern.match(text)) for text in "abc"] == [True, True, False]
    assert compiled == ["a|b"]


def test_what_is_no_pattern_fails_at_its_first_use() -> None:
    pattern = lazy_pattern("(")
    with pytest.raises(re.error):
        pattern.match("")
