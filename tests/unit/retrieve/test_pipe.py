import os
import threading

import pytest

from arazzo_runner.retrieve import pipe
from arazzo_runner.retrieve.pipe import read_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes as POSIX has them")


@pytest.fixture
def fifo(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.parametrize(("limit", "length"), [(-1, 200_000), (10, 10), (300_000, 200_000)])
def test_a_pipe_is_read_to_its_end_or_to_the_limit(fifo, limit, length):
    def fill():
        with fifo.open("wb", buffering=0) as file:
            try:
                file.write(b"x" * 200_000)
            except BrokenPipeError:  # more than was read
                return

    writer = threading.Thread(target=fill)
    writer.start()
    assert read_file(fifo, limit) == b"x" * length
    writer.join()


def test_a_pipe_that_nobody_writes_to_ends(fifo, monkeypatch):
    monkeypatch.setattr(pipe, "PATIENCE", 0.01)
    with pytest.raises(TimeoutError, match="nothing was written to the pipe"):
        read_file(fifo)


def test_what_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(pipe, "MOST", 2 * 2**20)
    assert read_file("/dev/zero", 10) == bytes(10)
    with pytest.raises(OSError, match="it does not end within 2,097,152 bytes"):
        read_file("/dev/zero")


@pytest.mark.parametrize("more", [0, 1])
def test_a_pipe_may_have_as_much_as_that(fifo, monkeypatch, more):
    monkeypatch.setattr(pipe, "MOST", 1000)
    writer = threading.Thread(target=fifo.write_bytes, args=(b"x" * (1000 + more),))
    writer.start()
    if more:
        with pytest.raises(OSError, match="it does not end within 1,000 bytes"):
            read_file(fifo)
    else:
        assert read_file(fifo) == b"x" * 1000
    writer.join()


def test_a_plain_file_is_read_up_to_the_limit(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    assert (read_file(tmp_path / "file"), read_file(tmp_path / "file", 2)) == (b"abc", b"ab")
