"""Headers and credentials of a run, as keyword arguments."""

import httpx
import pytest

import arazzo_runner as arazzo
from arazzo_runner.embed.documents import header_texts

API = """openapi: 3.1.0
info: {title: T, version: "1"}
servers: [{url: "https://api.example"}]
paths: {/a: {get: {operationId: a, security: [{key: []}], responses: {"200": {description: A}}}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
"""
DOCUMENT = """arazzo: 1.0.1
info: {title: T, version: "1"}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: w
  steps: [{stepId: s, operationId: a}, {stepId: t, operationId: a, x-credentials: alice}]
"""


@pytest.fixture
def description(tmp_path):
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "w.yaml").write_text(DOCUMENT)
    return arazzo.load(tmp_path / "w.yaml", headers={"X-Docs": "1"})


def sent(description, **options):
    requests = []

    def handle(request):
        requests.append(request)
        return httpx.Response(200)

    arazzo.run(description, transport=httpx.MockTransport(handle), **options)
    return [(one.headers.get("X-Key"), one.headers.get("X-Tenant")) for one in requests]


OWN = {"api": {"key": {"key": "mine"}}}
NAMED = {"alice": {"api": {"key": {"key": "hers"}}}}


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({}, [("mine", None), ("hers", None)]),
        ({"no_auth": ["all"]}, [(None, None), (None, None)]),
        ({"no_auth": ["api.key"]}, [(None, None), (None, None)]),
        ({"headers": {"X-Tenant": "eu"}}, [("mine", "eu"), ("hers", "eu")]),
        ({"headers": {"api": {"X-Tenant": "eu"}}}, [("mine", "eu"), ("hers", "eu")]),
        ({"headers": ["api=X-Tenant=eu"]}, [("mine", "eu"), ("hers", "eu")]),
        ({"headers": {"X-Key": "k"}}, [("k", None), ("k", None)]),
    ],
)
def test_what_is_sent(description, options, headers):
    assert sent(description, credentials=OWN, named_credentials=NAMED, **options) == headers


@pytest.mark.parametrize("name", ["apis", "api.keys"])
def test_names_of_nothing(description, name):
    with pytest.raises(arazzo.UsageError, match=f"`no_auth` names `{name.rpartition('.')[2]}`"):
        sent(description, no_auth=[name])


@pytest.mark.parametrize("given", [["X-Key"], {"Host": "x"}, {"X-Key": "a\nb"}])
def test_headers_that_cannot_be_sent(given):
    with pytest.raises(ValueError, match="header"):
        header_texts(given)
