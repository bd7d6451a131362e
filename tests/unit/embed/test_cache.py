"""What a runner keeps: the documents used last, for as long as their files are the same."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

import arazzo_runner as arazzo
from arazzo_runner.embed import cache
from arazzo_runner.embed.documents import load_path

INPUTS = {"name": "cup"}


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The documents that were read, by the name of their folder."""
    names: list[str] = []

    def load(path, *given):
        names.append(Path(path).parent.name)
        return load_path(path, *given)

    monkeypatch.setattr(cache, "load_path", load)
    return names


@pytest.fixture
def keeping() -> cache.PlanCache:
    return cache.PlanCache(arazzo.Runner(mock=True)._chosen.options)


def copied(shop: Path, name: str) -> Path:
    """The documents of the shop in another folder."""
    folder = shop.parent / name
    folder.mkdir()
    for one in shop.parent.glob("shop.*"):
        (folder / one.name).write_bytes(one.read_bytes())
    return folder / shop.name


def test_what_was_used_longest_ago_goes_first(keeping, read, shop, monkeypatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 2)
    a, b, c = (copied(shop, name) for name in "abc")
    for path in (a, b, a, c, a, b):
        keeping.prepared(path, [], INPUTS)
    # `c` comes in place of `b`, which was used before `a`; then `b` has to be read again.
    assert read == ["a", "b", "c", "b"]


def test_plans_are_kept_by_last_use_too(keeping, shop, monkeypatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 2)
    a, b, c = (arazzo.load(shop) for _ in "abc")
    plan = keeping.prepared(a, [], INPUTS).plan
    for description in (b, a, c):
        keeping.prepared(description, [], INPUTS)
    assert keeping.prepared(a, [], INPUTS).plan is plan


def same_size(path: Path) -> None:
    """Another text of the same length in the same file, at another time."""
    was = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Shop", b"Shep"))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns + 1))


def same_time(path: Path) -> None:
    """A longer text in the same file, which says that it is as old as before."""
    was = path.stat()
    path.write_bytes(path.read_bytes() + b"\n")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def same_size_and_time(path: Path) -> None:
    """Another file in its place, as long and as old: what a checkout may leave."""
    was = path.stat()
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"Shop", b"Shep"))
    os.utime(other, ns=(was.st_atime_ns, was.st_mtime_ns))
    other.replace(path)


def gone_and_back(path: Path) -> None:
    """The file at first not there, and then there again, is another."""
    text = path.read_bytes()
    path.unlink()
    path.with_name("in between").write_bytes(b"")  # so that the inode is not the same by luck
    path.write_bytes(text + b"\n")


@pytest.mark.parametrize("name", ["shop.arazzo.yaml", "shop.openapi.json"])
@pytest.mark.parametrize("change", [same_size, same_time, same_size_and_time, gone_and_back])
def test_a_changed_file_is_read_again(keeping, read, shop, name, change) -> None:
    keeping.prepared(shop, [], INPUTS)
    keeping.prepared(shop, [], INPUTS)
    assert len(read) == 1
    change(shop.with_name(name))
    keeping.prepared(shop, [], INPUTS)
    assert len(read) == 2


@pytest.mark.parametrize("name", ["shop.arazzo.yaml", "shop.openapi.json"])
def test_a_file_that_changes_while_it_is_read_is_read_again(
    keeping, read, shop, name, monkeypatch
) -> None:
    file, stamp, taken = shop.with_name(name), cache._stamp, list[str]()

    def changing(uri: str) -> object:
        """A stamp, and, when it is the first one of the file, another text in the file."""
        known = stamp(uri)
        if uri == file.as_uri() and not taken:
            taken.append(uri)
            same_size(file)
        return known

    monkeypatch.setattr(cache, "_stamp", changing)
    for _ in range(3):
        keeping.prepared(shop, [], INPUTS)
    assert len(read) == 2


def test_threads_read_a_document_once(keeping, shop, monkeypatch) -> None:
    reads, both = list[object](), Event()

    def load(path, *given):
        reads.append(path)
        # Without the lock the other thread comes here too, while this one waits for it.
        both.set() if len(reads) == 2 else both.wait(0.3)
        return load_path(path, *given)

    monkeypatch.setattr(cache, "load_path", load)
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(keeping.prepared, shop, [], INPUTS) for _ in range(2)]
        plans = [one.result().plan for one in runs]
    assert len(reads) == 1
    assert plans[0] is plans[1]


def test_a_path_that_no_file_has(keeping) -> None:
    with pytest.raises(arazzo.UsageError, match="cannot be read"):
        keeping.prepared("a\0b.yaml", [], INPUTS)
