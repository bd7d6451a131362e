import base64
import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.report.curl import curl_line, repeat_line
from arazzo_runner.report.secrets import NO_MASK, Masker

URL = "https://api.example/v1/things"
TYPE = "Content-Type"
JSON = (TYPE, "application/json")
FED = "echo iVBORwA= | base64 --decode"
ODD_TEXT = b"@first\nline\r\n\ttab \\n 'q' \xc3\xa9\xe2\x80\xae"


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (HttpRequest("GET", URL), f"curl {URL}"),
        (HttpRequest("DELETE", URL), f"curl --request DELETE {URL}"),
        (HttpRequest("HEAD", URL), f"curl --head {URL}"),
        (HttpRequest("POST", URL), f"curl --request POST {URL}"),
        (HttpRequest("GET", f"{URL}?a=1&b=x%20y"), f"curl '{URL}?a=1&b=x%20y'"),
        (HttpRequest("GET", f"{URL}?a[b]=1"), f"curl --globoff '{URL}?a[b]=1'"),
        (HttpRequest("GET", "http://h/a/../b"), "curl --path-as-is http://h/a/../b"),
        (
            HttpRequest("POST", URL, (JSON,), b'["it\'s"]'),
            f"curl --header '{TYPE}: application/json' --data-raw '[\"it'\"'\"'s\"]' {URL}",
        ),
        (
            HttpRequest("POST", URL, ((TYPE, "application/x-www-form-urlencoded"),), b"a=1"),
            f"curl --data-raw a=1 {URL}",
        ),
        (
            HttpRequest("PUT", URL, (), b"@file"),
            f"curl --request PUT --header 'Content-Type:' --data-raw @file {URL}",
        ),
        (
            HttpRequest("GET", URL, (JSON,), b"{}"),
            f"curl --request GET --header 'Content-Type: application/json' --data-raw '{{}}' {URL}",
        ),
        (
            HttpRequest("GET", URL, (("Host", "h"), ("Accept", "*/*"), ("Content-Length", "0"),
                                     ("X-Empty", ""), ("Accept-Encoding", "gzip, deflate"))),
            f"curl --header 'X-Empty;' --compressed {URL}",
        ),
        (
            HttpRequest("GET", URL, (("Accept-Encoding", "identity"),)),
            f"curl --header 'Accept-Encoding: identity' {URL}",
        ),
        (
            HttpRequest("POST", URL, (("Content-Type", "text/plain"),), b"a\nb'c\\\x1b[2J\xc3\xa9"),
            rf"curl --header 'Content-Type: text/plain' --data-raw $'a\x0ab\'c\\\x1b[2Jé' {URL}",
        ),
        (
            HttpRequest("POST", URL, (("Content-Type", "image/png"),), b"\x89PNG\x00"),
            f"{FED} | curl --header '{TYPE}: image/png' --data-binary @- {URL}",
        ),
        (
            HttpRequest("POST", URL, (JSON,), b" " * 4097),
            f"curl --header 'Content-Type: application/json' --data-binary @body {URL}",
        ),
    ],
)  # fmt: skip
def test_the_line_has_what_the_request_needs(request_, line):
    assert curl_line(request_, NO_MASK) == line


def test_secrets_are_masked():
    request = HttpRequest(
        "POST",
        f"{URL}?key=hunter22",
        (("Authorization", "Basic x"), ("X-Trace", "hunter22")),
        b'{"password": "hunter22"}',
    )
    line = curl_line(request, Masker(["hunter22"]))
    assert "hunter22" not in line
    assert "'Authorization: ***'" in line
    assert f"'{URL}?key=***'" in line


def test_secrets_in_octets_are_masked():
    line = curl_line(HttpRequest("POST", URL, (), b"\xffhunter22"), Masker(["hunter22"]))
    assert base64.b64encode(b"\xff***").decode() in line


