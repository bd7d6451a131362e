"""Documents that are offered, as files."""

from pathlib import Path

import pytest

from arazzo_runner.embed.documents import access_for, load_limits
from arazzo_runner.portal.documents import OfferedDocuments, read_documents
from unit.portal.shop import FLOW, SHOP, Call, Offer, caller


@pytest.fixture
def offer(tmp_path: Path) -> Offer:
    """Offers documents by the names and texts of their files; the shop and its workflow."""

    def offer(*named: str, **files: str) -> OfferedDocuments:
        texts = {"shop.openapi.yaml": SHOP, "flow.arazzo.yaml": FLOW, **files}
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        documents = [str(tmp_path / one) for one in named or ("flow.arazzo.yaml",)]
        return read_documents(access_for({}), documents, {}, load_limits({}))

    return offer


@pytest.fixture
def call(offer: Offer) -> Call:
    """Calls the tools of the shop."""
    return caller(offer())
