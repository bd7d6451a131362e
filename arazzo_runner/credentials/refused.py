"""Why there is no token, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from arazzo_runner.credentials.endpoints import Endpoint
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.openapi.security.credentials import CredentialPart, variable_name
from arazzo_runner.openapi.security.token_need import TokenNeed
from arazzo_runner.report.safe_text import escape

_SHOWN: Final = 200


class NoTokenError(Exception):
    """There is no token: ``failure`` says why, ``error`` is the server's code (RFC 6749, 5.2)."""

    def __init__(self, failure: TransportFailure, error: str = "") -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.error = error


def refused_error(
    need: TokenNeed, why: str, *kinds: CredentialPart, error: str = ""
) -> NoTokenError:
    """The credentials are refused; ``kinds`` are those to check."""
    failure = TransportFailure("credentials", _sentence(need, why), variables_hint(need, kinds))
    return NoTokenError(failure, error)


def unusable_error(need: TokenNeed, why: str) -> NoTokenError:
    """An authorization server does not do what it should."""
    return NoTokenError(TransportFailure("protocol", _sentence(need, why)))


def unreachable_error(need: TokenNeed, failure: TransportFailure) -> NoTokenError:
    """An authorization server cannot be reached, or must not be."""
    return NoTokenError(replace(failure, message=_sentence(need, failure.message), request=None))


def status_error(need: TokenNeed, endpoint: Endpoint, status: int) -> NoTokenError:
    """An answer that says nothing but its status."""
    also = (
        ": a redirect is not followed, since the request has credentials"
        if status // 100 == 3
        else ""
    )
    return unusable_error(need, f"`{endpoint.shown}` answers with status {status}{also}")


def variables_hint(need: TokenNeed, kinds: Iterable[CredentialPart]) -> str | None:
    """Which variables to check."""
    names = [f"`{variable_name(need.source, need.scheme, kind)}`" for kind in kinds]
    return f"check {' and '.join(names)}" if names else None


def server_text(text: object) -> str:
    """What a server says, in a line that can be shown."""
    line = " ".join(str(text).split())
    return escape(line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…").replace("`", "'")


def _sentence(need: TokenNeed, why: str) -> str:
    return f"no token for {need.called}: {why}"
