import os
import stat
from pathlib import Path, PureWindowsPath

import pytest

from arazzo_runner.operating_system import files
from arazzo_runner.operating_system.files import (
    expand_patterns,
    has_permissions,
    has_process_numbers,
    host_name,
    is_file_of_user,
    is_on_other_machine,
    normal_drive,
    open_pipe,
    path_uri,
    portable_name,
    replace_file,
    uri_path,
    windows_path,
)

PATHS = [
    (None, "/C:/d/a.yaml", "C:/d/a.yaml"),
    ("", "/c:/", "c:/"),
    ("", "/c:", "c:"),
    ("localhost", "/C:/a", "C:/a"),
    ("", "/a:b/c", "/a:b/c"),  # no drive
    ("", "/cc:/c", "/cc:/c"),
    ("server", "/share/a.yaml", "//server/share/a.yaml"),
]


@pytest.mark.parametrize(("authority", "path", "expected"), PATHS)
def test_the_path_of_a_uri_on_windows(windows, authority, path, expected):
    assert windows_path(authority, path) == expected


@pytest.mark.parametrize(
    "path", [r"C:\d\a b.yaml", r"\\server\share\a.yaml", r"C:\Ünï\100%.yaml", r"C:\d\a#b.yaml"]
)
def test_a_path_of_windows_comes_back_from_its_uri(windows, path):
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(PureWindowsPath(path).as_uri())
    assert PureWindowsPath(windows_path(parts.netloc, unquote(parts.path))) == PureWindowsPath(path)


@pytest.mark.skipif(os.name == "nt", reason="drives and servers are paths there")
def test_elsewhere_there_are_neither_drives_nor_servers():
    assert uri_path("a\\b") == "a\\b"
    assert not is_on_other_machine("//server/share/a", "/d")
    assert (normal_drive("c:/a"), path_uri("c:/a")) == ("c:/a", "c%3A/a")


@pytest.mark.parametrize(
    ("path", "document", "expected"),
    [
        (r"\\Evil\share\a.yaml", r"C:\d\a.yaml", True),
        ("//evil/share/a.yaml", "//good/share/b.yaml", True),
        ("//Good/share/a.yaml", r"\\good\share\b.yaml", False),
        (r"\\.\pipe\a", r"C:\d\a.yaml", True),  # a device
        (r"C:\d\b.yaml", r"\\good\share\b.yaml", False),
        ("b.yaml", "", False),
    ],
)
def test_who_may_make_this_machine_log_in_to_another(windows, path, document, expected):
    assert is_on_other_machine(path, document) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"tests\a b.yaml", "tests/a%20b.yaml"),
        (r"C:\d\a.yaml", "file:///C:/d/a.yaml"),
        (r"\\server\share\a.yaml", "file://server/share/a.yaml"),
    ],
)
def test_a_path_in_a_report(windows, path, expected):
    assert path_uri(path) == expected


def test_a_drive_has_one_spelling(windows):
    assert normal_drive(r"c:\a") == r"C:\a"
    assert normal_drive(r"\\c\a") == r"\\c\a"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("con", "con_"),
        ("NUL.old", "NUL_.old"),
        ("com1", "com1_"),
        ("console", "console"),
        ("com10", "com10"),
        ("a.con", "a.con"),
        ("", ""),
    ],
)
def test_names_of_devices(name, expected):
    assert portable_name(name) == expected


def test_the_machine_and_its_processes(windows, monkeypatch):
    monkeypatch.setenv("COMPUTERNAME", "BOX")
    assert host_name() == "BOX"
    assert not has_process_numbers()


def test_whose_a_file_is(windows, tmp_path):
    assert is_file_of_user(tmp_path.stat())
    assert not has_permissions()


@pytest.mark.skipif(os.name == "nt", reason="there are no users by number")
def test_a_file_of_somebody_else(tmp_path):
    own = tmp_path.stat()
    assert is_file_of_user(own)
    assert host_name()
    assert not is_file_of_user(os.stat_result((*own[:4], own.st_uid + 1, *own[5:])))


def test_a_pipe_of_windows_is_opened_as_a_file(windows, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    descriptor = open_pipe(tmp_path / "a", os.O_RDONLY)
    try:
        assert os.read(descriptor, 9) == b"x"
        assert stat.S_ISREG(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)


class HeldFile:
    """A file that another program reads for so many tries."""

    def __init__(self, tries):
        self.tries = tries

    def replace(self, _target):
        self.tries -= 1
        if self.tries >= 0:
            raise PermissionError(13, "Access is denied")


def test_a_file_that_is_read_is_replaced_a_little_later(windows, monkeypatch):
    waited = []
    monkeypatch.setattr(files.time, "sleep", waited.append)
    replace_file(HeldFile(3), Path("a"))
    assert len(waited) == 3
    with pytest.raises(PermissionError):
        replace_file(HeldFile(99), Path("a"))
    assert sum(waited[3:]) < 1


@pytest.mark.skipif(os.name == "nt", reason="Windows waits")
def test_elsewhere_nothing_is_tried_again():
    with pytest.raises(PermissionError):
        replace_file(HeldFile(1), Path("a"))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("*.yaml", ["a.yaml", "b.yaml"]),
        ("*.YML", ["*.YML"]),  # nothing matches
        ("[ab].yaml", ["a.yaml", "b.yaml"]),
        ("**/c.json", ["d/c.json"]),
        ("--x=*.yaml", ["--x=*.yaml"]),
        ("name=*.yaml", ["name=*.yaml"]),
        ("AZ*", ["AZ*"]),
        ("https://x/*.yaml", ["https://x/*.yaml"]),
    ],
)
def test_patterns_that_no_shell_has_replaced(windows, monkeypatch, tmp_path, word, expected):
    (tmp_path / "d").mkdir()
    for name in ("b.yaml", "a.yaml", "d/c.json", "AZ1"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert [one.replace(os.sep, "/") for one in expand_patterns([word])] == expected


@pytest.mark.skipif(os.name == "nt", reason="the shell has done it")
def test_where_the_shell_replaces_them_a_pattern_is_a_name(monkeypatch, tmp_path):
    (tmp_path / "a.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert expand_patterns(["*.yaml"]) == ["*.yaml"]
