"""Redirects that were followed, as reports show and count them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from msgspec import Struct

from arazzo_runner.executor.result import Attempt
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

_STATUSES: Final = frozenset({301, 302, 303, 307, 308})


class Redirect(Struct, frozen=True):
    """A redirect: the status that asked for it, and the request that followed it."""

    status: int
    request: HttpRequest


def redirect_location(response: HttpResponse) -> str | None:
    """Where a response leads; None where it is no redirect."""
    return response.header("Location") if response.status in _STATUSES else None


def followed_redirects(attempt: Attempt) -> Iterator[Redirect]:
    """The redirects of an attempt that were followed, in order."""
    for one, following in pairwise(attempt.exchanges):
        if one.response is not None and redirect_location(one.response) is not None:
            yield Redirect(one.response.status, following.request)
