"""The sources that variables of credentials are read from, one after the other.

The environment comes first, then the file of ``--env-file``, then other variables that serve
instead, then a command, then the system's keyring (library `keyring`). Somebody at the terminal is
asked last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal as Choice
from typing import TypeAlias

from msgspec import Struct, field

from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.security.credentials import CredentialLookup
from arazzo_runner.text.diagnostic import error

CredentialSource: TypeAlias = Choice["environment", "env-file", "alias", "command", "keyring"]
"""Where a value came from."""


class CredentialStore(Struct, frozen=True):
    """A place to look in beyond variables: ``asks`` tells whether it may know a name."""

    origin: CredentialSource
    look_up: CredentialLookup
    asks: Callable[[str], bool] = lambda _name: True


class CredentialStores(Struct, frozen=True):
    """All that is set: ``environment`` wins over ``file``, and both over ``others``.

    ``aliases`` maps a variable to another one that serves instead.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[CredentialStore] = ()

    @property
    def variables(self) -> dict[str, str]:
        """The environment with the file behind it; an empty variable counts where none has more."""
        filled = {name: text for name, text in self.environment.items() if text}
        return {**self.environment, **self.file, **filled}

    def more(self, name: str) -> str | None:
        """What the other sources know of a variable."""
        for source in self.others:
            if source.asks(name) and (value := source.look_up(name)):
                return value
        return None

    def origin(self, name: str) -> CredentialSource | None:
        """Where a variable is set, as far as that can be told without asking for its value."""
        if self.environment.get(name):
            return "environment"
        if self.file.get(name):
            return "env-file"
        if self.variables.get(self.aliases.get(name, "")):
            return "alias"
        return None

    def empty_origin(self, name: str) -> CredentialSource | None:
        """Where a variable is set to nothing."""
        if name in self.file:
            return "env-file"
        if name in self.environment:
            return "environment"
        return "alias" if self.aliases.get(name, "") in self.variables else None


def cached_lookup(look_up: CredentialLookup) -> CredentialLookup:
    """A look-up that asks once for each name."""
    known: dict[str, str | None] = {}

    def look(name: str) -> str | None:
        if name not in known:
            known[name] = look_up(name)
        return known[name]

    return look


def keyring_lookup(service: str) -> CredentialLookup:
    """What the keyring has under a service, by the names of variables. Raises UsageError AZ905."""

    def look_up(name: str) -> str | None:
        try:
            import keyring
        except ImportError:
            message = "`--keyring` needs the package `keyring`, which is not installed"
            raise UsageError(
                error("AZ905", message, help="pip install 'arazzo[keyring]'")
            ) from None
        try:
            return keyring.get_password(service, name)
        except Exception as reason:  # noqa: BLE001 - a backend is another package, or not there
            message = f"the keyring cannot be read: {keyring_fault(reason)}"
            hint = "unlock it, or remove `--keyring`, and `keyring` from the configuration"
            raise UsageError(error("AZ905", message, help=hint)) from None

    return look_up


def keyring_fault(reason: Exception) -> str:
    """Why a keyring cannot be read, as part of a sentence.

    A backend may raise anything: what is no error of the library `keyring` has its name behind it.
    """
    from keyring.errors import KeyringError

    name = type(reason).__name__
    text = " ".join(str(reason).split()).rstrip(".")
    if not text:
        return name
    text = text[:1].lower() + text[1:]
    return text if isinstance(reason, KeyringError) else f"{text} ({name})"
