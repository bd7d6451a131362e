"""Drafts for API descriptions that are written as data: `generate(paths)`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import arazzo_runner as arazzo
from arazzo_runner.generate.draft import Draft, DraftSource
from arazzo_runner.generate.openapi.generate import OpenApiRequest, generate_workflows
from arazzo_runner.generate.verify import DraftReader
from arazzo_runner.generate.writer import write_draft
from arazzo_runner.pipeline.load import LoadLimits
from arazzo_runner.retrieve.access import RetrieveSettings, document_access

Generate = Callable[..., Draft]


@pytest.fixture
def generate(tmp_path: Path) -> Generate:
    """The draft for paths, which has no finding and passes once it is written."""

    def write(paths: dict[str, Any], more: dict[str, Any] | None = None, **request: Any) -> Draft:
        info = {"title": "Things", "version": "1"}
        servers = [{"url": "https://things.example.com"}]
        whole = {
            "openapi": "3.1.0",
            "info": info,
            "servers": servers,
            "paths": paths,
            **(more or {}),
        }
        (tmp_path / "api.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
        document = tmp_path / "out.arazzo.yaml"
        reader = DraftReader(document_access(RetrieveSettings()), document.as_uri(), LoadLimits())
        source = DraftSource("api", "api.yaml")
        asked = OpenApiRequest(source, "api.yaml", **request)
        draft = generate_workflows(asked, reader).draft
        document.write_text(write_draft(draft), encoding="utf-8")
        if draft.workflows:
            assert {one.code for one in arazzo.validate(document)} <= {"AZ507"}
            assert arazzo.run(document, mock=True).passed
        return draft

    return write
