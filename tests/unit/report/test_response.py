import json

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.report.response import LINES, NO_CREDENTIAL, response_hints, response_summary
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import plain_look


def summary(build, kind, body, *headers, masker=None):
    fields = (*((("Content-Type", kind),) if kind else ()), *headers)
    try:
        value = decode_body(kind, body, 64)
    except BodyError:
        value = MISSING
    attempt = build.attempt(response=HttpResponse(422, fields, body), body=value)
    return list(response_summary(attempt, plain_look(masker or Masker())))


@pytest.mark.parametrize(
    ("kind", "body", "lines"),
    [
        ("application/json", b"", []),
        ("application/json", b'{"error": "x"}', ['{"error": "x"}']),
        ("application/json", b'"x"', ['"x"']),
        ("application/json", b"null", ["null"]),
        ("application/json", b'{"error": ', ['{"error":']),
        (None, b'{"a":1}', ['{"a": 1}']),
        ("text/plain", b'{"a":1}\n\nb\x1b[31m\n', ['{"a":1}', "b\\x1b[31m"]),
        ("text/plain", b"x" * 300, ["x" * 199 + "…"]),
        ("text/html; charset=utf-8", b"<title>Bad &amp; \n so</title>", ["HTML page: Bad & so"]),
        ("text/html", b"<title> </title><p>x", ["<title> </title><p>x"]),
        ("text/html", b"<svg><p>x", ["<svg><p>x"]),
        (None, b"<!doctype html><title>Oops</title>", ["HTML page: Oops"]),
        (None, b"see <title>Oops</title>", ["see <title>Oops</title>"]),
        ("text/plain", b"<title>Oops</title>", ["<title>Oops</title>"]),
        ("image/png", b"\x89PNG\x00", ["(5 bytes)"]),
    ],
)
def test_the_body_is_shown_as_what_it_is(build, kind, body, lines):
    head, *shown = summary(build, kind, body)
    assert head == f"response: 422 {(kind or '').partition(';')[0]}".rstrip()
    assert shown == [f"  {line}" for line in lines]


def test_long_json_is_laid_out_and_cut(build):
    body = json.dumps([{"id": number} for number in range(50_000)]).encode()
    _, *lines = summary(build, "application/json", body)
    assert lines[:4] == ["  [", "    {", '      "id": 0', "    },"]
    assert (len(lines), lines[-1]) == (LINES + 1, "  … more lines")


def test_a_secret_is_masked_also_where_the_body_is_cut(build):
    masker = Masker(["hidden-" + "0" * 30])
    body = b'{"a": "' + b"x" * 90 + b'", "b": "hidden-' + b"0" * 30 + b'"}'
    assert not any(
        "hidden" in line for line in summary(build, "application/json", body, masker=masker)
    )
    text = b"\n" * 8180 + b"hidden-" + b"0" * 30
    assert summary(build, "text/plain", text, masker=masker)[1:] == ["  ***"]


def test_fields_that_help_are_shown_and_others_are_not(build):
    fields = ("X-Request-Id", "r-1"), ("Retry-After", "30"), ("X-Other", "x"), ("Set-Cookie", "a=b")
    assert summary(build, "text/plain", b"", *fields)[1:] == [
        "  X-Request-Id: r-1",
        "  Retry-After: 30",
    ]
    assert "***" in summary(build, None, b"", fields[0], masker=Masker(["r-1"]))[1]


def test_without_a_response_there_is_nothing(build):
    attempt = build.attempt(response=None)
    assert list(response_summary(attempt, plain_look(Masker()))) == []


@pytest.mark.parametrize(
    ("status", "request_headers", "headers", "changes", "is_said"),
    [
        (401, (), (), {}, True),
        (401, (("Accept", "*/*"),), (("WWW-Authenticate", 'Bearer realm="a"'),), {}, True),
        (401, (), (("WWW-Authenticate", "Digest nonce=1"),), {}, False),
        (401, (("Authorization", "***"),), (), {}, False),
        (401, (("X-Key", "1"),), (), {}, False),
        (401, (), (), {"in_process": True}, False),
        (403, (), (), {}, False),
    ],
)
def test_a_request_without_a_credential_is_told(
    build, status, request_headers, headers, changes, is_said
):
    request = HttpRequest("GET", "https://a.example/", request_headers)
    response = HttpResponse(status, headers, b"")
    attempt = build.attempt(request=request, response=response, **changes)
    hints = list(response_hints(attempt, plain_look(Masker())))
    assert hints == [NO_CREDENTIAL] * is_said
    if "WWW-Authenticate" in dict(headers):
        assert f"  WWW-Authenticate: {headers[0][1]}" in response_summary(
            attempt, plain_look(Masker())
        )
