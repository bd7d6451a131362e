"""What the keyword arguments say of a journal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from arazzo_runner.embed.documents import rendered_errors
from arazzo_runner.embed.route import MockTarget, RequestTarget
from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import SafeRepr, error


class JournalOptions(SafeRepr, frozen=True):
    """The file of ``journal``, the name of the secret it is encrypted with, and a header field."""

    file: str
    key: str | None = None
    header: str | None = None

    def brief(self) -> str:
        """The file alone."""
        return self.file


def journal_options(given: Mapping[str, Any], route: RequestTarget) -> JournalOptions | None:
    """The journal of the keyword arguments, where there is one.

    Raises TypeError for what needs one, and UsageError for a mock.
    """
    if "journal" not in given:
        for name in ("journal_key", "idempotency_key"):
            if name in given:
                raise TypeError(f"`{name}` needs `journal`")
        return None
    if isinstance(route, MockTarget):
        message = "`journal` cannot be used together with `mock`"
        help_ = "a mock answers at once, and the same each time: there is nothing to go on with"
        with rendered_errors():
            raise UsageError(error("AZ906", message, help=help_))
    file = os.fspath(given["journal"])
    return JournalOptions(file, given.get("journal_key"), given.get("idempotency_key"))
