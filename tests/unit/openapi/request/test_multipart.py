"""Multipart bodies, read back by the standard library's parser."""

from email.parser import BytesParser
from email.policy import HTTP

import pytest

from arazzo_runner.expression.value import FileBody
from arazzo_runner.openapi.model import Encoding, MediaType, Schema
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.multipart import Upload, boundary_of, encode_multipart, size_of
from arazzo_runner.text.source import Place, SourceFile


def parts(payload, media=None, kind="multipart/form-data"):
    """(name, file name, content type, content) of each part."""
    body = encode_multipart(payload, media, None)
    head = f'Content-Type: {kind}; boundary="{boundary_of(body)}"\r\n\r\n'.encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    assert not message.defects
    return [
        (
            one.get_param("name", header="content-disposition"),
            one.get_filename(),
            one.get_content_type() if "content-type" in one else None,
            one.get_payload(decode=True),
        )
        for one in message.iter_parts()
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("té", [("x", None, None, "té".encode())]),
        (1, [("x", None, None, b"1")]),
        (True, [("x", None, None, b"true")]),
        ({"a": 1}, [("x", None, "application/json", b'{"a":1}')]),
        (["a", {"b": 2}], [("x", None, None, b"a"), ("x", None, "application/json", b'{"b":2}')]),
        (
            [b"\x00", b"\xff"],
            [
                ("x", "x", "application/octet-stream", b"\x00"),
                ("x", "x", "application/octet-stream", b"\xff"),
            ],
        ),
    ],
)
def test_defaults(value, expected):
    assert parts({"x": value, "null": None, "end": "."}) == [*expected, ("end", None, None, b".")]


@pytest.mark.parametrize(
    ("encoding", "value", "expected"),
    [
        (
            Encoding("image/png, image/jpeg", None, None),
            b"png",
            [("x", "x", "image/png", b"png")],
        ),
        (Encoding("application/json", None, None), "a", [("x", None, "application/json", b'"a"')]),
        (Encoding(None, "form", explode=False), ["a", "b"], [("x", None, None, b"a,b")]),
        (
            Encoding(None, "form", None),
            ["a b", "c"],
            [("x", None, None, b"a b"), ("x", None, None, b"c")],
        ),
        (Encoding(None, "form", None), {"k": 1}, [("k", None, None, b"1")]),
        (Encoding(None, "spaceDelimited", None), ["a", "b"], [("x", None, None, b"a b")]),
        (Encoding(None, "pipeDelimited", explode=False), ["a", "b"], [("x", None, None, b"a|b")]),
        (Encoding(None, "deepObject", None), {"k": 1}, [("x[k]", None, None, b"1")]),
        (Encoding(None, None, explode=False), [], []),
    ],
)
def test_encoding_objects(encoding, value, expected):
    media = MediaType("multipart/form-data", None, Place(SourceFile("", "", "")), {"x": encoding})
    assert parts({"x": value, "end": ""}, media) == [*expected, ("end", None, None, b"")]


def test_part_headers():
    headers = (("X-Rate", 5), ("X-Text", "a\tb"))
    encoding = {"x": Encoding(None, None, None, headers=headers)}
    media = MediaType("multipart/form-data", None, Place(SourceFile("", "", "")), encoding)
    body = encode_multipart({"x": "a"}, media, "b")
    assert b"\r\nX-Rate: 5\r\nX-Text: a\tb\r\n\r\na\r\n" in body


FILE = {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    ("schema", "is_file"),
    [
        ({"properties": {"x": {"type": "string", "format": "binary"}}}, True),
        ({"properties": {"x": {"contentMediaType": "image/png"}}}, True),
        (
            {"properties": {"x": {"contentMediaType": "image/png", "contentEncoding": "base64"}}},
            False,
        ),
        ({"$ref": "#/components/schemas/Upload"}, True),
        ({"properties": {"x": {"items": {"format": "binary"}}}}, True),
        ({"properties": {"x": True}}, False),
        ({"properties": {}}, False),
        ({"properties": {"x": {"type": "string", "contentMediaType": "text/csv"}}}, False),
        ({"allOf": [{"properties": {"y": {}}}, {"$ref": "#/components/schemas/Upload"}]}, True),
        ({"properties": {"x": {"allOf": [{"$ref": "#/components/schemas/File"}]}}}, True),
        ({"properties": {"x": {"anyOf": [FILE, {"type": "null"}]}}}, True),
        ({"properties": {"x": {"anyOf": [FILE, {"contentMediaType": "image/png"}]}}}, True),
        ({"properties": {"x": {"oneOf": [FILE, {"type": "string"}]}}}, False),
        ({"properties": {"x": {"type": "array", "items": {"anyOf": [FILE]}}}}, True),
        ({"properties": {"x": {"type": "array", "items": {"type": "string"}}}}, False),
        ({"type": "object", "properties": {"end": {}}, "additionalProperties": FILE}, True),
        ({"properties": {"x": {"$ref": "#/components/schemas/Nope"}}}, False),
        (True, False),
        (None, False),
    ],
)
def test_files_by_schema(api, schema, is_file):
    file = {"x": {"$ref": "#/components/schemas/File"}}
    schemas = {"Upload": {"properties": file}, "File": {"format": "binary"}}
    description = api(components={"schemas": schemas})
    place = Place(description.source)
    wanted = None if schema is None else Schema(schema, place)
    media = MediaType("multipart/form-data", wanted, place, description=description)
    kind = "application/octet-stream" if is_file else None
    expected = [("x", "x" if is_file else None, kind, b"text"), ("end", None, None, b"")]
    assert parts({"x": "text", "end": ""}, media) == expected


