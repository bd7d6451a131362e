"""Credentials, and which of them a request carries.

OpenAPI Specification 3.2.0, sections "Security Scheme Object" and "Security Requirement
Object". Tokens are given, not fetched: no request is made here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from typing import Literal as Choice
from urllib.parse import quote, quote_plus

from msgspec import Struct, field

from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.expression.scope import Headers
from arazzo_runner.operation.description import read_scheme
from arazzo_runner.operation.model import Operation, SecurityRequirement, SecurityScheme
from arazzo_runner.text.diagnostic import did_you_mean, error

Kind: TypeAlias = Choice["username", "password", "token", "key"]
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
# What Python makes of the bytes of a variable that is not UTF-8 (PEP 383).
_HALVES: Final = re.compile("[\ud800-\udfff]")

Given: TypeAlias = frozenset[tuple[str, str]]
"""What a workflow passes by itself: (location, name), header names in lower case."""


class Credentials(Struct, frozen=True):
    """The credentials at hand: by (source name, scheme name), each part by its kind."""

    values: Mapping[tuple[str, str], Mapping[Kind, str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Credentials of {sorted(self.values)}"

    def of(self, source: str, scheme: str) -> Mapping[Kind, str]:
        """The parts of one scheme's credential; empty when there are none."""
        return self.values.get((source, scheme), {})

    def joined(self, other: Credentials) -> Credentials:
        """These credentials and others; the others win, scheme by scheme."""
        return Credentials({**self.values, **other.values})


class Authorization(Struct, frozen=True):
    """What the credentials add to a request; ``secrets`` are all their spellings, for masking."""

    headers: Headers = ()
    query: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Authorization(***)"


class MissingCredentials(ValueError):
    """An operation needs credentials that are not at hand.

    ``schemes`` are the security schemes that would do, ``variables`` the environment variables
    to set for the first of them, ``hint`` the sentence that says so.
    """

    def __init__(
        self, message: str, schemes: tuple[str, ...], variables: tuple[str, ...], hint: str
    ) -> None:
        super().__init__(message)
        self.message = message
        self.schemes = schemes
        self.variables = variables
        self.hint = hint


def variable_names(source: str, scheme: SecurityScheme) -> tuple[str, ...]:
    """The environment variables that a scheme's credential is read from.

    ``ARAZZO_AUTH_<SOURCE>_<SCHEME>_USERNAME`` and so on, upper case, other characters as ``_``.
    """
    stem = f"ARAZZO_AUTH_{_upper(source)}_{_upper(scheme.name)}_"
    return tuple(stem + kind.upper() for kind in kinds(scheme))


def kinds(scheme: SecurityScheme) -> tuple[Kind, ...]:
    """The parts that a scheme's credential has; none for mutual TLS, which has a certificate."""
    match scheme.type, (scheme.scheme or "").lower():
        case "http", "basic" | "digest":
            return "username", "password"
        case "apiKey", _:
            return ("key",)
        case "mutualTLS", _:
            return ()
        case _:
            return ("token",)


def credentials_from(
    environment: Mapping[str, str],
    source: str,
    schemes: Iterable[SecurityScheme],
    aliases: Mapping[str, str],
) -> Credentials:
    """Read the credentials of a source's schemes from environment variables.

    ``aliases`` maps a variable to another one that serves when the variable itself is not set.
    A line end after a value, as files leave it, does not belong to it. Raises UsageError AZ905
    for a value that no request can carry.
    """
    found = dict[tuple[str, str], dict[Kind, str]]()
    for scheme in schemes:
        parts = dict[Kind, str]()
        for kind, name in zip(kinds(scheme), variable_names(source, scheme), strict=True):
            value = environment.get(name) or environment.get(aliases.get(name, ""))
            if value:
                parts[kind] = _carried(name, kind, value.rstrip("\r\n"))
        if parts:
            found[source, scheme.name] = parts
    return Credentials(found)


def _carried(name: str, kind: Kind, value: str) -> str:
    """A part of a credential, unless no request can carry it; the message does not show it."""
    if kind == "username" and ":" in value:
        # RFC 7617, section 2.
        fault = "holds a `:`, which ends a user name in HTTP basic"
    elif _CONTROLS.search(value):
        fault = "holds a line break or another control character"
    elif _HALVES.search(value):
        fault = "is not UTF-8"
    else:
        return value
    raise UsageError(error("AZ905", f"the value of `{name}` {fault}", help="set it anew"))


def authorize(
    operation: Operation, source: str, credentials: Credentials, given: Given = frozenset()
) -> Authorization:
    """Choose the first security requirement that the credentials satisfy, and apply it.

    All schemes of a requirement apply together; ``{}`` makes security optional. What the
    workflow passes itself (``given``) satisfies its scheme and is left to it. Where nothing is
    declared, the only scheme there is applies if its credentials are set. Raises
    MissingCredentials, and DocumentError AZ214 for a scheme that is not declared.
    """
    if operation.security is None:
        return _undeclared(operation, source, credentials, given)
    alternatives = [_schemes(operation, one) for one in operation.security]
    usable = [one for one in alternatives if one and _satisfied(one, source, credentials, given)]
    if usable:
        return _applied(usable[0], source, credentials, given)
    if not alternatives or [] in alternatives:
        return Authorization()
    raise _missing(operation, source, alternatives, credentials)


