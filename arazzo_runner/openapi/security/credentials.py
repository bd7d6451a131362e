"""Which credentials a security scheme takes, what their variables are called, and reading them.

OpenAPI Specification 3.2.0, "Security Scheme Object"; RFC 6749 for the parts of OAuth2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct, field

from arazzo_runner.errors import UsageError
from arazzo_runner.http_semantics.headers import is_visible_ascii
from arazzo_runner.openapi.model import SecurityScheme
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.pattern import lazy_pattern

CredentialPart: TypeAlias = str
"""``username``, ``password``, ``token``, ``key``, ``client_id``, ``client_secret``,
``refresh_token``, and what signers have beside."""
OAuthFlow: TypeAlias = Choice[
    "refreshToken", "password", "clientCredentials", "authorizationCode", "deviceAuthorization"
]
CredentialParts: TypeAlias = Mapping[CredentialPart, str]
CredentialLookup: TypeAlias = Callable[[str], str | None]
"""The value of a variable by its name, None where there is none."""

SECRET_KINDS: Final[tuple[CredentialPart, ...]] = (
    "password",
    "token",
    "key",
    "client_secret",
    "refresh_token",
)

_CONTROLS: Final = lazy_pattern(r"[\x00-\x1f\x7f]")
# What Python makes of the bytes of a variable that is not UTF-8 (PEP 383).
_HALVES: Final = lazy_pattern("[\ud800-\udfff]")


class CredentialFlow(Struct, frozen=True):
    """One way to satisfy a scheme: the parts it needs, those it may use, how a token is fetched.

    ``flow`` is None where nothing has to be fetched. With a ``signer`` requests are signed.
    """

    needs: tuple[CredentialPart, ...]
    may: tuple[CredentialPart, ...] = ()
    flow: OAuthFlow | None = None
    signer: str = ""

    def is_satisfied_by(self, parts: CredentialParts) -> bool:
        """Whether all that it needs is there."""
        return all(has_part(parts, kind) for kind in self.needs)


def has_part(parts: CredentialParts, kind: CredentialPart) -> bool:
    """Whether a part is there; an empty password is one, anything else that is empty is not."""
    return bool(parts.get(kind)) or (kind == "password" and parts.get(kind) == "")


_TOKEN: Final = CredentialFlow(("token",))
# What needs no person comes first; a user's password is more telling than a client's secret.
_FLOWS: Final = (
    CredentialFlow(("refresh_token",), ("client_id", "client_secret"), "refreshToken"),
    CredentialFlow(("username", "password"), ("client_id", "client_secret"), "password"),
    CredentialFlow(("client_id", "client_secret"), (), "clientCredentials"),
    CredentialFlow(("client_id",), ("client_secret",), "authorizationCode"),
    CredentialFlow(("client_id",), ("client_secret",), "deviceAuthorization"),
)
# RFC 6749, section 4.4.3: client credentials come without a refresh token; implicit has none.
_REFRESHED: Final = frozenset({"password", "authorizationCode", "deviceAuthorization"})


def credential_flows(scheme: SecurityScheme) -> tuple[CredentialFlow, ...]:
    """The ways to satisfy a scheme, the first that is possible is taken.

    Mutual TLS has one that needs no part: its certificate is no variable. A key that somebody has
    made serves in place of a signature.
    """
    signer = scheme.signer
    if signer is None:
        return _flows_by_type(scheme)
    way = CredentialFlow(signer.needs, signer.may, signer=signer.name)
    return (way, *(_flows_by_type(scheme) if scheme.type == "apiKey" else ()))


def _flows_by_type(scheme: SecurityScheme) -> tuple[CredentialFlow, ...]:
    match scheme.type, (scheme.scheme or "").lower():
        case "http", "basic" | "digest":
            return (CredentialFlow(("username", "password")),)
        case "apiKey" | "httpApiKey", _:
            return (CredentialFlow(("key",)),)
        case "userPassword" | "plain" | "scramSha256" | "scramSha512" | "gssapi", _:
            return (CredentialFlow(("username", "password")),)
        case "mutualTLS" | "X509", _:
            return (CredentialFlow(()),)
        case "oauth2", _:
            return (_TOKEN, *(way for way in _FLOWS if _is_offered(way, scheme)))
        case "openIdConnect", _:
            # Which flows there are is known only after discovery; a browser is there for most.
            return (_TOKEN, *_FLOWS[:-1])
        case _:
            return (_TOKEN,)


def _is_offered(way: CredentialFlow, scheme: SecurityScheme) -> bool:
    if way.flow == "refreshToken":
        return bool(_REFRESHED & scheme.flows.keys())
    return way.flow in scheme.flows


def find_flow(scheme: SecurityScheme, parts: CredentialParts) -> CredentialFlow | None:
    """The first way that these parts are enough for."""
    return next((way for way in credential_flows(scheme) if way.is_satisfied_by(parts)), None)


def can_be_empty(scheme: SecurityScheme, kind: CredentialPart) -> bool:
    """Whether a variable that is set to nothing is a value: many APIs take a key as user name.

    RFC 7617, section 2: ``password = *<any UTF-8>``.
    """
    return scheme.type == "http" and kind == "password"


def credential_parts(scheme: SecurityScheme) -> tuple[CredentialPart, ...]:
    """All parts that a scheme's credential can have; none for mutual TLS."""
    every: list[CredentialPart] = [
        kind for way in credential_flows(scheme) for kind in (*way.needs, *way.may)
    ]
    return tuple(dict.fromkeys(every))


