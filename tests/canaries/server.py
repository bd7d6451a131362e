"""An API that sends back what it was sent, in many encodings, and hands out secrets of its own."""

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

from canaries.secrets import CANARIES, COOKIE_SAFE

ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "percent": lambda text: quote(text, safe=""),
    "json": json.dumps,
    "html": escape,
}
PAIRS = (
    ("percent", "base64"),
    ("base64", "percent"),
    ("html", "json"),
    ("json", "html"),
    ("json", "base64"),
)
CARRIERS = (
    "authorization",
    "cookie",
    "x-shop",
    "x-profile",
    "x-auth-token",
    "x-api-key",
    "x-source-key",
)


@dataclass
class Behaviour:
    """What the server does: `status` of all responses, and what a response says of itself.

    `echoes`: it sends back what it was sent.
    """

    status: int = 200
    verdict: str = "fine"
    echoes: bool = True
    seen: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behaviour: Behaviour

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode(
            "utf-8", "replace"
        )
        self.behaviour.seen.append("\n".join([self.path, *self.headers.values(), body]))
        if self.path.startswith("/digest") and "authorization" not in self.headers:
            self.send(
                401,
                {"title": "who?"},
                ("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),
            )
        elif self.path.startswith(("/token", "/refresh")):
            self.send(200, self.tokens(body))
        elif self.path.startswith("/api.yaml"):
            self.send(self.behaviour.status, {"openapi": "3.1.0", "echo": self.echo(body)})
        else:
            self.send(self.behaviour.status, self.content(body))

    do_GET = do_POST = answer  # noqa: N815

    def tokens(self, body: str) -> dict[str, Any]:
        is_client = "client_credentials" in body
        token, refresh = (
            ("fetched-token", "fetched-refresh")
            if is_client
            else ("refreshed-token", "fetched-refresh")
        )
        return {"access_token": CANARIES[token], "token_type": "Bearer", "refresh_token": CANARIES[refresh],
                "expires_in": 3600 if is_client else 0}  # fmt: skip

    def content(self, body: str) -> dict[str, Any]:
        return {
            "verdict": self.behaviour.verdict,
            "session": CANARIES["session-token"],
            "told": CANARIES["named-output"],
            "cookie": COOKIE_SAFE["set-cookie"],
            "echo": self.echo(body),
        }

    def echo(self, body: str) -> dict[str, str]:
        """The request, in each encoding and in some pairs of them."""
        if not self.behaviour.echoes:
            return {}
        text = "\n".join(
            [self.path, *(self.headers[name] for name in CARRIERS if name in self.headers), body]
        )
        once = {name: encode(text) for name, encode in ENCODINGS.items()}
        twice = {f"{two} of {one}": ENCODINGS[two](once[one]) for one, two in PAIRS}
        return once | twice

    def send(self, status: int, content: dict[str, Any], *headers: tuple[str, str]) -> None:
        data = json.dumps(content).encode()
        self.send_response_only(status)
        fixed = (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(data))),
            ("Set-Cookie", f"sid={COOKIE_SAFE['set-cookie']}; Path=/"),
            ("X-Auth-Token", CANARIES["auth-token"]),
            *(
                (("Authorization", self.headers["authorization"]),)
                if "authorization" in self.headers and self.behaviour.echoes
                else ()
            ),
        )
        for name, value in (*fixed, *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@contextmanager
def echoing_server(behaviour: Behaviour) -> Iterator[str]:
    """`HOST:PORT` of the server, as long as the block runs."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
