"""Opens a journal by its file; what is wrong with it is the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from arazzo_runner.errors import UsageError
from arazzo_runner.journal.journal import Journal
from arazzo_runner.journal.model import JournalError
from arazzo_runner.journal.sqlite import SqliteStore
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import error


def open_journal(file: str, key: str | None, *, creates: bool) -> Journal:
    """Open a journal, encrypted by the secret that ``key`` names. Raises UsageError."""
    with journal_errors(file):
        store = SqliteStore(file, creates=creates)
        try:
            return Journal(store, journal_secret(key))
        except BaseException:
            store.close()
            raise


@contextmanager
def journal_errors(file: str) -> Iterator[None]:
    """Make what is wrong with a journal a UsageError that names it."""
    try:
        yield
    except JournalError as reason:
        raise journal_error(file, str(reason)) from reason


def journal_error(file: str, reason: str, hint: str | None = None) -> UsageError:
    """What is wrong with a journal."""
    return UsageError(error("AZ906", f"the journal `{escape(file)}` {reason}", help=hint))


def journal_secret(spelled: str | None) -> str | None:
    """The secret that `--journal-key` names. Raises UsageError."""
    if spelled is None:
        return None
    kind, _, name = spelled.partition(":")
    if kind not in ("env", "keyring") or not name:
        message = f"`--journal-key {spelled}`: write `env:NAME` or `keyring:NAME`"
        raise UsageError(error("AZ906", message))
    _check_installed()
    secret = os.environ.get(name) if kind == "env" else _keyring_secret(name)
    if not secret:
        where = f"the variable `{name}`" if kind == "env" else f"`{name}` in the keyring"
        raise UsageError(error("AZ906", f"`--journal-key`: {where} is not set"))
    return secret


def _check_installed() -> None:
    from importlib.util import find_spec

    if find_spec("cryptography") is None:
        message = "`--journal-key` needs the package `cryptography`, which is not installed"
        raise UsageError(error("AZ906", message, help="pip install 'arazzo[journal]'"))


def _keyring_secret(name: str) -> str | None:
    from arazzo_runner.auth.sources import keyring_lookup

    return keyring_lookup("arazzo")(name)
