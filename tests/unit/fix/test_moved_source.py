"""Which file a source description was moved to."""

from typing import Any

import pytest

from arazzo_runner.fix.moved_source import with_moved_sources
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import replace_text

URL = Place(SourceFile("a.yaml", "", "file:///a.yaml"), ("sourceDescriptions", 0, "url"))
LOST = error("AZ201", "lost", URL)
API = "openapi: 3.0.0\npaths: {/pets: {get: {operationId: getPet}}}\n"


def document(*operation_ids: Any) -> Any:
    return {
        "sourceDescriptions": [{"name": "api", "url": "api.yaml"}],
        "workflows": [
            {"steps": [{"operationId": one} for one in operation_ids]},
            "no workflow",
            {},
        ],
    }


@pytest.mark.parametrize(
    ("texts", "called", "url"),
    [
        ({"new/api.yaml": API}, ["getPet"], "new/api.yaml"),
        ({"new/api.yaml": API}, ["GETPET"], "new/api.yaml"),
        ({"new/api.yaml": API}, [], "new/api.yaml"),
        ({"new/api.yaml": API}, ["$sourceDescriptions.api.getPet", "getOrder"], "new/api.yaml"),
        ({"new/api.yaml": API, "x.yaml": "swagger: '2.0'"}, ["getPet", 1], "new/api.yaml"),
        ({"new/api.yaml": API}, ["getOrder", "getPet", "addOrder"], None),
        ({"new/api.yaml": API, "old/api.yaml": API}, ["getPet"], None),
        ({"new/api.yaml": "getPet"}, ["getPet"], None),
        ({}, ["getPet"], None),
    ],
)
def test_candidates(texts: dict[str, str], called: list[Any], url: str | None) -> None:
    (found,) = with_moved_sources(
        [LOST], URL.source.uri, document(*called), {"api.yaml": texts}.__getitem__
    )
    assert found.fix == (replace_text(URL, url) if url else None)


@pytest.mark.parametrize(
    "other",
    [
        error("AZ202", "no", URL),
        error("AZ201", "no"),
        error("AZ201", "no", Place(URL.source)),
        error("AZ201", "no", Place(SourceFile("b.yaml", "", "file:///b.yaml"), URL.pointer)),
    ],
)
def test_other_findings_stay_as_they_are(other: Any) -> None:
    assert list(with_moved_sources([other], URL.source.uri, {"workflows": 1}, {}.__getitem__)) == [
        other
    ]
