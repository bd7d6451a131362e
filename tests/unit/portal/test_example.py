"""The request of an operation as curl, with placeholders for credentials; its step in Arazzo."""

import subprocess

import pytest

from unit.portal.shop import SHOP, Call, Offer, caller

REQUIRED = "security: [{token: []}]"
BEARER = "token: {type: http, scheme: bearer}"


def curl_of(offer: Offer, scheme: str, required: str = REQUIRED) -> str:
    text = SHOP.replace(BEARER, f"token: {scheme}").replace(REQUIRED, required)
    call = caller(offer("shop.openapi.yaml", **{"shop.openapi.yaml": text}))
    page = call("describe_operation", operation="getOrder").structured
    assert page is not None
    curl: str = page["curl"]
    return curl


@pytest.mark.parametrize(
    ("scheme", "options"),
    [
        ("{type: http, scheme: bearer}", '--header "Authorization: Bearer $TOKEN"'),
        ("{type: oauth2, flows: {}}", '--header "Authorization: Bearer $TOKEN"'),
        (
            "{type: openIdConnect, openIdConnectUrl: https://shop.example}",
            '--header "Authorization: Bearer $TOKEN"',
        ),
        ("{type: http, scheme: Basic}", '--user "$USERNAME:$PASSWORD"'),
        ("{type: http, scheme: digest}", '--digest --user "$USERNAME:$PASSWORD"'),
        ("{type: apiKey, in: header, name: X-Key}", "--header 'x-key: '\"$API_KEY\""),
        ("{type: apiKey, in: query, name: key}", "--url-query key='$'\"$API_KEY\""),
        ("{type: apiKey, in: cookie, name: key}", '--cookie key="$API_KEY"'),
        ("{type: mutualTLS}", '--cert "$CERT" --key "$KEY"'),
    ],
)
def test_placeholders_of_credentials(offer: Offer, scheme: str, options: str) -> None:
    options = options.replace("key='$'", "key=")
    assert curl_of(offer, scheme).startswith(f"curl {options} ")


def test_no_credentials(offer: Offer) -> None:
    assert curl_of(offer, "{type: mutualTLS}", "security: []").startswith("curl --header 'Accept")


def test_a_name_of_the_description_is_no_command(offer: Offer) -> None:
    curl = curl_of(offer, "{type: apiKey, in: query, name: '$(echo owned)'}")
    done = subprocess.run(
        ["/bin/sh", "-c", f"curl() {{ printf '%s|' \"$@\"; }}; {curl}"],
        env={"API_KEY": "key"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("--url-query|$(echo owned)=key|")


def test_an_operation_whose_inputs_cannot_be_generated(offer: Offer) -> None:
    impossible = "schema: {type: string, minLength: 5, maxLength: 3}"
    text = SHOP.replace("schema: {type: string}}\n    get", f"{impossible}}}\n    get")
    assert text != SHOP
    call = caller(offer("shop.openapi.yaml", **{"shop.openapi.yaml": text}))
    result = call("describe_operation", operation="getOrder")
    assert result.structured is not None
    assert result.structured["curl"] == ""
    assert "request, with generated values" not in result.text


def test_a_step_of_an_operation_without_an_id(call: Call) -> None:
    page = call("describe_operation", operation="DELETE /orders/{orderId}").structured
    assert page is not None
    assert page["step"] == (
        "steps:\n- stepId: deleteOrdersOrderId\n  description: Cancel an order.\n"
        "  operationPath: '{$sourceDescriptions.shop.url}#/paths/~1orders~1{orderId}/delete'\n"
        "  parameters:\n  - name: orderId\n    in: path\n    value: $inputs.orderId\n"
        "  successCriteria:\n  - condition: $statusCode == 204\n"
    )


@pytest.mark.parametrize(
    "operation", ["createOrder", "listOrders", "getOrder", "DELETE /orders/{orderId}"]
)
def test_the_document_of_each_operation_is_valid_and_passes(call: Call, operation: str) -> None:
    page = call("describe_operation", operation=operation).structured
    assert page is not None
    checked = call("validate_document", text=page["document"]).structured
    assert checked is not None
    assert checked["valid"]
    assert call("mock_run", text=page["document"]).text.startswith("✓")
