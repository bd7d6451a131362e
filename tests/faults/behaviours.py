"""What servers do wrong, and the words by which a message names it.

A row is a name, a behaviour and words, a regular expression; ``RETRIEVED`` meet documents as well.
"""

import gzip
import zlib

from faults.server import (
    CHUNKED,
    CONTINUATION,
    DATA,
    END_STREAM,
    GOAWAY,
    GOOD,
    HEADERS,
    JSON,
    OK,
    PING,
    PUSH_PROMISE,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Behaviour,
    at_once,
    drips,
    fields,
    floods,
    frame,
    headers,
    hold,
    no_word,
    on_and_on,
    redirects,
    reply,
    request,
    reset,
    sends,
    silence,
    speaks,
)

Row = tuple[str, Behaviour, str]


def _length(text: bytes) -> Behaviour:
    return sends(JSON + b"Content-Length: " + text + b"\r\n\r\n" + GOOD)


def _chunk(line: bytes) -> Behaviour:
    return sends(CHUNKED + line + b"\r\n" + GOOD + b"\r\n0\r\n\r\n")


def _field(line: bytes) -> Behaviour:
    return sends(reply(GOOD, line))


def _status(text: bytes) -> Behaviour:
    return sends(reply(status=text))


def _encoded(name: bytes, body: bytes) -> Behaviour:
    return sends(reply(body, b"Content-Encoding: " + name))


