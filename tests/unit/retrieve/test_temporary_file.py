import os
import subprocess
import sys

import pytest

from arazzo_runner.retrieve.temporary_file import discard_temporaries, temporary_beside

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes as POSIX has them")


def names(folder):
    return sorted(one.name for one in folder.iterdir())


def test_what_is_not_renamed_is_deleted_whatever_ended_it(tmp_path):
    with pytest.raises(KeyboardInterrupt), temporary_beside(tmp_path / "r") as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_all_that_is_in_progress_can_be_discarded_at_once(tmp_path):
    with temporary_beside(tmp_path / "a") as one, temporary_beside(tmp_path / "b") as two:
        one.write_text("half")
        two.write_text("half")
        discard_temporaries()
        assert names(tmp_path) == []


def test_the_files_of_dead_processes_are_swept_and_no_others(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with temporary_beside(tmp_path / "r") as temporary:
        temporary.write_text("being written")
        name, own = temporary.name, f"-{os.getpid()}-"
        kept = [
            name,
            name.replace(own, f"-{os.getppid()}-"),  # alive
            f".r.ffffffff-{ended.pid}-0123456789ab.tmp",  # of another host
            ".r.tmp",
        ]
        left = [name.replace(own, f"-{ended.pid}-"), name[:-16] + "0123456789ab.tmp"]
        for one in (*kept, *left):
            (tmp_path / one).touch()
        with temporary_beside(tmp_path / "s"):
            assert names(tmp_path) == sorted(kept)
