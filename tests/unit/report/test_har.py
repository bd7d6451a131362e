import json

from arazzo_runner.operation.message import HttpRequest
from arazzo_runner.report.har import report_bytes
from arazzo_runner.report.mask import Masker


def entries(build, *attempts):
    run = build.report(build.run(build.workflow(build.step(attempts=attempts))))
    log = json.loads(report_bytes(run, Masker(["hunter22"])))["log"]
    assert (log["version"], log["creator"]["name"], log["pages"]) == ("1.2", "arazzo", [])
    return log["entries"]


def test_an_exchange(build):
    request = build.request(url="https://h/a?x=1&y=&z=hunter22")
    response = build.response(201, headers=(("Set-Cookie", "sid=1"), ("Location", "/hunter22")))
    (entry,) = entries(build, build.attempt(request, response))
    body = response.body.decode()
    assert entry == {
        "startedDateTime": "2025-01-02T03:04:05.000+00:00",
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
            "cookies": [],
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
    assert second["startedDateTime"] == "2025-01-02T03:04:07.000+00:00"
    assert second["request"]["postData"] == {"mimeType": "text/plain", "params": [], "text": "hi"}
