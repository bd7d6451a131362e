"""A journal in a temporary file, and a world that says what it was asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arazzo_runner.executor.world import SendCall, TransportFailure
from arazzo_runner.journal.model import RowRecord, RunRecord
from arazzo_runner.journal.sqlite import SqliteStore
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

RUN = RunRecord("run-1", "/w.yaml", {"document": "ab"}, b"options", 100.0)
ROWS = (RowRecord(0, "", b"{}"), RowRecord(1, "second", b'{"a":1}'))


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "run.journal")


@pytest.fixture
def store(path: str) -> Iterator[SqliteStore]:
    opened = SqliteStore(path, creates=True)
    opened.create(RUN, ROWS)
    yield opened
    opened.close()


class FakeWorld:
    """Has a response for each call, and remembers the calls."""

    def __init__(self, *outcomes: HttpResponse | TransportFailure | BaseException) -> None:
        self.outcomes = [*outcomes]
        self.sent: list[SendCall] = []
        self.slept: list[float] = []

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        self.sent.append(call)
        outcome = self.outcomes.pop(0) if self.outcomes else HttpResponse(200, (), b"ok")
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def sleep(self, key: str, seconds: float) -> None:
        del key
        self.slept.append(seconds)

    async def publish(self, call: object) -> None:
        raise NotImplementedError

    async def receive(self, call: object) -> None:
        raise NotImplementedError


def call(method: str = "POST", key: str = "w/s#1@1", url: str = "http://h/x", **more) -> SendCall:
    headers = more.pop("headers", ())
    body = more.pop("body", b"")
    request = HttpRequest(method, url, headers, body)
    return SendCall(key, request, None, ("api", method, "/x"), **more)