def secret_parts(scheme: SecurityScheme) -> tuple[CredentialPart, ...]:
    """The parts of a credential that are secret."""
    return (*SECRET_KINDS, *(scheme.signer.secrets if scheme.signer else ()))


def variable_name(source: str, scheme: str, kind: CredentialPart) -> str:
    """The environment variable of one part of a credential.

    ``ARAZZO_AUTH_<SOURCE>_<SCHEME>_USERNAME`` and so on, upper case, other characters as ``_``.
    """
    return f"ARAZZO_AUTH_{_upper(source)}_{_upper(scheme)}_{kind.upper()}"


def variable_names(source: str, scheme: SecurityScheme) -> tuple[str, ...]:
    """The environment variables that a scheme's credential is read from."""
    return tuple(variable_name(source, scheme.name, kind) for kind in credential_parts(scheme))


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


class Credentials(Struct, frozen=True):
    """The credentials at hand: by (source name, scheme name), each part by its kind.

    ``certificate`` tells that connections show a client's certificate, ``certified`` are the
    sources whose connections have one of their own.
    """

    values: Mapping[tuple[str, str], CredentialParts] = field(default_factory=dict)
    certificate: bool = False
    certified: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Credentials of {sorted(self.values)}"

    def of(self, source: str, scheme: str) -> CredentialParts:
        """The parts of one scheme's credential; empty when there are none."""
        return self.values.get((source, scheme), {})

    def joined(self, other: Credentials) -> Credentials:
        """These credentials and others; the others win, scheme by scheme."""
        certificate = self.certificate or other.certificate
        certified = self.certified | other.certified
        return Credentials({**self.values, **other.values}, certificate, certified)

    def certificates(self) -> Credentials:
        """What they tell of certificates alone."""
        return Credentials({}, self.certificate, self.certified)

    def shows_certificate(self, source: str) -> bool:
        """Whether connections to a source's servers show a client's certificate."""
        return self.certificate or source in self.certified


CredentialReader: TypeAlias = Callable[[str, Iterable[SecurityScheme]], Credentials]
"""The credentials of a source's schemes."""


def no_lookup(_name: str) -> None:
    """A look-up that finds nothing."""


def credentials_from(
    environment: Mapping[str, str],
    source: str,
    schemes: Iterable[SecurityScheme],
    aliases: Mapping[str, str],
    more: CredentialLookup = no_lookup,
) -> Credentials:
    """Read the credentials of a source's schemes from environment variables.

    ``aliases`` maps a variable to another one that serves when the variable itself is not set or
    empty;
    ``more`` is asked for what is still missing, and for no more than one way needs. A line end
    after a value, as files leave it, does not belong to it. Raises UsageError AZ905 for a value
    that no request can carry.
    """

    def from_environment(name: str) -> str | None:
        value = environment.get(name)
        return value or environment.get(aliases.get(name, ""), value)

    every = {scheme.name: _parts(source, scheme, from_environment, more) for scheme in schemes}
    return Credentials({(source, name): parts for name, parts in every.items() if parts})


def _parts(
    source: str, scheme: SecurityScheme, known: CredentialLookup, more: CredentialLookup
) -> dict[CredentialPart, str]:
    parts = dict(_available_parts(source, scheme, credential_parts(scheme), known))
    way = find_flow(scheme, parts)
    if way is not None:
        parts.update(_available_parts(source, scheme, _missing_parts(way.may, parts), more))
        return parts
    for way in credential_flows(scheme):
        parts.update(_available_parts(source, scheme, _missing_parts(way.needs, parts), more))
        if way.is_satisfied_by(parts):
            parts.update(_available_parts(source, scheme, _missing_parts(way.may, parts), more))
            return parts
    return parts


def _missing_parts(
    wanted: Iterable[CredentialPart], parts: CredentialParts
) -> list[CredentialPart]:
    return [kind for kind in wanted if kind not in parts]


def _available_parts(
    source: str, scheme: SecurityScheme, wanted: Iterable[CredentialPart], look_up: CredentialLookup
) -> Iterator[tuple[CredentialPart, str]]:
    for kind in wanted:
        name = variable_name(source, scheme.name, kind)
        value = look_up(name)
        if value or (value == "" and can_be_empty(scheme, kind)):
            yield kind, _check_sendable(name, kind, value.rstrip("\r\n"), scheme)


def _check_sendable(name: str, kind: CredentialPart, value: str, scheme: SecurityScheme) -> str:
    """A part of a credential, unless no request can carry it; the message does not show it."""
    if kind == "username" and scheme.type == "http" and ":" in value:
        # RFC 7617, section 2; RFC 7616, section 3.4.2 puts one behind the user name as well.
        fault = "contains a `:`, which ends a user name in HTTP basic and digest"
    elif is_visible_ascii(value):
        return value
    elif _CONTROLS.search(value):
        fault = "contains a line break or another control character"
    elif _HALVES.search(value):
        fault = "is not UTF-8"
    else:
        return value
    raise UsageError(error("AZ905", f"the value of `{name}` {fault}", help="set it again"))
