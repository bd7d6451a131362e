"""The schemes that `arazzo auth` lists of several API descriptions."""

import json

import pytest

import arazzo_runner as arazzo
from arazzo_runner.auth.sources import CredentialStores
from arazzo_runner.auth.status import NamedStores, scheme_statuses
from arazzo_runner.pipeline import run as pipeline

DOCUMENT = """
arazzo: 1.0.1
info: {title: Two, version: "1"}
sourceDescriptions:
- {name: shop, url: shop.json, type: openapi}
- {name: bank, url: bank.json, type: openapi}
workflows:
- workflowId: w
  steps:
  - {stepId: buy, operationId: $sourceDescriptions.shop.buy}
  - {stepId: pay, operationId: $sourceDescriptions.bank.pay}
"""
BASIC = {"type": "http", "scheme": "basic"}


def api(operation, scheme):
    get = {"operationId": operation, "responses": {"200": {"description": "ok"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": operation, "version": "1"},
        "servers": [{"url": f"https://{operation}.example"}],
        "paths": {"/a": {"get": {**get, "security": [{scheme: []}]}}},
        "components": {"securitySchemes": {scheme: BASIC}},
    }


@pytest.fixture
def statuses(tmp_path):
    (tmp_path / "shop.json").write_text(json.dumps(api("buy", "customer")))
    (tmp_path / "bank.json").write_text(json.dumps(api("pay", "account")))
    (tmp_path / "w.arazzo.yaml").write_text(DOCUMENT)
    description = arazzo.load(tmp_path / "w.arazzo.yaml")
    selected = pipeline.select_workflows(description, ())
    planned = pipeline.plan_run(description, selected, pipeline.RunConfig(environment={}))
    return scheme_statuses(
        description.units, planned.plan, NamedStores(CredentialStores(), {}, certificate=False)
    )


def test_each_description_has_its_own_schemes_and_steps(statuses):
    listed = [(one.source, one.scheme.name, [use.step_id for use in one.uses]) for one in statuses]
    assert listed == [("shop", "customer", ["buy"]), ("bank", "account", ["pay"])]
