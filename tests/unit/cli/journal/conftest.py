"""A server that makes things, and the documents about it in a temporary folder."""

import pytest

from unit.cli.journal.things import serve, write_documents


@pytest.fixture
def things(tmp_path):
    with serve() as server:
        write_documents(tmp_path, server.url)
        yield server
