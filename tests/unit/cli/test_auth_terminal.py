"""Runs at a terminal: what is missing is asked for, and a person logs in with a browser.

The command line runs in a process of its own, whose terminal is a pseudo-terminal.
"""

import json
import os
import sys
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import Popen
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

pty = pytest.importorskip("pty", reason="pseudo-terminals as POSIX has them")

CASES = Path(__file__).parents[2] / "cases"
# The first terminal that a session opens becomes its own: `getpass` asks that one.
PROGRAM = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
from arazzo_runner.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
BROWSER = """
import sys
from urllib.request import urlopen
urlopen(sys.argv[1], timeout=20).read()
"""


class Handler(BaseHTTPRequestHandler):
    """An API with its authorization server; ``server.seen`` is what came, in order."""

    def do_GET(self):
        parts = urlsplit(self.path)
        self.server.seen.append((parts.path, self.headers["Authorization"]))
        if parts.path != "/oauth/authorize":
            self._answer({"echo": "t0ken-1"})
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        back = urlencode({"state": self.server.state or query["state"], "code": "one-c0de"})
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{back}")
        self.end_headers()

    def do_POST(self):
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.seen.append((self.path, {name: value[0] for name, value in body.items()}))
        self._answer({"access_token": "t0ken-1", "token_type": "Bearer"})

    def _answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def api():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.state = [], None
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def at_terminal(arguments, environment):
    """A process of the command line at a terminal, and the terminal's other side."""
    master, slave = pty.openpty()
    process = Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "TERM": "dumb", **environment},
        cwd=CASES / "credentials",
    )
    os.close(slave)
    try:
        yield process, master
    finally:
        process.kill()
        process.wait()
        os.close(master)


def read_until(master, wanted, shown=""):
    """What the terminal shows until it shows ``wanted``, or the process has ended."""
    with suppress(OSError):
        while wanted is None or wanted not in shown:
            piece = os.read(master, 4096).decode()
            if not piece:
                break
            shown += piece
    return shown


def test_what_is_missing_is_asked_for(api):
    arguments = ["run", "orders.arazzo.yaml", "--workflow", "user"]
    arguments += ["--server", f"http://127.0.0.1:{api.server_port}"]
    with at_terminal(arguments, {}) as (process, master):
        shown = read_until(master, "ARAZZO_AUTH_SHOP_USER_USERNAME: ")
        os.write(master, b"ada\n")
        shown += read_until(master, "ARAZZO_AUTH_SHOP_USER_PASSWORD: ")
        os.write(master, b"p4ss word\n")
        shown += read_until(master, None)
        assert process.wait() == 0, shown
    assert "`GET /user` of `shop` needs credentials for `user` (OAuth2: password)" in shown
    assert "p4ss" not in shown
    assert "t0ken" not in shown
    assert api.seen == [
        ("/oauth/token", {"grant_type": "password", "username": "ada", "password": "p4ss word"}),
        ("/user", "Bearer t0ken-1"),
        ("/user", "Bearer t0ken-1"),
    ]


def test_nothing_typed_is_nothing_given(api):
    arguments = [
        "run",
        "orders.arazzo.yaml",
        "--workflow",
        "user",
        "--server",
        "http://127.0.0.1:9",
    ]
    with at_terminal(arguments, {}) as (process, master):
        for name in ("USERNAME", "PASSWORD"):
            read_until(master, f"{name}: ")
            os.write(master, b"\n")
        shown = read_until(master, None)
        assert process.wait() == 2
    assert "set `ARAZZO_AUTH_SHOP_USER_USERNAME` and `ARAZZO_AUTH_SHOP_USER_PASSWORD`" in shown


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (None, 0, "1 workflow passed"),
        ("forged", 2, "the browser returned with another `state` than it was sent with"),
    ],
)
def test_a_person_logs_in_with_a_browser(api, tmp_path, state, code, words):
    api.state = state
    browser = tmp_path / "browser.py"
    browser.write_text(BROWSER)
    arguments = ["run", "orders.arazzo.yaml", "--workflow", "person"]
    arguments += ["--server", f"http://127.0.0.1:{api.server_port}"]
    environment = {
        "BROWSER": f"{sys.executable} {browser} %s",
        "ARAZZO_AUTH_SHOP_PERSON_CLIENT_ID": "shop-cli",
    }
    with at_terminal(arguments, environment) as (process, master):
        shown = read_until(master, None)
        assert process.wait() == code, shown
    assert words in shown
    assert "to log in, open this in a browser" in shown
    assert "one-c0de" not in shown
    paths = [path for path, _ in api.seen]
    if state is not None:
        assert paths == ["/oauth/authorize"]
        return
    assert paths == ["/oauth/authorize", "/oauth/token", "/person"]
    assert api.seen[1][1]["code"] == "one-c0de"
    assert api.seen[2][1] == "Bearer t0ken-1"
