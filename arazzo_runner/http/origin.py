"""Where a request goes: scheme, host and port (RFC 6454)."""

from __future__ import annotations

from typing import Final

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

    def label(self, text: str) -> str:
        """A ``text`` that has the host, as messages show it; behind it an IDN as people read it."""
        shown = readable_host(self.host)
        return f"`{text}`" if shown == self.host else f"`{text}` (`{shown}`)"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


# Unicode Technical Standard 39, section 5.2, highly restrictive: what one name may mix.
_SCRIPTS: Final = tuple(
    frozenset(one.split())
    for one in ("LATIN CJK HIRAGANA KATAKANA", "LATIN CJK BOPOMOFO", "LATIN CJK HANGUL")
)


def readable_host(host: str) -> str:
    """The host with A-labels read back; letters beyond ASCII are spelled where scripts mix."""
    if "xn--" not in host:
        return host
    import idna

    try:
        return ".".join(_readable_label(one) for one in idna.decode(host).split("."))
    except (idna.IDNAError, UnicodeError):
        return host


def _readable_label(label: str) -> str:
    from unicodedata import name

    scripts = {name(one, "").partition(" ")[0] for one in label if one.isalpha()}
    if len(scripts) < 2 or any(scripts <= one for one in _SCRIPTS):
        return label
    return "".join(one if one.isascii() else f"\\u{{{ord(one):x}}}" for one in label)
