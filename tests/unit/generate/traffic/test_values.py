"""Which values of requests are wires, and which are accidents."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.traffic.calls import TrafficCall
from arazzo_runner.generate.traffic.values import ResponseIndex, ResponseValue, is_wire
from arazzo_runner.openapi.message import HttpRequest, HttpResponse


def response(body: Value, *headers: tuple[str, str]) -> TrafficCall:
    request = HttpRequest("GET", "https://api.example/things")
    kind = ("Content-Type", "application/json")
    data = json.dumps(body).encode()
    return TrafficCall("entries[0]", request, HttpResponse(200, (kind, *headers), data))


@pytest.mark.parametrize(
    ("name", "location", "body", "value", "expression"),
    [
        ("id", "path", {"id": "a81f33"}, "a81f33", "$response.body#/id"),
        ("id", "path", {"id": 4711}, "4711", "$response.body#/id"),
        ("id", "path", {"deep": {"id": "a81f33"}, "id": "a81f33"}, "a81f33", "$response.body#/id"),
        ("cursor", "query", {"next": [{"a/b": "Zm9vYmFyYmF6"}]}, "Zm9vYmFyYmF6",
         "$response.body#/next/0/a~1b"),
        ("status", "query", {"status": "active"}, "active", "$response.body#/status"),
        ("color", "body", {"status": "active"}, "active", None),
        ("limit", "query", {"page_size": 50}, 50, None),
        ("limit", "query", {"id": 5000}, 5000, None),
        ("q", "query", {"id": 50}, 50, None),
        ("orderId", "body", {"id": 50}, 50, "$response.body#/id"),
        ("id", "path", {"items": [{}, {"id": "a81f33"}]}, "a81f33", "$response.body#/items/1/id"),
        ("id", "path", {"items": [{}, {}, {"id": "a81f33"}]}, "a81f33", None),
        ("id", "path", {"id": 7}, "7", None),
        ("id", "path", {"id": "ab"}, "ab", None),
        ("flag", "body", {"flag": True}, True, None),
    ],
)  # fmt: skip
def test_a_value_is_a_wire_where_it_is_no_accident(
    name: str, location: str, body: Value, value: Value, expression: str | None
) -> None:
    index = ResponseIndex()
    index.add_response(0, response(body))
    source = index.find(value)
    wired = source.expression if source and is_wire(name, location, source) else None
    assert wired == expression


def test_the_earliest_response_is_the_source() -> None:
    index = ResponseIndex()
    index.add_response(0, response({"a": {"id": "a81f33"}}))
    index.add_response(1, response({"id": "a81f33"}))
    found = index.find("a81f33")
    assert found is not None
    assert (found.step, found.expression) == (0, "$response.body#/a/id")


def test_what_the_client_knew_before_is_no_wire() -> None:
    index = ResponseIndex()
    index.add_request(0, iter(["a81f33"]))
    index.add_response(0, response({"id": "a81f33", "other": "b92c44"}))
    assert index.find("a81f33") is None
    assert index.find("b92c44") is not None


def test_headers_are_sources_but_for_those_of_every_response() -> None:
    index = ResponseIndex()
    index.add_response(0, response({}, ("ETag", '"v1-8f3a"'), ("Date", "Mon, 01 Jan 2026")))
    found = index.find('"v1-8f3a"')
    assert found is not None
    assert found.expression == "$response.header.ETag"
    assert index.find("Mon, 01 Jan 2026") is None


def test_opaque_values_are_found_in_longer_texts() -> None:
    index = ResponseIndex()
    index.add_response(0, response({"id": "ord_81f3", "kind": "orders"}))
    text = "https://shop.example/orders/ord_81f3/done"
    assert [text[start:stop] for start, stop, _ in index.parts_of(text)] == ["ord_81f3"]


def test_a_response_of_many_values_is_read_as_far_as_it_is_sensible() -> None:
    nested: Value = "a81f33"
    for _ in range(60):
        nested = [nested]
    index = ResponseIndex()
    index.add_response(0, response(nested))
    index.add_response(1, response([f"value-{number}" for number in range(30_000)]))
    assert index.find("a81f33") is None


def test_of_equal_values_that_of_an_agreeing_name_is_the_source() -> None:
    index = ResponseIndex()
    index.add_response(0, response({"issues": [{"key": "SHOP-1", "self": "SHOP-1"}]}))
    index.add_response(1, response({"meta": {"file_key": "SHOP-1"}}))
    assert _place(index.find("SHOP-1", ("file", "key"))) == (1, "$response.body#/meta/file_key")
    assert _place(index.find("SHOP-1", ("issue", "id", "or", "key"))) == (
        0,
        "$response.body#/issues/0/key",
    )
    assert _place(index.find("SHOP-1", ("color",))) == (0, "$response.body#/issues/0/key")


def test_a_token_is_that_of_the_last_response_and_an_id_that_of_the_first() -> None:
    index = ResponseIndex()
    for step in range(3):
        index.add_response(step, response({"token": "a81f33", "id": "b92c44"}))
    assert _place(index.find("a81f33", ("token",))) == (2, "$response.body#/token")
    assert _place(index.find("b92c44", ("id",))) == (0, "$response.body#/id")


def test_what_a_response_echoes_is_found_by_its_name_alone() -> None:
    index = ResponseIndex()
    index.add_request(0, iter(["a81f33"]))
    index.add_response(0, response({"id": "a81f33"}))
    assert _place(index.find_echo("a81f33", ("id",))) == (0, "$response.body#/id")
    assert index.find_echo("a81f33", ("color",)) is None


def test_an_array_that_the_client_sent_is_no_wire() -> None:
    index = ResponseIndex()
    sent: Value = ["a81f33", "b92c44", "c03d55"]
    index.add_request(0, iter([sent]))
    index.add_response(0, response({"tags": sent, "ids": ["x1", "x2", "x3"]}))
    assert index.find_container(sent) is None
    assert index.find_container(["x1", "x2", "x3"]) is not None


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/services/9/versions/519/clone", (0, "$response.body#/number")),
        ("/services/9/versions/519/activate", None),
        ("/services/519/versions/2/clone", None),
        ("/clone", None),
    ],
)
def test_the_id_of_a_copy_is_that_of_its_response(path: str, place: tuple[int, str] | None) -> None:
    index = ResponseIndex()
    call = response({"number": 519, "deep": {"id": 519}})
    request = HttpRequest("PUT", f"https://api.example{path}")
    index.add_response(0, replace(call, request=request))
    assert _place(index.find_copy("519")) == place


def test_a_masked_value_is_that_of_its_name() -> None:
    index = ResponseIndex()
    index.add_response(0, response({"refresh_token": "a81f33", "token": "b92c44"}))
    assert _place(index.masked_member("refreshToken")) == (0, "$response.body#/refresh_token")
    assert index.masked_member("password") is None
    index.add_response(1, response({"exportToken": "***"}))
    assert _place(index.masked_member("token")) == (1, "$response.body#/exportToken")
    index.add_response(2, response({"csrfToken": "***"}))
    assert _place(index.masked_member("X-CSRF-Token")) == (2, "$response.body#/csrfToken")
    assert index.masked_member("X-Export-Key") is None


def _place(source: ResponseValue | None) -> tuple[int, str] | None:
    return (source.step, source.expression) if source else None
