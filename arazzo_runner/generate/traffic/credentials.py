"""Credentials of requests: they become security schemes, and their values stand nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.identifiers import camel_case, split_words
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.http_semantics.headers import header_values
from arazzo_runner.report.secret_names import is_secret, may_be_secret
from arazzo_runner.report.secrets import MASK

_SCHEMES: Final = {"bearer": "bearerAuth", "basic": "basicAuth", "digest": "digestAuth"}
_COOKIES: Final = frozenset({"session", "sess", "sid", "sessionid", "phpsessid", "jsessionid"})
_SECRET_WORDS: Final = frozenset(
    {"password", "passwd", "pwd", "passphrase", "passcode", "secret", "otp", "pin", "cvv", "cvc"}
)
_SECRET_ENDS: Final = (
    ("token",),
    ("api", "key"),
    ("apikey",),
    ("private", "key"),
    ("access", "key"),
)
_PUBLIC_TOKENS: Final = frozenset({"page", "next", "continuation", "sync"})


class Credential(Struct, frozen=True):
    """A credential that a request carries, with the name and the Security Scheme Object for it.

    ``parameter`` is the header, query parameter or cookie, ``text`` what it held.
    """

    name: str
    scheme: Mapping[str, Value]
    location: str
    parameter: str
    text: str


def credentials_of(call: TrafficCall) -> Iterator[Credential]:
    """The credentials of a request, by the names of what carries them."""
    for name, text in call.request.headers:
        lower = name.lower()
        if lower == "authorization":
            yield _authorization("Authorization", text)
        elif lower not in ("cookie", "proxy-authorization") and (
            may_be_secret(name) or ("header", lower) in call.secret_carriers
        ):
            yield _key("header", name, text)
    for name, text in parse_qsl(call.parts.query, keep_blank_values=True):
        if is_secret("query", name.lower()) or ("query", name) in call.secret_carriers:
            yield _key("query", name, text)
    for name, text in cookies_of(call):
        if may_be_secret(name) or _COOKIES & set(split_words(name)) or name.lower() in _COOKIES:
            yield _key("cookie", name, text)


def _authorization(header: str, text: str) -> Credential:
    scheme, _, rest = text.strip().partition(" ")
    name = _SCHEMES.get(scheme.lower())
    if name is None or not rest:
        return _key("header", header, text)
    spec: dict[str, Value] = {"type": "http", "scheme": scheme.lower()}
    return Credential(name, spec, "header", header, rest.strip())


def _key(location: str, name: str, text: str) -> Credential:
    scheme: dict[str, Value] = {"type": "apiKey", "in": location, "name": name}
    words = split_words(name)
    is_named = words[-1:] in (("key",), ("token",), ("auth",), ("authorization",))
    return Credential(
        camel_case(words if is_named else (*words, "key")), scheme, location, name, text
    )


def cookies_of(call: TrafficCall) -> Iterator[tuple[str, str]]:
    """The cookies that a request has sent; a recording masks them, names and all."""
    for text in header_values(call.request.headers, "Cookie"):
        if text == MASK:
            yield MASK, MASK
        for pair in text.split(";"):
            name, mark, value = pair.strip().partition("=")
            if mark and name:
                yield name, unquote(value.strip('"'))


def set_cookies(call: TrafficCall) -> Iterator[str]:
    """The names of the cookies that a response has set."""
    for text in header_values(call.response.headers, "Set-Cookie"):
        # A HAR has several in one field, a line each.
        for line in text.split("\n"):
            name, mark, _ = line.partition(";")[0].partition("=")
            if mark or name == MASK:
                yield name.strip()


def is_secret_member(name: str) -> bool:
    """Whether a member of this name holds a secret: `password`, `client_secret`, `accessToken`."""
    words = split_words(name)
    if set(words) & _SECRET_WORDS:
        return True
    if set(words) & _PUBLIC_TOKENS:
        return False
    return any(words[-len(end) :] == end for end in _SECRET_ENDS)
