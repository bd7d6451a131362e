"""API descriptions made from plain data, and the operations in them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from arazzo_runner.errors import DiagnosedError, DocumentError
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.lookup import all_operations, find_by_pointer
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import SourceFile, pointer_text

URI = "https://api.example.com/specs/openapi.json"


def source_of(raw: Any, uri: str = URI) -> SourceFile:
    return SourceFile(uri.rpartition("/")[2], json.dumps(raw, ensure_ascii=False), uri)


@pytest.fixture
def describe() -> Callable[..., ApiDescription]:
    """Read a description; further documents are given by URI."""

    def read(raw: Any, documents: dict[str, Any] | None = None, uri: str = URI) -> ApiDescription:
        def load(wanted: str, asking: str) -> tuple[SourceFile, Any]:
            if documents is None or wanted not in documents:
                raise DocumentError(error("AZ214", f"`{wanted}` is not there"))
            return source_of(documents[wanted], wanted), documents[wanted]

        return read_description(source_of(raw, uri), raw, load if documents is not None else None)

    return read


@pytest.fixture
def api(describe: Callable[..., ApiDescription]) -> Callable[..., ApiDescription]:
    """Read a description of some version with these members."""

    def read(version: str = "3.1.0", documents: Any = None, **members: Any) -> ApiDescription:
        field = "swagger" if version == "2.0" else "openapi"
        head = {field: version, "info": {"title": "T", "version": "1"}}
        return describe({**head, "paths": {}, **members}, documents)

    return read


@pytest.fixture
def operation(api: Callable[..., ApiDescription]) -> Callable[..., Operation]:
    """Build the one operation of a description: its members, and those of the root."""

    def build(
        members: dict[str, Any] | None = None,
        path: str = "/pets",
        method: str = "get",
        version: str = "3.1.0",
        **root: Any,
    ) -> Operation:
        description = api(version, **{"paths": {path: {method: members or {}}}, **root})
        found = find_by_pointer(description, ("paths", path, method))
        assert found is not None
        return found

    return build


@pytest.fixture
def only_operation() -> Callable[[ApiDescription], Operation]:
    """Build the first operation of a description."""

    def build(description: ApiDescription) -> Operation:
        method, path, _ = next(all_operations(description))
        found = find_by_pointer(description, ("paths", path, method.lower()))
        assert found is not None
        return found

    return build


@pytest.fixture
def failure() -> Callable[..., tuple[str, str, str | None, str]]:
    """Call, and return the one finding that is raised: code, message, help, pointer."""

    def call(function: Callable[..., Any], *args: Any) -> tuple[str, str, str | None, str]:
        with pytest.raises(DiagnosedError) as raised:
            function(*args)
        (one,) = raised.value.diagnostics
        pointer = pointer_text(one.place.pointer) if one.place else ""
        return one.code, one.message, one.help, pointer

    return call
