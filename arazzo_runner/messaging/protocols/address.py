"""Addresses with unknown parts, as the protocols spell them."""

from __future__ import annotations

from typing import Final

from arazzo_runner.text.pattern import lazy_pattern

_PARAMETER: Final = lazy_pattern(r"\{[^{}]+\}")


def has_parameters(address: str) -> bool:
    """Whether parts of an address are not known yet: ``orders/{id}``."""
    return _PARAMETER.search(address) is not None


def literal_parts(address: str) -> list[str]:
    """The text of an address around its ``{parameters}``."""
    return _PARAMETER.split(address)


def wildcard_address(address: str, separator: str, wildcard: str) -> str:
    """The address with ``wildcard`` for each part that holds a ``{parameter}``.

    A wildcard stands for a whole part everywhere: ``order-{id}/paid`` becomes ``+/paid``.
    """
    parts = address.split(separator)
    return separator.join(wildcard if has_parameters(part) else part for part in parts)
