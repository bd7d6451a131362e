"""Encrypted journals: nothing readable in them, and nobody opens them without the secret."""

import pytest

from arazzo_runner.journal.cipher import NoCipher, cipher_for
from arazzo_runner.journal.model import JournalError
from arazzo_runner.journal.sqlite import SqliteStore


@pytest.fixture
def empty(path):
    store = SqliteStore(path, creates=True)
    yield store
    store.close()


def test_what_is_sealed_is_found_again_at_its_place_alone(empty) -> None:
    cipher = cipher_for(empty, "a secret")
    sealed = cipher.seal(b"answer", "call 1")
    assert b"answer" not in sealed
    assert cipher.seal(b"answer", "call 1") != sealed
    assert cipher_for(empty, "a secret").open(sealed, "call 1") == b"answer"
    for wrong, place in ((sealed, "call 2"), (sealed[:-1] + b"x", "call 1"), (b"", "call 1")):
        with pytest.raises(JournalError, match="does not open"):
            cipher.open(wrong, place)


def test_another_secret_or_none(empty) -> None:
    cipher_for(empty, "a secret")
    with pytest.raises(JournalError, match="another key"):
        cipher_for(empty, "a Secret")
    with pytest.raises(JournalError, match="is encrypted: add `--journal-key`"):
        cipher_for(empty, None)


def test_a_journal_that_is_not_encrypted_stays_so(store) -> None:
    assert isinstance(cipher_for(store, None), NoCipher)
    with pytest.raises(JournalError, match="is not encrypted"):
        cipher_for(store, "a secret")
