"""Inputs and outcomes encrypted by AES-GCM, under a key that is made of the user's secret."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final, Protocol

from arazzo_runner.journal.model import JournalError
from arazzo_runner.journal.store import JournalStore

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SALT: Final = "key-salt"
_CHECK: Final = "key-check"
_NONCE: Final = 12
_SCRYPT: Final = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 32, "maxmem": 64 << 20}


def options_place(run_id: str) -> str:
    """What the options of a run are sealed as."""
    return f"options {run_id}"


def inputs_place(run_id: str, row: int) -> str:
    """What the inputs of a row are sealed as."""
    return f"inputs {run_id} {row}"


def call_place(run_id: str, row: int, key: str) -> str:
    """What the outcome of a call is sealed as."""
    return f"call {run_id} {row} {key}"


def result_place(run_id: str, row: int) -> str:
    """What the result of a row is sealed as."""
    return f"result {run_id} {row}"


class Cipher(Protocol):
    """Hides bytes and finds them again; ``place`` says what they are, and is not hidden."""

    def seal(self, plain: bytes, place: str) -> bytes:
        """The bytes as they are kept."""
        ...

    def open(self, sealed: bytes, place: str) -> bytes:
        """The bytes as they were. Raises JournalError for others."""
        ...


class NoCipher:
    """Keeps bytes as they are."""

    def seal(self, plain: bytes, place: str) -> bytes:  # noqa: ARG002
        """The bytes themselves."""
        return plain

    def open(self, sealed: bytes, place: str) -> bytes:  # noqa: ARG002
        """The bytes themselves."""
        return sealed


class AesCipher:
    """AES-256 in Galois/Counter Mode, a nonce of its own for each value."""

    def __init__(self, aes: AESGCM) -> None:
        self._aes = aes

    def seal(self, plain: bytes, place: str) -> bytes:
        """Nonce, ciphertext and tag."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aes.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed at this place."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._aes.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise JournalError("is damaged, or was changed: an entry does not open") from None


def is_encrypted(store: JournalStore) -> bool:
    """Whether a journal that has entries is encrypted."""
    return store.read_setting(_SALT) is not None


def cipher_for(store: JournalStore, secret: str | None) -> Cipher:
    """The cipher of a journal; one that has entries is opened with the secret that it began with.

    Raises JournalError for another secret, for none where it is encrypted, and for one where it is
    not; ModuleNotFoundError where `cryptography` is missing.
    """
    salt = store.read_setting(_SALT)
    if salt is None:
        return _new_cipher(store, secret)
    if secret is None:
        raise JournalError("is encrypted: add `--journal-key`")
    check = store.read_setting(_CHECK)
    cipher = _aes_cipher(secret, salt)
    try:
        cipher.open(check or b"", _CHECK)
    except JournalError:
        raise JournalError("was encrypted with another key than that of `--journal-key`") from None
    return cipher


def _new_cipher(store: JournalStore, secret: str | None) -> Cipher:
    if secret is None:
        return NoCipher()
    if store.runs():
        raise JournalError("is not encrypted: leave `--journal-key` away, or use another file")
    salt = os.urandom(16)
    cipher = _aes_cipher(secret, salt)
    store.write_setting(_CHECK, cipher.seal(b"", _CHECK))
    store.write_setting(_SALT, salt)
    return cipher


def _aes_cipher(secret: str, salt: bytes) -> AesCipher:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AesCipher(AESGCM(hashlib.scrypt(secret.encode(), salt=salt, **_SCRYPT)))
