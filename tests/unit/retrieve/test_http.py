"""When a document is asked for a second time, with headers that the first request did not have."""

import pytest

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.address_guard import user_policy
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.retrieve.http import Fetcher, _is_html, _transport_error
from arazzo_runner.retrieve.source_headers import DocumentHeaders

KEY = (("X-Key", "k"),)
PAGE = b"<html>please log in</html>"


def reply(status: int, body: bytes) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("first", "headers", "sent"),
    [
        (reply(200, b"text"), DocumentHeaders((), KEY), [False]),
        (reply(404, b"none"), DocumentHeaders((), KEY), [False]),
        (reply(401, b"who?"), DocumentHeaders((), KEY), [False, True]),
        (reply(403, b"who?"), DocumentHeaders((), KEY), [False, True]),
        (reply(200, PAGE), DocumentHeaders((), KEY), [False, True]),
        (reply(404, PAGE), DocumentHeaders((), KEY), [False]),
        (reply(401, b"who?"), DocumentHeaders(), [False]),
        (reply(401, b"who?"), DocumentHeaders(KEY, KEY), [True]),
    ],
)
def test_credentials_go_where_they_are_asked_for(serve, first, headers, sent) -> None:
    server = serve([first], [reply(200, b"text")])
    near = user_policy(allow_http=False)
    try:
        text = Fetcher(HttpSettings(), {}).get(f"{server.url}/w.yaml", near, near, headers).data
    except RetrieveError:
        text = None
    assert [b"\r\nX-Key: k\r\n" in one for one in server.requests] == sent
    assert text == (None if len(sent) == 1 and b" 200 " not in first else b"text")


@pytest.mark.parametrize(
    ("code", "hint"), [("tls", "trust it"), ("connect", None), ("timeout", None), ("refused", None)]
)
def test_hints_about_steps_are_not_for_documents(code, hint) -> None:
    found = _transport_error(TransportFailure(code, "it failed", "trust it"))
    assert (found.message, found.hint) == ("it failed", hint)


def test_what_is_too_large_has_the_flag_for_documents() -> None:
    found = _transport_error(TransportFailure("limit", "it is too large", "a flag for responses"))
    (diagnostic,) = found.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("AZ109", "it is too large")
    assert "`--max-document-size`" in diagnostic.help


def test_a_page_is_known_by_its_beginning_in_time():
    """Each comment once: tried in all ways, a response of some hundred bytes took years."""
    comments = b"<!---->" * 1_400

    def is_page(body):
        return _is_html(HttpResponse(200, (), body, 0.0, "HTTP/1.1"))

    assert is_page(comments + b"<html>")
    assert not is_page(comments + b"x")
    assert not is_page(comments * 2 + b"<html>")
