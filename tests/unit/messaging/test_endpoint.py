"""Which server a channel is reached by, and what is shown to it."""

import ssl

import pytest

from arazzo_runner.asyncapi.model import Broker, BrokerSecurity, BrokerVariable, Channel
from arazzo_runner.errors import UsageError
from arazzo_runner.messaging.endpoint import (
    broker_authorization,
    broker_credentials,
    build_endpoint,
    choose_broker,
    scheme_of,
    secret_values,
    with_tls,
)
from arazzo_runner.messaging.model import BrokerCredentials, BrokerError
from arazzo_runner.openapi.security.credentials import credential_parts
from arazzo_runner.openapi.security.schemes import scheme_label
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("events.yaml", "file:///events.yaml", ""))


def broker(name="main", protocol="mqtt", host="broker.test:1883", **more):
    fields = {"variables": {}, "security": (), "bindings": {}, "pathname": ""} | more
    return Broker(
        name, host, protocol, "5", fields["pathname"], fields["variables"], fields["security"],
        fields["bindings"], PLACE,
    )  # fmt: skip


def channel(*brokers):
    return Channel("orders", "orders", (), (), brokers, {}, PLACE, None)


def test_the_first_server_that_is_supported():
    servers = broker("a", "ibmmq"), broker("b"), broker("c")
    assert choose_broker(channel(*servers), None).name == "b"
    assert choose_broker(channel(*servers), "a").name == "a"


def test_another_address_keeps_what_the_protocol_says():
    bound = {"mqtt": {"clientId": "x"}}
    found = choose_broker(
        channel(broker("a", "mqtts"), broker("b", bindings=bound)), "mqtt://h:1/p"
    )
    assert (found.name, found.host, found.pathname, found.bindings) == ("b", "h:1", "/p", bound)
    found = choose_broker(channel(broker("a", "ibmmq", protocol_version="3")), "MQTT://h")
    assert (found.name, found.protocol, found.host) == ("a", "mqtt", "h")
    found = choose_broker(channel(), "mqtt://h")
    assert (found.name, found.protocol_version) == ("", None)


@pytest.mark.parametrize(
    ("servers", "override", "message", "hint"),
    [
        ((), None, "the channel `orders` has no server", "set a server with"),
        ((broker(protocol="ibmmq"), broker(protocol="ibmmq")), None, "the servers of the channel `orders` speak `ibmmq`, which is not supported", "set a server with"),
    ],
)  # fmt: skip
def test_no_server(servers, override, message, hint):
    with pytest.raises(BrokerError) as raised:
        choose_broker(channel(*servers), override)
    assert raised.value.message == message
    assert raised.value.hint.startswith(hint)


def faults(error):
    return [(one.code, one.message, one.help) for one in error.diagnostics]


@pytest.mark.parametrize(
    ("servers", "override", "message", "hint"),
    [
        ((broker(),), "mian", "`--server mian`: the channel `orders` is on no server of this name", "did you mean `main`?"),
        ((broker(),), "xyz", "`--server xyz`: the channel `orders` is on no server of this name", "there are `main`"),
        ((), "xyz", "`--server xyz`: the channel `orders` is on no server of this name", "there are none"),
        ((), "jms://h", "`--server jms://h`: the protocol `jms` is not supported", "supported: "),
        ((), "mqtt://u:p@h", "`--server` has a user name or password in its URL", "set `ARAZZO_AUTH_"),
        ((), "mqtt://[", "`--server mqtt://[` is no URL", "set a server with"),
        ((), "mqtt://", "`--server mqtt://` has no host and port that can be used", "set a server with"),
        ((), "mqtt://h:99999", "`--server mqtt://h:99999` has no host and port that can be used", "set a server with"),
    ],
)  # fmt: skip
def test_a_flag_that_names_no_server(servers, override, message, hint):
    with pytest.raises(UsageError) as raised:
        choose_broker(channel(*servers), override)
    [(code, text, way_out)] = faults(raised.value)
    assert (code, text) == ("AZ906", message)
    assert way_out.startswith(hint)


VARIABLES = {
    "stage": BrokerVariable("test", ("test", "live")), "tenant": BrokerVariable(None, ()),
}  # fmt: skip


def test_an_endpoint():
    one = broker(host="{stage}.b.test:{port}", pathname="/{tenant}", variables=VARIABLES)
    shown = BrokerCredentials("me")
    found = build_endpoint(one, {"tenant": "t1", "port": "8883"}, shown)
    assert (found.name, found.protocol, found.protocol_version) == ("main", "mqtt", "5")
    assert (found.host, found.port, found.path) == ("test.b.test", 8883, "/t1")
    assert found.credentials is shown
    assert found.label == "mqtt://test.b.test:8883"
    assert build_endpoint(broker(host="b.test"), {}, shown).port is None


@pytest.mark.parametrize(
    ("host", "given", "message", "hint"),
    [
        ("{tenant}", {}, "the variable `tenant` of the server `main` has no value", "set it with `--server-var tenant=...`"),
        ("{lost}", {}, "the variable `lost` of the server `main` has no value", "set it with `--server-var lost=...`"),
        ("b:port", {}, "the server `main` has no host that can be used: `b:port`", "set a server with"),
        ("", {}, "the server `main` has no host that can be used: ``", "set a server with"),
    ],
)  # fmt: skip
def test_no_endpoint(host, given, message, hint):
    with pytest.raises(BrokerError) as raised:
        build_endpoint(broker(host=host, variables=VARIABLES), given, BrokerCredentials())
    assert raised.value.message == message
    assert raised.value.hint.startswith(hint)


