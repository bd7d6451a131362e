"""Where a request goes: scheme, host and port (RFC 6454)."""

from __future__ import annotations

from msgspec import Struct

DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(Struct, frozen=True):
    """One server; ``host`` is in lower case, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """``host:port`` as a URL spells it, without the scheme's default port."""
        bare = self.port == DEFAULT_PORTS[self.scheme]
        return self._bracketed() if bare else self.address

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{self._bracketed()}:{self.port}"

    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"
