"""The broker of a channel: which server, with which address, credentials and trust.

AsyncAPI Specification 3.0.0, "Server Object", "Server Variable Object" and "Security Scheme
Object".
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterable, Mapping
from ssl import SSLContext
from typing import Final
from typing import Literal as Choice
from urllib.parse import urlsplit

from msgspec.structs import replace

from arazzo_runner.asyncapi.brokers import brokers_of
from arazzo_runner.asyncapi.model import (
    AsyncApiDescription,
    Broker,
    BrokerSecurity,
    Channel,
    WebhookSignature,
)
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    ChannelRoute,
    Endpoint,
)
from arazzo_runner.messaging.protocols.registry import PROTOCOLS, is_supported
from arazzo_runner.openapi.model import SecurityScheme
from arazzo_runner.openapi.security.credentials import (
    SECRET_KINDS,
    CredentialParts,
    find_flow,
)
from arazzo_runner.openapi.security.schemes import Authorization, with_need
from arazzo_runner.openapi.security.token_need import token_need
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.pattern import lazy_pattern

_VARIABLE: Final = lazy_pattern(r"\{([^{}]+)\}")

_MECHANISMS: Final = {
    "plain": "PLAIN",
    "scramSha256": "SCRAM-SHA-256",
    "scramSha512": "SCRAM-SHA-512",
}
"""Of SASL, by the types of security schemes."""

ENCRYPTED: Final = frozenset(
    {"mqtts", "secure-mqtt", "amqps", "kafka-secure", "rediss", "wss", "https", "nats+tls", "tls"}
)
"""Protocols that begin with TLS."""


def choose_broker(channel: Channel, override: str | None) -> Broker:
    """The first server of a channel whose protocol is supported; ``override`` chooses another.

    That is the value of ``--server``: the name of one, or a URL. Raises BrokerError, and UsageError
    AZ906 for a value that cannot be used.
    """
    if override is not None and "://" in override:
        return _broker_at(channel, override)
    if override is not None:
        return _named_broker(channel, override)
    if not channel.brokers:
        message = f"the channel `{channel.name}` has no server"
        raise BrokerError("refused", message, _SET_SERVER)
    for one in channel.brokers:
        if is_supported(one.protocol):
            return one
    found = ", ".join(dict.fromkeys(f"`{one.protocol}`" for one in channel.brokers))
    message = f"the servers of the channel `{channel.name}` speak {found}, which is not supported"
    raise BrokerError("refused", message, _SET_SERVER)


_SET_SERVER: Final = "set a server with `--server SOURCE=URL`, such as `mqtt://127.0.0.1:1883`"


def _named_broker(channel: Channel, name: str) -> Broker:
    for one in channel.brokers:
        if one.name == name:
            return one
    names = [one.name for one in channel.brokers]
    listed = ", ".join(f"`{one}`" for one in names) or "none"
    message = f"`--server {name}`: the channel `{channel.name}` is on no server of this name"
    raise _usage_error(message, did_you_mean(name, names) or f"there are {listed}")


def _broker_at(channel: Channel, url: str) -> Broker:
    """A server at another address; what else its description says of the protocol stays."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _usage_error(f"`--server {url}` is no URL", _SET_SERVER) from None
    protocol = parts.scheme.lower()
    if "@" in parts.netloc:
        message = "`--server` has a user name or password in its URL"
        way_out = "set `ARAZZO_AUTH_<SOURCE>_<SCHEME>_USERNAME` and `_PASSWORD` instead"
        raise _usage_error(message, way_out)
    if not is_supported(protocol):
        known = ", ".join(f"`{one}`" for one in PROTOCOLS)
        message = f"`--server {url}`: the protocol `{protocol}` is not supported"
        raise _usage_error(message, f"supported: {known}")
    like = [one for one in channel.brokers if one.protocol == protocol] or channel.brokers
    if not _host_and_port(parts.netloc)[0]:
        message = f"`--server {url}` has no host and port that can be used"
        raise _usage_error(message, _SET_SERVER)
    place = channel.place
    base = like[0] if like else Broker("", "", protocol, None, "", {}, (), {}, place)
    return replace(base, host=parts.netloc, protocol=protocol, pathname=parts.path, variables={})


def _usage_error(message: str, way_out: str) -> UsageError:
    return UsageError(error("AZ906", message, help=way_out))


def build_endpoint(
    broker: Broker, variables: Mapping[str, str], credentials: BrokerCredentials
) -> Endpoint:
    """Where and how to connect; ``variables`` are those of ``--server-var``.

    Raises BrokerError, and UsageError AZ906 for a variable that cannot be what was set.
    """
    host = _fill(broker.host, broker, variables)
    path = _fill(broker.pathname, broker, variables)
    name, port = _host_and_port(host)
    if not name:
        message = f"the server `{broker.name}` has no host that can be used: `{host}`"
        raise BrokerError("refused", message, _SET_SERVER)
    return Endpoint(
        name=broker.name,
        protocol=broker.protocol,
        protocol_version=broker.protocol_version,
        host=name,
        port=port,
        path=path,
        credentials=credentials,
        bindings=broker.bindings,
    )


