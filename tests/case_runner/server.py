"""A real server on 127.0.0.1 that answers by script and remembers what arrived on the wire."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from case_runner.case import ABSENT, Reply


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived: `target` still percent-encoded, header names in lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """All values of a header, joined; None when it did not come."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, Any]:
        return _flat(parse_qs(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def content(self) -> Any:
        """The body as a value: JSON and forms parsed, anything else as text."""
        kind = self.header("content-type") or ""
        if "json" in kind and self.body:
            return json.loads(self.body)
        if "x-www-form-urlencoded" in kind:
            return _flat(parse_qs(self.body.decode("latin-1"), keep_blank_values=True))
        return self.text

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "backslashreplace")


class ScriptedServer(ThreadingTCPServer):
    """Answers the n-th request by the n-th reply; `with` starts and ends it.

    `requests` is what came, `problems` says which expectations were not met. A request that
    is not in the script is answered 500.
    """

    daemon_threads = True

    def __init__(self, replies: Sequence[Reply], folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.replies = list(replies)
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def other(self) -> str:
        """The same server by another name: another origin."""
        return f"http://localhost:{self.server_address[1]}"

    def __enter__(self) -> "ScriptedServer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.shutdown()
        self.thread.join()
        self.server_close()

    def next_reply(self, request: Request) -> Reply:
        with self.lock:
            self.requests.append(request)
            number = len(self.requests)
            if number > len(self.replies):
                self.problems.append(f"request {number} is not in the script: {_line(request)}")
                return Reply(status=500, body="not in the script")
            reply = self.replies[number - 1]
            found = mismatches(reply.expect, request)
            self.problems += [f"request {number} ({_line(request)}): {one}" for one in found]
            return reply

    def unused(self) -> list[str]:
        """A sentence for the replies that nobody asked for."""
        rest = len(self.replies) - len(self.requests)
        return [f"{rest} of {len(self.replies)} scripted replies were never asked for"] * (rest > 0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no problem of the server; the case sees it in the outcome."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ScriptedServer

    def answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        reply = self.server.next_reply(request)
        self.server.ended.wait(reply.delay)
        if reply.raw is None:
            self.write_reply(reply)
        else:
            self.wfile.write(self.with_server(reply.raw).encode("latin-1"))
            self.close_connection = True

    def __getattr__(self, name: str) -> Any:
        """Every method is answered alike."""
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def write_reply(self, reply: Reply) -> None:
        body, kind = self.body_of(reply)
        headers = {"content-type": kind} if kind else {}
        headers |= {name.lower(): str(value) for name, value in reply.headers.items()}
        if reply.status not in (204, 304):
            headers.setdefault("content-length", str(len(body)))
        self.send_response_only(reply.status)
        for name, value in headers.items():
            self.send_header(name, self.with_server(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body_of(self, reply: Reply) -> tuple[bytes, str | None]:
        """The bytes of the body, and the content type that suits them."""
        if reply.file is not None:
            return (self.server.folder / reply.file).read_bytes(), None
        if reply.body is ABSENT:
            return b"", None
        if isinstance(reply.body, str):
            return self.with_server(reply.body).encode(), "text/plain; charset=utf-8"
        return self.with_server(json.dumps(reply.body)).encode(), "application/json"

    def with_server(self, text: str) -> str:
        text = text.replace("$SERVER", f"http://{self.server.authority}")
        return text.replace("$OTHER", self.server.other)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what matters is in `requests`."""


def mismatches(expect: dict[str, Any], request: Request) -> list[str]:
    """What of `expect` does not hold for `request`, each as a sentence."""
    seen: dict[str, tuple[Any, Any]] = {
        f"header {name}": (value, request.header(name))
        for name, value in expect.get("headers", {}).items()
    }
    for name in ("method", "path", "query"):
        if name in expect:
            seen[name] = (expect[name], getattr(request, name))
    if "body" in expect:
        body = expect["body"]
        seen["body"] = (body, request.text if isinstance(body, str) else request.content)
    unknown = expect.keys() - {"method", "path", "query", "headers", "body"}
    return [f"`expect` has no key `{name}`" for name in sorted(unknown)] + [
        f"{name} is {actual!r}, expected {wanted!r}"
        for name, (wanted, actual) in seen.items()
        if wanted != actual
    ]


def _flat(query: dict[str, list[str]]) -> dict[str, Any]:
    return {name: values[0] if len(values) == 1 else values for name, values in query.items()}


def _line(request: Request) -> str:
    return f"{request.method} {request.target}"
