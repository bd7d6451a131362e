import json
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace
from referencing import Registry, Resource

from arazzo_runner.openapi.message import HttpRequest, WireExchange
from arazzo_runner.report.formats.har import report_pieces
from arazzo_runner.report.secrets import NO_MASK, Masker

SCHEMAS = Path(__file__).parents[3] / "schemas" / "har"
CONTENTS = [json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")]
REGISTRY = Registry().with_resources(
    (one["$id"].rstrip("#"), Resource.from_contents(one)) for one in CONTENTS
)


def report_bytes(run, masker):
    return b"".join(report_pieces(run, masker))


VALIDATOR = jsonschema.Draft6Validator(REGISTRY.contents("har.json"), registry=REGISTRY)


def entries(build, *attempts, masker=None):
    run = build.report(build.run(build.workflow(build.step(attempts=attempts))))
    document = json.loads(report_bytes(run, masker or Masker(["hunter22"])))
    VALIDATOR.validate(document)
    log = document["log"]
    assert (log["version"], log["creator"]["name"], log["pages"]) == ("1.2", "arazzo", [])
    return log["entries"]


def test_an_exchange(build):
    request = build.request(url="https://h/a?x=1&y=&z=hunter22")
    response = build.response(201, headers=(("Set-Cookie", "sid=1"), ("Location", "/hunter22")))
    (entry,) = entries(build, build.attempt(request, response))
    body = response.body.decode()
    assert entry == {
        "startedDateTime": "2025-01-02T03:04:05.000Z",
        "time": 2.1,
        "request": {
            "method": "POST",
            "url": "https://h/a?x=1&y=&z=***",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [
                {"name": "Authorization", "value": "***"},
                {"name": "Content-Type", "value": "application/x-www-form-urlencoded"},
            ],
            "queryString": [
                {"name": "x", "value": "1"},
                {"name": "y", "value": ""},
                {"name": "z", "value": "***"},
            ],
            "headersSize": -1,
            "bodySize": len(request.body),
            "postData": {
                "mimeType": "application/x-www-form-urlencoded",
                "params": [
                    {"name": "To", "value": "+15558675310"},
                    {"name": "From", "value": "+15017122661"},
                ],
                "text": "To=%2B15558675310&From=%2B15017122661",
            },
        },
        "response": {
            "status": 201,
            "statusText": "Created",
            "httpVersion": "HTTP/1.1",
            "cookies": [{"name": "sid", "value": "***", "httpOnly": False, "secure": False}],
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "Set-Cookie", "value": "***"},
                {"name": "Location", "value": "/***"},
            ],
            "content": {"size": len(body), "mimeType": "application/json", "text": body},
            "redirectURL": "/***",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 2.1, "receive": 0},
        "comment": "step create",
    }


def test_octets_stand_as_base64(build):
    request = HttpRequest("PUT", "http://h/", (), b"\xff")
    response = build.response(299, b"\x89PNG", None)
    (entry,) = entries(build, build.attempt(request, response))
    assert entry["request"]["postData"] == {
        "mimeType": "", "params": [], "text": "/w==", "comment": "base64",
    }  # fmt: skip
    assert entry["response"]["content"] == {
        "size": 4, "mimeType": "", "text": "iVBORw==", "encoding": "base64",
    }  # fmt: skip
    assert entry["response"]["statusText"] == ""


def test_every_request_has_its_entry_in_time_and_what_was_not_sent_has_none(build):
    failed = build.error("nobody answered hunter22")
    refused = build.attempt(response=None, criteria=[], error=failed, action=build.action(wait=2.0))
    unsent = build.attempt(None, None, [], error=build.error())
    text = HttpRequest("POST", "http://h/", (("Content-Type", "text/plain"),), b"hi")
    get = HttpRequest("GET", "http://h/")
    tries = refused, unsent, build.attempt(text), build.attempt(get)
    first, second, third = entries(build, *tries)
    assert "postData" not in third["request"]
    assert first["response"]["status"] == 0
    assert first["_error"] == "nobody answered ***"
    assert second["startedDateTime"] == "2025-01-02T03:04:07.000Z"
    assert second["request"]["postData"] == {"mimeType": "text/plain", "params": [], "text": "hi"}


def test_headers_stand_as_they_were_sent(build):
    sent = (("Host", "h"), ("User-Agent", "arazzo"), ("Content-Length", "3"))
    response = replace(build.response(), sent_headers=sent, http_version="HTTP/2")
    (entry,) = entries(build, build.attempt(response=response))
    assert entry["request"]["headers"] == [{"name": name, "value": value} for name, value in sent]
    assert (entry["request"]["httpVersion"], entry["response"]["httpVersion"]) == 2 * ("HTTP/2",)


def test_every_exchange_of_an_attempt_has_its_entry(build):
    hops = [HttpRequest("GET", f"http://h/{path}", (("Host", "h"),)) for path in "abc"]
    moved = build.response(302, b"", None, (("Location", "/b"),))
    exchanges = (
        WireExchange(hops[0], moved, 1735787046.25, 0.5),
        WireExchange(hops[1], build.response(500), 1735787047.0, 0.25),
        WireExchange(hops[2], None, 1735787048.0, 1.0),
    )
    error = build.error("nobody answered")
    attempt = build.attempt(response=None, criteria=[], error=error, exchanges=exchanges)
    told = entries(build, attempt)
    assert [
        (one["request"]["url"][-1], one["response"]["status"], one["startedDateTime"], one["time"])
        for one in told
    ] == [
        ("a", 302, "2025-01-02T03:04:06.250Z", 500),
        ("b", 500, "2025-01-02T03:04:07.000Z", 250),
        ("c", 0, "2025-01-02T03:04:08.000Z", 1000),
    ]
    assert ["_error" in one for one in told] == [False, False, True]


SET = "sid=a=1; Path=/x; Domain=h; Expires=Wed, 21-Oct-2026 07:28:00 GMT; HttpOnly; Secure"


@pytest.mark.parametrize(
    ("masker", "first", "second"), [(Masker(), "***", "***"), (NO_MASK, "a=1", "2")]
)
def test_cookies(build, masker, first, second):
    request = build.request(headers=(("Cookie", "sid=a=1; other=2; "),))
    response = build.response(headers=(("Set-Cookie", SET), ("set-cookie", "b; Expires=never")))
    (entry,) = entries(build, build.attempt(request, response), masker=masker)
    assert entry["request"]["cookies"] == [
        {"name": "sid", "value": first}, {"name": "other", "value": second},
    ]  # fmt: skip
    with_all, bare = entry["response"]["cookies"]
    assert with_all == {
        "name": "sid", "value": first, "path": "/x", "domain": "h",
        "expires": "2026-10-21T07:28:00Z", "httpOnly": True, "secure": True,
    }  # fmt: skip
    assert bare.keys() == {"name", "value", "httpOnly", "secure"}


def test_notes_are_a_comment(build):
    document = json.loads(report_bytes(build.report(notes=("made up", "odd")), Masker()))
    VALIDATOR.validate(document)
    assert document["log"]["comment"] == "made up; odd"
