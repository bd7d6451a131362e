"""`describe_operation`: all that is documented, bounded."""

from typing import Any

import pytest

from unit.portal.shop import SHOP, Call, Offer, caller


def described(call: Call, operation: str) -> dict[str, Any]:
    result = call("describe_operation", operation=operation)
    assert result.structured is not None, result.text
    return result.structured


def test_a_page(call: Call) -> None:
    text = call("describe_operation", operation="createOrder").text
    head, _, rest = text.partition("\nbody (required)\n")
    assert head.splitlines() == [
        "createOrder: POST /orders",
        "Create an order",
        "Places an order for an article that is in stock.",
        "source: shop (url: shop.openapi.yaml)",
        "servers: https://shop.example/v1",
        "security: token (HTTP bearer)",
    ]
    body, _, rest = rest.partition("\n\nresponses\n")
    assert body.endswith('example: {"article": "pen"}')
    responses, _, rest = rest.partition("\n\nrequest, with generated values\n")
    assert responses.splitlines()[:2] == ["- 201: The order", "  headers: Location"]
    assert responses.endswith("- 409: Out of stock\n  application/json: as of 201")
    assert "recursive: `Order`, as above" in responses
    curl, _, document = rest.partition("\n\nan Arazzo document with this step alone\n")
    assert curl.startswith('curl --header "Authorization: Bearer $TOKEN" ')
    assert document.startswith("arazzo: 1.0.1\n")


def test_parameters_and_what_is_deprecated(call: Call) -> None:
    listed = call("describe_operation", operation="listOrders").text
    assert "\ndeprecated: it should not be used any more\n" in listed
    assert '- pageSize (query) {"type": "integer", "maximum": 100}\n' in listed
    read = call("describe_operation", operation="getOrder").text
    assert '- orderId (path, required) {"type": "string"}: Its id\n' in read
    assert described(call, "getOrder")["parameters"][0]["example"] == "o-1"


def test_an_operation_without_credentials_and_without_an_id(call: Call) -> None:
    text = call("describe_operation", operation="delete /orders/{orderId}").text
    assert text.startswith("DELETE /orders/{orderId}\nCancel an order\n")
    assert "\nsecurity: none\n" in text


@pytest.mark.parametrize(
    ("required", "words"),
    [
        ("[{token: []}, {key: []}]", "token (HTTP bearer); or key (API key in the query `k`)"),
        ("[{token: [], key: []}]", "token (HTTP bearer) and key (API key in the query `k`)"),
        ("[{token: []}, {}]", "token (HTTP bearer); or none"),
    ],
)
def test_alternatives_of_security(offer: Offer, required: str, words: str) -> None:
    text = SHOP.replace("security: [{token: []}]", f"security: {required}")
    text += "    key: {type: apiKey, in: query, name: k}\n"
    call = caller(offer("shop.openapi.yaml", **{"shop.openapi.yaml": text}))
    assert f"\nsecurity: {words}\n" in call("describe_operation", operation="getOrder").text


def test_others_of_the_same_name(offer: Offer) -> None:
    call = caller(offer("flow.arazzo.yaml", "b.yaml", **{"b.yaml": SHOP}))
    text = call("describe_operation", operation="getOrder").text
    assert text.startswith("shop.getOrder: GET /orders/{orderId}\n")
    assert "\nof the same name: b.getOrder\n" in text


ODD = """
openapi: 3.1.0
info: {title: Odd, version: '1'}
paths:
  /odd:
    post:
      operationId: odd
      parameters:
        - {name: filter, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: none, in: query, content: {application/json: {}}}
      requestBody: {content: {text/plain: {}, application/xml: {example: LONG}}}
      responses: {default: {description: Anything}}
  /broken:
    get: {operationId: broken, parameters: [{$ref: '#/nowhere'}], responses: {}}
""".replace("LONG", "x" * 2_000)


def test_what_has_no_schema(offer: Offer) -> None:
    call = caller(offer("odd.yaml", **{"odd.yaml": ODD}))
    page = described(call, "odd")
    assert [one["schema"] for one in page["parameters"]] == [{"type": "object"}, True]
    assert page["request_body"] == {
        "required": False,
        "content": [
            {"type": "text/plain", "schema": True},
            {"type": "application/xml", "schema": True},
        ],
    }
    assert "\nbody\n  text/plain: true\n" in call("describe_operation", operation="odd").text


def test_an_operation_that_is_broken(offer: Offer) -> None:
    call = caller(offer("odd.yaml", **{"odd.yaml": ODD}))
    result = call("describe_operation", operation="broken")
    assert result.is_error
    assert result.text.startswith("`broken` cannot be read:\nerror[AZ214]: ")


def test_a_page_is_bounded(offer: Offer) -> None:
    names = (
        f"{{name: p{at}, in: query, description: {'d' * 400}, schema: {{pattern: {'p' * 300}}}}}"
        for at in range(120)
    )
    listed = "- " + "\n        - ".join(names)
    text = SHOP.replace("- $ref: '#/components/parameters/PageSize'", listed)
    call = caller(offer("shop.openapi.yaml", **{"shop.openapi.yaml": text}))
    result = call("describe_operation", operation="listOrders")
    assert "\n… omitted: " in result.text
    assert len(result.text) < 31_000
    page = described(call, "listOrders")
    assert len(page["parameters"]) == 80
    assert page["omitted"] == {"parameters": 40, "responses": 0}


def test_many_responses_are_cut(offer: Offer) -> None:
    more = "".join(f"        '{status}': {{description: no}}\n" for status in range(410, 440))
    text = SHOP.replace(
        "      responses:\n        '201':", f"      responses:\n{more}        '201':"
    )
    call = caller(offer("shop.openapi.yaml", **{"shop.openapi.yaml": text}))
    first = call("describe_operation", operation="createOrder").text.partition("\nresponses\n")[2]
    assert first.startswith("- 201: The order\n")
    assert "\n- 12 more responses\n" in call("describe_operation", operation="createOrder").text
