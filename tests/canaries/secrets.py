"""Canaries: one secret for each way in, and whether any part of one can be read in a text.

A canary has two runs of letters and digits that are nowhere else. They survive percent-encoding and the escapes of
JSON and HTML in any number of layers, so that only Base64 has to be looked for besides.
"""

from base64 import b64encode
from random import Random
from string import ascii_letters, digits

WAYS = (
    "password-input", "nested-password-input", "write-only-input", "named-input", "named-output", "file-input",
    "basic", "digest", "bearer", "key-in-header", "key-in-query", "key-in-cookie", "client-secret", "fetched-token",
    "given-refresh", "fetched-refresh", "refreshed-token", "session-token", "user-header", "set-cookie", "auth-token",
    "server-password", "source-password", "source-query", "source-header", "proxy-password", "key-password",
    "command", "profile",
)  # fmt: skip
SPECIAL = "/+&<%~'"
PART = 12
WINDOW = 6
"""So many characters of a secret are enough to tell that it has leaked."""


def _word(random: Random) -> str:
    return "".join(random.choices(ascii_letters + digits, k=PART))


_RANDOM = Random("canaries")  # the same in each run, so that a failure can be repeated
PLAIN = {way: (_word(_RANDOM), _word(_RANDOM)) for way in WAYS}
CANARIES = {way: f"{first}{SPECIAL}{second}" for way, (first, second) in PLAIN.items()}
COOKIE_SAFE = {way: f"{first}+/{second}" for way, (first, second) in PLAIN.items()}


def _base64_forms(octets: bytes) -> set[bytes]:
    """What stands in Base64 for these octets, whatever stands before and behind them."""
    forms = set()
    for offset in range(3):
        text = b64encode(b"\0" * offset + octets + b"\0" * 3)
        first = (offset * 8 + 5) // 6  # the characters that other octets have a part in
        last = (offset + len(octets)) * 8 // 6
        forms.add(text[first:last])
    return forms


def _needles(word: str) -> set[str]:
    windows = {word[at : at + WINDOW] for at in range(PART - WINDOW + 1)}
    once = _base64_forms(word.encode())
    twice = {two for one in once for two in _base64_forms(one)}
    url_safe = {one.replace(b"+", b"-").replace(b"/", b"_") for one in once | twice}
    return windows | {one.decode() for one in once | twice | url_safe}


NEEDLES = {way: {one for word in words for one in _needles(word)} for way, words in PLAIN.items()}


def leaks(text: str) -> dict[str, str]:
    """The ways whose secret a text shows, each with what stands around it."""
    found = {}
    for way, needles in NEEDLES.items():
        for needle in needles:
            if needle in text:
                at = text.index(needle)
                found[way] = text[max(0, at - 100) : at + len(needle) + 60]
    return found