def _host_and_port(text: str) -> tuple[str | None, int | None]:
    try:
        parts = urlsplit(f"//{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None, None
    return name, port


def _fill(text: str, broker: Broker, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: _variable(found[1], broker, variables), text)


def _variable(name: str, broker: Broker, variables: Mapping[str, str]) -> str:
    declared = broker.variables.get(name)
    given = variables.get(name)
    value = given or (declared.default if declared is not None else None)
    if value is None:
        message = f"the variable `{name}` of the server `{broker.name}` has no value"
        raise BrokerError("refused", message, f"set it with `--server-var {name}=...`")
    if given and declared is not None and declared.enum and given not in declared.enum:
        known = ", ".join(f"`{one}`" for one in declared.enum)
        message = f"the server variable `{name}` cannot be `{given}`"
        raise _usage_error(message, f"it is one of {known}")
    return value


def with_tls(endpoint: Endpoint, context: Callable[[], SSLContext]) -> Endpoint:
    """The endpoint with what to trust, where its protocol is encrypted."""
    return replace(endpoint, tls=context()) if endpoint.protocol in ENCRYPTED else endpoint


# --- credentials ----------------------------------------------------------------------------------


def scheme_of(security: BrokerSecurity) -> SecurityScheme:
    """A security scheme of a server as one of an operation: its credentials are read alike."""
    places: tuple[Choice["query", "header", "cookie"], ...] = ("query", "header", "cookie")
    return SecurityScheme(
        security.name,
        security.type,
        security.scheme,
        next((one for one in places if one == security.location), None),
        security.parameter,
        security.flows,
        security.openid_connect_url,
        security.place,
    )


def signature_scheme(signature: WebhookSignature) -> SecurityScheme:
    """The secret of webhooks as a security scheme: its credential is read alike."""
    kind = "http" if signature.part == "token" else "apiKey"
    return SecurityScheme(
        signature.name, kind, "bearer", "header", signature.scheme.header, {}, None, signature.place
    )


def broker_credentials(security: BrokerSecurity, parts: CredentialParts) -> BrokerCredentials:
    """What a client shows for a scheme, of the parts of its credential."""
    key = parts.get("key", "")
    match security.type:
        case "apiKey" if security.location == "user":
            return BrokerCredentials(username=key)
        case "apiKey":
            return BrokerCredentials(password=key)
        case "httpApiKey" if security.location == "query":
            return BrokerCredentials(query=((security.parameter or "", key),))
        case "httpApiKey" if security.location == "cookie":
            return BrokerCredentials(headers=(("Cookie", f"{security.parameter}={key}"),))
        case "httpApiKey":
            return BrokerCredentials(headers=((security.parameter or "", key),))
        case "http" if (security.scheme or "").lower() == "basic":
            pair = f"{parts.get('username', '')}:{parts.get('password', '')}".encode()
            text = base64.b64encode(pair).decode("ascii")
            return BrokerCredentials(
                parts.get("username", ""),
                parts.get("password", ""),
                headers=(("Authorization", f"Basic {text}"),),
            )
        case _ if "token" in parts:
            return bearer_credentials(parts["token"])
        case _:
            mechanism = _MECHANISMS.get(security.type, "")
            name, password = parts.get("username", ""), parts.get("password", "")
            return BrokerCredentials(name, password, mechanism=mechanism)


def bearer_credentials(token: str) -> BrokerCredentials:
    """A token, as each protocol has a place for it."""
    return BrokerCredentials(token=token, headers=(("Authorization", f"Bearer {token}"),))


def broker_authorization(
    security: BrokerSecurity, source: str, parts: CredentialParts
) -> Authorization | None:
    """What has to be fetched for a scheme by its credential; None where nothing has to be.

    URLs of AsyncAPI are absolute ("OAuth Flow Object"). Raises DocumentError AZ217.
    """
    scheme = scheme_of(security)
    way = find_flow(scheme, parts)
    if way is None or way.flow is None:
        return None
    return with_need(token_need(scheme, source, way.flow, security.scopes, ""), parts)


def with_token(route: ChannelRoute, token: str) -> ChannelRoute:
    """The route whose server is shown a token that was fetched."""
    endpoint = replace(route.endpoint, credentials=bearer_credentials(token))
    return replace(route, endpoint=endpoint)


def secret_values(credentials: BrokerCredentials, parts: CredentialParts) -> Iterable[str]:
    """What must not be shown of credentials."""
    yield from (value for kind, value in parts.items() if kind in SECRET_KINDS and value)
    yield from (value for _, value in credentials.headers)


def broker_schemes(described: AsyncApiDescription) -> dict[str, SecurityScheme]:
    """The security schemes of all servers of a description by name; none where it is broken."""
    return {one.name: scheme_of(one) for each in _brokers(described) for one in each.security}


def broker_variables(described: AsyncApiDescription) -> set[str]:
    """The names of the variables of all servers of a description."""
    return {name for one in _brokers(described) for name in one.variables}


def _brokers(described: AsyncApiDescription) -> Collection[Broker]:
    try:
        return brokers_of(described).values()
    except DocumentError:  # steps that need it say so
        return ()
