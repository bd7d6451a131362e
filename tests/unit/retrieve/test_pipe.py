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


def test_a_plain_file_is_read_up_to_the_limit(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    assert (read_file(tmp_path / "file"), read_file(tmp_path / "file", 2)) == (b"abc", b"ab")