def test_a_flag_that_no_variable_can_be():
    with pytest.raises(UsageError) as raised:
        build_endpoint(
            broker(host="{stage}", variables=VARIABLES), {"stage": "old"}, BrokerCredentials()
        )
    message = "the server variable `stage` cannot be `old`"
    assert faults(raised.value) == [("AZ906", message, "it is one of `test`, `live`")]


def test_what_to_trust():
    context = ssl.create_default_context()
    plain = build_endpoint(broker(), {}, BrokerCredentials())
    assert with_tls(plain, lambda: context).tls is None
    encrypted = build_endpoint(broker(protocol="secure-mqtt"), {}, BrokerCredentials())
    assert with_tls(encrypted, lambda: context).tls is context


LOGIN = {"username": "me", "password": "pw"}


@pytest.mark.parametrize(
    ("scheme", "kinds", "parts", "expected", "secrets"),
    [
        (("userPassword",), ("username", "password"), LOGIN, BrokerCredentials("me", "pw"), ["pw"]),
        (("scramSha256",), ("username", "password"), LOGIN, BrokerCredentials("me", "pw", mechanism="SCRAM-SHA-256"), ["pw"]),
        (("scramSha512",), ("username", "password"), LOGIN, BrokerCredentials("me", "pw", mechanism="SCRAM-SHA-512"), ["pw"]),
        (("plain",), ("username", "password"), LOGIN, BrokerCredentials("me", "pw", mechanism="PLAIN"), ["pw"]),
        (("apiKey", None, "user"), ("key",), {"key": "k"}, BrokerCredentials("k"), ["k"]),
        (("apiKey", None, "password"), ("key",), {"key": "k"}, BrokerCredentials(password="k"), ["k"]),
        (("httpApiKey", None, "header", "X-Key"), ("key",), {"key": "k"}, BrokerCredentials(headers=(("X-Key", "k"),)), ["k", "k"]),
        (("httpApiKey", None, "query", "key"), ("key",), {"key": "k"}, BrokerCredentials(query=(("key", "k"),)), ["k"]),
        (("httpApiKey", None, "cookie", "key"), ("key",), {"key": "k"}, BrokerCredentials(headers=(("Cookie", "key=k"),)), ["k", "key=k"]),
        (("http", "basic"), ("username", "password"), LOGIN, BrokerCredentials("me", "pw", headers=(("Authorization", "Basic bWU6cHc="),)), ["pw", "Basic bWU6cHc="]),
        (("http", "bearer"), ("token",), {"token": "t"}, BrokerCredentials(token="t", headers=(("Authorization", "Bearer t"),)), ["t", "Bearer t"]),
        (("X509",), (), {}, BrokerCredentials(), []),
    ],
)  # fmt: skip
def test_credentials(scheme, kinds, parts, expected, secrets):
    kind, http, location, name = (*scheme, None, None, None)[:4]
    security = BrokerSecurity("login", kind, http, location, name, {}, None, (), PLACE)
    assert credential_parts(scheme_of(security)) == kinds
    found = broker_credentials(security, parts)
    assert found == expected
    assert list(secret_values(found, parts)) == secrets
    assert repr(found).count("pw") == 0


@pytest.mark.parametrize(
    ("scheme", "label"),
    [
        (("userPassword", None, None), "user name and password"),
        (("httpApiKey", "header", "X-Key"), "API key in the header `X-Key`"),
        (("X509", None, None), "mutual TLS, with `--cert` and `--key`"),
        (("symmetricEncryption", None, None), "symmetricEncryption"),
    ],
)
def test_labels(scheme, label):
    kind, location, name = scheme
    security = BrokerSecurity("login", kind, None, location, name, {}, None, (), PLACE)
    assert scheme_label(scheme_of(security)) == label


FLOWS = {"clientCredentials": {"tokenUrl": "https://auth.test/token"}}


@pytest.mark.parametrize(
    ("kind", "url", "expected"),
    [
        ("oauth2", None, ("https://auth.test/token", "")),
        ("openIdConnect", "https://auth.test/openid", ("", "https://auth.test/openid")),
    ],
)
def test_a_token_that_has_to_be_fetched(kind, url, expected):
    """Until then there is nothing to show."""
    security = BrokerSecurity("login", kind, None, None, None, FLOWS, url, ("read",), PLACE)
    parts = {"client_id": "a", "client_secret": "b"}
    authorization = broker_authorization(security, "events", parts)
    (need,) = authorization.needs
    assert (need.source, need.flow, need.scopes) == ("events", "clientCredentials", ("read",))
    assert (need.token_url, need.discovery_url) == expected
    assert authorization.credentials.of("events", "login") == parts
    assert broker_credentials(security, parts) == BrokerCredentials()
    assert broker_authorization(security, "events", {"token": "t"}) is None
    assert broker_authorization(security, "events", {}) is None
    assert broker_credentials(security, {"token": "t"}).token == "t"
