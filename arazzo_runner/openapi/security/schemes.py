"""Which security requirement of an operation is satisfied, and what it adds to a request.

OpenAPI Specification 3.2.0, sections "Security Scheme Object" and "Security Requirement
Object". No request is made here: what has to be fetched first is a ``TokenNeed``.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.openapi.model import Operation, Parameter, SecurityScheme
from arazzo_runner.openapi.security.credentials import (
    SECRET_KINDS,
    CredentialFlow,
    CredentialPart,
    CredentialParts,
    Credentials,
    credential_flows,
    credential_parts,
    credentials_from,
    find_flow,
    has_part,
    secret_parts,
    variable_name,
    variable_names,
)
from arazzo_runner.openapi.security.requirements import RequiredScheme, required_schemes
from arazzo_runner.openapi.security.token_need import (
    DigestNeed,
    Need,
    SignNeed,
    credential_owner,
    token_need,
)

__all__ = [
    "Authorization",
    "CredentialPart",
    "Credentials",
    "MissingCredentials",
    "ParameterKeys",
    "RequiredScheme",
    "authorize",
    "credential_carrier",
    "credential_parts",
    "credentials_from",
    "is_movable",
    "missing_parts",
    "parameter_key",
    "required_schemes",
    "scheme_label",
    "variable_names",
    "with_identity",
]

# What to ask for where nothing is set: first what needs no person.
_PREFERENCE: Final = (
    "clientCredentials",
    "password",
    "authorizationCode",
    "deviceAuthorization",
    "refreshToken",
    None,
)

ParameterKeys: TypeAlias = frozenset[tuple[str, str]]
"""What a workflow passes by itself: (location, name), header names in lower case."""


class Authorization(Struct, frozen=True):
    """What the credentials add to a request; ``secrets`` is what to mask of them.

    ``needs`` are what has to be fetched or answered first, and ``credentials`` what with.
    ``carriers`` are the schemes by name with the header field of each, see :func:`is_movable`.
    ``user_headers`` are those that the user adds; they win over all that a request has.
    """

    headers: Headers = ()
    query: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    credentials: Credentials = field(default_factory=Credentials)
    carriers: tuple[tuple[str, str], ...] = ()
    user_headers: Headers = ()

    def __repr__(self) -> str:
        return "Authorization(***)"


def with_identity(authorization: Authorization, identity: str) -> Authorization:
    """The authorization of credentials that a step names, apart from those of the others."""
    needs = tuple(replace(one, identity=identity) for one in authorization.needs)
    values = authorization.credentials.values.items()
    held = {(credential_owner(source, identity), name): parts for (source, name), parts in values}
    return replace(authorization, needs=needs, credentials=Credentials(held))


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


def authorize(
    operation: Operation,
    source: str,
    credentials: Credentials,
    parameters: ParameterKeys = frozenset(),
    server: str = "",
    skipped: frozenset[str] = frozenset(),
) -> Authorization:
    """Choose the first security requirement that the credentials satisfy, and apply it.

    All schemes of a requirement apply together; ``{}`` makes security optional. What the
    workflow passes itself (``parameters``) satisfies its scheme. An operation that requires
    nothing gets nothing. ``server`` is what relative URLs of OAuth2 are resolved against. Schemes
    that are ``skipped`` need and add nothing; alternatives without them come first. Raises
    MissingCredentials.
    """
    alternatives = required_schemes(operation)
    needed = [[each for each in one if each.scheme.name not in skipped] for one in alternatives]
    pairs = sorted(zip(alternatives, needed, strict=True), key=lambda pair: pair[0] != pair[1])
    usable = [
        one for whole, one in pairs if whole and _is_satisfied(one, source, credentials, parameters)
    ]
    if usable:
        return _apply(usable[0], source, credentials, parameters, server)
    if not alternatives or [] in alternatives:
        return Authorization()
    raise _missing_error(operation, source, needed, credentials)


def is_carried(parameter: Parameter, operation: Operation) -> bool:
    """Whether a security scheme of the operation gives a parameter its value."""
    alternatives = required_schemes(operation)
    schemes = (one.scheme for each in alternatives for one in each)
    return parameter_key(parameter) in {credential_carrier(one) for one in schemes}


def _is_satisfied(
    wanted: list[RequiredScheme], source: str, credentials: Credentials, given: ParameterKeys
) -> bool:
    return all(
        _is_supplied(one.scheme, given) or not missing_parts(one.scheme, source, credentials)
        for one in wanted
    )


def missing_parts(scheme: SecurityScheme, source: str, credentials: Credentials) -> list[str]:
    """What is not set of a scheme: variables, or flags; nothing where one way is satisfied."""
    if scheme.type in ("mutualTLS", "X509"):
        return [] if credentials.shows_certificate(source) else ["--cert", "--key"]
    parts = credentials.of(source, scheme.name)
    if find_flow(scheme, parts) is not None:
        return []
    nearest = min(
        _by_preference(scheme), key=lambda way: not any(has_part(parts, one) for one in way.needs)
    )
    return [
        variable_name(source, scheme.name, kind)
        for kind in nearest.needs
        if not has_part(parts, kind)
    ]


def _by_preference(scheme: SecurityScheme) -> list[CredentialFlow]:
    """The ways, those that the description offers before a token that somebody has fetched."""
    return sorted(credential_flows(scheme), key=lambda way: _PREFERENCE.index(way.flow))


def _is_supplied(scheme: SecurityScheme, given: ParameterKeys) -> bool:
    """Whether the workflow passes what the scheme would: then its own value wins."""
    return credential_carrier(scheme) in given


def parameter_key(parameter: Parameter) -> tuple[str, str]:
    """What a workflow passes by a parameter, in the form of ``ParameterKeys``."""
    is_header = parameter.location == "header"
    return parameter.location, parameter.name.lower() if is_header else parameter.name


def credential_carrier(scheme: SecurityScheme) -> tuple[str, str]:
    """Where a scheme's credential stands in a request: (location, name), headers in lower case."""
    if scheme.type == "apiKey" and scheme.location != "header":
        return scheme.location or "", scheme.parameter or ""
    return "header", (scheme.parameter or "Authorization").lower()


