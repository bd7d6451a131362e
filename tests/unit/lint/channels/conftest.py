"""Findings about steps of channels, as lines, without those of codes that every such step has."""

from collections.abc import Callable

import pytest

from unit.lint.channels.shop import EVENTS, document_of
from unit.lint.conftest import Diagnose, line_of

# That nothing reads an output or input, and nothing says how long to wait.
_OF_ALL = ("AZ508", "AZ501", "AZ502", "AZ504")


@pytest.fixture
def said(diagnose: Diagnose) -> Callable[..., list[str]]:
    def find(step: str, sources: str = "", events: str = EVENTS, **files: str) -> list[str]:
        found = diagnose(document_of(step, sources), events_yaml=events, **files)
        return [line_of(one) for one in found if one.code not in _OF_ALL]

    return find


@pytest.fixture
def ways_out(diagnose: Diagnose) -> Callable[..., list[str | None]]:
    def find(step: str) -> list[str | None]:
        found = diagnose(document_of(step), events_yaml=EVENTS)
        return [one.help for one in found if one.code not in _OF_ALL]

    return find
