"""Names of header fields, cookies and query parameters that carry secrets; and their values."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, unquote_plus

from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.text.pattern import lazy_pattern

SHORTEST_ANYWHERE: Final = 4
"""A shorter secret ("1") stands everywhere by chance: it is masked only where it is a whole value.
"""

HEADER_NAMES: Final = frozenset(
    {
        "api-key",
        "apikey",
        "authentication",
        "authorization",
        "cookie",
        "ocp-apim-subscription-key",
        "private-token",
        "proxy-authorization",
        "set-cookie",
        "x-access-token",
        "x-amz-security-token",
        "x-api-key",
        "x-apikey",
        "x-auth-token",
        "x-authorization",
        "x-csrf-token",
        "x-functions-key",
        "x-goog-api-key",
        "x-rapidapi-key",
        "x-session-token",
        "x-shopify-access-token",
        "x-vault-token",
        "x-xsrf-token",
    }
)
"""Header fields that carry credentials, in lower case; masked whatever their values are."""

QUERY_NAMES: Final = frozenset(
    {
        "access_key",
        "access_token",
        "accesskey",
        "accesstoken",
        "api-key",
        "api_key",
        "api_secret",
        "apikey",
        "apitoken",
        "api_token",
        "appkey",
        "app_key",
        "auth",
        "auth_token",
        "authorization",
        "authtoken",
        "bearer_token",
        "client_secret",
        "id_token",
        "jwt",
        "passwd",
        "password",
        "private_token",
        "pwd",
        "refresh_token",
        "secret",
        "secret_key",
        "session_token",
        "sig",
        "signature",
        "subscription-key",
        "token",
        "x-amz-credential",
        "x-amz-security-token",
        "x-amz-signature",
        "x-api-key",
        "x-goog-credential",
        "x-goog-signature",
    }
)
"""Query parameters that carry credentials, in lower case."""

# User information ends at the last `@` of the authority.
_USER: Final = lazy_pattern(r"(?<=://)[^/?#\s\"'<>`\\]+(?=@)")
# `…`: cut; `{`, `$`, `*`: a place for a value.
_PARAMETER: Final = lazy_pattern(
    r"(?<=[?&;])([A-Za-z][A-Za-z0-9_.-]*)=([^&#;\s\"'<>`\\{$*…][^&#;\s\"'<>`\\]*)"
)
# RFC 9110, section 11.4: a scheme, and what it takes.
_SCHEME: Final = lazy_pattern(r"([A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*) +(?=\S)(.*)\Z", re.DOTALL)
_AUTH_PARAMETER: Final = lazy_pattern(r"""([A-Za-z][A-Za-z0-9_-]*) *= *("[^"]*"|[^",\s]+)""")
_PROOFS: Final = frozenset(
    {"response", "signature", "mac", "token", "access_token", "key", "secret"}
)
"""Parameters of a scheme that are secret; others are names, URIs and times."""

_WORD: Final = lazy_pattern(r"[A-Za-z]+(?:[-_][A-Za-z]+)?")
_LONGEST_WORD: Final = 7


_SECRET_WORDS: Final = frozenset(
    {
        "auth",
        "authentication",
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "jwt",
        "key",
        "otp",
        "pass",
        "pwd",
        "session",
        "sessionid",
        "sig",
        "signature",
    }
)
_SECRET_ENDINGS: Final = ("apikey", "passwd", "password", "secret", "token")
_NO_SECRETS: Final = frozenset({"idempotency-key"})


def may_be_secret(header: str) -> bool:
    """Whether the name of a header that a user sets says that its value is a credential.

    More than what headers of documents and servers are masked for: who types one means it.
    """
    name = header.lower()
    words = re.split("[-_]", name)
    return name not in _NO_SECRETS and any(
        one in _SECRET_WORDS or one.endswith(_SECRET_ENDINGS) for one in words
    )


def is_secret(location: str, name: str) -> bool:
    """Whether a parameter of this name, in lower case, carries credentials; all cookies may."""
    match location:
        case "header":
            return name in HEADER_NAMES
        case "query":
            return name in QUERY_NAMES
        case _:
            return location == "cookie"


def url_secrets(text: str, more: frozenset[str] = frozenset()) -> Iterator[tuple[int, int]]:
    """Where user information and secret query parameters stand in the URLs of a text.

    ``more`` are further names of such parameters, in lower case.
    """
    if "://" in text and "@" in text:
        yield from (match.span() for match in _USER.finditer(text) if match[0] != "***")
    if "=" in text and ("?" in text or "&" in text):
        for match in _PARAMETER.finditer(text):
            name = match[1].lower()
            if name in QUERY_NAMES or name in more:
                yield match.span(2)


def without_user(url: str) -> str:
    """A URL without its user information, also where its scheme is missing."""
    return re.sub(r"\A((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)?[^/?#]*@", r"\1***@", url)


def url_values(url: str, more: frozenset[str] = frozenset()) -> Iterator[str]:
    """The secrets in a URL, as they stand there and decoded."""
    path, mark, query = url.partition("?")
    yield from _values_in(path + mark, more)
    yield from _query_values(mark + query, more)


# All requests mostly have the same keys in their queries.
@lru_cache(maxsize=64)
def _query_values(query: str, more: frozenset[str]) -> tuple[str, ...]:
    return tuple(_values_in(query, more))


def _values_in(url: str, more: frozenset[str]) -> Iterator[str]:
    for start, end in url_secrets(url, more):
        text = url[start:end]
        yield from (text, unquote_plus(text))
        if url[end : end + 1] == "@":
            user, colon, password = text.partition(":")
            yield from (unquote(password) if colon else unquote(user),)


def header_values(headers: Headers, names: frozenset[str]) -> Iterator[str]:
    """The secrets in those header fields that have one of these names, in lower case."""
    for name, value in headers:
        key = name.lower()
        if key in names:
            yield from _field_values(key, value)


def user_header_values(headers: Headers, names: frozenset[str]) -> Iterator[str]:
    """Like :func:`header_values` for fields that a user sets, of names that say so too."""
    also = frozenset(name.lower() for name, _ in headers if may_be_secret(name))
    yield from header_values(headers, names | also)


# All requests of a run, and of many runs, mostly have the same credentials, which may be long.
@lru_cache(maxsize=64)
def _field_values(name: str, value: str) -> tuple[str, ...]:
    match name:
        case "cookie":
            return tuple(cookie_values(value.split(";")))
        case "set-cookie":
            return tuple(cookie_values(value.split(";")[:1]))
        case _:
            return tuple(_credential(value.strip()))


def cookie_values(pairs: list[str]) -> Iterator[str]:
    """The values of cookies; short words are settings such as `dark` or `en-US`, and no secrets."""
    for pair in pairs:
        value = pair.partition("=")[2].strip().strip('"')
        if value and not (len(value) <= _LONGEST_WORD and _WORD.fullmatch(value)):
            yield from (value, unquote(value))


def _credential(value: str) -> Iterator[str]:
    """The secrets in the value of `Authorization` or a field like it."""
    scheme = _SCHEME.match(value)
    if scheme is None:
        yield value
        return
    name, rest = scheme[1].lower(), scheme[2].strip()
    if name == "basic":
        yield from (rest, *_of_basic(rest))
    elif parameters := _auth_parameters(rest):
        yield from (one.strip('"') for key, one in parameters if key.lower() in _PROOFS)
    else:
        yield rest


def _auth_parameters(text: str) -> list[tuple[str, str]]:
    """The parameters of a scheme; none of a token, which may end with `=`."""
    # Looking for one character takes a hundredth of the time of looking for two.
    has_parameters = "," in text or ('"' in text and '="' in text)
    return _AUTH_PARAMETER.findall(text) if has_parameters else []


def _of_basic(encoded: str) -> Iterator[str]:
    """RFC 7617: the password, and the user name with it."""
    try:
        pair = b64decode(encoded, validate=True).decode()
    except ValueError:
        return
    password = pair.partition(":")[2]
    yield from (pair, password)