def is_movable(scheme: SecurityScheme) -> bool:
    """Whether a scheme's credential is a header field that means the same at another origin.

    The answer to a digest's challenge (RFC 7616, section 3.4.3) and a signature belong to one URI,
    a cookie to one host, a certificate to the connection; and a redirect brings its own query.
    """
    is_answer = scheme.type == "http" and (scheme.scheme or "").lower() == "digest"
    location, name = credential_carrier(scheme)
    is_header = location == "header" and name != "cookie"
    is_bound = is_answer or scheme.type == "mutualTLS" or scheme.signer is not None
    return is_header and not is_bound


def _carriers(schemes: list[SecurityScheme]) -> tuple[tuple[str, str], ...]:
    """Schemes and their header fields, but for a field that another scheme has as well."""
    fields = [credential_carrier(one) for one in schemes if one.type != "mutualTLS"]
    alone = [
        one for one in schemes if is_movable(one) and fields.count(credential_carrier(one)) == 1
    ]
    return tuple((one.name, credential_carrier(one)[1]) for one in alone)


def _apply(
    wanted: list[RequiredScheme],
    source: str,
    credentials: Credentials,
    given: ParameterKeys,
    server: str,
) -> Authorization:
    applied = [one for one in wanted if not _is_supplied(one.scheme, given)]
    every = [
        _apply_scheme(one, source, credentials.of(source, one.scheme.name), server)
        for one in applied
    ]
    return Authorization(
        headers=tuple(one for each in every for one in each.headers),
        query=tuple(one for each in every for one in each.query),
        cookies=tuple(one for each in every for one in each.cookies),
        secrets=tuple(one for each in every for one in each.secrets),
        needs=tuple(one for each in every for one in each.needs),
        credentials=Credentials(
            {key: parts for each in every for key, parts in each.credentials.values.items()}
        ),
        carriers=_carriers([one.scheme for one in applied]),
    )


def _apply_scheme(
    wanted: RequiredScheme, source: str, parts: CredentialParts, server: str
) -> Authorization:
    scheme = wanted.scheme
    way = find_flow(scheme, parts)
    if way is not None and way.flow is not None:
        return with_need(token_need(scheme, source, way.flow, wanted.scopes, server), parts)
    if way is not None and way.signer:
        found = with_need(SignNeed(source, scheme.name, way.signer), parts)
        secrets = tuple(parts[kind] for kind in secret_parts(scheme) if kind in parts)
        return replace(found, secrets=secrets)
    match scheme.type, (scheme.scheme or "").lower():
        case "http", "digest":
            return with_need(DigestNeed(source, scheme.name), parts)
        case "http", "basic":
            return _basic(parts["username"], parts["password"])
        case "apiKey", _:
            return _api_key(scheme, parts["key"])
        case "mutualTLS", _:
            return Authorization()
        case _:
            return _bearer(parts["token"], _header_scheme(scheme))