class _Recorder(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple]] = []

    def __getattr__(self, name):
        return self._record if name.startswith("do_") else super().__getattribute__(name)

    def _record(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, self.path, dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def recorder():
    server = HTTPServer(("127.0.0.1", 0), _Recorder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", _Recorder.seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl")
@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", "/a/../b?x[y]={1}&z='%20", {"X-Odd": "a 'b' \"c\" $d `e`"}, b""),
        ("POST", "/", {"Content-Type": "application/json"}, json.dumps({"a": "'\n$x"}).encode()),
        ("POST", "/", {"Content-Type": "text/plain"}, ODD_TEXT),
        ("PUT", "/", {"Content-Type": "image/png"}, bytes(range(256))),
        ("DELETE", "/", {"X-Empty": ""}, b""),
    ],
)  # fmt: skip
def test_a_shell_and_curl_send_the_same_request(recorder, method, path, headers, body):
    origin, seen = recorder
    request = HttpRequest(method, origin + path, tuple(headers.items()), body)
    line = curl_line(request, NO_MASK).replace(
        "curl ", "curl --silent --noproxy '*' --max-time 10 "
    )
    subprocess.run(["bash", "-c", line], check=True)
    got_method, got_path, got_headers, got_body = seen.pop()
    assert (got_method, got_path, got_body) == (method, path, body)
    assert {name: got_headers.get(name) for name in headers} == headers


OTHER = "https://api.example/v1/others"


def exchanges(request, status=None, method="GET"):
    """What went over the wire: with a status, a redirect before the response."""
    last = WireExchange(request, HttpResponse(500, (), b""), 0.0, 0.0)
    if status is None:
        return (last,)
    answer = HttpResponse(status, (("Location", OTHER),), b"")
    first = WireExchange(request, answer, 0.0, 0.0)
    return (first, WireExchange(HttpRequest(method, OTHER), last.response, 0.0, 0.0))


@pytest.mark.parametrize(
    ("method", "url", "body", "changes", "line"),
    [
        ("GET", URL, b"", {}, f"curl {URL}"),
        ("GET", URL, b"", {"status": 302}, f"curl --location {URL}"),
        ("POST", URL, b"a", {"status": 303}, f"curl --location --header 'Content-Type:' --data-raw a {URL}"),
        ("POST", URL, b"", {"status": 303}, f"curl --location --data-raw '' --header 'Content-Type:' {URL}"),
        ("DELETE", URL, b"", {"status": 307}, f"curl --location --request DELETE {URL}"),
        ("GET", URL, b"", {"in_process": True}, 'curl "$SERVER"/v1/things'),
        ("GET", f"{URL}?a=$b&c=s3cret", b"", {"in_process": True}, """curl "$SERVER"'/v1/things?a=$b&c=***'"""),
        ("GET", "http://h", b"", {"in_process": True}, 'curl "$SERVER"'),
        ("GET", URL, b"", {"in_process": True, "status": 302}, 'curl --location "$SERVER"/v1/things'),
    ],
)  # fmt: skip
def test_a_line_repeats_what_happened(build, method, url, body, changes, line):
    request = HttpRequest(method, url, (), body)
    wire = exchanges(request, changes.get("status"))
    in_process = changes.get("in_process", False)
    attempt = build.attempt(request=request, exchanges=wire, in_process=in_process)
    assert repeat_line(attempt, request, Masker(["s3cret"])) == line


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl")
def test_a_shell_puts_the_server_in_its_place(recorder, build):
    origin, seen = recorder
    request = HttpRequest("PUT", "https://real.example/a?x=$b", (), b"{}")
    attempt = build.attempt(request=request, in_process=True)
    line = repeat_line(attempt, request, NO_MASK).replace(
        "curl ", "curl --silent --noproxy '*' --max-time 10 "
    )
    subprocess.run(["bash", "-c", line], check=True, env={**os.environ, "SERVER": origin})
    assert [(one[0], one[1], one[3]) for one in seen] == [("PUT", "/a?x=$b", b"{}")]
    seen.clear()
