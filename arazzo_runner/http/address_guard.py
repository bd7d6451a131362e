"""Which addresses a document may make the program connect to.

The resolved address decides, not the name, and that address is connected to: a name that resolves
differently the next time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
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
# Address blocks whose last 32 bits are an IPv4 address that a gateway, or the system, connects to.
_EMBEDDING: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


def address_zone(address: str) -> Zone:
    """How far away an address is; ``never`` is link-local, multicast or unspecified."""
    return _zone(ip_address(address))


def literal_zone(host: str) -> Zone | None:
    """The zone of a host that is written as an address; None for a name."""
    try:
        return address_zone(host)
    except ValueError:
        return "loopback" if host == "localhost" or host.endswith(".localhost") else None


def _zone(address: IPv4Address | IPv6Address) -> Zone:
    if address.is_loopback:
        return "loopback"
    if address.is_unspecified or address.is_multicast or address.is_link_local:
        return "never"
    if isinstance(address, IPv6Address) and (inner := _embedded_ipv4(address)) is not None:
        return _zone(inner)
    return "public" if address.is_global else "private"


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    if any(address in block for block in _EMBEDDING):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


class AddressPolicy(Struct, frozen=True):
    """How far requests for documents go: without TLS (``plain``), and at all (``any``)."""

    plain: frozenset[Zone]
    any: frozenset[Zone]

    def refusal(self, origin: Origin, where: Zone) -> RetrieveError | None:
        """Why a host in this zone must not be connected to, or None."""
        host = origin.host
        if where == "never":
            kind = "a link-local, multicast or unspecified address"
            return RetrieveError(f"`{host}` is {kind}, from which no document is read", None, _CODE)
        if where not in self.any:
            message = f"`{host}` is a {where} address, which a document from a URL may not reach"
            return RetrieveError(message, "`--allow-net` allows it", _CODE)
        if origin.scheme == "http" and where not in self.plain:
            message = f"`{origin}` is not encrypted, and not on this machine"
            return RetrieveError(message, "use https, or allow it with `--allow-http`", _CODE)
        return None

    def refusal_unseen(self, origin: Origin) -> RetrieveError | None:
        """Why a host must not be asked for through a proxy, which alone learns its address."""
        if (known := literal_zone(origin.host)) is not None:
            return self.refusal(origin, known)
        if not self.any >= ANYWHERE:
            message = f"the address of `{origin.host}` cannot be checked through a proxy"
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
