"""What goes into the file of a recording comes out again, but for secrets."""

import json
from pathlib import Path

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.plan import Limits, Settings
from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.expression.value import FileBody
from arazzo_runner.http.send import HttpWorldBase
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.recording.body import (
    body_from_json,
    body_to_json,
    files_from_json,
    files_to_json,
)
from arazzo_runner.recording.file import read_recording, write_recording
from arazzo_runner.recording.model import (
    RecordedExchange,
    RecordedOptions,
    Recording,
)
from arazzo_runner.recording.replay import ReplayWorld
from arazzo_runner.recording.spool import RecordingWorld
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.number import JsonNumber

JSON = (("Content-Type", "application/json"),)
LATIN = (("Content-Type", "text/plain; charset=iso-8859-1"),)
OPERATION = ("shop", "POST", "/orders")


@pytest.mark.parametrize(
    ("octets", "headers", "spelled"),
    [
        (b"", (), None),
        (b'{"a": [1, 2.50]}', JSON, {"json": {"a": [1, 2.5]}}),
        (b"{", JSON, {"text": "{"}),
        (b'{"a": NaN}', JSON, {"text": '{"a": NaN}'}),
        (b'"\\ud800"', JSON, {"text": '"\\ud800"'}),
        (b"[1e400]", JSON, {"json": [JsonNumber("1e400")]}),
        ("müde".encode(), (), {"text": "müde"}),
        (b"m\xfcde", LATIN, {"text": "müde"}),
        (b"m\xfcde", (), {"base64": "bfxkZQ=="}),
        (b"a\x00b", (), {"base64": "YQBi"}),
        (b"text", (("Content-Type", "text/plain; charset=klingon"),), {"text": "text"}),
        (b"6162", (("Content-Type", "text/plain; charset=hex"),), {"text": "6162"}),
        (b"the hunter-22 code", (), {"text": "the *** code"}),
        (b'["hunter-22"]', JSON, {"json": ["***"]}),
    ],
)
def test_bodies(octets: bytes, headers: tuple[tuple[str, str], ...], spelled: object) -> None:
    masker = Masker(["hunter-22"])
    assert body_to_json(octets, headers, masker) == spelled
    read = body_from_json(spelled, headers)
    assert body_to_json(read, headers, masker) == spelled
    if b"hunter" not in octets and headers != JSON:
        assert read == octets


@pytest.mark.parametrize("spelled", ["text", {"text": 1}, {"octets": "YQ=="}, []])
def test_bodies_of_no_form(spelled: object) -> None:
    with pytest.raises(ValueError, match="a body is null or an object"):
        body_from_json(spelled, ())


def test_what_is_written_is_read(tmp_path: Path) -> None:
    limits = Limits(max_steps=7, max_retries=2)
    asked = RecordedOptions(
        ("order",), {"shop": "https://a.example"}, {"v": "1"}, {"shop": "s.yaml"}, ("apis",),
        Settings(limits, {"schema": "error"}, "fetch", fail_fast=True),
    )  # fmt: skip
    request = HttpRequest("POST", "https://a.example/orders", JSON, b"[1]")
    response = HttpResponse(201, (("X-A", "1"),), b"made", 0.5, "HTTP/2", (("Host", "a.example"),))
    failure = TransportFailure("timeout", "too slow", "`--timeout`", 1.5)
    exchanges = (
        RecordedExchange("order/create#1@1", OPERATION, request, response),
        RecordedExchange("order/create#1@2", OPERATION, request, failure),
    )
    recording = Recording("o.yaml", exchanges, {"n": 1}, asked, {"document": "ab"}, "2026")
    write_recording(tmp_path / "r.json", recording, Masker())
    assert read_recording(tmp_path / "r.json") == recording


MINIMAL = {"schema_version": "1.0", "document": "a.yaml", "exchanges": []}
EXCHANGE = {
    "key": "a/b#1@1",
    "operation": {"source": "s", "method": "GET", "path": "/"},
    "request": {"method": "GET", "url": "https://a.example/"},
}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[", "it is not JSON: line 1, column 2"),
        ("[]", "expected `object`, got `array`"),
        ({**MINIMAL, "schema_version": "2.0"}, "its `schema_version` is `2.0`"),
        ({**MINIMAL, "exchanges": [EXCHANGE]}, "neither `response` nor `failure`"),
        ({**MINIMAL, "exchanges": [{**EXCHANGE, "response": {"status": "no"}}]}, "`$.exchanges[0].response.status`"),
        ({**MINIMAL, "exchanges": [{**EXCHANGE, "response": {"status": 200, "body": "x"}}]}, "a body is null"),
        ({**MINIMAL, "exchanges": [{**EXCHANGE, "response": {"status": 200, "body": {"base64": "!"}}}]}, "`base64`"),
        ({**MINIMAL, "asked": {"max_steps": 0}}, "`$.asked.max_steps`"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff", "it is not UTF-8"),
    ],
)  # fmt: skip
def test_files_that_are_no_recordings(tmp_path: Path, content: object, why: str) -> None:
    path = tmp_path / "r.json"
    data = content if isinstance(content, bytes | str) else json.dumps(content)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(UsageError) as caught:
        read_recording(path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "AZ906"
    assert why in diagnostic.message


class Echo(HttpWorldBase):
    def __init__(self) -> None:
        self.slept: list[float] = []

    async def send(self, call: SendCall) -> HttpResponse:
        sent = (*call.request.headers, ("Host", "a.example"))
        return HttpResponse(200, (), call.request.body, sent_headers=sent)

    async def sleep(self, key: str, seconds: float) -> None:
        self.slept.append(seconds)


def call(key: str, body: bytes) -> SendCall:
    return SendCall(key, HttpRequest("POST", "https://a.example/", (), body), None, OPERATION)


def test_a_replay_answers_what_was_recorded() -> None:
    echo = Echo()
    world = RecordingWorld(echo)
    run_coroutine(world.sleep("x", 3.0))
    first = run_coroutine(world.send(call("a/b#1@1", b"one")))
    assert echo.slept == [3.0]
    replay = ReplayWorld(Recording("d", tuple(world.exchanges)))
    run_coroutine(replay.sleep("x", 3.0))
    assert run_coroutine(replay.send(call("a/b#1@1", b"one"))) == first
    assert replay.missing() == ()


def test_files_among_inputs() -> None:
    inputs = {
        "a": [FileBody("p", "n", 3, "image/png", "m")],
        "b": {"c": FileBody("q", "q", 0)},
        "d": 1,
    }
    spelled = json.loads(json.dumps(files_to_json(inputs)))
    read = files_from_json(spelled)
    assert read == inputs
    assert vars(read["a"][0]) == {
        "path": "p",
        "name": "n",
        "size": 3,
        "media_type": "image/png",
        "mark": "",
    }
    assert files_from_json({"arazzo.file": {"path": 1}}) == {"arazzo.file": {"path": 1}}
