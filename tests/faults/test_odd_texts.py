"""Whatever a text is nested, counts or spells, by whichever way it comes in, is told and no bug."""

import json

import pytest

from faults.server import FaultServer, reply, sends

DEEP = 1_000_000
DIGITS = b"9" * 100_000
ARRAYS = b"[" * DEEP + b"]" * DEEP
OBJECTS = b'{"a":' * DEEP + b"1" + b"}" * DEEP
ELEMENTS = b"<a>" * 300_000 + b"</a>" * 300_000

TEXTS = {
    "arrays within arrays": ARRAYS,
    "arrays that do not end": b"[" * DEEP,
    "objects within objects": OBJECTS,
    "mappings in lines": b"\n".join(b" " * depth + b"a:" for depth in range(1500)),
    "lists in lines": b"- " * 100_000 + b"a",
    "tables within tables": b"[" + b"a." * 100_000 + b"a]\n",
    "keys within keys": b"a." * 100_000 + b"a = 1\n",
    "elements within elements": ELEMENTS,
    "a number of many digits": b'{"a": %s}' % DIGITS,
    "a number with many digits, in lines": b"a: %s\n" % DIGITS,
    "a number with many digits, assigned": b"a = %s\n" % DIGITS,
    "a large exponent": b'{"a": 1e999999999}',
    "no UTF-8": b'{"a": "\xff\xfe\xff"}',
    "half a character": b"a: \xe2\x82",
    "a surrogate alone": b'{"a": "\\ud800"}',
    "a surrogate alone as a key": b'{"\\udfff": [{"\\ud800": "\\ud800"}]}',
    "a surrogate alone, in bytes": b"a: \xed\xa0\x80",
    "UTF-16 that ends": b"\xff\xfe{\x00a",
    "NUL": b"\0" * 1000,
    "one quote": b'"' + b"a" * 100_000,
    "nothing": b"",
}

CODES = {0, 1, 2, 3, 4, 5}


TYPES = [
    "application/json",
    "application/xml",
    "text/plain",
    "application/json-seq",
    "application/x-ndjson",
    'multipart/related; boundary="a"',
    "multipart/form-data; boundary=a",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("media_type", TYPES)
def test_a_response(arazzo, media_type, text) -> None:
    criteria = [
        {"condition": "$response.body != 1"},
        {"condition": "$..a", "type": "jsonpath", "context": "$response.body"},
        {"condition": "a|[^b]", "type": "regex", "context": "$response.body"},
        {"condition": "//a", "type": "xpath", "context": "$response.body"},
    ]
    head = reply().replace(b"application/json", media_type.encode())
    answer = head.partition(b"Content-Length")[0] + b"Content-Length: %d\r\n\r\n" % len(text) + text
    with FaultServer(sends(answer)) as server:
        url = f"http://127.0.0.1:{server.port}"
        outputs = {"all": "$response.body", "member": "$response.body#/a"}
        words = ("run", "w.arazzo.json", "--json", "--server", url, "--report", "html=r.html")
        done = arazzo(*words, successCriteria=criteria, outputs=outputs)
    assert done.code in CODES, (done.out, done.err)
    assert json.loads(done.out)["exit_code"] == done.code


QUERIES = {
    "regex": ["(" * 10_000 + ")" * 10_000, "a{99999999999}", "\\ud800", "\ud800", "[" * 10_000, "(?<a>)" * 9000],
    "jsonpath": ["$" + "[?@" * 3000 + "]" * 3000, "$[" + "9" * 9000 + "]", "$['\\ud800']", "$" + "..*" * 3000, "$[?(" + "(" * 3000],
    "xpath": ["(" * 9000 + "1" + ")" * 9000, "//a[" * 3000, "9" * 9000, "\ud800", "-" * 9000 + "1", "a/" * 9000 + "a"],
    "simple": ["(" * 9000 + "1 == 1" + ")" * 9000, "!" * 9000 + "true", "9" * 9000 + " == 1", "'\ud800' == 1", "$response.body#" + "/a" * 9000 + " == 1"],
}  # fmt: skip


@pytest.mark.parametrize("command", ["validate", "run"])
@pytest.mark.parametrize(
    ("kind", "query"),
    [(kind, query) for kind, queries in QUERIES.items() for query in queries],
    ids=[f"{kind}-{n}" for kind, queries in QUERIES.items() for n in range(len(queries))],
)
def test_a_query(arazzo, command, kind, query) -> None:
    criterion = {"condition": query}
    if kind != "simple":
        criterion |= {"type": kind, "context": "$response.body"}
    words = [command, "w.arazzo.json", *(["--mock"] if command == "run" else [])]
    done = arazzo(*words, successCriteria=[criterion])
    assert done.code in CODES, (done.out, done.err)
    assert "Traceback" not in done.err