def test_parts_without_names():
    found = parts([{"a": 1}, b"\x00", "t"], kind="multipart/mixed")
    assert [(kind, content) for _, _, kind, content in found] == [
        ("application/json", b'{"a":1}'),
        ("application/octet-stream", b"\x00"),
        (None, b"t"),
    ]


def test_names_cannot_break_out():
    body = encode_multipart({'a"; filename="x\r\nX: y': "1"}, None, "b")
    assert b'name="a%22; filename=%22x%0D%0AX: y"\r\n' in body


def test_the_boundary_follows_from_the_content():
    first, again = (encode_multipart({"a": "x"}, None, None) for _ in range(2))
    other = encode_multipart({"a": "y"}, None, None)
    assert first == again
    assert boundary_of(first) != boundary_of(other)
    assert boundary_of(encode_multipart({}, None, "mine")) == "mine"


@pytest.mark.parametrize(
    ("payload", "boundary", "message"),
    [
        ("text", None, 'a multipart body is written from an object, not string "text"'),
        ({"a": "x\r\n--b"}, "b", "the boundary of the multipart body occurs in its content"),
    ],
)
def test_refused(payload, boundary, message):
    with pytest.raises(RequestRefused) as raised:
        encode_multipart(payload, None, boundary)
    assert raised.value.message == message


PNG = FileBody('/tmp/a/ü".png', 'ü".png', 5, "image/png", "m1")
DATA = FileBody("data", "data", 7, None, "m2")
TEXT = FileBody("a.txt", "a.txt", 3, "text/plain", "m3")


@pytest.mark.parametrize(
    ("encoding", "file", "kind"),
    [
        (None, PNG, "image/png"),
        (None, DATA, "application/octet-stream"),
        ("image/png", PNG, "image/png"),
        ("image/jpeg, image/png", PNG, "image/png"),
        ("image/*", PNG, "image/png"),
        ("image/jpeg", PNG, "image/jpeg"),
        ("image/*", DATA, "application/octet-stream"),
        ("text/csv, image/*", DATA, "text/csv"),
        # RFC 7578, section 4.4: only a part that is no file is text without saying so.
        (None, TEXT, "text/plain"),
        ("text/plain", TEXT, "text/plain"),
        ("image/*, text/plain; charset=utf-8", TEXT, "text/plain; charset=utf-8"),
        ('text/plain; x="a, b"; charset=utf-8', TEXT, 'text/plain; x="a, b"; charset=utf-8'),
    ],
)
def test_files_on_disk(encoding, file, kind):
    nowhere = Place(SourceFile("", "", ""))
    own = {"x": Encoding(encoding, None, None)} if encoding else {}
    media = MediaType("multipart/form-data", None, nowhere, own)
    payload = {"x": [file, "text"], "y": b"z"}
    body = encode_multipart(payload, media, None)
    name = file.name.replace('"', "%22")
    assert isinstance(body, Upload)
    assert size_of(body) == len(body) - len(file) + file.size
    assert f'name="x"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n@'.encode() in body
    assert body.pieces[1] is file
    assert boundary_of(body).startswith("arazzo-")


def test_no_file_can_know_its_boundary():
    marks = ("one", "two")
    bodies = [
        encode_multipart({"x": FileBody("p", "p", 1, None, one)}, None, None) for one in marks
    ]
    assert boundary_of(bodies[0]) != boundary_of(bodies[1])


def test_encodings_by_position():
    nowhere = Place(SourceFile("", "", ""))
    first = Encoding("application/json", None, None)
    others = Encoding("text/csv, image/*", None, None, headers=(("X-Kept", "ever"),))
    media = MediaType(
        "multipart/mixed", None, nowhere, prefix_encoding=(first,), item_encoding=others
    )
    body = encode_multipart(["a", PNG, "b"], media, "mark")
    assert body.split(b"--mark") == [
        b"",
        b'\r\nContent-Type: application/json\r\n\r\n"a"\r\n',
        b"\r\nContent-Type: image/png\r\nX-Kept: ever\r\n\r\n" + bytes(PNG) + b"\r\n",
        b"\r\nContent-Type: text/csv\r\nX-Kept: ever\r\n\r\nb\r\n",
        b"--\r\n",
    ]
    only = MediaType("multipart/mixed", None, nowhere, prefix_encoding=(first,))
    assert b"Content-Type" not in encode_multipart(["a", "b"], only, "mark").split(b"--mark")[2]


