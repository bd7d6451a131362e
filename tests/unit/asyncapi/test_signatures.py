"""How webhooks are signed, as descriptions say it."""

import pytest

from arazzo_runner.asyncapi.model import SignatureScheme
from arazzo_runner.asyncapi.operations import find_channel
from arazzo_runner.asyncapi.signatures import SCHEMES
from arazzo_runner.errors import DocumentError
from unit.asyncapi.conftest import said

HMAC = SignatureScheme("hmac", "X-Sig", "sha1", "base64", "v1=")


@pytest.mark.parametrize(
    ("written", "scheme", "name"),
    [
        ("twilio", SCHEMES["twilio"], "twilio"),
        ({"scheme": "stripe", "name": "payments"}, SCHEMES["stripe"], "payments"),
        ({"scheme": "github", "header": "X-Hub-Signature", "algorithm": "sha1", "prefix": "sha1="}, SignatureScheme("hmac", "X-Hub-Signature", "sha1", "hex", "sha1="), "github"),
        ({"scheme": "github", "prefix": ""}, SignatureScheme("hmac", "X-Hub-Signature-256"), "github"),
        ({"scheme": "hmac", "header": "X-Sig", "algorithm": "sha1", "encoding": "base64", "prefix": "v1="}, HMAC, "hmac"),
        ({"scheme": "token", "header": "X-Key"}, SignatureScheme("token", "X-Key"), "token"),
    ],
)  # fmt: skip
def test_the_extension(events, written, scheme, name):
    found = find_channel(events(channels={"c": {"x-webhook-signature": written}}), "c").signature
    assert (found.scheme, found.name, found.part) == (scheme, name, "key")
    assert found.place.pointer[-1] == "x-webhook-signature"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (7, "`x-webhook-signature` is the name of a scheme, or an object with `scheme`"),
        ("githib", "`x-webhook-signature` knows no scheme `githib`: did you mean `github`?"),
        ({}, "`x-webhook-signature` knows no scheme ``: there are `github`"),
        ({"scheme": "github", "secret": "s"}, "`x-webhook-signature` has no field `secret`: there are `scheme`"),
        ({"scheme": "hmac"}, "`x-webhook-signature` needs `header`"),
        ({"scheme": "hmac", "header": "X", "algorithm": "md5"}, "no signature has the algorithm `md5`: there are `sha1`"),
        ({"scheme": "hmac", "header": "X", "encoding": "hax"}, "no signature has the encoding `hax`: did you mean `hex`?"),
    ],
)  # fmt: skip
def test_what_is_malformed(events, written, message):
    with pytest.raises(DocumentError) as caught:
        find_channel(events(channels={"c": {"x-webhook-signature": written}}), "c")
    code, place, text = said(caught.value)
    assert (code, place) == ("AZ217", "/channels/c/x-webhook-signature")
    assert text.startswith(message)


KEY = {"type": "httpApiKey", "in": "header", "name": "X-Key"}


@pytest.mark.parametrize(
    ("security", "protocol", "expected"),
    [
        ([KEY], "https", (SignatureScheme("token", "X-Key"), "key")),
        ([{**KEY, "name": "x-twilio-signature"}], "http", (SCHEMES["twilio"], "key")),
        ([{"type": "oauth2", "flows": {}}, KEY], "https", (SignatureScheme("token", "X-Key"), "key")),
        ([{"type": "http", "scheme": "bearer"}], "https", (SignatureScheme("token", "Authorization", prefix="Bearer "), "token")),
        ([{"type": "http", "scheme": "basic"}], "https", None),
        ([{**KEY, "in": "query"}], "https", None),
        ([KEY], "mqtt", None),
        ([], "https", None),
    ],
)  # fmt: skip
def test_security_of_servers(events, security, protocol, expected):
    """An API key stands in the field itself, but in those that are known for a signature."""
    schemes = {f"s{at}": one for at, one in enumerate(security)}
    references = [{"$ref": f"#/components/securitySchemes/{name}"} for name in schemes]
    description = events(
        servers={"main": {"host": "h", "protocol": protocol, "security": references}},
        channels={"c": {}},
        components={"securitySchemes": schemes},
    )
    found = find_channel(description, "c").signature
    assert (found and (found.scheme, found.part)) == expected
    assert found is None or found.name == f"s{len(security) - 1}"


def test_the_extension_comes_before_security(events):
    description = events(
        servers={"main": {"host": "h", "protocol": "http", "security": [KEY]}},
        channels={"c": {"x-webhook-signature": "github"}},
    )
    assert find_channel(description, "c").signature.scheme == SCHEMES["github"]
