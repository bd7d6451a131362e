"""Signatures of webhooks: who knows the secret has sent this body.

The schemes of GitHub (and others with the HMAC of the body in a header field), Stripe, Standard
Webhooks, Slack and Twilio; besides, a header field that is the secret itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from arazzo_runner.asyncapi.model import SchemeKind, SignatureScheme
from arazzo_runner.http_semantics.integers import parse_digits
from arazzo_runner.http_semantics.media_type import essence
from arazzo_runner.messaging.webhooks.message import WebhookRequest
from arazzo_runner.text.diagnostic import SafeRepr
from arazzo_runner.text.pattern import lazy_pattern

TOLERANCE: Final = 300.0
"""Seconds that a signed time may be away from now, where a scheme signs one."""
_PORT: Final = lazy_pattern(r":[0-9]+\Z")
FORM: Final = "application/x-www-form-urlencoded"


class SignatureCheck(SafeRepr, frozen=True):
    """A scheme with its secret."""

    scheme: SignatureScheme
    secret: str

    def brief(self) -> str:
        """The scheme alone."""
        return self.scheme.kind

    def is_satisfied_by(self, request: WebhookRequest, url: str, now: float) -> bool:
        """Whether a request carries the right signature.

        ``url`` is where it was sent to, as the sender knows it; ``now`` in seconds since 1970.
        """
        if request.header(self.scheme.header) is None or not self.secret:
            return False
        return _VERIFIERS[self.scheme.kind](self, request, url, now)


def _is_body_signed(check: SignatureCheck, request: WebhookRequest, _url: str, _now: float) -> bool:
    scheme = check.scheme
    digest = hmac.digest(check.secret.encode(), request.body, scheme.algorithm)
    text = digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
    sent = request.header(scheme.header) or ""
    if not sent.startswith(scheme.prefix):
        return False
    sent = sent.removeprefix(scheme.prefix)
    return _is_equal(sent.lower() if scheme.encoding == "hex" else sent, text)


def _is_token(check: SignatureCheck, request: WebhookRequest, _url: str, _now: float) -> bool:
    return _is_equal(request.header(check.scheme.header) or "", check.scheme.prefix + check.secret)


def _is_stripe(check: SignatureCheck, request: WebhookRequest, _url: str, now: float) -> bool:
    """``t=<seconds>,v1=<hex>``, of which there are several while a secret is replaced."""
    parts = [one.partition("=") for one in (request.header(check.scheme.header) or "").split(",")]
    times = [value.strip() for name, _, value in parts if name.strip() == "t"]
    if not times or not _is_recent(times[0], now):
        return False
    signed = times[0].encode() + b"." + request.body
    digest = hmac.digest(check.secret.encode(), signed, "sha256").hex()
    return _is_any([value.strip() for name, _, value in parts if name.strip() == "v1"], digest)


def _is_standard(check: SignatureCheck, request: WebhookRequest, _url: str, now: float) -> bool:
    """Standard Webhooks, "Signature scheme": id, time and body with dots between."""
    name, time = request.header("webhook-id"), request.header("webhook-timestamp")
    key = standard_key(check.secret)
    if name is None or time is None or key is None or not _is_recent(time, now):
        return False
    digest = hmac.digest(key, f"{name}.{time}.".encode() + request.body, "sha256")
    sent = (request.header(check.scheme.header) or "").split()
    return _is_any(sent, "v1," + base64.b64encode(digest).decode())


def standard_key(secret: str) -> bytes | None:
    """The key of Standard Webhooks; None where the secret is not base64."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:  # also of text that is no ASCII
        return None


def _is_slack(check: SignatureCheck, request: WebhookRequest, _url: str, now: float) -> bool:
    time = request.header("x-slack-request-timestamp")
    if time is None or not _is_recent(time, now):
        return False
    digest = hmac.digest(check.secret.encode(), f"v0:{time}:".encode() + request.body, "sha256")
    return _is_equal(request.header(check.scheme.header) or "", "v0=" + digest.hex())


def _is_twilio(check: SignatureCheck, request: WebhookRequest, url: str, _now: float) -> bool:
    """The URL with the sorted parameters of a form; of other bodies the URL has the hash."""
    sent = request.header(check.scheme.header) or ""
    fields = ""
    if essence(request.header("content-type") or "").lower() == FORM:
        fields = "".join(form_texts(request.body))
    elif not _has_hash(request.body, url):
        return False
    return any(
        _is_equal(sent, twilio_digest(check.secret, one + fields)) for one in _port_forms(url)
    )


def form_texts(body: bytes) -> Iterator[str]:
    """The names and values of a form in the order in which Twilio signs them."""
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    yield from (name + value for name, value in sorted(set(pairs)))


def _has_hash(body: bytes, url: str) -> bool:
    fields = dict(parse_qsl(url.partition("?")[2]))
    return _is_equal(fields.get("bodySHA256", "").lower(), hashlib.sha256(body).hexdigest())


def twilio_digest(secret: str, text: str) -> str:
    """The HMAC-SHA1 of a text, in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def _port_forms(url: str) -> list[str]:
    """The URL without its port and with it: which of them was signed is not known."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    port = _PORT.search(host)
    bare = host[: port.start()] if port else host
    own = port[0] if port else {"https": ":443"}.get(scheme, ":80")
    return [url, *(f"{scheme}://{one}{slash}{path}" for one in (bare, bare + own))]


def _is_recent(text: str, now: float) -> bool:
    time = parse_digits(text)
    return time is not None and abs(now - time) <= TOLERANCE


def _is_any(candidates: list[str], right: str) -> bool:
    return any(_is_equal(one, right) for one in candidates)


def _is_equal(sent: str, right: str) -> bool:
    """Compared in a time that shows nothing of where they differ."""
    return hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), right.encode())


_Verifier: TypeAlias = Callable[[SignatureCheck, WebhookRequest, str, float], bool]
_VERIFIERS: Final[Mapping[SchemeKind, _Verifier]] = {
    "hmac": _is_body_signed,
    "token": _is_token,
    "stripe": _is_stripe,
    "standard-webhooks": _is_standard,
    "slack": _is_slack,
    "twilio": _is_twilio,
}
