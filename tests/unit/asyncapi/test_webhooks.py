"""Webhooks and callbacks of OpenAPI descriptions, as operations on channels."""

import pytest

from arazzo_runner.asyncapi.address import messages_at_address
from arazzo_runner.asyncapi.model import SignatureScheme
from arazzo_runner.asyncapi.signatures import SCHEMES
from arazzo_runner.asyncapi.webhooks import (
    find_webhook,
    find_webhook_at,
    webhook_entries,
    webhook_ids,
)
from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.description import read_description
from unit.asyncapi.conftest import said, source_of

BODY = {"content": {"application/json": {"schema": {"type": "object"}, "example": {"id": 1}}, "text/plain": {}}}  # fmt: skip
RESPONSES = {"204": {"description": "x"}}
PET = {"operationId": "newPet", "requestBody": BODY, "responses": RESPONSES}


def api(version: str = "3.1.0", paths=None, **members):
    raw = {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": paths or {}, **members}  # fmt: skip
    return read_description(source_of(raw), raw, None)


def callback(url: str, **operation):
    """A description whose one operation has a callback at a URL."""
    held = {"onEvent": {url: {"post": {"responses": RESPONSES, **operation}}}}
    return api("3.0.3", {"/subscribe": {"post": {"responses": RESPONSES, "callbacks": held}}})


def test_a_webhook():
    description = api(
        webhooks={"pet": {"summary": "x", "post": PET, "put": {"responses": RESPONSES}}}
    )
    found = find_webhook(description, "newPet")
    assert found is find_webhook(description, "pet")
    assert found is find_webhook_at(description, ("webhooks", "pet", "post"))
    assert (found.operation_id, found.action, found.bindings) == (
        "newPet",
        "send",
        {"http": {"method": "POST"}},
    )
    assert (found.channel.name, found.channel.address) == ("pet", "/pet")
    assert found.channel.signature is None
    first, second = found.messages
    assert (first.name, first.content_type, first.examples) == (
        "newPet",
        "application/json",
        ((None, {"id": 1}),),
    )
    assert first.payload.schema.value == {"type": "object"}
    assert (second.content_type, second.payload, second.correlation_id) == (
        "text/plain",
        None,
        None,
    )
    assert webhook_ids(description) == ["newPet"]


def test_a_webhook_without_a_name_or_body():
    description = api(webhooks={"pet": {"put": {"responses": RESPONSES}}})
    found = find_webhook(description, "pet")
    assert (found.operation_id, found.messages) == ("pet", ())
    assert found.bindings == {"http": {"method": "PUT"}}
    assert find_webhook(description, "other") is None
    assert find_webhook_at(description, ("webhooks", "pet", "post")) is None


def test_a_webhook_that_is_a_reference():
    shared = {"pathItems": {"pet": {"post": PET}}}
    description = api(webhooks={"pet": {"$ref": "#/components/pathItems/pet"}}, components=shared)
    assert find_webhook(description, "newPet").place.pointer == (
        "components",
        "pathItems",
        "pet",
        "post",
    )


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("{$request.body#/url}", "/onEvent"),
        ("{$request.body#/url}/done", "/onEvent/done"),
        ("{$request.query.url}/{$response.body#/id}/done/?x={$method}", "/onEvent/{part1}/done"),
        ("https://x.example?id={$request.body#/id}", "/onEvent"),
        ("https://x.example/a/{$request.body#/id}", "/onEvent/a/{part1}"),
    ],
)
def test_a_callback(url, address):
    description = callback(url, operationId="told")
    found = find_webhook(description, "told")
    assert (found.channel.name, found.channel.address) == ("onEvent", address)
    pointer = ("paths", "/subscribe", "post", "callbacks", "onEvent", url, "post")
    assert find_webhook_at(description, pointer) is found


def test_where_there_are_none():
    assert webhook_entries(api()) == ()
    raw = {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"callbacks": {}}}}}  # fmt: skip
    assert webhook_entries(read_description(source_of(raw), raw, None)) == ()


KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
BEARER = {"type": "http", "scheme": "Bearer"}
BASIC = {"type": "http", "scheme": "basic"}


@pytest.mark.parametrize(
    ("members", "schemes", "expected"),
    [
        ({"x-webhook-signature": "github"}, {}, SCHEMES["github"]),
        ({"security": [{"k": []}]}, {"k": KEY}, SignatureScheme("token", "X-Key")),
        ({"security": [{"k": []}]}, {"k": {**KEY, "name": "stripe-signature"}}, SCHEMES["stripe"]),
        ({"security": [{"k": []}]}, {"k": BEARER}, SignatureScheme("token", "Authorization", prefix="Bearer ")),
        ({"security": [{"b": []}, {"k": []}]}, {"k": KEY, "b": BASIC}, SignatureScheme("token", "X-Key")),
        ({"security": [{"k": []}]}, {"k": BASIC}, None),
        ({"x-webhook-signature": "github", "security": [{"k": []}]}, {"k": KEY}, SCHEMES["github"]),
        ({}, {"k": KEY}, None),
    ],
)  # fmt: skip
def test_signatures(members, schemes, expected):
    """The security of the description as a whole is that of the API, not of its webhooks."""
    description = api(
        webhooks={"pet": {"post": {**PET, **members}}},
        components={"securitySchemes": schemes},
        security=[{"k": []}] if "k" in schemes else [],
    )
    found = find_webhook(description, "pet").channel.signature
    assert (found and found.scheme) == expected


def test_where_the_correlation_id_is():
    operation = {**PET, "x-correlation-id": "$message.payload#/pet/id"}
    found = find_webhook(api(webhooks={"pet": {"post": operation}}), "pet")
    assert found.messages[0].correlation_id.location.tokens == ("pet", "id")


@pytest.mark.parametrize(
    ("webhooks", "place"),
    [
        ([], "/webhooks"),
        ({"pet": []}, "/webhooks/pet"),
        ({"pet": {"post": []}}, "/webhooks/pet/post"),
        ({"pet": {"post": {**PET, "x-correlation-id": "id"}}}, "/webhooks/pet/post/x-correlation-id"),
        ({"pet": {"post": {**PET, "x-webhook-signature": "x"}}}, "/webhooks/pet/post/x-webhook-signature"),
    ],
)  # fmt: skip
def test_what_is_malformed(webhooks, place):
    with pytest.raises(DocumentError) as caught:
        find_webhook(api(webhooks=webhooks), "pet")
    assert said(caught.value)[:2] == ("AZ217", place)


def test_other_messages_at_the_address_of_a_webhook():
    """Of callbacks that have one name in several operations, and of no other path."""

    def callbacks(operation_id, **members):
        operation = {**PET, "operationId": operation_id, **members}
        held = {"event": {"{$request.body#/url}": {"post": operation}}}
        return {"post": {"responses": RESPONSES, "callbacks": held}}

    paths = {
        "/a": callbacks("onA"),
        "/b": callbacks("onB"),
        "/broken": callbacks("onC", requestBody=[]),
    }
    description = api(paths=paths, webhooks={"other": {"post": PET}})
    channel = find_webhook(description, "onA").channel
    names = [one.name for one in messages_at_address(channel)]
    assert names == ["onA", "onA", "onB", "onB"]
    assert messages_at_address(channel) is messages_at_address(channel)
