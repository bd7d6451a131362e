"""The answers to challenges, by the examples of RFC 7616 (section 3.9) and RFC 2617 (section 3.5)."""

import hashlib
import re

import pytest

from arazzo_runner.auth.digest import authorization_header, parse_session
from arazzo_runner.http.uploads import file_body
from arazzo_runner.openapi.message import HttpRequest

GET = HttpRequest("GET", "http://www.example.org/dir/index.html")
CHALLENGE = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
NONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def fields(text):
    return dict(re.findall(r'(\w+\*?)="?([^",]*)"?', text.removeprefix("Digest ")))


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_the_specification(algorithm, expected):
    given = parse_session(CHALLENGE.format(algorithm)).next()
    found = fields(authorization_header(given, GET, "Mufasa", "Circle of Life", NONCE))
    assert found["response"] == expected
    assert found["uri"] == "/dir/index.html"
    assert (found["qop"], found["nc"], found["cnonce"]) == ("auth", "00000001", NONCE)
    assert found["opaque"] == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"


def test_a_server_without_qop():
    given = parse_session(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    )
    found = fields(authorization_header(given.next(), GET, "Mufasa", "CircleOfLife", NONCE))
    assert found["response"] == "1949323746fe6a43ef61f9606e7febea"
    assert found.keys().isdisjoint({"qop", "nc", "cnonce", "opaque"})


def sha(text):
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


def test_a_session_key():
    given = parse_session('Digest realm="r", nonce="n", algorithm=SHA-256-sess').next().next()
    found = fields(authorization_header(given, GET, "u", "p", "c"))
    secret = sha(f"{sha('u:r:p')}:n:c")
    assert found["response"] == sha(f"{secret}:n:{sha('GET:/dir/index.html')}")
    assert (found["algorithm"], found["cnonce"]) == ("SHA-256-sess", "c")


def test_the_body_where_the_server_insists(tmp_path):
    given = (
        parse_session('Digest realm="r", nonce="n", qop=auth-int, algorithm=SHA-256').next().next()
    )
    (tmp_path / "b").write_bytes(b"body")
    for body in (b"body", file_body(str(tmp_path / "b"))):
        request = HttpRequest("POST", "http://h?a=b", (), body)
        found = fields(authorization_header(given, request, "u", "p", "c"))
        subject = sha(f"POST:/?a=b:{sha(b'body')}")
        assert found["response"] == sha(f"{sha('u:r:p')}:n:00000002:c:auth-int:{subject}")
    (tmp_path / "b").unlink()
    assert authorization_header(given, request, "u", "p", "c")  # the world says that it is gone


@pytest.mark.parametrize(
    ("more", "username", "expected"),
    [
        ("", 'a"b', {"username": 'a\\"b'}),
        (", charset=UTF-8", "Jäsøn", {"username*": "UTF-8''J%C3%A4s%C3%B8n"}),
        (
            ", userhash=true, charset=UTF-8",
            "Jäsøn",
            {"username": sha("Jäsøn:r"), "userhash": "true"},
        ),
        (", userhash=true", "Jä", {"username": sha("Jä:r".encode("latin-1"))}),
        (", userhash=true", "\u0416", {"username": sha("\u0416:r")}),
    ],
)
def test_user_names(more, username, expected):
    given = parse_session(f'Digest realm="r", nonce="n", algorithm=SHA-256{more}').next()
    text = authorization_header(given, GET, username, "p", "c")
    for name, value in expected.items():
        assert f'{name}="{value}"' in text or f"{name}={value}" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        'Basic realm="r"',
        'Digest realm="r"',
        'Digest nonce="n"',
        'Digest realm="r", nonce="n", algorithm=TIGER',
        'Digest realm="r", nonce="n", qop="secret"',
    ],
)
def test_what_cannot_be_answered(text):
    assert parse_session(text) is None


def test_the_first_challenge_that_can_be_answered():
    text = 'Digest realm="r", nonce="1", algorithm=TIGER, Digest realm="r", nonce="2"'
    assert parse_session(text).nonce == "2"
