"""Signatures that a sender adds: its receiver takes them, and published values are met."""

import pytest

from arazzo_runner.asyncapi.model import SignatureScheme
from arazzo_runner.asyncapi.signatures import SCHEMES
from arazzo_runner.messaging.webhooks.message import WebhookRequest
from arazzo_runner.messaging.webhooks.sign import signature_headers, signed_query
from arazzo_runner.messaging.webhooks.signatures import SignatureCheck

NOW = 1_700_000_000.9
URL = "https://hooks.example.com/studio"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")
KINDS = {
    **SCHEMES,
    "token": SignatureScheme("token", "X-Api-Key"),
    "bearer": SignatureScheme("token", "Authorization", prefix="Bearer "),
    "sha512": SignatureScheme("hmac", "X-Sig", "sha512", "base64", "v1:"),
}


def signed(scheme, body, *headers, secret=WHSEC, url=URL):
    """A request with its signature, its URL, and what checks it."""
    check = SignatureCheck(scheme, secret)
    bare = WebhookRequest("POST", "/studio", (("webhook-id", "msg_1"), *headers), body)
    query = signed_query(check, bare)
    url = f"{url}?{query}" if query else url
    own = tuple((name.lower(), text) for name, text in signature_headers(check, bare, url, NOW))
    return WebhookRequest("POST", "/studio", (*bare.headers, *own), body), url, check


@pytest.mark.parametrize(
    ("content_type", "body"), [(JSON, b'{"n": 1}'), (JSON, b""), (FORM, b"To=%2B1&From=%2B2&To=")]
)
@pytest.mark.parametrize("name", KINDS)
def test_the_receiver_takes_it(name, content_type, body):
    request, url, check = signed(KINDS[name], body, content_type)
    assert check.is_satisfied_by(request, url, NOW)
    other = SignatureCheck(check.scheme, "whsec_c2VjcmV0")
    assert not other.is_satisfied_by(request, url, NOW)
    changed = WebhookRequest("POST", "/studio", request.headers, body + b"&x=1")
    assert check.is_satisfied_by(changed, url, NOW) == (name in ("token", "bearer"))


def test_what_others_publish():
    form = b"CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212"
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    request, whole, _ = signed(SCHEMES["twilio"], form, FORM, secret="12345", url=url)
    assert request.header("x-twilio-signature") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    assert whole == url
    check = SignatureCheck(SCHEMES["standard-webhooks"], WHSEC)
    name = ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
    bare = WebhookRequest("POST", "/", (name,), b'{"test": 2432232314}')
    assert signature_headers(check, bare, "", 1_614_265_330.0) == (
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )


def test_a_secret_that_is_none():
    with pytest.raises(ValueError, match="whsec_"):
        signed(SCHEMES["standard-webhooks"], b"", secret="no base64!")
