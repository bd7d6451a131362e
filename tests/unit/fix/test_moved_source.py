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
        [LOST], URL.source.uri, document(*called), {"api.yaml": [texts]}.__getitem__
    )
    assert found.fix == (replace_text(URL, url) if url else None)
    assert found.help == (f"there is `{url}`, which describes what is called" if url else None)


BANK = "openapi: 3.0.0\npaths: {/accounts/{id}: {get: {operationId: getAccount}}}\n"
SIGN_IN = "arazzo: 1.0.1\nworkflows: [{workflowId: signIn}]\n"


@pytest.mark.parametrize(
    ("source", "called", "tiers", "url"),
    [
        ({}, ["getPet"], [{}, {"new/api.yaml": API}], "new/api.yaml"),
        ({}, ["getPet"], [{"a/api.yaml": API}, {"b/api.yaml": API}], "a/api.yaml"),
        ({}, ["getPet"], [{"a/api.yaml": BANK}, {"b/api.yaml": API}], "b/api.yaml"),
        ({}, ["getPet"], [{"a/api.yaml": API, "c/api.yaml": API}, {"b/api.yaml": API}], None),
        ({"type": "openapi"}, [], [{"a/api.yaml": SIGN_IN}], None),
        ({"type": "arazzo"}, [], [{"a/api.yaml": API}], None),
        ({"type": "asyncapi"}, [], [{"a/api.yaml": "asyncapi: 3.0.0"}], "a/api.yaml"),
        # of several sources, what is called by its source counts
        ({"other": 1}, ["getPet", "getAccount", "getOrder"], [{"a/api.yaml": BANK}], "a/api.yaml"),
        ({"other": 1}, ["getPet", "getOrder"], [{"a/api.yaml": BANK}], None),
        (
            {"other": 1},
            ["getPet", "$sourceDescriptions.api.getAccount"],
            [{"a/api.yaml": BANK}],
            "a/api.yaml",
        ),
        (
            {"other": 1},
            ["getPet", "$sourceDescriptions.api.getAccount"],
            [{"a/api.yaml": API}],
            None,
        ),
        ({"other": 1}, ["$sourceDescriptions.second.x"], [{"a/api.yaml": API}], "a/api.yaml"),
        (
            {},
            [{"operationPath": "{$sourceDescriptions.api.url}#/paths/~1accounts~1{id}/get"}],
            [{"a/api.yaml": BANK}],
            "a/api.yaml",
        ),
        (
            {},
            [{"operationPath": "{$sourceDescriptions.api.url}#/paths/~1accounts~1{id}/get"}],
            [{"a/api.yaml": API}],
            None,
        ),
        (
            {"type": "arazzo"},
            [{"workflowId": "$sourceDescriptions.api.signIn"}, {"workflowId": "other"}],
            [{"a/api.yaml": SIGN_IN}],
            "a/api.yaml",
        ),
    ],
)
def test_the_source_that_is_meant(
    source: dict[str, Any], called: list[Any], tiers: list[dict[str, str]], url: str | None
) -> None:
    data = document()
    others = [{"name": "second", "url": "b.yaml"}] if source.pop("other", None) else []
    data["sourceDescriptions"] = [{**data["sourceDescriptions"][0], **source}, *others]
    steps = [one if isinstance(one, dict) else {"operationId": one} for one in called]
    data["workflows"][0]["steps"] = steps
    (found,) = with_moved_sources([LOST], URL.source.uri, data, {"api.yaml": tiers}.__getitem__)
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


def test_a_document_of_which_nothing_is_known() -> None:
    data = {"workflows": 1, "sourceDescriptions": [{"name": "api", "url": "api.yaml"}]}
    tiers = {"api.yaml": [{"a/api.yaml": API}]}
    (found,) = with_moved_sources([LOST], URL.source.uri, data, tiers.__getitem__)
    assert found.fix == replace_text(URL, "a/api.yaml")
