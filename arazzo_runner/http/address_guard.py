"""Which addresses a document may make the program connect to.

The resolved address decides, not the name, and that address is connected to: a name that resolves
differently the next time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.http.network import Address, Network, NetworkStream
from arazzo_runner.http.origin import Origin

Zone: TypeAlias = Literal["public", "private", "loopback", "never"]

ANYWHERE: Final[frozenset[Zone]] = frozenset({"public", "private", "loopback"})
PUBLIC: Final[frozenset[Zone]] = frozenset({"public"})
LOOPBACK: Final[frozenset[Zone]] = frozenset({"loopback"})

_CODE: Final = "AZ216"
# IANA's special-purpose address registries (RFC 6890): what is not globally reachable. They are
# here since each version of Python knows others. The more special block of one comes first.
_BLOCKS: Final[tuple[tuple[Zone, str], ...]] = (
    ("public", "192.0.0.9/32 192.0.0.10/32 2001:1::1/128 2001:1::2/128 2001:1::3/128"),
    ("public", "2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28"),
    ("public", "64:ff9b::/96 ::ffff:0:0:0/96"),
    ("loopback", "127.0.0.0/8 ::1/128"),
    ("never", "0.0.0.0/32 169.254.0.0/16 224.0.0.0/4 ::/128 fe80::/10 ff00::/8"),
    ("private", "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24"),
    ("private", "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"),
    ("private", "240.0.0.0/4 2001::/23 2001:db8::/32 3fff::/20"),
    # The rest of IPv6 that is assigned (RFC 4291, section 2.4), and what never is.
    ("public", "0.0.0.0/0 2000::/3"),
    ("private", "::/0"),
)
_SPECIAL: Final[tuple[tuple[IPv4Network | IPv6Network, Zone], ...]] = tuple(
    ((IPv6Network if ":" in block else IPv4Network)(block), zone)
    for zone, blocks in _BLOCKS
    for block in blocks.split()
)
# Blocks that stand for IPv4 as the system sees it: mapped, and compatible (RFC 4291, 2.5.5).
_SAME: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("::/96"))
# Blocks that a gateway turns into IPv4, and by how many bits to shift for that address: NAT64
# (RFC 6052), translated (RFC 2765), 6to4 (RFC 3056); for Teredo (RFC 4380) its server.
_GATEWAYS: Final = (
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
_NEAREST: Final[tuple[Zone, ...]] = ("never", "private", "loopback", "public")
_NAT64_LOCAL: Final = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_TEREDO: Final = IPv6Network("2001::/32")
_ISATAP: Final = 0x5EFE  # RFC 5214, section 6.1, before the address; with or without one bit


def address_zone(address: str) -> Zone:
    """How far away an address is; ``never`` is link-local, multicast or unspecified."""
    return _zone(ip_address(address))


def literal_zone(host: str) -> Zone | None:
    """The zone of a host that is written as an address; None for a name."""
    try:
        return address_zone(host)
    except ValueError:
        return "loopback" if host == "localhost" or host.endswith(".localhost") else None


def system_zone(host: str) -> Zone | None:
    """The zone of a host that the system takes for an address; None for a name.

    Of IPv4 those are also ``127.1``, a single number, and octal and hexadecimal ones.
    """
    host = host.removesuffix(".")
    if (zone := literal_zone(host)) is not None:
        return zone
    try:
        return _zone(IPv4Address(socket.inet_aton(host)))
    except (OSError, UnicodeError):
        return None


def _zone(address: IPv4Address | IPv6Address) -> Zone:
    if isinstance(address, IPv6Address):
        if any(address in block for block in _SAME) and int(address) > 1:
            return _zone(_ipv4(address, 0))
        zones = {_zone(one) for one in _behind_gateways(address)}
        if "loopback" in zones:  # the gateway's, not this machine's
            zones.add("private")
        zones.add(_registered_zone(address))
        return next(zone for zone in _NEAREST if zone in zones)
    return _registered_zone(address)


def _registered_zone(address: IPv4Address | IPv6Address) -> Zone:
    return next(zone for block, zone in _SPECIAL if address in block)


def _behind_gateways(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a gateway may connect to for an IPv6 address."""
    yield from (_ipv4(address, shift) for block, shift in _GATEWAYS if address in block)
    if address in _TEREDO:
        yield _ipv4(address, 64)
        yield IPv4Address(int(_ipv4(address, 0)) ^ 0xFFFFFFFF)
    if address in _NAT64_LOCAL or (int(address) >> 32) & 0xFDFFFFFF == _ISATAP:
        yield _ipv4(address, 0)


def _ipv4(address: IPv6Address, shift: int) -> IPv4Address:
    return IPv4Address((int(address) >> shift) & 0xFFFFFFFF)


class AddressPolicy(Struct, frozen=True):
    """How far requests for documents go: without TLS (``plain``), and at all (``any``)."""

    plain: frozenset[Zone]
    any: frozenset[Zone]

    def refusal(self, origin: Origin, where: Zone) -> RetrieveError | None:
        """Why a host in this zone must not be connected to, or None."""
        host = origin.label(origin.host)
        if where == "never":
            kind = "a link-local, multicast or unspecified address"
            return RetrieveError(f"{host} is {kind}, from which no document is read", None, _CODE)
        if where not in self.any:
            message = f"{host} is a {where} address, which a document from a URL may not reach"
            return RetrieveError(message, "`--allow-net` allows it", _CODE)
        if origin.scheme == "http" and where not in self.plain:
            message = f"{origin.label(str(origin))} is not encrypted, and not on this machine"
            return RetrieveError(message, "use https, or allow it with `--allow-http`", _CODE)
        return None

    def refusal_unseen(self, origin: Origin) -> RetrieveError | None:
        """Why a host must not be asked for through a proxy, which alone learns its address."""
        if (known := system_zone(origin.host)) is not None:
            return self.refusal(origin, known)
        if not self.any >= ANYWHERE:
            message = (
                f"the address of {origin.label(origin.host)} cannot be checked through a proxy"
            )
            return RetrieveError(message, "`--allow-net` skips the check", _CODE)
        return self.refusal(origin, "public")


class GuardedNetwork:
    """A network as far as a reach; what is outside is refused before anything is sent."""

    def __init__(self, network: Network, reach: AddressPolicy, origin: Origin) -> None:
        self._network = network
        self._reach = reach
        self._origin = origin

    async def resolve(self, host: str, port: int, timeout: float) -> list[Address]:
        """The addresses of a host that may be connected to; RetrieveError when there are none."""
        found = await self._network.resolve(host, port, timeout)
        judged = [
            (one, self._reach.refusal(self._origin, address_zone(str(one[1][0])))) for one in found
        ]
        allowed = [one for one, refusal in judged if refusal is None]
        for _, refusal in judged:
            if refusal is not None and not allowed:
                raise refusal
        return allowed

    async def connect(self, address: Address, timeout: float) -> NetworkStream:
        """A TCP connection; OSError."""
        return await self._network.connect(address, timeout)

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        await self._network.sleep(seconds)


def user_policy(*, allow_http: bool) -> AddressPolicy:
    """How far the user's own requests go, and those of the documents on this machine."""
    return AddressPolicy(ANYWHERE if allow_http else LOOPBACK, ANYWHERE)


def document_policy(*, allow_http: bool, allow_net: bool) -> AddressPolicy:
    """How far the requests of a document go that came from a URL."""
    own = user_policy(allow_http=allow_http)
    return own if allow_net else AddressPolicy(own.plain, PUBLIC)
