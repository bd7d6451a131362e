from hashlib import sha256

import pytest

from arazzo_runner.report import model
from arazzo_runner.report.model import source_hash


@pytest.mark.parametrize("large", [2, 2**20])
def test_the_hash_of_a_source_is_that_of_its_text_in_utf_8(monkeypatch, large):
    monkeypatch.setattr(model, "_LARGE", large)
    assert source_hash("schön") == sha256("schön".encode()).hexdigest()
