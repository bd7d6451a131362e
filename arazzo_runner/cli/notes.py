"""What every report of a run has to say about how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NOTES: Final = {
    "mock": "answers were made up from the API descriptions (`--mock`)",
    "insecure": "TLS certificates were not verified (`--insecure`)",
    "show_secrets": "secrets are not masked (`--show-secrets`)",
}


def report_notes(given: Mapping[str, Any]) -> tuple[str, ...]:
    """A sentence for each flag that a reader of a report has to know of."""
    return tuple(note for flag, note in _NOTES.items() if given.get(flag))