def part(value, name="x", encoding=None):
    """The head and the content of the one part of a body."""
    nowhere = Place(SourceFile("", "", ""))
    media = MediaType("multipart/form-data", None, nowhere, {"x": encoding} if encoding else {})
    body = encode_multipart({name: value}, media, "mark")
    head, _, content = body.removeprefix(b"--mark\r\n").partition(b"\r\n\r\n")
    return head.decode().removeprefix('Content-Disposition: form-data; name="x"'), content[:-12]


CSV = Encoding("text/csv; charset=iso-8859-1", None, None, headers=(("X-Kept", "ever"),))


@pytest.mark.parametrize(
    ("value", "encoding", "head", "content"),
    [
        (
            {"content": "a", "filename": 'b"'},
            None,
            '; filename="b%22"\r\nContent-Type: text/plain',
            b"a",
        ),
        (
            {"content": "a", "contentType": "text/x"},
            None,
            '; filename="x"\r\nContent-Type: text/x',
            b"a",
        ),
        (
            {"content": b"a", "filename": "b"},
            None,
            '; filename="b"\r\nContent-Type: application/octet-stream',
            b"a",
        ),
        (
            {"content": b"a", "filename": None},
            None,
            '; filename="x"\r\nContent-Type: application/octet-stream',
            b"a",
        ),
        (
            {"content": PNG, "contentType": "image/x"},
            None,
            '; filename="ü%22.png"\r\nContent-Type: image/x',
            bytes(PNG),
        ),
        (
            {"content": PNG, "filename": "b", "contentType": None},
            None,
            '; filename="b"\r\nContent-Type: image/png',
            bytes(PNG),
        ),
        (
            {"content": [1], "filename": "b"},
            None,
            '; filename="b"\r\nContent-Type: application/json',
            b"[1]",
        ),
        (
            {"content": "ü", "filename": "b"},
            CSV,
            '; filename="b"\r\nContent-Type: text/csv; charset=iso-8859-1\r\nX-Kept: ever',
            b"\xfc",
        ),
        # What says less, or more, is data.
        ({"content": "a"}, None, "\r\nContent-Type: application/json", b'{"content":"a"}'),
        (
            {"filename": "a", "contentType": "b"},
            None,
            "\r\nContent-Type: application/json",
            b'{"filename":"a","contentType":"b"}',
        ),
        (
            {"content": "a", "filename": "b", "c": 1},
            None,
            "\r\nContent-Type: application/json",
            b'{"content":"a","filename":"b","c":1}',
        ),
    ],
)
def test_files_with_names_and_types(value, encoding, head, content):
    assert part(value, encoding=encoding) == (head, content)


def test_a_file_without_content_is_left_out():
    assert (
        encode_multipart({"x": {"content": None, "filename": "a"}}, None, "mark") == b"--mark--\r\n"
    )


def test_files_by_position():
    body = encode_multipart(
        [{"content": "a", "filename": "b"}, {"content": "c", "contentType": "d"}], None, "mark"
    )
    assert body.split(b"--mark")[1:3] == [
        b'\r\nContent-Disposition: attachment; filename="b"\r\nContent-Type: text/plain\r\n\r\na\r\n',
        b"\r\nContent-Type: d\r\n\r\nc\r\n",
    ]


EVIL = [
    ({"content": "a", "contentType": "text/plain\r\nX-Evil: 1"}, "`contentType` of `x`"),
    ({"content": "a", "contentType": "text/plain\0"}, "`contentType` of `x`"),
    ({"content": "a", "filename": "b\nc"}, "`filename` of `x`"),
    ({"content": "a", "filename": "b\0"}, "`filename` of `x`"),
]


@pytest.mark.parametrize(("value", "label"), EVIL)
def test_control_characters_are_refused_and_named(value, label):
    reason = f"{label} of a multipart body has a line break or another control character in it"
    with pytest.raises(RequestRefused, match=reason):
        encode_multipart({"x": value}, None, "mark")
    with pytest.raises(RequestRefused, match=reason):
        encode_multipart({"x": ["a", value]}, None, "mark")
    with pytest.raises(RequestRefused, match=reason.replace("`x`", "part 2")):
        encode_multipart(["a", value], None, "mark")


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        (Encoding("text/x\r\nA: b", None, None), "`contentType`"),
        (Encoding("text/x", None, None, headers=(("X-Kept", "a\nb"),)), "the header `X-Kept`"),
    ],
)
def test_so_are_those_of_an_encoding_object(encoding, label):
    with pytest.raises(RequestRefused, match=f"{label} of a multipart body has a line break"):
        part("a", encoding=encoding)