def _bomb(connection) -> None:
    """300 MB in 300 kB, made while it is sent."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    request(connection)
    connection.sendall(JSON + b"Content-Encoding: gzip\r\n\r\n")
    for _ in range(300):
        connection.sendall(packer.compress(bytes(1 << 20)))
    connection.sendall(packer.flush())


_SILENT = "within 1 s|nothing for 1 s"

TIMES: list[Row] = [
    ("silence", silence, _SILENT),
    ("half a status line", sends(b"HTTP/1.1 2", then=hold), _SILENT),
    ("half a header", sends(JSON + b"X-A:", then=hold), _SILENT),
    ("half a body", sends(JSON + b"Content-Length: 9\r\n\r\n{", then=hold), _SILENT),
    ("half a chunk", sends(CHUNKED + b"9\r\n{", then=hold), _SILENT),
    ("no last chunk", sends(CHUNKED + b"1\r\n1\r\n", then=hold), _SILENT),
    ("an interim response alone", sends(b"HTTP/1.1 100 Continue\r\n\r\n", then=hold), _SILENT),
    ("a slow header", drips(JSON + b"X: ", b"a"), _SILENT),
    ("a slow body", drips(JSON + b"Content-Length: 9999\r\n\r\n", b" "), _SILENT),
    ("slow chunks", drips(CHUNKED, b"1\r\n \r\n"), _SILENT),
]

ENDS: list[Row] = [
    ("closed at once", no_word, "without a response|broke"),
    ("closed after the request", sends(), "without a response"),
    ("reset after the request", sends(then=reset), "reset|without a response"),
    ("reset in the header", sends(b"HTTP/1.1 200", then=reset), "reset|header"),
    ("reset in the body", sends(JSON + b"Content-Length: 9\r\n\r\n{", then=reset), "reset|ends after"),
    ("closed in the header", sends(JSON + b"X-"), "before its header is complete"),
    ("closed after an interim response", sends(b"HTTP/1.1 100 C\r\n\r\n"), "header|without"),
    ("closed in the body", _length(b"99"), "ends after 9 bytes instead of 99"),
    ("closed between chunks", sends(CHUNKED + b"1\r\n1\r\n"), "ends after 1 bytes before its last chunk"),
    ("closed in a chunk", sends(CHUNKED + b"9\r\n1"), "ends after 1 bytes before its last chunk"),
    ("closed in the trailers", sends(CHUNKED + b"1\r\n1\r\n0\r\nA: b"), "before its last chunk"),
]  # fmt: skip

FRAMING: list[Row] = [
    ("a negative length", _length(b"-1"), "bad Content-Length"),
    ("a length with a sign", _length(b"+9"), "bad Content-Length"),
    ("a length with an underscore", _length(b"0_9"), "bad Content-Length"),
    ("a hexadecimal length", _length(b"0x9"), "bad Content-Length"),
    ("a length in other digits", _length("\u0669".encode()), "bad Content-Length"),
    ("a length of 5,000 digits", _length(b"9" * 5000), "Content-Length|limit"),
    ("two lengths", _length(b"9\r\nContent-Length: 3"), "conflicting Content-Length"),
    ("two lengths in one line", _length(b"9, 3"), "conflicting Content-Length"),
    ("an empty length", _length(b""), "bad Content-Length"),
    ("a length of 20 digits", _length(b"9" * 20), "the limit is 10 MiB"),
    ("a chunk size that is none", _chunk(b"zz"), "illegal chunk header"),
    ("a negative chunk size", _chunk(b"-9"), "illegal chunk header"),
    ("a chunk size with 0x", _chunk(b"0x9"), "illegal chunk header"),
    ("a chunk size of 40 digits", _chunk(b"f" * 40), "illegal chunk header"),
    ("an empty chunk size", _chunk(b""), "illegal chunk header"),
    ("a chunk longer than its size", _chunk(b"3"), "malformed chunk footer"),
    ("a chunk shorter than its size", _chunk(b"20"), "chunk"),
    ("another transfer encoding", _field(b"Transfer-Encoding: gzip"), "Transfer-Encoding"),
    ("two transfer encodings", _field(b"Transfer-Encoding: chunked, chunked"), "Transfer-Encoding"),
]

HEADS: list[Row] = [
    ("no HTTP", sends(b"SSH-2.0-Open\r\n"), "does not speak HTTP.*SSH"),
    ("HTTP/0.9", sends(GOOD), "does not speak HTTP"),
    ("octets", sends(bytes(range(256))), "does not speak HTTP"),
    ("an escape sequence", sends(b"\x1b]0;owned\x07"), r"does not speak HTTP.*\\x1b"),
    ("another version", sends(reply().replace(b"1.1", b"9.9", 1)), "`HTTP/9.9` was not requested"),
    ("no version", sends(reply().replace(b"/1.1", b"", 1)), "not speak HTTP|illegal status line"),
    ("status 999", _status(b"999 X"), "the status `999`"),
    ("status 600", _status(b"600 X"), "the status `600`"),
    ("status 000", _status(b"000 X"), "status"),
    ("status of two digits", _status(b"20 X"), "illegal status line"),
    ("status of four digits", _status(b"2000 X"), "illegal status line"),
    ("status of letters", _status(b"abc X"), "illegal status line"),
    ("status with an underscore", _status(b"2_0 X"), "illegal status line"),
    ("a switch", sends(b"HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n", then=hold), "status 101 switches"),
    ("21 interim responses", sends(b"HTTP/1.1 103 H\r\n\r\n" * 21 + reply()), "20 interim"),
    ("interim responses for ever", floods(b"", b"HTTP/1.1 102 P\r\n\r\n"), "20 interim|header"),
    ("an interim response with a body", sends(b"HTTP/1.1 100 C\r\n\r\nhello" + reply()), "status line"),
    ("a space before a colon", _field(b"X-A : b"), "illegal header line"),
    ("a NUL", _field(b"X-A: a\0b"), "illegal header line"),
    ("a lone CR", _field(b"X-A: a\rSet-Cookie: b=c"), "illegal header line"),
    ("no colon", _field(b"nonsense"), "illegal header line"),
    ("no name", _field(b": a"), "illegal header line"),
    ("a name beyond ASCII", _field("\u00fc: a".encode()), "illegal header line"),
    ("201 headers", _field(b"\r\n".join([b"A: b"] * 199)), "201 headers, the limit is 200"),
    ("a header of 200 kB", _field(b"A: " + b"b" * 200_000), "header.*more than 100000 bytes"),
    ("headers for ever", floods(JSON, b"A: b\r\n"), "header.*more than 100000 bytes"),
    ("a header line for ever", floods(JSON + b"A: ", b"b"), "header.*more than 100000 bytes"),
    ("a status line for ever", floods(b"HTTP/1.1 200 ", b"b"), "header.*more than 100000 bytes"),
    ("a chunk line for ever", floods(CHUNKED + b"1;", b"b"), "more than 100000 bytes|chunk"),
    ("trailers for ever", floods(CHUNKED + b"0\r\n", b"A: b\r\n"), "more than 100000 bytes"),
]  # fmt: skip

BODIES: list[Row] = [
    ("a body for ever", floods(JSON + b"\r\n", b"[1],"), "the limit is 10 MiB"),
    ("chunks for ever", floods(CHUNKED, b"1000\r\n" + b" " * 4096 + b"\r\n"), "the limit is 10 MiB"),
    ("an announced body of 11 MB", _length(b"11000000"), "the limit is 10 MiB"),
    ("no gzip", _encoded(b"gzip", b"no gzip at all"), "not valid gzip"),
    ("half of gzip", _encoded(b"gzip", gzip.compress(GOOD * 50)[:-9]), "not valid gzip"),
    ("gzip with another sum", _encoded(b"gzip", gzip.compress(GOOD)[:-8] + bytes(8)), "not valid gzip"),
    ("bytes after gzip", _encoded(b"gzip", gzip.compress(GOOD) + b"x"), "not valid gzip"),
    ("gzip once, told twice", _encoded(b"gzip, gzip", gzip.compress(GOOD)), "not valid gzip"),
    ("three encodings", _encoded(b"gzip, gzip, gzip", b"x"), "encoded 3 times over"),
    ("10,000 encodings", _encoded(b"gzip," * 9999 + b"gzip", b"x"), "encoded 10000 times over"),
    ("no deflate", _encoded(b"deflate", b"\xff" * 40), "not valid deflate"),
    ("brotli", _encoded(b"br", b"x"), "encoded as `br`"),
    ("a bomb", _bomb, "decodes to more than"),
    ("a bomb within gzip", _encoded(b"gzip, gzip", gzip.compress(gzip.compress(bytes(60 << 20)))), "decodes to more than"),
]  # fmt: skip

# Responses that are whole, with a body that is not of its type.
VALUES: list[Row] = [
    ("half of JSON", sends(reply(b'{"id": 1, "na')), "JSON"),
    ("text after JSON", sends(reply(GOOD + b" more")), "JSON"),
    ("no JSON", sends(reply(b"<html></html>")), "JSON"),
    ("NaN", sends(reply(b'{"id": NaN}')), "NaN|JSON"),
    ("infinity", sends(reply(b'{"id": -Infinity}')), "Infinity|JSON"),
    ("JSON of depth 513", sends(reply(b"[" * 513 + b"]" * 513)), "512|deep|nest"),
    ("a number of 4,301 digits", sends(reply(b'{"id": %s}' % (b"9" * 4301))), "digits"),
    ("no UTF-8", sends(reply(b'{"id": "\xff"}')), "UTF-8"),
    ("half a character", sends(reply(b'{"id": "\xe2\x82"}')), "UTF-8"),
    ("an unknown charset", sends(reply().replace(b"json", b"json; charset=klingon")), "klingon"),
]

REDIRECTS: list[Row] = [
    ("a loop", redirects(b"/things/1"), "redirects again after 5 redirects|too many redirects"),
    ("to a file", redirects(b"file:///etc/passwd"), "`file` is neither http nor https"),
    ("to another scheme", redirects(b"gopher://127.0.0.1/"), "`gopher` is neither"),
    ("to no URL", redirects(b"http://[::1/"), "not a URL|malformed"),
    ("to port 99999", redirects(b"http://127.0.0.1:99999/"), "malformed"),
    ("to a port in other digits", redirects("http://127.0.0.1:\u0661/".encode()), "malformed"),
    ("to a name that is none", redirects("http://\u2615.example/".encode()), "not a name"),
    ("with a password", redirects(b"http://u:p@127.0.0.1:1/"), "user name or password"),
]

# TLS by what is wrong with the certificate (``conftest.py``); the response would be whole.
CERTIFICATES = [
    ("expired", "expired"),
    ("another host", "not trusted.*(mismatch|match|valid for)"),
    ("self-signed", "not trusted"),
]
NO_TLS: list[Row] = [
    ("no TLS", at_once(reply(status=b"400 Bad Request")), "does not speak TLS"),
    ("half a handshake", at_once(b"\x16\x03\x03\xff\xff" + bytes(900)), "TLS"),
]

_GOOD2 = frame(DATA, GOOD, END_STREAM)


def _answer(*pairs: tuple[bytes, bytes]) -> Behaviour:
    return speaks(headers(*pairs), _GOOD2)


def _status2(text: bytes) -> Behaviour:
    return _answer((b":status", text))


HTTP2: list[Row] = [
    ("closed", speaks(), "without a response|close_notify"),
    ("closed in the body", speaks(headers(*OK), frame(DATA, b"{")), "ends after 1 bytes|close_notify"),
    ("reset", speaks(frame(RST_STREAM, bytes([0, 0, 0, 2])), then=hold), "stream was reset"),
    ("reset in the body", speaks(headers(*OK), frame(DATA, b"{"), frame(RST_STREAM, bytes(4)), then=hold), "stream was reset"),
    ("refused", speaks(frame(RST_STREAM, bytes([0, 0, 0, 7])), then=hold), "refused the request"),
    ("gone with an error", speaks(frame(GOAWAY, bytes([0, 0, 0, 1, 0, 0, 0, 11]), 0, 0), then=hold), "ends the connection"),
    ("gone below the stream", speaks(frame(GOAWAY, bytes(8), 0, 0), then=hold), "refused the request"),
    ("gone, and nothing more", speaks(frame(GOAWAY, bytes([0, 0, 0, 1, 0, 0, 0, 0]), 0, 0)), "without a response|close_notify"),
    ("status abc", _status2(b"abc"), "the status `abc`"),
    ("status 2_00", _status2(b"2_00"), "the status `2_00`"),
    ("status -200", _status2(b"-200"), "the status `-200`"),
    ("status 99999", _status2(b"99999"), "the status `99999`"),
    ("an empty status", _status2(b""), "the status ``"),
    ("no status", _answer((b"content-type", b"application/json")), "status"),
    ("two statuses", _answer(*OK, OK[0]), "not valid HTTP"),
    ("status 101", speaks(headers((b":status", b"101")), then=hold), "status 101 switches"),
    ("a body before the header", speaks(_GOOD2, then=hold), "not valid HTTP"),
    ("a name beyond ASCII", _answer(*OK, (b"x-\xff", b"a")), "not valid HTTP"),
    ("a name in upper case", _answer(*OK, (b"X-A", b"a")), "not valid HTTP"),
    ("a line end in a value", _answer(*OK, (b"x-a", b"a\r\nset-cookie: b")), "not valid HTTP"),
    ("a header of the connection", _answer(*OK, (b"connection", b"close")), "not valid HTTP"),
    ("another length", _answer(*OK, (b"content-length", b"99")), "99"),
    ("a length with an underscore", _answer(*OK, (b"content-length", b"0_9")), "content-length"),
    ("a push", speaks(frame(PUSH_PROMISE, bytes([0, 0, 0, 2]) + fields(*OK), 4), then=hold), "not valid HTTP"),
    ("another header in the body", speaks(headers(*OK), frame(DATA, b"1"), headers(*OK), then=hold), "not valid HTTP"),
    ("a window beyond all", speaks(frame(WINDOW_UPDATE, b"\x7f\xff\xff\xff", 0, 0), then=hold), "not valid HTTP"),
    ("a window of nothing", speaks(frame(WINDOW_UPDATE, bytes(4), 0, 0), then=hold), "not valid HTTP"),
    ("30 interim responses", speaks(headers((b":status", b"103")) * 30, then=hold), "20 interim"),
    ("a header of 126 kB", speaks(frame(HEADERS, fields(*OK), 0) + frame(CONTINUATION, fields((b"x-a", b"a" * 120)) * 120, 0) * 9 + frame(CONTINUATION, b"", 4), then=hold), "header.*more than 100000 bytes|not valid HTTP"),
    ("a frame of 16 MB", speaks(headers(*OK), b"\xff\xff\xff\0\0\0\0\0\1", then=hold), "16777215 bytes.*FRAME_SIZE_ERROR"),
    ("frames that are none", speaks(b"\xff" * 900, then=hold), "FRAME_SIZE_ERROR"),
    ("a table that grows for ever", speaks(frame(HEADERS, b"\x3f\xff\xff\xff\xff\xff\x0f", 4), then=hold), "not valid HTTP"),
]  # fmt: skip
HTTP2_FLOODS: list[Row] = [
    ("pings for ever", speaks(then=on_and_on(frame(PING, bytes(8), 0, 0))), f"not valid HTTP|broke|{_SILENT}"),
    ("settings for ever", speaks(then=on_and_on(frame(SETTINGS, b"\0\3\0\0\0\x64", 0, 0))), f"not valid HTTP|broke|{_SILENT}"),
    ("empty data for ever", speaks(headers(*OK), then=on_and_on(frame(DATA))), f"not valid HTTP|broke|{_SILENT}"),
    ("a header for ever", speaks(frame(HEADERS, fields(*OK), 0), then=on_and_on(frame(CONTINUATION, fields((b"a", b"b")), 0))), f"header|not valid HTTP|broke|{_SILENT}"),
    ("no window", speaks(frame(SETTINGS, b"\0\4\0\0\0\0", 0, 0), then=hold), _SILENT),
]  # fmt: skip

RETRIEVED = [*TIMES, *ENDS, *FRAMING, *HEADS, *BODIES, *REDIRECTS]
