"""Inputs that are generated: each run has its own, unless a seed is set."""

import json

import pytest

import arazzo_runner as arazzo

DOCUMENT = """
arazzo: 1.0.1
info: {title: W, version: '1'}
sourceDescriptions: [{name: api, url: api.json, type: openapi}]
workflows:
  - workflowId: w
    inputs:
      type: object
      required: [name]
      properties:
        name: {type: string, default: x, x-generate: random:12}
        count: {type: integer}
    steps:
      - stepId: s
        operationId: get
        parameters: [{name: q, in: query, value: $inputs.name}]
"""
OPERATION = {
    "operationId": "get",
    "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
    "responses": {"200": {"description": "ok"}},
}
API = {
    "openapi": "3.1.0",
    "info": {"title": "A", "version": "1"},
    "paths": {"/a": {"get": OPERATION}},
}


@pytest.fixture
def document(tmp_path):
    (tmp_path / "api.json").write_text(json.dumps(API), encoding="utf-8")
    path = tmp_path / "w.arazzo.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def inputs_of(runner, document, **inputs):
    result = runner.run(document, "w", inputs=inputs)
    assert result.passed
    return result.workflows[0].inputs


def test_each_run_has_its_own(document) -> None:
    with arazzo.Runner(mock=True, generate={"count": "number:1-9"}) as runner:
        names = {inputs_of(runner, document)["name"] for _ in range(5)}
        assert len(names) == 5
        assert all(len(one) == 12 for one in names)
        assert inputs_of(runner, document, name="mine", count=70) == {"name": "mine", "count": 70}


def test_a_seed_makes_the_same_again(document) -> None:
    found = []
    for seed in (7, 7, 8):
        with arazzo.Runner(mock=True, input_seed=seed) as runner:
            result = runner.run(document, "w")
            assert result.workflows[0].generated == ("name",)
            assert result.workflows[0].seed == seed
            found.append(result.workflows[0].inputs["name"])
    assert found[0] == found[1] != found[2]


def test_an_input_that_there_is_not(document) -> None:
    with (
        arazzo.Runner(mock=True, generate={"nmae": "uuid"}) as runner,
        pytest.raises(arazzo.UsageError, match=r"`generate` names `nmae`.*\n.*`name`"),
    ):
        runner.run(document, "w")


def test_what_does_not_fit_is_refused_like_any_input(document) -> None:
    with (
        arazzo.Runner(mock=True, generate={"count": "choice:a|b"}) as runner,
        pytest.raises(arazzo.InputError, match="count"),
    ):
        runner.run(document, "w")


@pytest.mark.parametrize("kind", ["choice:3|4", "timestamp"])
def test_what_spells_a_number_is_one(document, kind) -> None:
    with arazzo.Runner(mock=True, generate={"count": kind, "name": "timestamp"}) as runner:
        inputs = inputs_of(runner, document)
    assert isinstance(inputs["count"], int)
    assert inputs["name"].isdecimal()
