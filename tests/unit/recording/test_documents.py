"""A recording is whole: a replay needs neither the network, nor the server, nor the files."""

import base64
import json
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from arazzo_runner.cli import main as command_line
from arazzo_runner.document.uris import split_uri
from arazzo_runner.errors import UsageError
from arazzo_runner.recording.documents import (
    RecordedDocument,
    RecordedDocuments,
    documents_from_json,
    documents_relative_to,
    documents_resolved_from,
    masked_document,
)
from arazzo_runner.recording.file import read_recording
from arazzo_runner.report.secrets import Masker

API = """openapi: 3.1.0
info: {title: T, version: "1"}
servers: [{url: /}]
security: [{key: []}]
paths:
  /a:
    get:
      operationId: a
      parameters: [{$ref: "parts.yaml#/page"}]
      responses: {"200": {description: A}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
"""
PARTS = "page: {name: page, in: query, schema: {type: integer}}\n"
DOCUMENT = """arazzo: 1.0.1
info: {title: T, version: "1"}
sourceDescriptions: [{name: api, url: "URL", type: openapi}]
workflows: [{workflowId: w, steps: [{stepId: s, operationId: a}]}]
"""


@contextmanager
def served():
    """A server with the description behind a login, and its API."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.partition("?")[0]
            texts = {"/openapi.yaml": API, "/parts.yaml": PARTS, "/a": "{}"}
            body = texts.get(path, "").encode()
            is_known = self.headers.get("X-Key") == "k-secret" and path in texts
            self.send_response(200 if is_known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("docs", "kept"):
        (tmp_path / name).mkdir()
    return tmp_path


def _texts(file):
    held = json.loads(file.read_text())["contents"].values()
    return [zlib.decompress(base64.b64decode(one)).decode() for one in held]


def test_descriptions_by_url_need_no_network(folder):
    document = folder / "docs" / "w.yaml"
    with served() as url:
        document.write_text(DOCUMENT.replace("URL", f"{url}/openapi.yaml?token=t-secret"))
        words = ["run", "docs/w.yaml", "-H", "X-Key: k-secret", "--server", url]
        assert command_line.main([*words, "--record", "kept/r.json"]) == 0
    kept = folder / "kept" / "r.json"
    assert command_line.main(["replay", "kept/r.json"]) == 0
    document.unlink()
    assert command_line.main(["replay", "kept/r.json"]) == 0
    held = kept.read_text() + "".join(_texts(kept))
    assert ("k-secret" in held, "t-secret" in held) == (False, False)
    assert (str(folder) in held, "parts.yaml#/page" in held) == (False, True)


def test_files_need_not_be_there_but_count_where_they_are(folder, monkeypatch, capsys):
    for name, text in (("w.yaml", DOCUMENT.replace("URL", "api.yaml")), ("api.yaml", API)):
        (folder / "docs" / name).write_text(text)
    (folder / "docs" / "parts.yaml").write_text(PARTS)
    words = ["run", "docs/w.yaml", "--mock", "--record", "kept/r.json"]
    assert command_line.main(words) == 0
    changed = (folder / "docs" / "w.yaml").read_text().replace("stepId: s", "stepId: other")
    (folder / "docs" / "w.yaml").write_text(changed)
    assert command_line.main(["replay", "kept/r.json"]) == 1
    assert "changed since it was recorded: `document`" in capsys.readouterr().err
    for name in ("w.yaml", "api.yaml", "parts.yaml"):
        (folder / "docs" / name).unlink()
    assert command_line.main(["replay", "kept/r.json"]) == 0
    (folder / "far").mkdir()
    (folder / "kept" / "r.json").rename(folder / "far" / "other.json")
    monkeypatch.chdir(folder / "docs")
    assert command_line.main(["replay", "../far/other.json"]) == 0


def test_moved_and_named_sources(folder):
    (folder / "docs" / "w.yaml").write_text(DOCUMENT.replace("URL", "gone/api.yaml"))
    for name, text in (("api.yaml", API), ("parts.yaml", PARTS)):
        (folder / "kept" / name).write_text(text)
    for flags in (["--source-dir", "kept"], ["--source", "api=kept/api.yaml"]):
        words = ["run", "docs/w.yaml", "--mock", "--record", "r.json", *flags]
        (folder / "kept" / "api.yaml").write_text(API)
        assert command_line.main(words) == 0
        (folder / "kept" / "api.yaml").unlink()
        assert command_line.main(["replay", "r.json"]) == 0


def test_a_moved_source_below_a_folder_with_a_space(tmp_path, monkeypatch):
    """Paths are kept as URIs spell them, so that they are the same on all systems."""
    monkeypatch.chdir(tmp_path)
    asked = split_uri((tmp_path / "my api" / "a.yaml").as_uri()).path
    moved = RecordedDocuments({}, {asked: "there/a.yaml", "/x/b.yaml": "b.yaml"})
    kept = documents_relative_to(moved, "my api/r.json")
    assert kept.moved == {"a.yaml": "../there/a.yaml", "/x/b.yaml": "../b.yaml"}
    back = documents_resolved_from(kept, "my api/r.json")
    assert back.moved == {asked: "there/a.yaml", "/x/b.yaml": "b.yaml"}


def test_a_document_of_standard_input(folder, monkeypatch):
    import io
    import sys

    (folder / "api.yaml").write_text(API)
    (folder / "parts.yaml").write_text(PARTS)
    text = DOCUMENT.replace("URL", "api.yaml").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert command_line.main(["run", "-", "--mock", "--record", "r.json"]) == 0
    (folder / "api.yaml").unlink()
    assert command_line.main(["replay", "r.json"]) == 0


@pytest.mark.parametrize(
    ("text", "secret", "kept"),
    [
        ("url: https://u:p4ss@h/x?token=abcd\n", "none", "url: https://***@h/x?token=***\n"),
        ("default: s3cret\nb: 1\n", "s3cret", "default: '***'\nb: 1\n"),
        ("{a: {default: s3cret, b: 1}}", "s3cret", "{a: {default: '***', b: 1}}"),
        ('{"default": "s3cret"}', "s3cret", '{"default": "***"}'),
        # It would be another document: only what is in URLs is masked.
        ("operationId: order\n", "order", "operationId: order\n"),
        ("order: 1\nurl: https://h/?key=1&token=abcd\n", "order", "order: 1\nurl: https://h/?key=1&token=***\n"),
        ("\t- no: [yaml", "yaml", "\t- no: [yaml"),
    ],
)  # fmt: skip
def test_secrets_in_documents(text, secret, kept):
    assert masked_document(text.encode(), Masker((secret,))).decode() == kept


def test_a_document_that_is_no_text():
    assert masked_document(b"\xff", Masker(("secret",))) == b"\xff"


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        ({"x": "!"}, "malformed"),
        ({"x": base64.b64encode(b"no zlib").decode()}, "malformed"),
        ({"x": base64.b64encode(zlib.compress(b"a" * 40_000_000)).decode()}, "has more than"),
        ({"x": base64.b64encode(zlib.compress(b"abc")[:-5]).decode()}, "truncated"),
        ({"x": base64.b64encode(zlib.compress(b"abc")).decode()}, "not what its SHA-256 says"),
        ({}, "a document has no content `x`"),
    ],
)
def test_contents_that_cannot_be_used(contents, why):
    with pytest.raises(ValueError, match=why):
        documents_from_json({"a.yaml": {"uri": "a.yaml", "sha256": "x"}}, {}, contents)


def test_a_recording_with_broken_contents(folder):
    (folder / "r.json").write_text(
        json.dumps(
            {"schema_version": "1.0", "document": "a", "exchanges": [], "contents": {"x": "!"}}
        )
    )
    with pytest.raises(UsageError) as caught:
        read_recording("r.json")
    assert "the content `x` is malformed" in caught.value.diagnostics[0].message


def test_places_move_with_the_file(folder):
    documents = RecordedDocuments(
        {
            (folder / "docs" / "a.yaml").as_uri(): RecordedDocument("https://h/a", b"1"),
            "https://h/b": RecordedDocument((folder / "b.yaml").as_uri(), b"2"),
            "-": RecordedDocument(f"{folder.as_uri()}/", b"3"),
        },
        {f"{folder}/gone/a.yaml": "docs/a.yaml", "/openapi.yaml": "docs/a.yaml"},
    )
    kept = documents_relative_to(documents, "kept/r.json")
    assert list(kept.by_uri) == ["../docs/a.yaml", "https://h/b", "-"]
    assert [one.uri for one in kept.by_uri.values()] == ["https://h/a", "../b.yaml", "../"]
    assert documents_resolved_from(kept, "kept/r.json") == documents
