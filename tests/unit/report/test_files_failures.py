"""Whichever step of a write fails, there is the old file or the new one, and nothing beside it."""

import errno
import os
from pathlib import Path

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.recording.file import write_recording
from arazzo_runner.recording.model import Recording
from arazzo_runner.report.files import StreamedFile, append_file, write_pieces
from arazzo_runner.report.secrets import Masker
from arazzo_runner.retrieve.cache import DiskParseCache

pytestmark = pytest.mark.skipif(os.name == "nt", reason="files as POSIX has them")
STEPS = [(os, "fsync"), (Path, "replace"), (Path, "chmod"), (Path, "open"), (os, "open")]
FULL = OSError(errno.ENOSPC, "No space left on device")


def refuse(*_args, **_named):
    raise FULL


def names(folder):
    return sorted(one.name for one in folder.rglob("*") if one.is_file())


@pytest.mark.parametrize(("owner", "step"), STEPS[:4], ids=str)
@pytest.mark.parametrize("reason", [FULL, KeyboardInterrupt()], ids=["full", "signal"])
def test_a_step_of_a_report_that_fails(tmp_path, monkeypatch, owner, step, reason):
    path = tmp_path / "report.json"
    path.write_text("old")

    def fail(*_args, **_named):
        raise reason

    with monkeypatch.context() as patch, pytest.raises((UsageError, KeyboardInterrupt)) as raised:
        patch.setattr(owner, step, fail)
        write_pieces(path, (b"new",))
    if reason is FULL:
        assert "`" in str(raised.value)
        assert "no space left on device" in str(raised.value)
    assert (names(tmp_path), path.read_text()) == (["report.json"], "old")


@pytest.mark.parametrize("position", range(4))
def test_a_piece_of_a_report_that_fails(tmp_path, position):
    path = tmp_path / "report.json"
    path.write_text("old")

    def pieces():
        for at in range(4):
            if at == position:
                raise FULL
            yield b"x" * 20_000

    with pytest.raises(UsageError, match="no space left on device"):
        write_pieces(path, pieces())
    assert (names(tmp_path), path.read_text()) == (["report.json"], "old")


@pytest.mark.parametrize(("owner", "step"), STEPS[:4], ids=str)
def test_a_step_of_a_recording_that_fails(tmp_path, monkeypatch, owner, step):
    path = tmp_path / "recording.json"
    path.write_text("old")
    with monkeypatch.context() as patch, pytest.raises(UsageError, match="the recording `"):
        patch.setattr(owner, step, refuse)
        write_recording(path, Recording("w.yaml", ()), Masker())
    assert (names(tmp_path), path.read_text()) == (["recording.json"], "old")


@pytest.mark.parametrize(("owner", "step"), [(Path, "replace"), (os, "open"), (os, "fdopen")])
def test_a_step_of_the_cache_that_fails_costs_only_time(tmp_path, monkeypatch, owner, step):
    cache = DiskParseCache(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, refuse)
        cache.keep("key", {"a": 1})
    assert (names(tmp_path), cache.recall("key")) == ([], None)
    cache.keep("key", {"a": 1})
    assert cache.recall("key") == {"a": 1}


@pytest.mark.parametrize(
    "write", [lambda at: write_pieces(at, (b"x",)), StreamedFile, lambda at: append_file(at, b"x")]
)
def test_a_pipe_that_nobody_reads_is_refused(tmp_path, write):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="nobody reads from the pipe"):
        write(tmp_path / "pipe")


def test_a_pipe_that_is_read_gets_the_report(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_pieces(tmp_path / "pipe", (b"one ", b"two"))
    assert os.read(reader, 100) == b"one two"
    os.close(reader)
