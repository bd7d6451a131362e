"""Tokens that a person has agreed to, kept from run to run in the system's keyring.

RFC 6749, section 10.3: a token is a secret, so no file of ours has one. Library `keyring`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import Any, Final, Protocol

from arazzo_runner.auth.oauth2 import AccessToken
from arazzo_runner.auth.sources import keyring_fault
from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.security.token_need import TokenNeed
from arazzo_runner.text.diagnostic import error

SERVICE: Final = "arazzo-tokens"
"""The service under which the keyring has them."""
_PROBE: Final = "probe"


class TokenStore(Protocol):
    """Keeps tokens beyond a run; a token that it cannot keep is fetched again the next time."""

    def load(self, need: TokenNeed, client: str) -> AccessToken | None:
        """The token for a need of a client, its lifetime what is left of it."""
        ...

    def save(self, need: TokenNeed, client: str, token: AccessToken) -> None:
        """Keep a token in place of the one before."""
        ...

    def forget(self, need: TokenNeed, client: str) -> bool:
        """Keep it no longer; whether there was one."""
        ...


class KeyringTokenStore:
    """The tokens in the keyring, each an entry of its own, so that several processes may use it.

    Its backends raise errors of their systems, too, such as Windows of an entry that is too long.

    Raises UsageError AZ905 where there is no keyring, or it stays locked.
    """

    def __init__(self, now: Callable[[], float] = time) -> None:
        self._now = now
        try:
            import keyring
        except ImportError:
            message = "`--token-cache keyring` needs the package `keyring`, which is not installed"
            hint = "pip install 'arazzo[keyring]'"
            raise UsageError(error("AZ905", message, help=hint)) from None
        self._keyring = keyring
        try:
            keyring.get_password(SERVICE, _PROBE)
        except Exception as reason:  # noqa: BLE001 - a backend is another package, or not there
            message = f"the keyring cannot be read: {keyring_fault(reason)}"
            hint = "unlock it, or remove `--token-cache keyring`"
            raise UsageError(error("AZ905", message, help=hint)) from None

    def load(self, need: TokenNeed, client: str) -> AccessToken | None:
        """The token for a need of a client; None where there is none that could serve."""
        try:
            text = self._keyring.get_password(SERVICE, entry_name(need, client))
        except Exception:  # noqa: BLE001 - as above
            return None
        return _read_token(text, self._now()) if text else None

    def save(self, need: TokenNeed, client: str, token: AccessToken) -> None:
        """Keep a token; a keyring that refuses it has it not."""
        ends = None if token.lifetime is None else self._now() + token.lifetime
        content = {"access_token": token.value, "refresh_token": token.refresh, "expires_at": ends}
        try:
            self._keyring.set_password(SERVICE, entry_name(need, client), json.dumps(content))
        except Exception:  # noqa: BLE001 - as above
            return

    def forget(self, need: TokenNeed, client: str) -> bool:
        """Delete a token; whether there was one."""
        name = entry_name(need, client)
        try:
            known = self._keyring.get_password(SERVICE, name) is not None
            if known:
                self._keyring.delete_password(SERVICE, name)
        except Exception:  # noqa: BLE001 - as above
            return False
        return known


def entry_name(need: TokenNeed, client: str) -> str:
    """The name of a token's entry: another server, client, set of scopes or identity, another one.

    All endpoints count: a description that names another one to renew tokens at would else be given
    those of others, and so would one from a URL be given those of files. A digest, since some
    keyrings show names to everybody, and limit their length.
    """
    urls = (need.discovery_url, need.token_url, need.refresh_url, need.authorization_url)
    places = [*urls, need.device_url, need.from_url]
    parts = [*places, client, need.flow, need.identity, sorted(need.scopes)]
    return sha256(json.dumps(parts).encode()).hexdigest()


def _read_token(text: str, now: float) -> AccessToken | None:
    """The token in an entry; None for one that has ended, or that is none of ours."""
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    value, refresh, ends = (
        content.get(name) for name in ("access_token", "refresh_token", "expires_at")
    )
    if not isinstance(value, str) or not isinstance(refresh, str | None):
        return None
    left = ends - now if isinstance(ends, int | float) else None
    if left is not None and left <= 0 and refresh is None:
        return None
    return AccessToken(value, refresh, left)
