"""How many checks one value may need: counted where references can ask for endlessly many."""

import pytest

from arazzo_runner.openapi.schema.cost import MAX_CHECKS, check_cost

REFERENCE = {"$ref": "#/$defs/a"}


def schema(more: int) -> dict[str, object]:
    """One for the schema itself, two for each reference and its target, and ``more``."""
    references = [REFERENCE] * ((MAX_CHECKS - 1) // 2)
    return {"$defs": {"a": {"type": "object"}}, "allOf": [*references, *[{}] * more]}


def test_as_many_checks_as_there_may_be() -> None:
    check_cost(schema(1))


def test_one_check_too_many() -> None:
    with pytest.raises(
        ValueError, match="its references need more than 10,000 checks of one value"
    ):
        check_cost(schema(2))


def test_what_is_written_out_is_not_counted() -> None:
    check_cost({"allOf": [{}] * (2 * MAX_CHECKS)})


def test_references_that_double_each_time() -> None:
    chain = {f"s{n}": {"allOf": [{"$ref": f"#/$defs/s{n + 1}"}] * 2} for n in range(60)}
    with pytest.raises(ValueError, match="more than 10,000 checks"):
        check_cost({"$defs": {**chain, "s60": {}}, "$ref": "#/$defs/s0"})
