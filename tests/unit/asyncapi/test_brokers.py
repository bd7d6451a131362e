"""Servers: hosts, protocols, variables, security."""

import pytest

from arazzo_runner.asyncapi.brokers import brokers_of, channel_brokers
from arazzo_runner.asyncapi.model import BrokerVariable
from arazzo_runner.errors import DocumentError
from arazzo_runner.text.source import Place
from unit.asyncapi.conftest import said

SCHEMES = {
    "login": {"type": "userPassword"},
    "oauth": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "https://a"}},
        "scopes": ["write"],
    },
    "key": {"type": "httpApiKey", "name": "X-Key", "in": "header"},
}


def test_a_server_of_3_0(events):
    server = {
        "host": "{region}.broker.example.com:8883",
        "protocol": "MQTT",
        "protocolVersion": "5",
        "pathname": "/mqtt",
        "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}, "free": {}},
        "security": [
            {"$ref": "#/components/securitySchemes/login"},
            {"$ref": "#/components/securitySchemes/oauth"},
            {"type": "X509"},
        ],
        "bindings": {"mqtt": {"cleanSession": True}},
    }
    description = events(servers={"main": server}, components={"securitySchemes": SCHEMES})
    broker = brokers_of(description)["main"]
    assert brokers_of(description)["main"] is broker
    assert (broker.host, broker.pathname) == ("{region}.broker.example.com:8883", "/mqtt")
    assert (broker.protocol, broker.protocol_version) == ("mqtt", "5")
    assert broker.variables == {
        "region": BrokerVariable("eu", ("eu", "us")),
        "free": BrokerVariable(None, ()),
    }
    assert broker.bindings == {"mqtt": {"cleanSession": True}}
    assert [(one.name, one.type, one.scopes) for one in broker.security] == [
        ("login", "userPassword", ()),
        ("oauth", "oauth2", ("write",)),
        ("2", "X509", ()),
    ]
    assert broker.security[1].flows == SCHEMES["oauth"]["flows"]


@pytest.mark.parametrize(
    ("url", "host", "pathname"),
    [
        ("mqtt://broker:1883", "broker:1883", ""),
        ("broker:1883/v1/x", "broker:1883", "/v1/x"),
        ("wss://{host}/socket", "{host}", "/socket"),
    ],
)
def test_a_server_of_2_6(events, url, host, pathname):
    server = {"url": url, "protocol": "mqtt", "security": [{"oauth": ["read"], "key": []}]}
    description = events("2.6.0", servers={"main": server}, components={"securitySchemes": SCHEMES})
    broker = brokers_of(description)["main"]
    assert (broker.host, broker.pathname) == (host, pathname)
    assert [(one.name, one.scopes) for one in broker.security] == [
        ("oauth", ("read",)),
        ("key", ()),
    ]
    assert (broker.security[1].parameter, broker.security[1].location) == ("X-Key", "header")


def test_the_servers_of_a_channel(events):
    servers = {name: {"host": name, "protocol": "nats"} for name in ("a", "b/c", "d")}
    description = events(servers=servers)
    root = Place(description.source)

    def names(node):
        return [one.name for one in channel_brokers(description, node, root)]

    assert names({}) == ["a", "b/c", "d"]
    assert names({"servers": []}) == ["a", "b/c", "d"]
    assert names({"servers": [{"$ref": "#/servers/b~1c"}]}) == ["b/c"]
    assert names({"servers": ["a", "d"]}) == ["a", "d"]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (
            "mian",
            (
                "the channel names the server `mian`, which the description does not have:"
                " did you mean `main`?"
            ),
        ),
        ("zzzz", "the channel names the server `zzzz`, which the description does not have"),
    ],
)
def test_servers_that_are_not_there(events, named, message):
    description = events(servers={"main": {"host": "h", "protocol": "nats"}})
    with pytest.raises(DocumentError) as caught:
        channel_brokers(description, {"servers": [named]}, Place(description.source))
    assert said(caught.value) == ("AZ217", "/servers/0", message)


@pytest.mark.parametrize(
    ("version", "server", "place", "message"),
    [
        (
            "3.0.0",
            {"protocol": "mqtt"},
            "/servers/main",
            "the server `main` needs `host`, a string",
        ),
        ("3.0.0", {"host": "h"}, "/servers/main", "the server `main` needs `protocol`, a string"),
        ("2.6.0", {"protocol": "mqtt"}, "/servers/main", "the server `main` needs `url`, a string"),
        (
            "2.6.0",
            {"url": "h", "protocol": "mqtt", "security": [{"logn": []}]},
            "/servers/main/security/0/logn",
            "no security scheme is called `logn`: did you mean `login`?",
        ),
        (
            "2.6.0",
            {"url": "h", "protocol": "mqtt", "security": [{"zzzz": []}]},
            "/servers/main/security/0/zzzz",
            "no security scheme is called `zzzz`",
        ),
        (
            "3.0.0",
            {"host": "h", "protocol": "mqtt", "security": [{"in": "user"}]},
            "/servers/main/security/0",
            "the security scheme `0` needs `type`, a string",
        ),
    ],
)
def test_broken_servers(events, version, server, place, message):
    description = events(version, servers={"main": server}, components={"securitySchemes": SCHEMES})
    with pytest.raises(DocumentError) as caught:
        brokers_of(description)
    assert said(caught.value) == ("AZ217", place, message)
