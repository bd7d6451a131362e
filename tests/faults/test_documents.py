"""A fault of a server that has an API description is an error that names it, in time."""

import re

import pytest

from faults import behaviours as faults
from faults.server import FaultServer, reply, sends


def retrieve(arazzo, url: str, *more: str, slow: bool = False):
    limit = "1s" if slow else "15s"
    words = ("run", "w.arazzo.json", "--mock", "--timeout", limit, "--max-document-size", "10MiB")
    return arazzo(*words, *more, source=f"{url}/openapi.json")


def judge(done, words: str) -> None:
    assert done.code == 3, (done.out, done.err)
    line = done.err.splitlines()[0]
    assert line.startswith("error[AZ"), line
    assert re.search(words, line), line
    assert "\x1b" not in line


SLOW = {name for name, *_ in faults.TIMES}


@pytest.mark.parametrize(
    ("name", "behaviour", "words"), faults.RETRIEVED, ids=[one[0] for one in faults.RETRIEVED]
)
def test_a_fault_of_http(arazzo, name, behaviour, words) -> None:
    with FaultServer(behaviour) as server:
        judge(retrieve(arazzo, f"http://127.0.0.1:{server.port}", slow=name in SLOW), words)


@pytest.mark.parametrize(("kind", "words"), faults.CERTIFICATES)
def test_a_certificate_that_is_not_trusted(arazzo, context, cacert, kind, words) -> None:
    with FaultServer(sends(reply()), context(kind)) as server:
        judge(retrieve(arazzo, f"https://127.0.0.1:{server.port}", "--cacert", cacert), words)


@pytest.mark.parametrize(
    ("name", "behaviour", "words"), faults.NO_TLS, ids=[one[0] for one in faults.NO_TLS]
)
def test_no_tls(arazzo, name, behaviour, words) -> None:
    with FaultServer(behaviour) as server:
        judge(retrieve(arazzo, f"https://127.0.0.1:{server.port}"), words)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (sends(reply(status=b"404 Not Found")), "returns status 404"),
        (sends(reply(status=b"206 Partial Content")), "returns status 206"),
        (sends(b"HTTP/1.1 204 No Content\r\n\r\n"), "returns status 204"),
        (faults.redirects(b"http://169.254.169.254/latest/meta-data"), "link-local"),
        (faults.redirects(b"http://2852039166/"), "link-local"),
        (faults.redirects(b"http://[::ffff:169.254.169.254]/"), "link-local"),
        (faults.redirects(b"http://127.0.0.2:1/"), "is a loopback address"),
        (faults.redirects(b"http://0x7f.1:1/"), "is a loopback address"),
        (sends(reply(b"\xff\xfe{")), "UTF-8|utf-8|encod|AZ"),
        (sends(reply(b"[" * 200)), "deep|depth|nest"),
        (sends(reply(b"a: &a [" + b"x," * 9)), "AZ"),
        (sends(reply(b"a: &a [1,1]\nb: &b [*a,*a]\nc: [*c]")), "AZ"),
    ],
)
def test_what_is_no_document(arazzo, behaviour, words) -> None:
    with FaultServer(behaviour) as server:
        judge(retrieve(arazzo, f"http://127.0.0.1:{server.port}"), words)
