"""How the webhooks of a channel are signed: the extension ``x-webhook-signature``, or security.

AsyncAPI Specification 3.0.0, "Security Scheme Object", of servers with the protocol ``http`` or
``https``: what a sender has to show there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, cast, get_args

from arazzo_runner.asyncapi.model import (
    Algorithm,
    Broker,
    BrokerSecurity,
    SchemeKind,
    SignatureEncoding,
    SignatureScheme,
    WebhookSignature,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import malformed_error, optional_text
from arazzo_runner.openapi.model import Operation, SecurityScheme
from arazzo_runner.openapi.security.requirements import required_schemes
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.text.source import Place

SIGNATURE: Final = "x-webhook-signature"
HTTP: Final = ("http", "https")

SCHEMES: Final[Mapping[str, SignatureScheme]] = {
    "github": SignatureScheme("hmac", "X-Hub-Signature-256", prefix="sha256="),
    "shopify": SignatureScheme("hmac", "X-Shopify-Hmac-Sha256", encoding="base64"),
    "slack": SignatureScheme("slack", "X-Slack-Signature"),
    "standard-webhooks": SignatureScheme("standard-webhooks", "webhook-signature"),
    "stripe": SignatureScheme("stripe", "Stripe-Signature"),
    "twilio": SignatureScheme("twilio", "X-Twilio-Signature"),
}
"""By the name that a description gives them."""
_BEARER: Final = SignatureScheme("token", "Authorization", prefix="Bearer ")
_KINDS: Final = (*SCHEMES, "hmac", "token")
_FIELDS: Final = ("scheme", "header", "algorithm", "encoding", "prefix", "name")


def read_signature(node: Mapping[str, Value], place: Place) -> WebhookSignature | None:
    """The extension of a channel or operation at ``place``, None without one.

    It is the name of a scheme, or an object with ``scheme``. Raises DocumentError AZ217.
    """
    if SIGNATURE not in node:
        return None
    held, at = node[SIGNATURE], place.at(SIGNATURE)
    fields = {"scheme": held} if isinstance(held, str) else held
    if not isinstance(fields, dict):
        message = f"`{SIGNATURE}` is the name of a scheme, or an object with `scheme`"
        raise malformed_error(message, at)
    _check_names(fields, _FIELDS, f"`{SIGNATURE}` has no field", at)
    scheme = optional_text(fields, "scheme") or ""
    _check_names([scheme], _KINDS, f"`{SIGNATURE}` knows no scheme", at)
    base = SCHEMES.get(scheme) or SignatureScheme(cast("SchemeKind", scheme), "")
    name = optional_text(fields, "name") or scheme
    return WebhookSignature(_with_fields(base, fields, at), name, "key", at)


def _check_names(names: Iterable[str], known: Iterable[str], what: str, place: Place) -> None:
    known = tuple(known)
    for name in names:
        if name not in known:
            hint = (
                did_you_mean(name, known) or f"there are {', '.join(f'`{one}`' for one in known)}"
            )
            raise malformed_error(f"{what} `{name}`: {hint}", place)


def _with_fields(base: SignatureScheme, fields: dict[str, Value], place: Place) -> SignatureScheme:
    """The scheme as the description has it."""
    header = optional_text(fields, "header") or base.header
    if not header:
        message = f"`{SIGNATURE}` needs `header`: the field with the signature"
        raise malformed_error(message, place)
    algorithm = optional_text(fields, "algorithm") or base.algorithm
    encoding = optional_text(fields, "encoding") or base.encoding
    _check_names([algorithm], get_args(Algorithm), "no signature has the algorithm", place)
    _check_names([encoding], get_args(SignatureEncoding), "no signature has the encoding", place)
    prefix = optional_text(fields, "prefix")
    return SignatureScheme(
        base.kind,
        header,
        cast("Algorithm", algorithm),
        cast("SignatureEncoding", encoding),
        base.prefix if prefix is None else prefix,
    )


def security_signature(brokers: Iterable[Broker]) -> WebhookSignature | None:
    """What the security of HTTP servers wants in a header field: the first that can be checked."""
    for broker in brokers:
        for one in broker.security if broker.protocol in HTTP else ():
            found = _of_security(one)
            if found is not None:
                return found
    return None


def operation_signature(operation: Operation) -> WebhookSignature | None:
    """What the ``security`` of a webhook's operation wants in a header field.

    That of the description as a whole is what the API wants of its clients.
    """
    for alternative in required_schemes(operation):
        for one in alternative:
            found = _of_scheme(one.scheme)
            if found is not None:
                return found
    return None


def _of_scheme(scheme: SecurityScheme) -> WebhookSignature | None:
    match scheme.type, scheme.location, (scheme.scheme or "").lower():
        case "apiKey", "header", _ if scheme.parameter:
            return WebhookSignature(_by_header(scheme.parameter), scheme.name, "key", scheme.place)
        case "http", _, "bearer":
            return WebhookSignature(_BEARER, scheme.name, "token", scheme.place)
        case _:
            return None


def _of_security(security: BrokerSecurity) -> WebhookSignature | None:
    match security.type, security.location, security.scheme:
        case "httpApiKey", "header", _ if security.parameter:
            scheme = _by_header(security.parameter)
            return WebhookSignature(scheme, security.name, "key", security.place)
        case "http", _, "bearer":
            return WebhookSignature(_BEARER, security.name, "token", security.place)
        case _:
            return None


def _by_header(name: str) -> SignatureScheme:
    """The scheme that a field is known for; in any other one stands the secret itself."""
    same = (one for one in SCHEMES.values() if one.header.lower() == name.lower())
    return next(same, SignatureScheme("token", name))
