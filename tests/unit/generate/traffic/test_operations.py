"""The operations that requests were for."""

from __future__ import annotations

import pytest

from arazzo_runner.generate.openapi.catalog import read_operations
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.operations import OperationMatcher
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.text.source import SourceFile

DESCRIPTION = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "https://{region}.example/v1", "variables": {"region": {"default": "eu"}}}],
    "paths": {
        "/orders": {"get": {"operationId": "list", "responses": {}}},
        "/orders/{id}": {"get": {"operationId": "fetch", "responses": {}}},
        "/orders/latest": {"get": {"operationId": "latest", "responses": {}}},
        "/{kind}/{id}": {"get": {"operationId": "any", "responses": {}}},
        "/a ü/{id}": {"get": {"operationId": "spaced", "responses": {}}},
        "/files/{name}.json": {"get": {"operationId": "file", "responses": {}}},
    },
}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://eu.example/v1/orders", "list"),
        ("https://eu.example/v1/orders/7?a=b", "fetch"),
        ("https://eu.example/v1/orders/latest", "latest"),
        ("http://127.0.0.1:8000/v1/orders/7", "fetch"),
        ("https://gateway.example/shop/v1/orders/7", "fetch"),
        ("https://eu.example/v1/things/7", "any"),
        ("https://eu.example/v1/files/a.json", "file"),
        ("https://eu.example/v1/a%20%C3%BC/1", "spaced"),
        ("https://eu.example/v2/orders", None),
        ("https://eu.example/v1/users/3/orders", None),
        ("https://eu.example/orders", None),
    ],
)
def test_server_and_path_say_which_operation(url: str, expected: str | None) -> None:
    api = read_description(SourceFile("api", "{}", "file:///api"), DESCRIPTION)
    call = TrafficCall("entries[0]", HttpRequest("GET", url), HttpResponse(200, (), b""))
    found = OperationMatcher(read_operations(api)).find(call)
    assert (found.name if found else None) == expected


@pytest.mark.parametrize(
    ("url", "template", "expected"),
    [
        ("http://127.0.0.1:8000/orders/7", "/orders/{id}", "fetch"),
        ("http://127.0.0.1:8000/shop/orders/7", "/orders/{id}", "fetch"),
        ("http://127.0.0.1:8000/orders/latest", "/orders/latest", "latest"),
        ("http://127.0.0.1:8000/v1/orders/latest", "/{kind}/{id}", "latest"),
        ("http://127.0.0.1:8000/orders/7", "/items/{id}", None),
    ],
)
def test_a_recording_names_the_path_without_that_of_the_server(
    url: str, template: str, expected: str | None
) -> None:
    api = read_description(SourceFile("api", "{}", "file:///api"), DESCRIPTION)
    call = TrafficCall(
        "exchanges[0]", HttpRequest("GET", url), HttpResponse(200, (), b""), template
    )
    found = OperationMatcher(read_operations(api)).find(call)
    assert (found.name if found else None) == expected
