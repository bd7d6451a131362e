"""Signatures by the schemes in use, with values that others publish where they do."""

import base64
import hashlib
import hmac
from urllib.parse import quote

import pytest

from arazzo_runner.asyncapi.model import SignatureScheme
from arazzo_runner.asyncapi.signatures import SCHEMES
from arazzo_runner.messaging.webhooks.message import WebhookRequest
from arazzo_runner.messaging.webhooks.signatures import SignatureCheck

NOW = 1_700_000_000.0
BODY = b'{"action": "opened"}'
URL = "https://hooks.example.com/studio?bodySHA256=" + hashlib.sha256(BODY).hexdigest()
SECRET = "s3cret"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")


def mac(text: bytes, algorithm: str = "sha256", secret: str = SECRET) -> bytes:
    return hmac.new(secret.encode(), text, algorithm).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def stripe(time: int, *others: str) -> str:
    signed = mac(f"{time}.".encode() + BODY).hex()
    return ",".join([f"t={time}", *others, f"v1={signed}"])


def standard(time: int, name: str = "msg_1") -> tuple[tuple[str, str], ...]:
    key = base64.b64decode(WHSEC.removeprefix("whsec_"))
    signed = b64(hmac.new(key, f"{name}.{time}.".encode() + BODY, "sha256").digest())
    return (
        ("webhook-id", name),
        ("webhook-timestamp", str(time)),
        ("webhook-signature", f"v1a,x v1,{b64(b'other')} v1,{signed}"),
    )


def slack(time: int) -> tuple[tuple[str, str], ...]:
    signed = mac(f"v0:{time}:".encode() + BODY).hex()
    return ("x-slack-request-timestamp", str(time)), ("x-slack-signature", f"v0={signed}")


def twilio(url: str) -> tuple[str, str]:
    return "x-twilio-signature", b64(mac(url.encode(), "sha1"))


TOKEN = SignatureScheme("token", "X-Api-Key")
BEARER = SignatureScheme("token", "Authorization", prefix="Bearer ")
SHA512 = SignatureScheme("hmac", "X-Sig", "sha512", "hex", "v1:")
PLAIN = "https://hooks.example.com/studio"
FORM_BODY = b"To=%2B1&From=%2B2&To=%2B0&Empty="
SIGNED_FORM = "EmptyFrom+2To+0To+1"

RIGHT = {
    "github": ("github", [("x-hub-signature-256", "sha256=" + mac(BODY).hex())]),
    "github in capitals": ("github", [("x-hub-signature-256", "sha256=" + mac(BODY).hex().upper())]),
    "shopify": ("shopify", [("x-shopify-hmac-sha256", b64(mac(BODY)))]),
    "another algorithm": (SHA512, [("x-sig", "v1:" + mac(BODY, "sha512").hex())]),
    "a token": (TOKEN, [("x-api-key", SECRET)]),
    "a bearer token": (BEARER, [("authorization", f"Bearer {SECRET}")]),
    "stripe": ("stripe", [("stripe-signature", stripe(int(NOW)))]),
    "stripe, two secrets": ("stripe", [("stripe-signature", stripe(int(NOW), "v1=00", "v0=11"))]),
    "stripe, at the edge": ("stripe", [("stripe-signature", stripe(int(NOW) - 300))]),
    "standard": ("standard-webhooks", standard(int(NOW))),
    "slack": ("slack", slack(int(NOW))),
    "twilio, json": ("twilio", [JSON, twilio(URL)]),
}  # fmt: skip