def _undeclared(
    operation: Operation, source: str, credentials: Credentials, given: Given
) -> Authorization:
    schemes = list(operation.description.schemes.values())
    if len(schemes) != 1 or not _satisfied(schemes, source, credentials, given):
        return Authorization()
    return _applied(schemes, source, credentials, given)


def _schemes(operation: Operation, requirement: SecurityRequirement) -> list[SecurityScheme]:
    return [_scheme(operation, name) for name, _ in requirement.schemes]


def _scheme(operation: Operation, name: str) -> SecurityScheme:
    description = operation.description
    if name in description.schemes:
        return description.schemes[name]
    if description.version >= (3, 2) and any(mark in name for mark in "#/:"):
        # Since 3.2 a requirement may name its scheme by URI.
        scheme = read_scheme(description, name, {"$ref": name}, operation.place)
        description.schemes[name] = scheme
        return scheme
    message = f"the security scheme `{name}` is not declared"
    hint = did_you_mean(name, description.schemes)
    raise DocumentError(error("AZ214", message, operation.place, help=hint))


def _satisfied(
    schemes: list[SecurityScheme], source: str, credentials: Credentials, given: Given
) -> bool:
    return all(
        _is_given(scheme, given) or not _absent(scheme, source, credentials) for scheme in schemes
    )


def _absent(scheme: SecurityScheme, source: str, credentials: Credentials) -> list[str]:
    """The variables of a scheme that are not set; digest needs a challenge, so it never is."""
    names = list(variable_names(source, scheme))
    if (scheme.scheme or "").lower() == "digest":
        return names
    parts = credentials.of(source, scheme.name)
    return [name for kind, name in zip(kinds(scheme), names, strict=True) if not parts.get(kind)]


def _is_given(scheme: SecurityScheme, given: Given) -> bool:
    """Whether the workflow passes what the scheme would: then its own value wins."""
    return carrier(scheme) in given


def carrier(scheme: SecurityScheme) -> tuple[str, str]:
    """Where a scheme's credential stands in a request: (location, name), headers in lower case."""
    if scheme.type == "apiKey" and scheme.location != "header":
        return scheme.location or "", scheme.parameter or ""
    return "header", (scheme.parameter or "Authorization").lower()


def _applied(
    schemes: list[SecurityScheme], source: str, credentials: Credentials, given: Given
) -> Authorization:
    every = [
        _one(scheme, credentials.of(source, scheme.name))
        for scheme in schemes
        if not _is_given(scheme, given)
    ]
    return Authorization(
        headers=tuple(one for each in every for one in each.headers),
        query=tuple(one for each in every for one in each.query),
        cookies=tuple(one for each in every for one in each.cookies),
        secrets=tuple(one for each in every for one in each.secrets),
    )


def _one(scheme: SecurityScheme, parts: Mapping[Kind, str]) -> Authorization:
    match kinds(scheme):
        case ("username", "password"):
            return _basic(parts["username"], parts["password"])
        case ("key",):
            return _api_key(scheme, parts["key"])
        case ("token",):
            prefix = scheme.scheme if scheme.type == "http" and scheme.scheme else "Bearer"
            # RFC 9110, section 11.1: scheme names compare without case; servers know `Bearer`.
            prefix = "Bearer" if prefix.lower() == "bearer" else prefix
            headers = (("Authorization", f"{prefix} {parts['token']}"),)
            return Authorization(headers, secrets=_spellings(parts["token"]))
        case _:
            return Authorization()


def _basic(username: str, password: str) -> Authorization:
    # RFC 7617, section 2.1: UTF-8.
    pair = b64encode(f"{username}:{password}".encode()).decode("ascii")
    headers = (("Authorization", f"Basic {pair}"),)
    return Authorization(headers, secrets=(pair, *_spellings(password)))


def _api_key(scheme: SecurityScheme, key: str) -> Authorization:
    pairs = ((scheme.parameter or "", key),)
    secrets = _spellings(key)
    match scheme.location:
        case "query":
            return Authorization(query=pairs, secrets=secrets)
        case "cookie":
            return Authorization(cookies=pairs, secrets=secrets)
        case _:
            return Authorization(headers=pairs, secrets=secrets)


def _spellings(secret: str) -> tuple[str, ...]:
    """A secret as it can come back: plain, percent-encoded, in a form, in base64."""
    encoded = b64encode(secret.encode()).decode("ascii")
    return tuple(dict.fromkeys((secret, quote(secret, safe=""), quote_plus(secret), encoded)))


def _missing(
    operation: Operation,
    source: str,
    alternatives: list[list[SecurityScheme]],
    credentials: Credentials,
) -> MissingCredentials:
    wanted = ", or ".join(
        " and ".join(f"`{scheme.name}` ({_called(scheme)})" for scheme in one)
        for one in alternatives
    )
    message = f"`{operation.method} {operation.path}` of `{source}` needs credentials for {wanted}"
    absent = [
        [name for scheme in one for name in _absent(scheme, source, credentials)]
        for one in alternatives
    ]
    hint = "set " + ", or ".join(" and ".join(f"`{name}`" for name in one) for one in absent)
    names = tuple(dict.fromkeys(scheme.name for one in alternatives for scheme in one))
    return MissingCredentials(message, names, tuple(absent[0]), hint)


def _called(scheme: SecurityScheme) -> str:
    if (scheme.scheme or "").lower() == "digest":
        return "HTTP digest, which cannot be sent yet"
    return f"HTTP {scheme.scheme}" if scheme.type == "http" else scheme.type


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
