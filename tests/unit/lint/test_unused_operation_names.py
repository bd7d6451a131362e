"""How steps name operations (AZ505, AZ506)."""

import pytest

OTHER = "openapi: 3.1.0\ninfo: {title: O, version: '1'}\npaths: {}\n"
CHILD = """
arazzo: 1.1.0
info: {title: C, version: '1'}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
workflows: [{workflowId: c, steps: [{stepId: a, operationId: list}]}]
"""
BY_PATH = "operationPath: '{$sourceDescriptions.shop.url}#/paths/~1orders/get'"


@pytest.mark.parametrize(
    ("source", "target", "lines"),
    [
        ("type: openapi", "operationId: list", ["AZ505 write `$sourceDescriptions.shop.list`"]),
        ("type: openapi", "operationId: $sourceDescriptions.shop.list", []),
        ("type: openapi", BY_PATH, ["AZ506 write `operationId: $sourceDescriptions.shop.list`"]),
        ("type: arazzo", "operationId: list", []),
    ],
)
def test_names_of_operations(diagnose, source, target, lines):
    text = (
        "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\nsourceDescriptions:\n"
        f"- {{name: shop, url: shop.yaml, type: openapi}}\n- {{name: other, url: other.yaml, {source}}}\n"
        f"workflows: [{{workflowId: w, steps: [{{stepId: a, {target}}}]}}]\n"
    )
    every = diagnose(text, other_yaml=CHILD if "arazzo" in source else OTHER)
    assert [f"{one.code} {one.help}" for one in every if one.code in ("AZ505", "AZ506")] == lines
