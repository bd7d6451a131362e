"""AZ201: the fix for a source description that has moved, where there is one other place for it.

The caller finds out where that may be: this room reads no files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.fix.spelling import value_at
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import replace_text

_QUALIFIED: Final = "$sourceDescriptions."
_MARK: Final = _QUALIFIED.casefold()
_OF_TYPE: Final = {"openapi": ("openapi", "swagger"), "asyncapi": ("asyncapi",)}
_ANY: Final = ("openapi", "swagger", "asyncapi", "arazzo")


def with_moved_sources(
    findings: Iterable[Diagnostic],
    uri: str,
    document: Value,
    candidates: Callable[[str], Iterable[Mapping[str, str]]],
) -> Iterator[Diagnostic]:
    """The findings, those about moved sources with a fix where one candidate serves.

    ``document`` is the data of the document at ``uri``; findings about others stay as they are.
    ``candidates`` gives the files that may be meant by a ``url``: their texts, by what to write
    instead of it, the likely ones first. One serves that is of the source's type and has at least
    half of the operations that the document calls in this source.
    """
    for found in findings:
        place = found.place
        if found.code != "AZ201" or place is None or not _is_url(place, uri):
            yield found
            continue
        source = value_at(document, place.pointer[:-1])
        url = _single_file(
            candidates(source["url"]), _MovedSource(source, _operations_called(document, source))
        )
        way_out = f"there is `{url}`, which describes what is called"
        yield replace(found, fix=replace_text(place, url), help=way_out) if url else found


class _MovedSource(Struct, frozen=True):
    """A source description, and what the document calls in it."""

    source: Value
    called: _Called


def _single_file(candidates: Iterable[Mapping[str, str]], wanted: _MovedSource) -> str | None:
    for texts in candidates:
        serving = [url for url, text in texts.items() if _has_operations(text.casefold(), wanted)]
        if serving:
            return serving[0] if len(serving) == 1 else None
    return None


def _is_url(place: Place, uri: str) -> bool:
    return place.source.uri == uri and place.pointer[-1:] == ("url",)


def _has_operations(text: str, wanted: _MovedSource) -> bool:
    kind = wanted.source.get("type")
    words = _OF_TYPE.get(kind, (kind,) if kind else _ANY)
    if not any(one in text for one in words):
        return False
    names, least = wanted.called
    return sum(one in text for one in names) >= least


_Called: TypeAlias = tuple[list[str], float]
"""Names in lower case, and how many of them are in what is meant."""


def _operations_called(document: Value, source: Value) -> _Called:
    """What is called in a source by its name; without such calls, what may be in any source."""
    everything = [one.casefold() for one in _names(document)]
    prefixes = tuple(
        f"{mark}{source['name']}.".casefold() for mark in (_QUALIFIED, "{" + _QUALIFIED)
    )
    own = [_in_source(one) for one in everything if one.startswith(prefixes)]
    if own:
        return own, len(own) / 2
    others = [one for one in everything if not one.startswith((_MARK, "{" + _MARK))]
    is_alone = len(document["sourceDescriptions"]) == 1
    return others, len(others) / 2 if is_alone else min(1, len(others))


def _in_source(name: str) -> str:
    """An id after its source, or the path in an ``operationPath``."""
    _, is_path, pointer = name.partition("#/paths/~1")
    if is_path:
        path, _, _ = pointer.rpartition("/")
        return "/" + path.replace("~1", "/").replace("~0", "~")
    return name.rpartition(".")[2]


def _names(document: Value) -> Iterator[str]:
    """What the steps of a document call, of which nothing is known but that it is data."""
    match document:
        case {"workflows": list(workflows)}:
            steps = [one.get("steps") for one in workflows if isinstance(one, dict)]
            for step in (step for some in steps if isinstance(some, list) for step in some):
                match step:
                    case {"operationId": str(name)} | {"operationPath": str(name)}:
                        yield name
                    case {"workflowId": str(name)} if name.startswith(_QUALIFIED):
                        yield name
                    case _:
                        continue
        case _:
            return
