"""Server Objects: where the brokers are, which protocol they speak, what they want of a client.

AsyncAPI Specification 2.6.0 and 3.0.0, sections "Server Object" and "Security Scheme Object".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arazzo_runner.asyncapi.description import (
    Layer,
    read_bindings,
    resolve_object,
    resolved_entries,
    strings_at,
)
from arazzo_runner.asyncapi.model import (
    AsyncApiDescription,
    Broker,
    BrokerSecurity,
    BrokerVariable,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import (
    list_at,
    malformed_error,
    map_members,
    object_at,
    optional_text,
    required_text,
)
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.text.source import Place


def brokers_of(description: AsyncApiDescription) -> Mapping[str, Broker]:
    """All servers of a description by name, read once; raises DocumentError AZ214, AZ217."""
    key = ("brokers",)
    if key not in description.memo:
        found = resolved_entries(
            description, description.raw, "servers", Place(description.source), "the server"
        )
        description.memo[key] = {
            name: _broker(description, name, node, place) for name, node, place in found
        }
    brokers: Mapping[str, Broker] = description.memo[key]
    return brokers


def channel_brokers(
    description: AsyncApiDescription, node: dict[str, Value], place: Place
) -> tuple[Broker, ...]:
    """The servers that a channel is on: those it names, else all; raises DocumentError AZ217."""
    named = list_at(node.get("servers"), place.at("servers"), "`servers`")
    every = brokers_of(description)
    if not named:
        return tuple(every.values())
    at = place.at("servers")
    return tuple(_named_broker(every, one, at.at(index)) for index, one in enumerate(named))


def _named_broker(every: Mapping[str, Broker], value: Value, place: Place) -> Broker:
    """3.0: a reference to ``#/servers/x``; 2.x: the name alone."""
    name = value.get("$ref") if isinstance(value, dict) else value
    text = str(name).rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    if text not in every:
        hint = did_you_mean(text, every)
        message = f"the channel names the server `{text}`, which the description does not have"
        raise malformed_error(f"{message}: {hint}" if hint else message, place)
    return every[text]


def _broker(
    description: AsyncApiDescription, name: str, node: dict[str, Value], place: Place
) -> Broker:
    what = f"the server `{name}`"
    host, pathname = _address(description, node, place, what)
    return Broker(
        name=name,
        host=host,
        protocol=required_text(node, "protocol", place, what).lower(),
        protocol_version=optional_text(node, "protocolVersion"),
        pathname=pathname,
        variables={
            key: BrokerVariable(optional_text(one, "default"), strings_at(one, "enum", at))
            for key, one, at in resolved_entries(
                description, node, "variables", place, "the variable"
            )
        },
        security=tuple(_security(description, node, place)),
        bindings=read_bindings(description, [Layer(node, place)]),
        place=place,
    )


def _address(
    description: AsyncApiDescription, node: dict[str, Value], place: Place, what: str
) -> tuple[str, str]:
    """The host with its port, and the path; in 2.x both are parts of one ``url``."""
    if description.version >= (3, 0):
        return required_text(node, "host", place, what), optional_text(node, "pathname") or ""
    url = required_text(node, "url", place, what)
    host, slash, path = url.rpartition("://")[2].partition("/")
    return host, slash + path


def _security(
    description: AsyncApiDescription, node: dict[str, Value], place: Place
) -> Iterator[BrokerSecurity]:
    at = place.at("security")
    for index, one in enumerate(list_at(node.get("security"), at, "`security`")):
        if description.version >= (3, 0):
            name = _name_of(one, index)
            held, there = resolve_object(description, one, at.at(index), "a security scheme")
            yield _scheme(name, held, there, strings_at(held, "scopes", there))
        else:
            yield from _named_schemes(description, one, at.at(index))


def _name_of(node: Value, index: int) -> str:
    reference = node.get("$ref") if isinstance(node, dict) else None
    return str(reference).rpartition("/")[2] if reference else str(index)


def _named_schemes(
    description: AsyncApiDescription, node: Value, place: Place
) -> Iterator[BrokerSecurity]:
    """2.x, Security Requirement Object: schemes of the components by name, with their scopes."""
    root = Place(description.source)
    components = object_at(description.raw.get("components"), root, "`components`")
    declared = {
        name: (held, at)
        for name, held, at in resolved_entries(
            description, components, "securitySchemes", root.at("components"),
            "the security scheme",
        )
    }  # fmt: skip
    requirement = object_at(node, place, "a security requirement")
    for name, _ in map_members(requirement):
        if name not in declared:
            hint = did_you_mean(name, declared)
            message = f"no security scheme is called `{name}`"
            raise malformed_error(f"{message}: {hint}" if hint else message, place.at(name))
        yield _scheme(name, *declared[name], strings_at(requirement, name, place))


def _scheme(
    name: str, node: dict[str, Value], place: Place, scopes: tuple[str, ...]
) -> BrokerSecurity:
    return BrokerSecurity(
        name=name,
        type=required_text(node, "type", place, f"the security scheme `{name}`"),
        scheme=optional_text(node, "scheme"),
        location=optional_text(node, "in"),
        parameter=optional_text(node, "name"),
        flows=object_at(node.get("flows"), place.at("flows"), "`flows`"),
        openid_connect_url=optional_text(node, "openIdConnectUrl"),
        scopes=scopes,
        place=place,
    )
