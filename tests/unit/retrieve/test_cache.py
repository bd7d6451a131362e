"""Plain data on disk between runs: whole, private, bounded, and of no importance."""

import os
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from arazzo_runner.retrieve import cache
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.retrieve.cache import DiskParseCache, cache_folder
from arazzo_runner.text.number import JsonNumber

VALUE = {"b": [1, -2.5, None, True, "ü\U0001f600"], "a": {"": {}}, "z": 2**63}


def files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


def test_what_is_kept_is_recalled(tmp_path):
    DiskParseCache(tmp_path / "c").keep("k", VALUE)
    recalled = DiskParseCache(tmp_path / "c").recall("k")
    assert recalled == VALUE
    assert list(recalled) == ["b", "a", "z"]
    assert DiskParseCache(tmp_path / "c").recall("other") is None
    (file,) = files(tmp_path)
    modes = [one.stat().st_mode & 0o777 for one in (file, file.parent, file.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


def test_numbers_keep_their_spelling(tmp_path):
    DiskParseCache(tmp_path).keep("k", {"a": [JsonNumber("19.90"), 1.5]})
    first, second = DiskParseCache(tmp_path).recall("k")["a"]
    assert (type(first), first.spelling, type(second)) == (JsonNumber, "19.90", float)


@pytest.mark.parametrize(
    "value", [{"a": object()}, {"a": 2**64}, {"a": "\ud800"}, {"a": "x" * 100}]
)
def test_what_cannot_be_kept(tmp_path, value):
    kept = DiskParseCache(tmp_path, limit=60)
    kept.keep("k", value)
    assert kept.recall("k") is None
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40] + b"\xc1" + content[41:],
        lambda content: bytes(32) + content[32:],
        lambda content: sha256(b"\xd4\x02a").digest() + b"\xd4\x02a",
    ],
)
def test_a_broken_file_is_none(tmp_path, spoil):
    kept = DiskParseCache(tmp_path)
    kept.keep("k", VALUE)
    (file,) = files(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    assert kept.recall("k") is None
    kept.keep("k", VALUE)
    assert kept.recall("k") == VALUE


def test_what_others_could_have_written_is_not_read(tmp_path):
    kept = DiskParseCache(tmp_path)
    kept.keep("k", VALUE)
    (file,) = files(tmp_path)
    file.parent.chmod(0o777)
    assert kept.recall("k") is None
    kept.keep("l", VALUE)
    assert files(tmp_path) == [file]


def test_a_folder_that_is_a_link_is_not_used(tmp_path):
    kept = DiskParseCache(tmp_path / "c")
    kept.keep("k", VALUE)
    folder = files(tmp_path)[0].parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert kept.recall("k") is None


def test_other_versions_have_their_own(tmp_path, monkeypatch):
    DiskParseCache(tmp_path).keep("k", VALUE)
    monkeypatch.setattr(cache, "VERSION", "99.0")
    assert DiskParseCache(tmp_path).recall("k") is None


def test_what_was_used_longest_ago_goes_first(tmp_path):
    kept = DiskParseCache(tmp_path, limit=400)
    for number, key in enumerate("abc"):
        kept.keep(key, {"text": "x" * 70})
        os.utime(kept._path(key), (number, number))
    kept.recall("a")
    kept.keep("d", {"text": "x" * 70})
    assert [one.name[0] for one in files(tmp_path)] == ["a", "c", "d"]


def test_at_the_limit_nothing_goes(tmp_path):
    for name in "ab":
        DiskParseCache(tmp_path).keep(name, "x")
    total = sum(one.stat().st_size for one in files(tmp_path))
    full = DiskParseCache(tmp_path, limit=total)
    full.keep("b", "y")
    assert (full.recall("a"), full.recall("b")) == ("x", "y")
    os.utime(full._path("a"), (1, 1))
    less = DiskParseCache(tmp_path, limit=total - 1)
    less.keep("b", "z")
    assert (less.recall("a"), less.recall("b")) == (None, "z")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no mode of a file")
def test_only_a_folder_of_the_user_alone_is_private(tmp_path, monkeypatch):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    file = tmp_path / "file"
    file.touch(0o600)
    assert [cache._is_private(one) for one in (tmp_path, open_to_all, file)] == [True, False, False]
    # On Windows, the folders of a user are that user's own, whatever their mode says.
    monkeypatch.setattr(sys, "platform", "win32")
    assert [cache._is_private(one) for one in (tmp_path, open_to_all, file)] == [True, True, False]


def test_a_disk_that_refuses_costs_nothing(tmp_path):
    (tmp_path / "c").write_text("a file")
    kept = DiskParseCache(tmp_path / "c")
    kept.keep("k", VALUE)
    assert kept.recall("k") is None


def test_half_a_file_is_never_seen(tmp_path, monkeypatch):
    def fails(self, target):
        raise OSError(28, "no space")

    monkeypatch.setattr(Path, "replace", fails)
    kept = DiskParseCache(tmp_path)
    kept.keep("k", VALUE)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"ARAZZO_CACHE_DIR": "/own", "XDG_CACHE_HOME": "/shared"}, "/own"),
        ("linux", {"XDG_CACHE_HOME": "/shared"}, "/shared/arazzo"),
        ("linux", {}, "/home/me/.cache/arazzo"),
        ("darwin", {}, "/home/me/Library/Caches/arazzo"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/arazzo/cache"),
    ],
)
def test_where_it_is(monkeypatch, platform, environment, folder):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder(environment) == Path(folder)


def test_it_is_used_where_it_is_expected(tmp_path, monkeypatch):
    environment = {"ARAZZO_CACHE_DIR": str(tmp_path)}
    assert document_access(RetrieveSettings(), environment).memory is None
    assert document_access(RetrieveSettings(remember=True), environment).memory is not None

    def homeless():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    assert document_access(RetrieveSettings(remember=True), {}).memory is None
