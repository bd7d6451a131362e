"""The port: sockets that are bound before anything else begins, or a message why they cannot be."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from typing import Final, NamedTuple

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.pattern import lazy_pattern

_BACKLOG: Final = 2_048
_PORT: Final = lazy_pattern("[0-9]{1,5}")
_LAST_PORT: Final = 65_535


class AddressFlags(NamedTuple):
    """The flags by which a user says where to listen: the host, another port, and a free one."""

    host: str
    port: str
    free: str


_FLAGS: Final = AddressFlags("--host", "--port", "--port 0")


def bind_sockets(host: str, port: int, flags: AddressFlags = _FLAGS) -> list[socket.socket]:
    """The sockets of a host, all with one port; 0 is one that is free. Raises UsageError AZ906.

    `localhost` is several addresses: those beside the first are taken where they are free.
    """
    addresses = _addresses(host, port, flags)
    first, *others = addresses
    try:
        bound = [_bind(*first, port)]
    except OSError as reason:
        raise _bind_error(host, port, reason, flags) from None
    port = bound[0].getsockname()[1]
    for family, address in others:
        with suppress(OSError):
            bound.append(_bind(family, address, port))
    return bound


def host_and_port(text: str, flag: str) -> tuple[str, int]:
    """The parts of ``HOST:PORT``; an IPv6 address stands in brackets. Raises UsageError AZ906."""
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    is_bare = ":" not in bare or host.startswith("[")
    if not colon or _PORT.fullmatch(port) is None or int(port) > _LAST_PORT or not is_bare:
        raise _usage_error(
            f"`{flag} {text}` is not HOST:PORT", "write it as `127.0.0.1:8000` or `[::1]:8000`"
        )
    return bare or "127.0.0.1", int(port)


def _addresses(host: str, port: int, flags: AddressFlags) -> list[tuple[socket.AddressFamily, str]]:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        message = f"`{flags.host} {host}`: no address of this name is known"
        raise _usage_error(
            message, "name an address of this machine, such as `127.0.0.1`"
        ) from None
    found = {(family, str(address[0])): None for family, _, _, _, address in infos}
    return sorted(found, key=lambda one: one[0] != socket.AF_INET)


def _bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    return socket.create_server((address, port), family=family, backlog=_BACKLOG)


def _bind_error(host: str, port: int, reason: OSError, flags: AddressFlags) -> UsageError:
    match reason.errno:
        case code if code == EADDRINUSE:
            message = f"the port {port} of `{host}` is in use"
            return _usage_error(
                message, f"choose another one with `{flags.port}`; `{flags.free}` takes a free one"
            )
        case code if code == EACCES:
            message = f"the port {port} of `{host}` needs more rights than this user has"
            return _usage_error(message, f"choose one above 1023 with `{flags.port}`")
        case code if code == EADDRNOTAVAIL:
            message = f"`{flags.host} {host}` is not an address of this machine"
            return _usage_error(message, "`0.0.0.0` stands for all addresses that it has")
        case _:
            why = (reason.strerror or str(reason)).lower()
            return _usage_error(f"the port {port} of `{host}` cannot be used: {why}")


def _usage_error(message: str, hint: str | None = None) -> UsageError:
    return UsageError(error("AZ906", message, help=hint))


def server_url(host: str, sockets: Iterable[socket.socket]) -> str:
    """The URL of the server, as a client on this machine types it."""
    port = next(iter(sockets)).getsockname()[1]
    name = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
