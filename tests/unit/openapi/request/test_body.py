"""Which content type a body has, and its bytes."""

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.http_semantics.media_type import match_media_type, parameter_of
from arazzo_runner.openapi.model import MediaType, Schema
from arazzo_runner.openapi.request.body import choose_media_type, encode_body
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.multipart import boundary_of
from arazzo_runner.text.source import Place, SourceFile

FORM = "application/x-www-form-urlencoded"
NOWHERE = Place(SourceFile("", "", ""))


@pytest.fixture
def offering(operation):
    """An operation whose body has these media types; without any it documents no body."""

    def build(*names):
        body = {"requestBody": {"content": {name: {} for name in names}}} if names else {}
        return operation(body, method="post")

    return build


@pytest.mark.parametrize(
    ("offered", "payload", "chosen", "documented"),
    [
        ([], {"a": 1}, "application/json", None),
        ([], [1], "application/json", None),
        ([], MISSING, "application/json", None),
        ([], "text", "text/plain", None),
        ([], b"x", "application/octet-stream", None),
        ([FORM], {"a": 1}, FORM, FORM),
        (["text/plain", FORM], {"a": 1}, FORM, FORM),
        (["application/xml", "application/json"], {"a": 1}, "application/xml", "application/xml"),
        (["text/csv", "application/merge-patch+json"], [1], "application/merge-patch+json", ...),
        (["application/x-ndjson"], [1], "application/x-ndjson", ...),
        (["multipart/form-data"], {"a": 1}, "multipart/form-data", ...),
        (["application/json", "image/png"], b"x", "image/png", ...),
        (["text/plain", "application/json"], 3, "text/plain", ...),
        (["text/plain", "application/json"], MISSING, "text/plain", ...),
        (["*/*"], {"a": 1}, "application/json", "*/*"),
        (["*/*"], b"x", "application/octet-stream", "*/*"),
        (["text/*"], "x", "text/plain", "text/*"),
        (["text/*"], 1, "text/plain", "text/*"),
        (["application/*"], {"a": 1}, "application/json", "application/*"),
        (["image/*", "application/json"], MISSING, "application/json", ...),
    ],
)
def test_chosen(offering, offered, payload, chosen, documented):
    content_type, media = choose_media_type(offering(*offered), None, payload)
    expected = chosen if documented is ... else documented
    assert (content_type, media and media.name) == (chosen, expected)


@pytest.mark.parametrize(
    ("offered", "wanted", "documented"),
    [
        ([], "text/csv", None),
        (["application/json"], "application/json; charset=utf-8", "application/json"),
        (["application/json"], "Application/JSON", "application/json"),
        (["a/b", "a/b; v=2"], "a/b;v=2", "a/b; v=2"),
        (["*/*", "text/*", "text/plain"], "text/plain", "text/plain"),
        (["*/*", "text/*", "text/plain"], "text/csv", "text/*"),
        (["*/*", "text/*"], "image/png", "*/*"),
        (["application/*+json"], "application/hal+json", "application/*+json"),
    ],
)
def test_wanted(offering, offered, wanted, documented):
    content_type, media = choose_media_type(offering(*offered), wanted, {})
    assert (content_type, media and media.name) == (wanted, documented)


@pytest.mark.parametrize(
    ("offered", "wanted", "payload", "message"),
    [
        (["a/b", "c/d"], "x/y", {}, "the content type `x/y` is not offered by `POST /pets`"),
        (
            ["image/png", "image/*"],
            None,
            {"a": 1},
            'no offered content type can carry object {"a": 1} by `POST /pets`',
        ),
        (
            ["application/json"],
            None,
            b"x",
            "no offered content type can carry binary of 1 bytes by `POST /pets`",
        ),
        (
            ["image/png"],
            None,
            [1],
            "no offered content type can carry array [1] by `POST /pets`",
        ),
    ],
)
def test_not_offered(offering, offered, wanted, payload, message):
    with pytest.raises(RequestRefused) as raised:
        choose_media_type(offering(*offered), wanted, payload)
    listed = ", ".join(f"`{name}`" for name in offered)
    assert (raised.value.message, raised.value.hint) == (message, f"offered: {listed}")


