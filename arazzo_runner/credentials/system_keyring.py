"""Credentials from the system's keyring, by the library `keyring`."""

from __future__ import annotations

from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.security.credentials import LookUp
from arazzo_runner.text.diagnostic import error


def keyring_lookup(service: str) -> LookUp:
    """What the keyring has under a service, by the names of variables. Raises UsageError AZ905."""

    def look_up(name: str) -> str | None:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError:
            message = "the keyring is asked for, and the package `keyring` is not installed"
            raise UsageError(
                error("AZ905", message, help="pip install 'arazzo[keyring]'")
            ) from None
        try:
            return keyring.get_password(service, name)
        except KeyringError as reason:
            message = f"the keyring cannot be read: {_words(reason)}"
            hint = "unlock it, or leave `--keyring` and `keyring` in the configuration away"
            raise UsageError(error("AZ905", message, help=hint)) from None

    return look_up


def _words(reason: Exception) -> str:
    text = " ".join(str(reason).split()).rstrip(".")
    return (text[:1].lower() + text[1:]) or type(reason).__name__
