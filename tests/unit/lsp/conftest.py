"""One server for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.lsp.client import Client
from unit.lsp.project import DOCUMENT, NAME, write_project


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("pets"))


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    """A client that has the document open."""
    opened = Client(folder)
    opened.open(NAME, DOCUMENT)
    opened.diagnostics(NAME)
    yield opened
    assert opened.close() == 0
