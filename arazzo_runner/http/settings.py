"""What a world allows a server (times, sizes, counts), and how it reaches one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

from msgspec import field
from msgspec.structs import replace

from arazzo_runner.text.diagnostic import SafeRepr

MIB = 1024 * 1024


class SourceTls(SafeRepr, frozen=True):
    """Certificates for one source description and its servers: paths as in `HttpSettings`.

    What is None is as for all others, but a certificate and its key come from one place.
    """

    cacert: str | None = None
    cert: str | None = None
    key: str | None = None
    key_password: str | None = None

    def brief(self) -> str:
        """What is set, by its name."""
        return ", ".join(one for one in self.__struct_fields__ if getattr(self, one) is not None)


class HttpSettings(SafeRepr, frozen=True):
    """How requests are sent, and what of an answer is accepted; times in seconds, sizes in bytes.

    ``timeout`` bounds a whole request, with its redirects. ``max_response_size`` counts the body
    as it is on the wire, ``max_decoded_size`` without its content encodings. ``follow_redirects``
    is how many are followed at most. ``retry_connect`` is how often a connection that could not be
    made is tried again. ``proxy`` is an ``http://`` URL; None: what the environment
    says; empty: none. ``cacert``, ``cert`` and ``key`` are paths of PEM files; ``cert`` may be that
    of a PKCS#12 file, and ``key_password`` is the password of either.
    ``source_tls`` has the certificates for single sources, by name; ``tls_table`` says where those
    of a single source are from.
    ``credential_origins`` are, by security scheme, the origins (``https://host[:port]``) that its
    credential goes along to where a redirect leads there.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    timeout: float = 60.0
    max_response_size: int = 10 * MIB
    max_decoded_size: int = 50 * MIB
    max_header_bytes: int = 100_000
    max_headers: int = 200
    max_informational: int = 20
    retry_connect: int = 0
    follow_redirects: int = 0
    insecure: bool = False
    cacert: str | None = None
    cert: str | None = None
    key: str | None = None
    key_password: str | None = None
    proxy: str | None = None
    http2: bool = False
    cookies: bool = False
    user_agent: str = "arazzo"
    credential_origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    source_tls: Mapping[str, SourceTls] = field(default_factory=dict)
    tls_table: str = ""

    def brief(self) -> str:
        """What is not as it is by default, by its name: some values are secrets."""
        usual = HttpSettings()
        names = self.__struct_fields__
        return ", ".join(one for one in names if getattr(self, one) != getattr(usual, one))

    def of_source(self, name: str) -> HttpSettings:
        """The settings for one source description and its servers."""
        tls = self.source_tls.get(name)
        if tls is None:
            return self
        pair = tls if tls.cert or tls.key else self
        return replace(
            self,
            cacert=tls.cacert or self.cacert,
            cert=pair.cert,
            key=pair.key,
            key_password=pair.key_password,
            source_tls={},
            tls_table=f"[sources.{name}]",
        )

    def with_timeout(self, seconds: float) -> HttpSettings:
        """What ``--timeout`` sets: the whole request, and no part of it may be slower."""
        connect = min(self.connect_timeout, seconds)
        return replace(self, timeout=seconds, read_timeout=seconds, connect_timeout=connect)

    def with_response_size(self, size: int) -> HttpSettings:
        """What ``--max-response-size`` sets: bytes on the wire, and five times that decoded."""
        return replace(self, max_response_size=size, max_decoded_size=5 * size)


class Deadline:
    """The end of one attempt; ``limit`` is what messages call the seconds that it was given."""

    __slots__ = ("_ends", "_started", "limit")

    def __init__(self, seconds: float, limit: float | None = None) -> None:
        self.limit = seconds if limit is None else limit
        self._started = monotonic()
        self._ends = self._started + seconds

    def narrow(self, limit: float) -> Deadline:
        """The end of a part of the attempt, which has ``limit`` seconds if so much is left."""
        part = Deadline(limit)
        if self._ends <= part._ends:
            part._ends, part.limit = self._ends, self.limit
        return part

    def elapsed(self) -> float:
        """Seconds since the attempt began."""
        return monotonic() - self._started

    def within(self, seconds: float) -> float:
        """The seconds that a part of the attempt has, itself bound to ``seconds``; TimeoutError."""
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError
        return min(seconds, left)

    def left(self) -> float:
        """The seconds that are left; TimeoutError when there are none."""
        return self.within(self.limit)

    def shorten(self, seconds: float) -> float:
        """So many seconds, or those that are left."""
        return max(min(seconds, self._ends - monotonic()), 0.0)

    def passed(self) -> bool:
        """Whether the attempt has no time left."""
        return monotonic() >= self._ends
