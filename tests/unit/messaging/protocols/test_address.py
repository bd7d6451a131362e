"""Addresses with unknown parts."""

import pytest

from arazzo_runner.messaging.protocols.address import (
    has_parameters,
    literal_parts,
    wildcard_address,
)


@pytest.mark.parametrize(
    ("address", "separator", "wildcard", "expected"),
    [
        ("orders/{id}/paid", "/", "+", "orders/+/paid"),
        ("orders/o-{id}", "/", "+", "orders/+"),
        ("{a}.{b}", ".", "*", "*.*"),
        ("orders/{id}.paid", ".", "*", "*.paid"),
        ("orders/{}", "/", "+", "orders/{}"),
        ("orders", "/", "+", "orders"),
    ],
)
def test_wildcards(address: str, separator: str, wildcard: str, expected: str) -> None:
    assert wildcard_address(address, separator, wildcard) == expected
    assert has_parameters(address) == (expected != address)


def test_literal_parts() -> None:
    assert literal_parts("orders/o-{id}/{part}") == ["orders/o-", "/", ""]
