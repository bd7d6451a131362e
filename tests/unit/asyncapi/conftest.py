"""AsyncAPI descriptions made from plain data."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from arazzo_runner.asyncapi.description import read_async_description
from arazzo_runner.asyncapi.model import AsyncApiDescription
from arazzo_runner.errors import DiagnosedError, DocumentError
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import SourceFile, pointer_text

URI = "https://events.example.com/specs/events.json"


def source_of(raw: Any, uri: str = URI) -> SourceFile:
    return SourceFile(uri.rpartition("/")[2], json.dumps(raw), uri)


@pytest.fixture
def events() -> Callable[..., AsyncApiDescription]:
    """Read a description of some version with these members; further documents by URI."""

    def read(
        version: str = "3.0.0", documents: dict[str, Any] | None = None, **members: Any
    ) -> AsyncApiDescription:
        def load(wanted: str, asking: str) -> tuple[SourceFile, Any]:
            if documents is None or wanted not in documents:
                raise DocumentError(error("AZ214", f"`{wanted}` is not there"))
            return source_of(documents[wanted], wanted), documents[wanted]

        raw = {"asyncapi": version, "info": {"title": "T", "version": "1"}, **members}
        return read_async_description(source_of(raw), raw, load)

    return read


def said(error_: DiagnosedError) -> tuple[str, str, str]:
    """The code, the place and the sentence of the first diagnostic."""
    first = error_.diagnostics[0]
    place = pointer_text(first.place.pointer) if first.place else ""
    return first.code, place, first.message
