"""``x-tags`` of a document and its workflows: markers for `-m` and words for `-k`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from arazzo_runner.document.model import ArazzoDocument, Workflow
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Place

NEEDING_ARGUMENTS = frozenset({"filterwarnings", "parametrize", "skipif", "usefixtures"})
"""Markers of pytest itself that mean nothing, or break, without arguments."""


def tags_of(document: ArazzoDocument, workflow: Workflow) -> list[str]:
    """The tags of a workflow and of its document, each once. Raises DocumentError."""
    root = Place(document.source)
    own = document.raw["workflows"][workflow.place.pointer[1]]
    found = [*read_tags(document.raw, "x-tags", root), *read_tags(own, "x-tags", workflow.place)]
    return list(dict.fromkeys(found))


def read_tags(owner: Value, key: str, place: Place) -> Iterator[str]:
    """The tags under a key of an object; one may stand alone. Raises DocumentError."""
    stated = owner.get(key, [])
    for index, tag in enumerate(stated if isinstance(stated, list) else [stated]):
        where = place.at(key, index) if isinstance(stated, list) else place.at(key)
        if not isinstance(tag, str) or not tag.strip():
            message = f"`{key}` has to be a list of words"
            raise DocumentError(error("AZ112", message, where, "", "such as `[smoke, slow]`"))
        if tag.startswith("_") or tag in NEEDING_ARGUMENTS:
            message = f"`{tag}` cannot be a tag: pytest has another use for a marker of that name"
            raise DocumentError(error("AZ113", message, where, "", "choose another word"))
        yield tag.strip()


def add_markers(item: pytest.Item, tags: list[str]) -> None:
    """Put tags on a test as markers, which `--strict-markers` then knows."""
    known = {line.partition(":")[0].strip() for line in item.config.getini("markers")}
    for tag in tags:
        if tag not in known:
            item.config.addinivalue_line("markers", f"{tag}: a tag of Arazzo workflows")
        item.add_marker(tag)
