"""Whatever a value holds, it stays where it belongs: nothing breaks out of its place."""

from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.lookup import find_by_id
from arazzo_runner.openapi.request.build import build_request, undeclared_parameter
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.form import encode_form
from arazzo_runner.openapi.response.body import BodyError, decode_body
from arazzo_runner.text.source import SourceFile

RAW = {"openapi": "3.1.0", "paths": {"/a/{x}/b": {"get": {"operationId": "x"}}}}
OPERATION = find_by_id(read_description(SourceFile("", "", "https://h.example/"), RAW), "x")
TEXT = st.text() | st.sampled_from(["..", ".", "/", "%2e%2e", "a\r\nb", "a;b", "?", "#", "\\"])


def build(**values):
    places = {"x": "path", "q": "query", "h": "header", "c": "cookie"}
    arguments = [
        (undeclared_parameter(name, places[name]), value) for name, value in values.items()
    ]
    assert OPERATION is not None
    return build_request(OPERATION, "https://h.example", arguments, None, None)


@given(TEXT)
def test_a_path_value_is_one_segment(value):
    try:
        path = urlsplit(build(x=value).url).path
    except RequestRefused:
        return
    _, first, segment, last = path.split("/")
    assert (first, last) == ("a", "b")
    assert unquote(segment) == value
    assert segment not in ("", ".", "..")


@given(TEXT)
def test_a_query_value_is_one_value(value):
    try:
        query = urlsplit(build(x="1", q=value).url).query
    except RequestRefused:
        return
    assert parse_qsl(query, keep_blank_values=True) == [("q", value)]


@given(TEXT, TEXT)
def test_headers_and_cookies_have_no_line_ends(header, cookie):
    try:
        headers = build(x="1", h=header, c=cookie).headers
    except RequestRefused:
        return
    fields = dict(headers)
    assert (fields["h"], fields["Cookie"].count(";")) == (header.strip(" \t"), 0)
    assert not any(mark in value for value in fields.values() for mark in "\r\n\0")


@given(st.dictionaries(TEXT, TEXT))
def test_forms_read_back(payload):
    try:
        text = encode_form(payload, None)
    except RequestRefused:
        return
    assert parse_qsl(text, keep_blank_values=True) == list(payload.items())


@given(st.binary() | TEXT.map(lambda text: text.encode("utf-8", "replace")))
def test_any_body_is_read_or_refused(body):
    for content_type in ("application/json", "text/plain; charset=x", "application/xml", None):
        try:
            decode_body(content_type, body, 8)
        except BodyError as error:
            assert "\n" not in str(error)
