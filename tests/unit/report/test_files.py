import os
import stat
import sys
from pathlib import Path

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.report.files import StreamedFile, append_file, check_writable, write_atomically


def test_a_new_file_is_written_with_the_usual_permissions(tmp_path):
    umask = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new" / "report.json", b"{}")
    finally:
        os.umask(umask)
    written = tmp_path / "new" / "report.json"
    assert written.read_bytes() == b"{}"
    assert stat.S_IMODE(written.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files as POSIX has them")
def test_an_existing_file_is_replaced_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o604)
    write_atomically(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.json").write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to("real.json")
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="devices as POSIX has them")
def test_a_device_is_written_to_and_not_replaced():
    write_atomically("/dev/null", b"gone")
    assert not Path("/dev/null").is_file()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the system has no `/dev/fd`")
def test_a_pipe_without_a_path_of_its_own_is_written_to():
    reader, writer = os.pipe()
    try:
        path = f"/dev/fd/{writer}"
        check_writable(path)
        write_atomically(path, b"report")
        assert os.read(reader, 10) == b"report"
    finally:
        os.close(reader)
        os.close(writer)


def test_when_the_rename_fails_the_old_report_stays_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    path.write_text("old")

    def refuse(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UsageError, match="no space left on device"):
        write_atomically(path, b"new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("report.json", "old")]


def test_a_folder_and_a_file_as_folder_are_refused_by_name(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "report.json"):
        for attempt in (lambda at: write_atomically(at, b""), check_writable):
            with pytest.raises(UsageError) as raised:
                attempt(path)
            (finding,) = raised.value.diagnostics
            assert finding.code == "AZ907"
            assert f"the report `{path}` cannot be written" in finding.message
            assert finding.help


@pytest.mark.skipif(sys.platform == "win32", reason="devices as POSIX has them")
def test_what_can_be_written_is_left_as_it_is(tmp_path):
    path = tmp_path / "new" / "report.json"
    check_writable(path)
    assert list(path.parent.iterdir()) == []
    path.write_text("old")
    check_writable(path)
    check_writable("/dev/null")
    assert [one.read_text() for one in path.parent.iterdir()] == ["old"]


def test_a_path_that_is_none_is_refused():
    with pytest.raises(UsageError, match="embedded null"):
        check_writable("a\0b")


def test_an_error_without_a_reason_of_the_system_is_told_as_it_is(tmp_path, monkeypatch):
    def refuse(self, target):
        raise OSError("odd")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UsageError, match="odd"):
        write_atomically(tmp_path / "report.json", b"")


def test_a_growing_file_replaces_the_old_one_and_can_be_read_while_it_grows(tmp_path):
    path = tmp_path / "new" / "events"
    StreamedFile(path).close()
    growing = StreamedFile(path)
    growing.write(b"one\n")
    assert path.read_bytes() == b"one\n"
    growing.write(b"two\n")
    growing.close()
    assert path.read_bytes() == b"one\ntwo\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_growing_file_tells_at_its_end_that_it_is_not_whole():
    growing = StreamedFile("/dev/full")
    growing.write(b"one\n")
    growing.write(b"two\n")
    with pytest.raises(UsageError, match="no space left"):
        growing.close()


def test_a_folder_cannot_grow(tmp_path):
    with pytest.raises(UsageError, match="it is a folder"):
        StreamedFile(tmp_path)


def test_what_others_wrote_stays_before_what_is_appended(tmp_path):
    path = tmp_path / "shared"
    path.write_bytes(b"theirs\n")
    append_file(path, b"ours\n")
    assert path.read_bytes() == b"theirs\nours\n"
    with pytest.raises(UsageError, match="cannot be written"):
        append_file(tmp_path / "none" / "shared", b"")
