import pytest

from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.recording.diff import MAX_LINES, differences, is_match

URL = "https://shop.example/orders"
JSON = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.mark.parametrize(
    ("recorded", "text", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("***", "", True),
        ("***", "anything", True),
        ("a***", "abc", True),
        ("a***c", "abbc", True),
        ("a***c", "abbd", False),
        ("a***a", "a", False),
        ("a***b***c", "a1b2c", True),
        ("a***b***c", "a12c", False),
        ("a***b***b", "a1b", False),
    ],
)
def test_a_mask_matches_anything(recorded: str, text: str, same: bool) -> None:
    assert is_match(recorded, text) is same


def request(
    method: str = "GET",
    url: str = URL,
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes | str = b"",
) -> HttpRequest:
    return HttpRequest(method, url, headers, body if isinstance(body, bytes) else body.encode())


MULTIPART = 'multipart/form-data; boundary="{}"'


def multipart(boundary: str, secret: str) -> HttpRequest:
    headers = (("Content-Type", MULTIPART.format(boundary)),)
    body = f"--{boundary}\r\nname: x\r\n\r\n{secret}\r\n--{boundary}--\r\n"
    return request("POST", headers=headers, body=body)


@pytest.mark.parametrize(
    ("recorded", "now"),
    [
        (request(), request()),
        (request(url=f"{URL}?a=1&key=***"), request(url=f"{URL}?a=1&key=xyz")),
        (request(url=f"{URL}?key=***&a=1"), request(url=f"{URL}?a=1")),
        (request(url=f"{URL}?key=***"), request(url=URL)),
        (request(url=f"{URL}/***/x?"), request(url=f"{URL}/%2A/x")),
        (request(headers=(("Accept", "*/*"),)), request(headers=(("accept", "*/*"),))),
        (request(headers=(("Authorization", "***"),)), request()),
        (request(headers=(("Authorization", "***"),)), request(headers=(("Authorization", "x"),))),
        (request(headers=(("traceparent", "00-1"),)), request(headers=(("traceparent", "00-2"),))),
        (request(headers=JSON, body='{"a":1, "b":"***"}'), request(headers=JSON, body='{"b":{},"a":1}')),
        (request(headers=JSON, body='["x***"]'), request(headers=JSON, body='["xyz"]')),
        (request(headers=JSON, body="no json ***"), request(headers=JSON, body="no json at all")),
        (request(headers=FORM, body="a=***&b=1"), request(headers=FORM, body="a=%2A&b=1")),
        (request(body=b"\xff***\x00"), request(body=b"\xffabc\x00")),
        (multipart("one", "***"), multipart("other", "pass")),
    ],
)  # fmt: skip
def test_requests_that_are_the_same(recorded: HttpRequest, now: HttpRequest) -> None:
    assert differences(recorded, now) == ()


@pytest.mark.parametrize(
    ("recorded", "now", "part", "lines"),
    [
        (request("PUT"), request("POST"), "method", ["- PUT", "+ POST"]),
        (request(url=f"{URL}?a=1"), request(), "url", [f"- {URL}?a=1", f"+ {URL}"]),
        (request(url=f"{URL}?a=1&b=2"), request(url=f"{URL}?b=2&a=1"), "url", [f"- {URL}?a=1&b=2", f"+ {URL}?b=2&a=1"]),
        (request(headers=(("X-A", "1"),)), request(), "header `x-a`", ["- 1"]),
        (request(), request(headers=(("X-A", "1"),)), "header `x-a`", ["+ 1"]),
        (request(headers=(("X-A", "a***"),)), request(headers=(("X-A", "b"),)), "header `x-a`", ["- a***", "+ b"]),
        (
            request(headers=JSON, body='{"a":1,"c":[1,2]}'),
            request(headers=JSON, body='{"c":[1,2,3],"a":1.0}'),
            "body",
            ["  {", '-   "a": 1,', '+   "a": 1.0,', '    "c": [', "      1,", "-     2", "+     2,", "+     3", "    ]", "  }"],
        ),
        (request(headers=FORM, body="a=1&b=2"), request(headers=FORM, body="a=1&b=3"), "body", ["  a=1", "- b=2", "+ b=3"]),
        (request(body="one\ntwo"), request(body="one"), "body", ["  one", "- two"]),
        (
            request(body=b"\xff\x00\x01"),
            request(body=b"\xff\x00"),
            "body",
            ["- 3 bytes", "+ 2 bytes", "  the first that differs is at offset 2"],
        ),
        (
            request(body=b"\xff\x00"),
            request(body=b"\xfe\x00"),
            "body",
            ["- 2 bytes", "+ 2 bytes", "  the first that differs is at offset 0"],
        ),
    ],
)  # fmt: skip
def test_what_differs_is_shown(
    recorded: HttpRequest, now: HttpRequest, part: str, lines: list[str]
) -> None:
    (found,) = differences(recorded, now)
    assert (found.part, list(found.lines)) == (part, lines)


def test_only_the_beginning_of_very_much_is_shown() -> None:
    same = "\n".join(f"line {number}" for number in range(5_000))
    old = f"{same}\n" + "a\n" * 5_000
    new = f"{same}\n" + "b\n" * 5_000
    (found,) = differences(request(body=old), request(body=new))
    assert len(found.lines) == MAX_LINES + 1
    assert found.lines[:4] == ("  line 4997", "  line 4998", "  line 4999", "- a")
    assert found.lines[-1] == "  …"
