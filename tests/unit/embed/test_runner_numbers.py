"""Numbers keep their spelling through a whole run, and through all that is told of it."""

import json
import re

import pytest

import arazzo_runner as arazzo
from arazzo_runner.cli.main import main

API = """
openapi: 3.1.0
info: {title: Prices, version: '1'}
servers: [{url: 'http://prices.example'}]
paths:
  /prices:
    post:
      operationId: price
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [price], properties: {price: {type: number, minimum: 0.50, multipleOf: 0.10}}}}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: object, properties: {net: {type: number, minimum: 5.00}, huge: {type: number}}}
              example: {net: 19.90, huge: 7.50}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: Prices, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: main
  inputs: {type: object, properties: {price: {type: number, minimum: 0.50}}}
  steps:
  - stepId: price
    operationId: price
    requestBody: {payload: {price: $inputs.price, fixed: 2.70}}
    successCriteria: [{condition: $response.body#/net > 19.80}]
    outputs: {net: $response.body#/net, all: $response.body}
  outputs: {net: $steps.price.outputs.net, all: $steps.price.outputs.all}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "workflow.yaml").write_text(DOCUMENT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


REPORTS = ("json", "ndjson", "html", "har", "markdown")


def test_reports_and_recordings(folder, capsys):
    reports = [f"--report={kind}={kind}.out" for kind in REPORTS]
    command = ["run", "workflow.yaml", "--mock", "-i", "price=1.10", "-vv", "--record=r.json"]
    assert main([*command, *reports]) == 0
    printed = capsys.readouterr().out
    texts = {kind: (folder / f"{kind}.out").read_text() for kind in REPORTS}
    texts |= {"recording": (folder / "r.json").read_text(), "console": printed}
    for kind, text in texts.items():
        # Of a run that passes, Markdown tells no values.
        wanted = () if kind == "markdown" else ("19.90", "7.50", "1.10", "2.70")
        assert [one for one in wanted if one not in text] == [], kind
    assert json.loads(texts["json"])["workflows"][0]["outputs"]["net"] == 19.9

    # A duration written by hand is a number like any other.
    text = re.sub(r'"duration": [0-9.e-]+', '"duration": 0.10', texts["recording"])
    (folder / "r.json").write_text(text)
    assert main(["replay", "r.json", "--json"]) == 0
    replayed = capsys.readouterr().out
    assert (replayed.count("19.90") >= 3, "2.70" in replayed) == (True, True)


def test_in_python(folder):
    description = arazzo.load("workflow.yaml")
    result = arazzo.run(description, inputs={"price": 1.5}, mock=True)
    net = result.outputs["net"]
    assert (net == 19.9, isinstance(net, float), str(net), net + 1) == (True, True, "19.90", 20.9)
    # What came out of a run goes into the next as it is.
    again = arazzo.run(description, inputs={"price": net}, mock=True)
    assert b'"price":19.90' in again.steps["price"].attempts[-1].request.body


def answer(_environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"net": 4.90, "huge": 1E400}']


def test_schemas_judge_the_number(folder):
    result = arazzo.run(arazzo.load("workflow.yaml"), inputs={"price": 1.5}, app=answer)
    last = result.steps["price"].attempts[-1]
    assert [one.message for one in last.checks if not one.passed] == [
        "`/net`: 4.90 is less than the minimum of 5.00"
    ]
    assert str(last.body) == "{'net': 4.90, 'huge': 1E400}"