WRONG = {
    "no header": ("github", []),
    "another secret": ("github", [("x-hub-signature-256", "sha256=" + mac(BODY, secret="x").hex())]),
    "another body": ("github", [("x-hub-signature-256", "sha256=" + mac(BODY + b" ").hex())]),
    "no prefix": ("github", [("x-hub-signature-256", mac(BODY).hex())]),
    "another algorithm": ("github", [("x-hub-signature-256", "sha256=" + mac(BODY, "sha1").hex())]),
    "no ascii": ("github", [("x-hub-signature-256", "sha256=\xe4")]),
    "base64 in other case": ("shopify", [("x-shopify-hmac-sha256", b64(mac(BODY)).swapcase())]),
    "another token": (TOKEN, [("x-api-key", SECRET + "x")]),
    "an empty token": (TOKEN, [("x-api-key", "")]),
    "stripe, too old": ("stripe", [("stripe-signature", stripe(int(NOW) - 301))]),
    "stripe, from tomorrow": ("stripe", [("stripe-signature", stripe(int(NOW) + 86_400))]),
    "stripe, another time": ("stripe", [("stripe-signature", stripe(int(NOW)).replace("t=17", "t=17", 1).replace(f"t={int(NOW)}", f"t={int(NOW) + 1}"))]),
    "stripe, no time": ("stripe", [("stripe-signature", "v1=00")]),
    "stripe, no number": ("stripe", [("stripe-signature", "t=now,v1=00")]),
    "standard, too old": ("standard-webhooks", standard(int(NOW) - 301)),
    "standard, no id": ("standard-webhooks", standard(int(NOW))[1:]),
    "standard, another id": ("standard-webhooks", [("webhook-id", "msg_2"), *standard(int(NOW))[1:]]),
    "slack, too old": ("slack", slack(int(NOW) - 301)),
    "slack, no time": ("slack", slack(int(NOW))[1:]),
    "twilio, another url": ("twilio", [JSON, twilio(URL.replace("studio", "other"))]),
    "twilio, without its hash": ("twilio", [JSON, twilio(PLAIN)]),
}  # fmt: skip


def is_right(scheme, headers, url: str = URL, body: bytes = BODY, secret: str = SECRET) -> bool:
    found = SCHEMES[scheme] if isinstance(scheme, str) else scheme
    secret = WHSEC if found.kind == "standard-webhooks" else secret
    request = WebhookRequest("POST", "/studio", tuple(headers), body)
    return SignatureCheck(found, secret).is_satisfied_by(request, url, NOW)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_signature(name: str) -> None:
    assert is_right(*RIGHT[name])


@pytest.mark.parametrize("name", RIGHT)
def test_nobody_has_no_secret(name: str) -> None:
    scheme, headers = RIGHT[name]
    found = SCHEMES[scheme] if isinstance(scheme, str) else scheme
    request = WebhookRequest("POST", "/studio", tuple(headers), BODY)
    assert not SignatureCheck(found, "").is_satisfied_by(request, URL, NOW)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_signature(name: str) -> None:
    assert not is_right(*WRONG[name])


@pytest.mark.parametrize("signed", [PLAIN, "https://hooks.example.com:443/studio"])
def test_twilio_signs_a_form_with_the_port_or_without(signed: str) -> None:
    headers = [FORM, twilio(signed + SIGNED_FORM)]
    assert is_right("twilio", headers, PLAIN, FORM_BODY)
    assert is_right("twilio", headers, "https://hooks.example.com:443/studio", FORM_BODY)
    assert not is_right("twilio", headers, PLAIN, FORM_BODY + b"&A=b")
    assert not is_right("twilio", headers, "http://hooks.example.com/studio", FORM_BODY)


def test_the_example_that_twilio_publishes() -> None:
    """Its documentation of request validation: the account's token is 12345."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030", "To": "+18005551212"}  # fmt: skip
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items()).encode()
    headers = [FORM, ("x-twilio-signature", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")]
    assert is_right("twilio", headers, url, body, "12345")
    assert not is_right("twilio", headers, url, body, "12346")


def test_the_example_that_standard_webhooks_publishes() -> None:
    headers = (
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )
    request = WebhookRequest("POST", "/", headers, b'{"test": 2432232314}')
    check = SignatureCheck(SCHEMES["standard-webhooks"], WHSEC)
    assert check.is_satisfied_by(request, "", 1_614_265_330.0)
    assert not check.is_satisfied_by(request, "", NOW)


def test_a_secret_of_another_form_is_never_right() -> None:
    check = SignatureCheck(SCHEMES["standard-webhooks"], "whsec_no base64!")
    assert not check.is_satisfied_by(WebhookRequest("POST", "/", standard(int(NOW)), BODY), "", NOW)


def test_secrets_are_not_shown() -> None:
    assert SECRET not in repr(SignatureCheck(TOKEN, SECRET))
