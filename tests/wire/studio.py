"""A server on 127.0.0.1 that plays Twilio Studio, and keeps what came over the wire."""

import base64
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
FLOW = "FW0123456789abcdef0123456789abcdef"
TOKEN = "wire-t0ken/with:colon"
PATH = re.compile(
    r"/v[12]/Flows/(?P<flow>FW[0-9a-f]{32})/Executions"
    r"(/(?P<sid>FN[0-9a-f]{32})(?P<steps>/Steps)?)?"
)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def basic(user: str, password: str) -> str:
    """The value of the header, as RFC 7617 makes it."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: the target is still percent-encoded, names of headers are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def __str__(self) -> str:
        return " ".join(filter(None, [self.method, self.target, self.body.decode()]))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    value: Any = None
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(slots=True)
class Studio:
    """The account's executions; each ends by itself when it was read `patience` times."""

    patience: int = 1000
    token: str = TOKEN
    url: str = ""
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    reads: dict[str, int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    wire: bytearray = field(default_factory=bytearray)
    on_start: Callable[[str], None] = lambda _sid: None

    def create(self, contact: str = "+15558675310") -> str:
        """Start an execution, a minute after the one before it."""
        number = len(self.executions) + 1
        created = (FIRST + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        sid = f"FN{number:032x}"
        self.executions[sid] = {
            "sid": sid,
            "account_sid": ACCOUNT,
            "flow_sid": FLOW,
            "contact_channel_address": contact,
            "context": None,
            "status": "active",
            "date_created": created,
            "date_updated": None,
            "url": f"https://studio.twilio.com/v2/Flows/{FLOW}/Executions/{sid}",
        }
        return sid

    def answer(self, request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        match = PATH.fullmatch(path)
        if request.headers.get("authorization") != basic(ACCOUNT, self.token):
            # A careless server: it says what it was told.
            came = request.headers.get("authorization", "")
            return Answer(401, {"code": 20003, "message": f"Authenticate: {came}", "status": 401})
        if match is None or match["flow"] != FLOW:
            return _missing(path)
        if match["sid"] is None:
            return self._start(request) if request.method == "POST" else self._list(path, query)
        if match["sid"] not in self.executions:
            return _missing(path)
        if match["steps"]:
            return Answer(200, {"steps": [_step(match["sid"])], "meta": _meta(path, None, "steps")})
        return self._one(request, match["sid"])

    def _start(self, request: Request) -> Answer:
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True))
        if not {"To", "From"} <= form.keys() <= {"To", "From", "Parameters"}:
            return Answer(400, {"code": 20001, "message": "To and From are required"})
        json.loads(form.get("Parameters", "{}"))
        sid = self.create(form["To"])
        self.on_start(sid)  # the response is not there before it is done
        return Answer(201, self.executions[sid])

    def _list(self, path: str, query: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
        size = int(asked.get("PageSize", "50"))
        found = [
            one
            for one in reversed(self.executions.values())
            if asked.get("DateCreatedFrom", "") <= one["date_created"]
            and one["date_created"] < asked.get("DateCreatedTo", "9999")
        ]
        begin = int(asked.get("PageToken", "PT0").removeprefix("PT"))
        more = {**asked, "PageToken": f"PT{begin + size}"}
        further = f"{self.url}{path}?{urlencode(more)}" if len(found) > begin + size else None
        meta = _meta(path, further, "executions")
        return Answer(200, {"executions": found[begin : begin + size], "meta": meta})

    def _one(self, request: Request, sid: str) -> Answer:
        if request.method == "DELETE":
            del self.executions[sid]
            return Answer(204)
        if request.method == "POST":
            form = dict(parse_qsl(request.body.decode(), strict_parsing=True))
            self._change(sid, form["Status"])
            return Answer(200, self.executions[sid])
        self.reads[sid] = self.reads.get(sid, 0) + 1
        if self.reads[sid] > self.patience:
            self._change(sid, "ended")
        # With this, nobody waits the five seconds that the workflow asks for.
        return Answer(200, self.executions[sid], ((b"retry-after", b"0"),))

    def _change(self, sid: str, status: str) -> None:
        updated = "2025-01-02T00:00:00Z"
        self.executions[sid] = self.executions[sid] | {"status": status, "date_updated": updated}

    async def __call__(self, scope, receive, send) -> None:
        """The ASGI application."""
        request = await _read(scope, receive)
        self.requests.append(request)
        answer = self.answer(request)
        content = b"" if answer.value is None else json.dumps(answer.value).encode()
        headers = [*answer.headers, (b"content-length", b"%d" % len(content))]
        if content:
            headers.append((b"content-type", b"application/json;charset=utf-8"))
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": content})


async def _read(scope, receive) -> Request:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    return Request(scope["method"], (scope["raw_path"] + query).decode(), headers, body)


def _missing(path: str) -> Answer:
    return Answer(404, {"code": 20404, "message": f"{path} was not found", "status": 404})


def _meta(path: str, further: str | None, key: str) -> dict[str, Any]:
    return {"key": key, "page": 0, "next_page_url": further, "url": path}


def _step(execution: str) -> dict[str, Any]:
    sid = f"FT{execution[2:]}"
    moved = {"name": "incomingRequest", "transitioned_from": "Trigger", "transitioned_to": "hello"}
    return {"sid": sid, "execution_sid": execution, "parent_step_sid": None} | moved


@contextmanager
def serving(studio: Studio) -> Iterator[Studio]:
    """Serve it in a thread, on a free port, until the block is left."""

    class Recording(H11Protocol):
        def data_received(self, data: bytes) -> None:
            studio.wire.extend(data)
            super().data_received(data)

    class Ready(uvicorn.Server):
        async def main_loop(self) -> None:
            ready.set()
            await super().main_loop()

    ready = threading.Event()
    config = uvicorn.Config(
        studio, http=Recording, loop="asyncio", ws="none", lifespan="off", log_config=None
    )
    server = Ready(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        studio.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            # One that is stopped before it runs leaves its sockets open.
            assert ready.wait(timeout=10)
            yield studio
        finally:
            server.should_exit = True
            thread.join()
