"""What a sender of webhooks adds to a request, so that the check of its signature passes.

It is the other side of ``signatures.py``, scheme by scheme.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from math import floor
from typing import Final, TypeAlias

from arazzo_runner.asyncapi.model import SchemeKind
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.http_semantics.media_type import essence
from arazzo_runner.messaging.webhooks.message import WebhookRequest
from arazzo_runner.messaging.webhooks.signatures import (
    FORM,
    SignatureCheck,
    form_texts,
    standard_key,
    twilio_digest,
)

HASH: Final = "bodySHA256"
_Signer: TypeAlias = Callable[[SignatureCheck, WebhookRequest, str, int], Headers]


def signed_query(check: SignatureCheck, request: WebhookRequest) -> str:
    """The query that a scheme puts into the URL, empty for most: Twilio's hash of the body."""
    if check.scheme.kind != "twilio" or _is_form(request):
        return ""
    return f"{HASH}={hashlib.sha256(request.body).hexdigest()}"


def signature_headers(
    check: SignatureCheck, request: WebhookRequest, url: str, now: float
) -> Headers:
    """The header fields of a signature. Raises ValueError for a secret that is none.

    ``url`` is where the receiver knows that it is sent to, with the query; ``now`` in seconds since
    1970. Standard Webhooks needs the field ``webhook-id`` of the request.
    """
    return _SIGNERS[check.scheme.kind](check, request, url, floor(now))


def _is_form(request: WebhookRequest) -> bool:
    return essence(request.header("content-type") or "").lower() == FORM


def _sign_body(check: SignatureCheck, request: WebhookRequest, _url: str, _now: int) -> Headers:
    scheme = check.scheme
    digest = hmac.digest(check.secret.encode(), request.body, scheme.algorithm)
    text = digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
    return ((scheme.header, scheme.prefix + text),)


def _show_token(check: SignatureCheck, _request: WebhookRequest, _url: str, _now: int) -> Headers:
    return ((check.scheme.header, check.scheme.prefix + check.secret),)


def _sign_stripe(check: SignatureCheck, request: WebhookRequest, _url: str, now: int) -> Headers:
    digest = hmac.digest(check.secret.encode(), f"{now}.".encode() + request.body, "sha256")
    return ((check.scheme.header, f"t={now},v1={digest.hex()}"),)


def _sign_standard(check: SignatureCheck, request: WebhookRequest, _url: str, now: int) -> Headers:
    key = standard_key(check.secret)
    if key is None:
        raise ValueError("the secret of Standard Webhooks is `whsec_` with base64 behind it")
    name = request.header("webhook-id") or ""
    digest = hmac.digest(key, f"{name}.{now}.".encode() + request.body, "sha256")
    signature = "v1," + base64.b64encode(digest).decode()
    return ("webhook-timestamp", str(now)), (check.scheme.header, signature)


def _sign_slack(check: SignatureCheck, request: WebhookRequest, _url: str, now: int) -> Headers:
    digest = hmac.digest(check.secret.encode(), f"v0:{now}:".encode() + request.body, "sha256")
    time = ("X-Slack-Request-Timestamp", str(now))
    return time, (check.scheme.header, f"v0={digest.hex()}")


def _sign_twilio(check: SignatureCheck, request: WebhookRequest, url: str, _now: int) -> Headers:
    fields = "".join(form_texts(request.body)) if _is_form(request) else ""
    return ((check.scheme.header, twilio_digest(check.secret, url + fields)),)


_SIGNERS: Final[Mapping[SchemeKind, _Signer]] = {
    "hmac": _sign_body,
    "token": _show_token,
    "stripe": _sign_stripe,
    "standard-webhooks": _sign_standard,
    "slack": _sign_slack,
    "twilio": _sign_twilio,
}
