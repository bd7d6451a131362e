"""Credentials that programs give: asked for by name, sent, and masked."""

import json

import httpx
import pytest

import arazzo_runner as arazzo
from unit.embed.shop import reply

INPUTS = {"name": "cup"}


@pytest.fixture
def guarded(shop) -> arazzo.Description:
    """The shop, which wants a key."""
    api = shop.parent / "shop.openapi.json"
    described = json.loads(api.read_text(encoding="utf-8"))
    scheme = {"type": "apiKey", "in": "header", "name": "X-Shop-Key"}
    described |= {
        "security": [{"shopKey": []}],
        "components": {"securitySchemes": {"shopKey": scheme}},
    }
    api.write_text(json.dumps(described), encoding="utf-8")
    return arazzo.load(shop)


def test_what_the_network_needs_has_to_be_there(guarded) -> None:
    with pytest.raises(arazzo.UsageError, match="ARAZZO_AUTH_SHOP_SHOPKEY_KEY"):
        arazzo.run(guarded, inputs=INPUTS, environment={})


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, None),
        ({"environment": {"ARAZZO_AUTH_SHOP_SHOPKEY_KEY": "k3y-of-env"}}, "k3y-of-env"),
        ({"credentials": {"shop": {"shopKey": {"key": "k3y-by-hand"}}}}, "k3y-by-hand"),
    ],
)
def test_credentials_that_are_sent_and_masked(given, sent, guarded) -> None:
    seen = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("X-Shop-Key"))
        return reply(request)

    given = {"environment": {}, **given}
    result = arazzo.run(guarded, inputs=INPUTS, transport=httpx.MockTransport(note), **given)
    assert result.passed, str(result)
    assert seen == [sent, sent]
    assert "k3y" not in result.to_json()


def test_a_part_of_another_name(guarded) -> None:
    credentials = {"shop": {"shopKey": {"kye": "x"}}}
    with pytest.raises(
        arazzo.UsageError, match=r"no such part of `shopKey`(.|\n)*did you mean `key`"
    ):
        arazzo.run(guarded, inputs=INPUTS, mock=True, credentials=credentials)