def with_need(need: Need, parts: CredentialParts) -> Authorization:
    """What has to be had first, with the credential that it is had by."""
    secrets = [parts[kind] for kind in SECRET_KINDS if kind in parts]
    credentials = Credentials({(need.source, need.scheme): parts})
    return Authorization(secrets=tuple(secrets), needs=(need,), credentials=credentials)


def _header_scheme(scheme: SecurityScheme) -> str:
    """The scheme's name in `Authorization`."""
    name = scheme.scheme if scheme.type == "http" and scheme.scheme else "Bearer"
    # RFC 9110, section 11.1: scheme names compare without case; servers know `Bearer`.
    return "Bearer" if name.lower() == "bearer" else name


# A plan has one for each step; that of a long token is one text for all of them.
@lru_cache(maxsize=64)
def _bearer(token: str, scheme: str) -> Authorization:
    """A token in `Authorization`, behind the name of its HTTP scheme."""
    headers = (("Authorization", f"{scheme} {token}"),)
    return Authorization(headers, secrets=(token,))


def _basic(username: str, password: str) -> Authorization:
    # RFC 7617, section 2.1: UTF-8.
    pair = b64encode(f"{username}:{password}".encode()).decode("ascii")
    headers = (("Authorization", f"Basic {pair}"),)
    # Without a password, the user name is the key.
    return Authorization(headers, secrets=(password or username, f"{username}:{password}"))


def _api_key(scheme: SecurityScheme, key: str) -> Authorization:
    pairs = ((scheme.parameter or "", key),)
    secrets = (key,)
    match scheme.location:
        case "query":
            return Authorization(query=pairs, secrets=secrets)
        case "cookie":
            return Authorization(cookies=pairs, secrets=secrets)
        case _:
            return Authorization(headers=pairs, secrets=secrets)


def _missing_error(
    operation: Operation,
    source: str,
    alternatives: list[list[RequiredScheme]],
    credentials: Credentials,
) -> MissingCredentials:
    wanted = ", or ".join(
        " and ".join(f"`{one.scheme.name}` ({scheme_label(one.scheme)})" for one in each)
        for each in alternatives
    )
    message = f"`{operation.title}` of `{source}` needs credentials for {wanted}"
    lacking = [
        [name for one in each for name in missing_parts(one.scheme, source, credentials)]
        for each in alternatives
    ]
    hint = "set " + ", or ".join(
        _flow_names(names) for names in (*lacking, *_tokens(alternatives, source, lacking))
    )
    schemes = tuple(dict.fromkeys(one.scheme.name for each in alternatives for one in each))
    return MissingCredentials(message, schemes, tuple(lacking[0]), hint)


def _flow_names(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _tokens(
    alternatives: list[list[RequiredScheme]], source: str, absent: list[list[str]]
) -> list[list[str]]:
    """The variables of tokens that serve instead of fetching one, where one scheme is enough."""
    alone = [each[0].scheme for each in alternatives if len(each) == 1]
    tokens = [
        [variable_name(source, one.name, "token")]
        for one in alone
        if "token" in credential_parts(one)
    ]
    return [one for one in tokens if one not in absent]


def scheme_label(scheme: SecurityScheme) -> str:
    """What kind of scheme it is, in a few words."""
    if scheme.signer is not None:
        return f"signature by `{scheme.signer.name}`"
    match scheme.type:
        case "http":
            return f"HTTP {scheme.scheme}"
        case "oauth2":
            flows = ", ".join(one for one in scheme.flows if not one.startswith("x-"))
            return f"OAuth2: {flows}" if flows else "OAuth2"
        case "openIdConnect":
            return "OpenID Connect"
        case "userPassword" | "plain" | "scramSha256" | "scramSha512" | "gssapi":
            return "user name and password"
        case "apiKey" | "httpApiKey":
            return f"API key in the {scheme.location} `{scheme.parameter}`"
        case "mutualTLS" | "X509":
            return "mutual TLS, with `--cert` and `--key`"
        case other:
            return other
