"""What a package that adds something to `arazzo` is written against: signers, reports, rules.

A package offers an object under an entry point; nothing here is imported by it unless it wants the
types. The names here change only with a major version. docs/plugins.md has examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

SIGNERS: Final = "arazzo.signers"
"""The group of entry points of :class:`RequestSigner`."""
REPORTS: Final = "arazzo.reports"
"""The group of entry points of :class:`ReportFormat`."""
RULES: Final = "arazzo.rules"
"""The group of entry points of :class:`LintRule`."""


class SigningError(Exception):
    """A request cannot be signed with these credentials; the text is a sentence that says why."""


@dataclass(frozen=True)
class SignableRequest:
    """A request as it will be sent.

    ``method`` is in upper case, ``url`` absolute and percent-encoded, ``headers`` are in order with
    names as written, ``body`` is all its bytes. ``time`` is now, in UTC.
    """

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    time: datetime


class RequestSigner(Protocol):
    """Signs each request of a security scheme, anew for each attempt.

    ``needs`` and ``may`` are the parts of the credential that it has to have, and may have: names
    in lower case with ``_``, such as ``access_key_id``; their variables are
    ``ARAZZO_AUTH_<SOURCE>_<SCHEME>_<PART>``. ``secrets`` are those to mask. ``headers`` are the
    header fields that it sets; what they hold is masked as well.
    """

    needs: tuple[str, ...]
    may: tuple[str, ...]
    secrets: tuple[str, ...]
    headers: tuple[str, ...]

    def sign(self, request: SignableRequest, credential: Mapping[str, str]) -> Mapping[str, str]:
        """The header fields to set, in place of those of the same names.

        Raises :class:`SigningError` where that cannot be done.
        """
        ...


class ReportFormat(Protocol):
    """A kind of report, by its name for ``--report NAME[=PATH]``.

    ``file_name`` is the path where none is named; ``-`` is standard output.
    """

    file_name: str

    def pieces(self, report: Mapping[str, Any]) -> Iterable[bytes]:
        """The report, piece by piece.

        ``report`` is that of ``--report json`` as plain data (`arazzo schema report`), its secrets
        masked.
        """
        ...


@dataclass(frozen=True)
class RuleFinding:
    """What a rule has found: a sentence without a final period, and the way out.

    ``pointer`` are the keys and indexes that lead to it in the Arazzo document.
    """

    message: str
    pointer: Sequence[str | int] = ()
    help: str | None = None


class LintRule(Protocol):
    """A rule of ``arazzo validate --rule NAME``.

    ``code`` is three or more capital letters and a number, such as ``ACME001``; ``severity`` is
    ``error``, ``warning`` or ``hint``; ``explanation`` is what `arazzo explain` prints.
    """

    code: str
    title: str
    severity: str
    explanation: str

    def check(
        self, document: Mapping[str, Any], sources: Mapping[str, Any]
    ) -> Iterable[RuleFinding]:
        """All findings about a document; ``sources`` are its API descriptions by their names.

        Both are plain data, which must not be changed.
        """
        ...
