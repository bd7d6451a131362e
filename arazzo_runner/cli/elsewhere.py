"""``--credential NAME@ORIGIN``: which credentials may go to another origin after a redirect."""

from __future__ import annotations

import click


def credential_origins(
    _ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, list[str]]:
    """Read repeated ``NAME@ORIGIN``: the origins by the name of a security scheme."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, origin = _parse_origin(text, param)
        found.setdefault(name, []).append(origin)
    return found


def _parse_origin(text: str, param: click.Parameter) -> tuple[str, str]:
    from arazzo_runner.http.errors import TransportError
    from arazzo_runner.http.redirects import parse_destination

    name, _, origin = text.partition("@")
    if not name or not origin:
        message = f"`{text}` is not NAME@ORIGIN, such as `login@https://api2.example.com`"
        raise click.BadParameter(message, param=param)
    try:
        parse_destination(origin)
    except TransportError as reason:
        failure = reason.failure
        hint = f"; {failure.hint}" if failure.hint else ""
        raise click.BadParameter(f"{failure.message}{hint}", param=param) from None
    return name, origin
