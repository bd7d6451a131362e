"""Which fields, cookies and parameters carry secrets, and what of their values is one."""

from base64 import b64encode

import pytest

from arazzo_runner.report.secret_names import (
    HEADER_NAMES,
    header_values,
    is_secret,
    may_be_secret,
    url_secrets,
    url_values,
    without_user,
)

PAIR = b64encode(b"AC1:hunter22").decode()


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("Authorization", "Bearer tok-1", ["tok-1"]),
        ("authorization", "tok-1", ["tok-1"]),
        ("Authorization", f"Basic {PAIR}", [PAIR, "AC1:hunter22", "hunter22"]),
        ("Authorization", "Basic ???", ["???"]),
        (
            "Authorization",
            'Digest username="ann", uri="/orders", response="0a1b2c", nonce="n"',
            ["0a1b2c"],
        ),
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AK/eu, SignedHeaders=host;date, Signature=00ff",
            ["00ff"],
        ),
        ("X-Api-Key", "k=1", ["k=1"]),
        ("Cookie", "sid=s-1; theme=dark; lang=en-US; n=4711", ["s-1", "s-1", "4711", "4711"]),
        ("Cookie", 'sid="a%2Fb"; flag', ["a%2Fb", "a/b"]),
        ("Set-Cookie", "sid=s-1; Path=/orders; Max-Age=3600; SameSite=Strict", ["s-1", "s-1"]),
        ("Set-Cookie", "sid=; Max-Age=0", []),
        ("Set-Cookie", "sid=abcdefgh", ["abcdefgh", "abcdefgh"]),
        ("X-Request-Id", "4711", []),
    ],
)
def test_the_secrets_of_a_header_field(name, value, secrets):
    assert list(header_values(((name, value),), HEADER_NAMES)) == secrets


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://h/a?access_token=t-1&page=2", ["t-1", "t-1"]),
        ("https://h/a?page=2&API_KEY=a%2Fb#x", ["a%2Fb", "a/b"]),
        ("https://ann:p%40w@h/a", ["ann:p%40w", "ann:p%40w".replace("%40", "@"), "p@w"]),
        ("https://t-1@h/a", ["t-1", "t-1", "t-1"]),
        ("https://h/a@b?next_token_id=1&tokens=2&pagetoken=3", []),
        ("https://h/a?token=***", []),
        ("https://h/a?token={token}", []),
        ("https://***@h/", []),
        ("token=x", []),
    ],
)
def test_the_secrets_of_a_url(url, secrets):
    assert list(url_values(url)) == secrets


def test_a_parameter_of_a_security_scheme_is_secret():
    url = "https://h/a?appid=t-1"
    assert list(url_secrets(url)) == []
    assert [url[a:b] for a, b in url_secrets(url, frozenset({"appid"}))] == ["t-1"]


@pytest.mark.parametrize(
    ("location", "name", "secret"),
    [
        ("header", "x-api-key", True),
        ("header", "x-request-id", False),
        ("cookie", "visit", True),
        ("query", "access_token", True),
        ("query", "page", False),
        ("path", "token", False),
    ],
)
def test_which_parameters_are_secret(location, name, secret):
    assert is_secret(location, name) is secret


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:hunter22@host/a", "https://***@host/a"),
        ("user:hunter22@host", "***@host"),
        ("//user@host", "//***@host"),
        ("https://host/a@b", "https://host/a@b"),
        ("dir/a@b.yaml", "dir/a@b.yaml"),
    ],
)
def test_a_url_is_named_without_its_user(url, shown):
    assert without_user(url) == shown


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        ("Authorization", True),
        ("X-Secret", True),
        ("X-Shop-Secret", True),
        ("X_CLIENT_SECRET", True),
        ("X-Shop-AccessToken", True),
        ("X-Tenant-Key", True),
        ("X-Session", True),
        ("X-Tenant", False),
        ("Idempotency-Key", False),
        ("X-Monkey", False),
        ("X-Author", False),
        ("Accept", False),
    ],
)
def test_a_header_that_a_user_sets(header, secret):
    assert may_be_secret(header) is secret