@pytest.mark.parametrize(
    ("content_type", "payload", "body"),
    [
        ("application/json", {"a": [1, None, "é"]}, '{"a":[1,null,"é"]}'.encode()),
        ("application/json", "text", b'"text"'),
        ("application/json", None, b"null"),
        ("application/json", "\ud800", b'"\\ud800"'),
        ("application/json", b"{}", b"{}"),
        ("application/json-patch+json", [{"op": "test"}], b'[{"op":"test"}]'),
        (FORM, {"a": "b c"}, b"a=b+c"),
        (FORM, "a=b", b"a=b"),
        ("application/x-ndjson", [{"a": 1}, 2], b'{"a":1}\n2\n'),
        ("application/jsonl", {"a": 1}, b'{"a":1}\n'),
        ("application/json-seq", [{"a": 1}, 2], b'\x1e{"a":1}\n\x1e2\n'),
        ("application/json-patch+json", [{"op": "test"}], b'[{"op":"test"}]'),
        ("text/plain", "é", "é".encode()),
        ("text/plain; charset=iso-8859-1", "é", b"\xe9"),
        ('text/plain; charset="utf-16-le"', "é", b"\xe9\x00"),
        ("text/plain", 3, b"3"),
        ("text/csv", True, b"true"),
        ("application/xml", "<a/>", b"<a/>"),
        ("image/png", b"\x89", b"\x89"),
    ],
)
def test_encoded(content_type, payload, body):
    assert encode_body(content_type, payload, None) == body


def test_encoded_multipart():
    body = encode_body("multipart/form-data", {"a": "x"}, None)
    assert body.startswith(b"--" + boundary_of(body).encode() + b"\r\n")
    body = encode_body("multipart/form-data; boundary=abc", {"a": "x"}, None)
    assert body.startswith(b"--abc\r\n")


def test_encoded_xml(api):
    schema = Schema({"xml": {"name": "pet"}}, NOWHERE)
    media = MediaType("text/xml", schema, NOWHERE, description=api())
    assert encode_body("text/xml", {"a": 1}, media) == b"<pet><a>1</a></pet>"


@pytest.mark.parametrize(
    ("content_type", "payload", "message"),
    [
        ("text/plain", {"a": 1}, '`text/plain` cannot be written from object {"a": 1}'),
        ("application/xml", [], "`application/xml` cannot be written from array []"),
        ("text/plain; charset=klingon", "x", "the charset `klingon` is not known"),
        (
            "application/json",
            {"a": b""},
            "binary data cannot be written as JSON",
        ),
        (
            "application/json",
            float("nan"),
            "a number that is not finite cannot be written as JSON",
        ),
    ],
)
def test_refused(content_type, payload, message):
    with pytest.raises(RequestRefused) as raised:
        encode_body(content_type, payload, None)
    assert raised.value.message == message


def test_text_outside_its_charset():
    with pytest.raises(RequestRefused, match="cannot be written in `ascii`"):
        encode_body("text/plain; charset=ascii", "é", None)


@pytest.mark.parametrize(
    ("content_type", "name", "value"),
    [
        ("text/plain", "charset", None),
        ("text/plain; charset=UTF-8", "charset", "UTF-8"),
        ("a/b;v=1; Boundary=x", "boundary", "x"),
        (r'a/b; boundary="a \"b\""', "boundary", 'a "b"'),
    ],
)
def test_parameters_of_media_types(content_type, name, value):
    assert parameter_of(content_type, name) == value


def test_the_first_of_equal_media_types_counts():
    first, second = (MediaType("a/b", None, NOWHERE, examples=(i,)) for i in (1, 2))
    assert match_media_type([first, second], "a/b") is first
    assert match_media_type([], "a/b") is None


def test_schemas_with_broken_references(api):
    content_type = "application/xml"
    schema = Schema({"$ref": "#/components/schemas/Nope"}, NOWHERE)
    media = MediaType(content_type, schema, NOWHERE, description=api())
    with pytest.raises(RequestRefused, match=r"`#/components/schemas/Nope` cannot be resolved$"):
        encode_body(content_type, {"a": 1}, media)


def test_a_form_with_a_broken_reference_is_written_by_its_values(api):
    schema = Schema({"$ref": "#/components/schemas/Nope"}, NOWHERE)
    media = MediaType("multipart/form-data", schema, NOWHERE, description=api())
    content = encode_body("multipart/form-data", {"a": 1}, media)
    assert b'name="a"' in content
