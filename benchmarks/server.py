"""The cheapest honest HTTP server, so that the clients are what is measured.

Prints its port and answers until it is ended: `GET /items/<n>`, `GET /turns/<n>` (every nth answer
says that it is the last), `GET /texts/<bytes>`, `GET /lists/<bytes>`, `POST /echo`, and the three
calls of the Studio job. Connections are kept alive.
"""

import asyncio
import json
import re
from itertools import count

FLOW, EXECUTION = "FW" + "a" * 32, "FN" + "b" * 32
STARTED = {
    "sid": EXECUTION,
    "account_sid": "AC" + "c" * 32,
    "flow_sid": FLOW,
    "contact_channel_address": "+15558675310",
    "context": {},
    "status": "active",
    "date_created": "2024-05-06T07:08:09Z",
    "date_updated": None,
    "url": f"https://studio.twilio.com/v2/Flows/{FLOW}/Executions/{EXECUTION}",
    "links": {},
}
STEP = {"sid": "FT" + "d" * 32, "name": "incomingRequest", "transitioned_to": "Ended"}
STEPS = {"steps": [STEP], "meta": {"page": 0, "page_size": 50, "key": "steps"}}

TURNS = count(1)

ROUTES = [
    (
        re.compile(rb"GET /turns/(\d+) "),
        200,
        lambda match: {"last": next(TURNS) % int(match[1]) == 0},
    ),
    (re.compile(rb"GET /texts/(\d+) "), 200, lambda match: {"text": "x" * int(match[1])}),
    (
        re.compile(rb"GET /lists/(\d+) "),
        200,
        lambda match: {"list": ["x" * 21] * (int(match[1]) // 25)},
    ),
    (re.compile(rb"GET /items/(\d+) "), 200, lambda match: {"id": int(match[1]), "name": "item"}),
    (re.compile(rb"POST /v2/Flows/\w+/Executions "), 201, lambda _: STARTED),
    (re.compile(rb"GET /v2/Flows/\w+/Executions/\w+ "), 200, lambda _: STARTED),
    (re.compile(rb"GET /v2/Flows/\w+/Executions/\w+/Steps[ ?]"), 200, lambda _: STEPS),
]
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def turn(of: int) -> dict[str, bool]:
    return {"last": next(TURNS) % of == 0}


def answer(head: bytes) -> bytes:
    for pattern, status, content in ROUTES:
        if match := pattern.match(head):
            return response(status, content(match))
    return response(404, {"message": "no such route"})


def response(status: int, content: object) -> bytes:
    return reply(status, json.dumps(content).encode())


def reply(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} .\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


class Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, rest = self.received.partition(b"\r\n\r\n")
            length = int(match[1]) if (match := LENGTH.search(head)) else 0
            if len(rest) < length:
                return
            self.received = rest[length:]
            echo = head.startswith(b"POST /echo ")
            self.transport.write(reply(200, rest[:length]) if echo else answer(head))


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
