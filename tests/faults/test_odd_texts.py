"""Whatever a text is nested, counts or spells, by whichever way it comes in, is told and no bug."""

import json

import pytest

from faults.odd_texts import CODES, TEXTS
from faults.server import FaultServer, reply, sends

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
