"""The shop's documents as files, and loaded."""

import json
from pathlib import Path

import pytest

import arazzo_runner as arazzo
from unit.embed.shop import DOCUMENT, SHOP


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The path of the document, with its API description beside it."""
    (tmp_path / "shop.openapi.json").write_text(json.dumps(SHOP), encoding="utf-8")
    path = tmp_path / "shop.arazzo.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


@pytest.fixture
def description(shop: Path) -> arazzo.Description:
    return arazzo.load(shop)
