"""HAR files as they come, and odd ones."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.generate.traffic.har import har_traffic, parse_traffic_json


def entry(**members: Any) -> dict[str, Any]:
    request = {"method": "get", "url": "https://api.example/a?b=1#c", "headers": []}
    return {"request": request, "response": {"status": 200}, **members}


def test_fields_of_http2_and_of_forms() -> None:
    request = {
        "method": "POST",
        "url": "https://api.example/a",
        "headers": [{"name": ":path", "value": "/a"}, {"name": "X-Tenant", "value": "eu"}],
        "postData": {
            "mimeType": "application/x-www-form-urlencoded",
            "params": [{"name": "a", "value": "1 2"}],
        },
    }
    (call,) = har_traffic("x.har", {"log": {"entries": [entry(request=request)]}}).calls
    assert call.request.body == b"a=1+2"
    assert [name for name, _ in call.request.headers] == ["X-Tenant", "Content-Type"]


def test_a_body_in_base64() -> None:
    content = {"text": b64encode(b"{}").decode(), "encoding": "base64", "mimeType": "text/json"}
    node = entry(response={"status": 200, "content": content})
    (call,) = har_traffic("x.har", {"log": {"entries": [node]}}).calls
    assert call.response.body == b"{}"
    assert call.request.url == "https://api.example/a?b=1"
    assert call.request.method == "GET"


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (entry(response={"status": 0}), "no response: it was blocked or aborted"),
        (entry(response={"status": -1}), "no response: it was blocked or aborted"),
        (entry(response=None), "no response: it was blocked or aborted"),
        (entry(request={"method": "GET", "url": "data:text/plain,a"}), "no HTTP request"),
    ],
)
def test_what_is_of_no_use_is_omitted(node: Any, reason: str) -> None:
    traffic = har_traffic("x.har", {"log": {"entries": [node]}})
    assert traffic.calls == ()
    assert [one.reason for one in traffic.omitted] == [reason]


@pytest.mark.parametrize(
    ("har", "why"),
    [
        ({}, "the file has no `log`"),
        ({"log": []}, "`log` is no object"),
        ({"log": {}}, "log has no `entries`"),
        ({"log": {"entries": [3]}}, "`log.entries[0]` is no object"),
        ({"log": {"entries": [{}]}}, "log.entries[0] has no `request`"),
        ({"log": {"entries": [entry(request={"method": 1, "url": ""})]}},
         "`log.entries[0].request.method` is no string"),
        ({"log": {"entries": [entry(request={"method": "GET", "url": "/a"})]}},
         "`log.entries[0].request.url` is no absolute URL"),
        ({"log": {"entries": [entry(request={"method": "GET", "url": "http://[/a"})]}},
         "`log.entries[0].request.url` is no URL"),
        ({"log": {"entries": [entry(response={"status": "200"})]}},
         "`log.entries[0].response.status` is no integer"),
        ({"log": {"entries": [entry(response={"status": 9000})]}},
         "`log.entries[0].response.status` is 9000, which is no status"),
        ({"log": {"entries": [entry(response={"status": 200, "headers": [{}]})]}},
         "log.entries[0].response.headers[…] has no `name`"),
        ({"log": {"entries": [entry(response={"status": 200, "content": {
            "text": "a", "encoding": "base64"}})]}},
         "`log.entries[0].response.content.text` is not Base64"),
    ],
)  # fmt: skip
def test_what_is_missing_or_odd_is_named_by_its_place(har: Any, why: str) -> None:
    with pytest.raises(UsageError) as raised:
        har_traffic("x.har", har)
    assert raised.value.diagnostics[0].message == f"`x.har` cannot be used: {why}"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "it is not JSON: line 1, column 2"),
        (b"\xff{}", "it is not UTF-8"),
        (b'{"a":' * 200_000, "it is nested too deeply"),
        (b"1" * 5_000, "a number in it has too many digits"),
    ],
)  # fmt: skip
def test_what_is_no_json(data: bytes, why: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_traffic_json("x.har", data)
    assert raised.value.diagnostics[0].message == f"`x.har` cannot be used: {why}"


def test_what_a_browser_had_already_is_returned_in_whole() -> None:
    node = entry(response={"status": 304, "headers": []})
    call, *_ = har_traffic("a.har", {"log": {"entries": [node]}}).calls
    assert call.response.status == 200
