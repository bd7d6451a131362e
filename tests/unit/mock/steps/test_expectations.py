"""What steps expect is worked out once for a plan, and said anew where runs differ."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

import arazzo_runner as arazzo
from arazzo_runner.executor.plan import Plan
from arazzo_runner.mock.steps.expectations import expectations_of
from arazzo_runner.mock.steps.flow import value_flow
from arazzo_runner.pipeline.run import prepare_run
from unit.embed.shop import DOCUMENT, SHOP


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    (tmp_path / "shop.openapi.json").write_text(json.dumps(SHOP), encoding="utf-8")
    path = tmp_path / "shop.arazzo.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return prepare_run(arazzo.load(path), {"name": "cup"}).plan


def test_cases_are_those_of_the_run(plan: Plan) -> None:
    flow = value_flow(plan)
    without = expectations_of(plan, flow, {})
    names = list(without)
    assert {one.case for one in without.values()} == {""}
    for cases in ({names[0]: "404"}, {names[0].rpartition("/")[2]: "404"}):
        found = expectations_of(plan, flow, cases)
        assert {name: one.case for name, one in found.items()} == {
            name: "404" if name == names[0] else "" for name in names
        }
    assert expectations_of(plan, flow, {}) == without


def test_the_flow_is_that_of_the_plan_with_its_inputs(plan: Plan) -> None:
    first = value_flow(plan)
    other = replace(plan, own_inputs={plan.selected[0]: {"name": "cup"}})
    assert value_flow(other).plan is other
    assert value_flow(other).inputs is first.inputs
    assert value_flow(plan).plan is plan
