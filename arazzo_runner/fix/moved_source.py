"""AZ201: a source description that is no longer where the document says, and has one other place.

Where that may be is for the caller to find out: this room reads no files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.fix.spelling import value_at
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import replace_text

_QUALIFIED: Final = "$sourceDescriptions."


def with_moved_sources(
    findings: Iterable[Diagnostic],
    uri: str,
    document: Value,
    candidates: Callable[[str], Mapping[str, str]],
) -> Iterator[Diagnostic]:
    """The findings, those about moved sources with a fix where one candidate serves.

    ``document`` is the data of the document at ``uri``; findings about others stay as they are.
    ``candidates`` gives the files that may be meant by a ``url``: their texts, by what to write
    instead of it. One serves that has at least half of the operations that the document calls.
    """
    called = [one.casefold() for one in _operation_ids(document)]
    for found in findings:
        place = found.place
        if found.code != "AZ201" or place is None or not _is_url(place, uri):
            yield found
            continue
        texts = candidates(value_at(document, place.pointer))
        serving = [url for url, text in texts.items() if _has_operations(text.casefold(), called)]
        yield replace(found, fix=replace_text(place, serving[0])) if len(serving) == 1 else found


def _is_url(place: Place, uri: str) -> bool:
    return place.source.uri == uri and place.pointer[-1:] == ("url",)


def _has_operations(text: str, called: list[str]) -> bool:
    if "openapi" not in text and "swagger" not in text and "arazzo" not in text:
        return False
    return 2 * sum(one in text for one in called) >= len(called)


def _operation_ids(document: Value) -> Iterator[str]:
    """The operationIds in a document, of which nothing is known but that it is data."""
    match document:
        case {"workflows": list(workflows)}:
            steps = [one.get("steps") for one in workflows if isinstance(one, dict)]
            for step in (step for some in steps if isinstance(some, list) for step in some):
                match step:
                    case {"operationId": str(name)}:
                        yield name.rpartition(".")[2] if name.startswith(_QUALIFIED) else name
                    case _:
                        continue
        case _:
            return
