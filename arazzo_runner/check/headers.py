"""AZ311: response headers that are read and not documented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from arazzo_runner.check.outcomes import ResponseOutcome
from arazzo_runner.check.reading import reads_of
from arazzo_runner.check.view import StepContext
from arazzo_runner.expression.ast import HeaderRef
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, warning
from arazzo_runner.text.suggested_fix import guess_known

# What servers and those between send without anybody documenting it (RFC 9110, 6265, 8288).
_COMMON_RESPONSE_HEADERS: Final = frozenset(
    {
        "accept-ranges", "age", "allow", "cache-control", "connection", "content-disposition",
        "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type", "date", "etag", "expires", "last-modified", "link",
        "location", "pragma", "retry-after", "server", "set-cookie", "strict-transport-security",
        "transfer-encoding", "vary", "via", "www-authenticate", "x-correlation-id", "x-request-id",
    }
)  # fmt: skip


def header_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ311, where the responses document headers at all."""
    for read in reads_of(view):
        match read.expression:
            case HeaderRef(message="response", name=name) if (
                name.lower() not in _COMMON_RESPONSE_HEADERS
            ):
                documented = _documented_headers(read.also or read.when)
            case _:
                continue
        if documented and name.lower() not in (one.lower() for one in documented):
            message = f"{view.called} documents no response header `{name}`"
            listed = ", ".join(f"`{one}`" for one in documented)
            help_line = did_you_mean(name, documented) or f"documented: {listed}"
            fix = guess_known(read.place, name, documented)
            yield warning("AZ311", message, read.place, "not documented", help_line, fix)


def _documented_headers(when: Iterable[ResponseOutcome]) -> list[str]:
    names = (header.name for one in when for header in one.response.headers)
    return list(dict.fromkeys(names))
