"""HTTP digest authentication: `WWW-Authenticate` challenges read, and the `Authorization` for one.

RFC 7616 (digest); RFC 9110, section 11.6.1 (challenges).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.http.errors import TransportError
from arazzo_runner.http.uploads import chunks
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.text.pattern import lazy_pattern

_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# A parameter, or the name of the next scheme; a token68 (`Negotiate abc==`) is passed over.
_PIECE: Final = lazy_pattern(
    rf"""[\s,]*(?:
        (?P<name>{_WORD})[ \t]*=[ \t]*
        (?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>{_WORD}))(?=[\s,]|$)
      | (?P<scheme>{_WORD})(?=[\s,]|$)
      | [^\s,]+
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = lazy_pattern(r"\\(.)", re.DOTALL)
# A header may be 100 kB long; no server asks so much.
_LONGEST: Final = 4_096


class Challenge(Struct, frozen=True):
    """What one scheme asks for; names of schemes and parameters are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(text: str) -> list[Challenge]:
    """The challenges of a header, in order; what cannot be read is left out."""
    found: list[Challenge] = []
    for piece in _PIECE.finditer(text[:_LONGEST]):
        if piece["scheme"]:
            found.append(Challenge(piece["scheme"].lower(), {}))
        elif piece["name"] and found:
            value = piece["plain"]
            if value is None:
                value = _ESCAPED.sub(r"\1", piece["quoted"])
            last = found[-1]
            found[-1] = Challenge(last.scheme, {**last.parameters, piece["name"].lower(): value})
    return found


# Section 3.3; without an algorithm it is MD5, for servers of RFC 2069.
_HASHES: Final = {"md5": hashlib.md5, "sha-256": hashlib.sha256}


class DigestSession(Struct, frozen=True):
    """A server's nonce and how to answer it; ``count`` is how often it was answered."""

    realm: str
    nonce: str
    algorithm: str
    quality: str
    opaque: str | None = None
    hashes_user: bool = False
    utf8: bool = True
    count: int = 0

    def next(self) -> DigestSession:
        """The session after one more answer."""
        return replace(self, count=self.count + 1)


def parse_session(header: str) -> DigestSession | None:
    """The first challenge that can be answered (section 3.7), None when there is none."""
    return next(
        (one for one in map(_session_of, parse_challenges(header)) if one is not None), None
    )


def _session_of(challenge: Challenge) -> DigestSession | None:
    given = challenge.parameters
    algorithm = given.get("algorithm", "MD5")
    if challenge.scheme != "digest" or "nonce" not in given or "realm" not in given:
        return None
    if algorithm.lower().removesuffix("-sess") not in _HASHES:
        return None
    quality = _quality(given["qop"].split(",")) if given.get("qop") else ""
    if quality is None:
        return None
    return DigestSession(
        given["realm"],
        given["nonce"],
        algorithm,
        quality,
        given.get("opaque"),
        given.get("userhash", "").lower() == "true",
        given.get("charset", "").lower() == "utf-8",
    )


def _quality(offered: Iterable[str]) -> str | None:
    """What to protect: the head of the request, or where the server insists, its body too."""
    names = [one.strip().lower() for one in offered]
    return next((one for one in ("auth", "auth-int") if one in names), None)


def authorization_header(
    session: DigestSession, request: HttpRequest, username: str, password: str, client_nonce: str
) -> str:
    """The value of `Authorization` for a request, by the session's count (section 3.4)."""
    hashed = _hasher(session)
    parts = urlsplit(request.url)
    uri = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    count = f"{session.count:08x}"
    secret = hashed(_octets(f"{username}:{session.realm}:{password}", session))
    if session.algorithm.lower().endswith("-sess"):
        secret = hashed(f"{secret}:{session.nonce}:{client_nonce}".encode())
    subject = f"{request.method}:{uri}"
    if session.quality == "auth-int":
        subject += f":{_body_hash(session, request)}"
    between = f"{count}:{client_nonce}:{session.quality}:" if session.quality else ""
    told = f"{secret}:{session.nonce}:{between}{hashed(subject.encode())}"
    fields = {
        **_user(session, username, hashed),
        "realm": _quote(session.realm),
        "nonce": _quote(session.nonce),
        "uri": _quote(uri),
        "response": _quote(hashed(told.encode())),
        "algorithm": session.algorithm,
    }
    if session.opaque is not None:
        fields["opaque"] = _quote(session.opaque)
    if session.quality:
        fields |= {"qop": session.quality, "nc": count}
    if session.quality or session.algorithm.lower().endswith("-sess"):
        fields["cnonce"] = _quote(client_nonce)
    return "Digest " + ", ".join(f"{name}={value}" for name, value in fields.items())


def _hasher(given: DigestSession) -> Callable[[bytes], str]:
    make = _HASHES[given.algorithm.lower().removesuffix("-sess")]

    def hashed(octets: bytes) -> str:
        # The server chooses MD5; it is no signature here.
        return make(octets, usedforsecurity=False).hexdigest()

    return hashed


def _body_hash(given: DigestSession, request: HttpRequest) -> str:
    """The hash of a body as it is sent: files in it are read for that."""
    made = _HASHES[given.algorithm.lower().removesuffix("-sess")](usedforsecurity=False)
    with suppress(TransportError):  # whoever sends it will find the same, and say so
        for chunk in chunks(request.body):
            made.update(chunk)
    return made.hexdigest()


def _user(given: DigestSession, username: str, hashed: Callable[[bytes], str]) -> dict[str, str]:
    """Section 3.4.4: the name as a hash, as it is, or in the notation of RFC 8187."""
    if given.hashes_user:
        name = hashed(_octets(f"{username}:{given.realm}", given))
        return {"username": _quote(name), "userhash": "true"}
    if username.isascii():
        return {"username": _quote(username)}
    return {"username*": f"UTF-8''{quote(username, safe='')}"}


def _octets(text: str, given: DigestSession) -> bytes:
    """Section 4: UTF-8 where the server asks for it; else what older servers expect."""
    if not given.utf8:
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            pass
    return text.encode()


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
