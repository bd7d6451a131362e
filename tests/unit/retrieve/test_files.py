import os
import sys
from pathlib import Path

import pytest

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.errors import DocumentError
from arazzo_runner.retrieve import files as room
from arazzo_runner.retrieve.files import (
    file_path,
    file_uri,
    files_below,
    find_in,
    find_moved,
    path_label,
    read_named,
    read_regular,
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_that_the_user_named(folder):
    (folder / "a b.yaml").write_bytes(b"x")
    read = read_named("a b.yaml", 10)
    assert (read.data, read.name) == (b"x", "a b.yaml")
    assert read.uri == f"{folder.as_uri()}/a%20b.yaml"
    assert file_path(read.uri) == str(folder / "a b.yaml")


def test_the_base_of_a_path_has_no_dots(folder):
    (folder / "d").mkdir()
    (folder / "a.yaml").write_bytes(b"x")
    assert read_named("d/../a.yaml", 10).uri == file_uri("a.yaml")


@pytest.mark.parametrize(("limit", "fits"), [(5, True), (4, False)])
def test_the_size_of_a_file(folder, limit, fits):
    (folder / "a").write_bytes(b"12345")
    (folder / "large").write_bytes(b"12345678")
    with pytest.raises(DocumentError, match="the document has 8 bytes, and the limit is 5"):
        read_named("large", 5)  # its whole size, though no more than the limit is read
    if fits:
        assert read_named("a", limit).data == b"12345"
        return
    with pytest.raises(DocumentError) as caught:
        read_named("a", limit)
    (found,) = caught.value.diagnostics
    assert found.code == "AZ109"
    assert found.message == "the document has 5 bytes, and the limit is 4"


@pytest.mark.parametrize(
    "read", [read_named, lambda path, limit: read_regular(file_uri(path), limit)]
)
def test_a_missing_file_names_the_nearest(folder, read):
    (folder / "studio.yaml").touch()
    with pytest.raises(RetrieveError) as caught:
        read("studo.yaml", 10)
    assert caught.value.code == "AZ201"
    assert caught.value.message == "there is no file `studo.yaml`"
    assert caught.value.hint == "did you mean `studio.yaml`?"


@pytest.mark.parametrize("path", ["no/such/file.yaml", "a.yaml/b.yaml"])
def test_a_missing_folder(folder, path):
    (folder / "a.yaml").touch()
    with pytest.raises(RetrieveError) as caught:
        read_named(path, 10)
    assert caught.value.message == f"there is no file `{path}`"
    assert caught.value.hint == "give the path of the document, from the working directory"


@pytest.mark.parametrize(
    "read", [read_named, lambda path, limit: read_regular(file_uri(path), limit)]
)
def test_a_link_to_nothing_names_its_target(folder, read):
    (folder / "studio.yaml").symlink_to("gone/studio.yaml")
    with pytest.raises(RetrieveError) as caught:
        read("studio.yaml", 10)
    link = "`studio.yaml` is a link to `gone/studio.yaml`"
    assert caught.value.message == f"{link}, where there is no file"
    assert caught.value.hint == "restore that file, or remove the link"


def test_a_folder(folder):
    (folder / "d").mkdir()
    with pytest.raises(RetrieveError) as caught:
        read_regular(file_uri("d"), 10)
    assert caught.value.message == "`d` is a folder"
    assert caught.value.hint == "name a document in it"
    for name in (".hidden.yaml", "action.yml", "w.arazzo.yaml"):
        (folder / "d" / name).touch()
    with pytest.raises(RetrieveError) as caught:
        read_named("d", 10)
    assert caught.value.hint == "name a document in it, such as `d/w.arazzo.yaml`"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission(folder):
    (folder / "a").touch(mode=0)
    with pytest.raises(RetrieveError, match="`a` cannot be read: permission denied") as caught:
        read_named("a", 10)
    assert caught.value.hint == "give this user the right to read it"


def test_a_path_that_no_file_can_have():
    with pytest.raises(RetrieveError, match="cannot be read: embedded null byte"):
        read_regular("file:///a%00b", 10)
    with pytest.raises(RetrieveError, match="cannot be read: file name too long"):
        read_named("x" * 5000, 10)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_document_cannot_make_the_program_wait_on_a_pipe(folder):
    os.mkfifo("pipe")
    with pytest.raises(RetrieveError) as caught:
        read_regular(file_uri("pipe"), 10)
    assert (caught.value.code, caught.value.message) == ("AZ216", "`pipe` is not a regular file")


@pytest.mark.skipif(os.name == "nt", reason="the shares of other machines are files there")
def test_a_file_of_another_machine():
    with pytest.raises(RetrieveError) as caught:
        file_path("file://server/share/a.yaml")
    assert caught.value.code == "AZ216"
    assert file_path("file://localhost/a.yaml") == "/a.yaml"


def test_a_windows_path_keeps_its_drive(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert file_path("file:///C:/d/a.yaml") == "C:/d/a.yaml"
    assert file_path("file:///c%3A/d/a.yaml") == "c:/d/a.yaml"  # as editors spell it
    assert file_path("file://server/share/a.yaml") == "//server/share/a.yaml"


@pytest.mark.parametrize(
    "uri",
    ["file://evil/share/a.yaml", "file:////evil/share/a.yaml", "file:///%5C%5Cevil/share/a.yaml"],
)
@pytest.mark.parametrize("asking", [None, "C:/d/flow.arazzo.yaml", "//good/share/flow.arazzo.yaml"])
def test_no_document_makes_windows_log_in_to_another_machine(monkeypatch, uri, asking):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(Path, "stat", lambda *_, **__: pytest.fail("it was looked at"))
    with pytest.raises(RetrieveError) as caught:
        read_regular(uri, 10, asking)
    assert caught.value.message == f"`{uri}` is a file of another machine"


@pytest.mark.parametrize("url", ["////evil/share/a.yaml", "%5C%5Cevil%5Cshare%5Ca.yaml"])
def test_nothing_is_looked_for_on_another_machine(monkeypatch, url):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "walk", lambda *_: pytest.fail("it was looked at"))
    assert list(find_moved("C:/d/flow.arazzo.yaml", url, ())) == []


def test_paths_are_shown_from_here_unless_only_the_root_is_shared(folder, monkeypatch):
    assert path_label(str(folder / "a" / "b.yaml")) == "a/b.yaml"
    assert path_label("/x") == "/x"

    def other_drive(_paths):
        raise ValueError

    monkeypatch.setattr(os.path, "commonpath", other_drive)
    assert path_label("D:/a") == "D:/a"


def test_finding_a_moved_file(folder):
    for name in ("one", "two"):
        (folder / name).mkdir()
    (folder / "two" / "a.yaml").touch()
    assert find_in(("one", "two"), "a.yaml") == "two/a.yaml"
    assert find_in(("one",), "a.yaml") is None
    assert find_in((), "a.yaml") is None


@pytest.mark.parametrize("name", ["", ".", "..", "../two/a.yaml", "/etc/passwd", "a\0b"])
def test_a_name_does_not_lead_out_of_the_folder(folder, name):
    (folder / "one").mkdir()
    (folder / "two").mkdir()
    (folder / "two" / "a.yaml").touch()
    assert find_in(("one",), name) is None


# --- where a file may have gone -------------------------------------------------------------------


def touch(*paths):
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()


@pytest.mark.parametrize(
    ("files", "path", "found"),
    [
        (["d/api.yaml"], "/x/api.yaml", "d/api.yaml"),
        (["d/a/b/api.yaml"], "/x/api.yaml", "d/a/b/api.yaml"),
        (["d/shop/api.yaml", "d/bank/api.yaml"], "/x/shop/api.yaml", "d/shop/api.yaml"),
        (["d/shop/api.yaml", "d/bank/api.yaml"], "/x/api.yaml", None),
        (["d/api.yaml", "d/bank/api.yaml"], "/x/api.yaml", "d/api.yaml"),
        (["d/api.yaml", "d/bank/api.yaml"], "/bank/api.yaml", "d/bank/api.yaml"),
        (["d/node_modules/api.yaml", "d/.git/api.yaml"], "api.yaml", None),
        (["e/a/api.yaml"], "api.yaml", "e/a/api.yaml"),
        (["d/other-api.yaml"], "api.yaml", None),
        (["api.yaml"], "../api.yaml", None),
        (["d/api.yaml"], "..", None),
        (["d/api.yaml"], "", None),
    ],
)
def test_in_folders_that_the_user_named(folder, files, path, found):
    touch(*files)
    assert find_in(("d", "e"), path) == found


def test_a_huge_tree_is_left(folder, monkeypatch):
    touch("d/a/api.yaml")
    monkeypatch.setattr(room, "_MOST", 0)
    assert files_below(Path("d"), "api.yaml") == []
    assert files_below(Path(Path.cwd().anchor), "api.yaml") == []


@pytest.mark.parametrize(
    ("files", "path", "hint"),
    [
        (["o/old/shop.yaml", "o/shop-jobs.yaml"], "o/shop.yaml", "there is `o/old/shop.yaml`"),
        (["o/old/shop.yaml", "o/new/shop.yaml"], "o/shop.yaml", None),
        (["o/shop-jobs-api-openapi.yaml"], "o/shop-openapi.yaml", None),
        (["o/shop-openaip.yaml"], "o/shop-openapi.yaml", "did you mean `shop-openaip.yaml`?"),
        (["o/shop.json"], "o/shop.yaml", "did you mean `shop.json`?"),
        (["o/shop.json", "o/shop.yml"], "o/shop.yaml", None),
        (["w.arazzo.yaml"], "w.openapi.yaml", None),
        ([], "w.yaml", None),  # the document itself, which is `w.yml`
        (["d/w.yml"], "w.yml", "there is `d/w.yml`"),
    ],
)
def test_what_a_document_may_have_meant(folder, files, path, hint):
    touch("w.yml", *files)
    if path == "w.yml":
        Path("w.yml").unlink()
    with pytest.raises(RetrieveError) as caught:
        read_regular(file_uri(path), 10, "w.yml")
    assert caught.value.hint == hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("arazzo: 1.0.1\n", True),
        ('{"arazzo": "1.0.1", "workflows": []}', True),
        ("a: arazzo\n", False),
    ],
)
def test_a_document_in_a_folder_whatever_its_encoding(folder, encoding, text, is_found):
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (folder / "flow.yaml").write_bytes(mark + text.encode(encoding))
    assert room.find_documents(["."]) == (["flow.yaml"] if is_found else [])


def test_the_name_of_a_document_decides_whatever_its_encoding(folder):
    for name in ("a.arazzo.yaml", "b.arazzo.yml", "c.arazzo.json", "d.yaml"):
        (folder / name).write_bytes("arazzo: 1.0.1\n".encode("utf-16-le"))  # without a mark
    assert room.find_documents(["."]) == ["a.arazzo.yaml", "b.arazzo.yml", "c.arazzo.json"]
