"""How many checks one value may need: counted where references can ask for endlessly many."""

import pytest

from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.cost import MAX_CHECKS, check_cost, check_work, widest

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


BRANCHES = [{"required": ["k"], "properties": {"k": {"const": at}}} for at in range(100)]
WIDE = {"items": {"anyOf": BRANCHES}}
LOOP = {"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}


@pytest.mark.parametrize(
    ("schema", "checks"),
    [({}, 1), (True, 1), (WIDE, 101), ({"properties": {"a": WIDE}}, 101), (LOOP, 2)],
)
def test_the_part_that_most_is_asked_of(schema: object, checks: int) -> None:
    assert widest(schema) == checks


def test_a_schema_that_takes_long_to_count_is_as_wide_as_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("arazzo_runner.openapi.schema.cost._MOST_COUNTED", 3)
    assert widest(WIDE) == MAX_CHECKS


@pytest.mark.parametrize(("items", "is_much"), [(40, False), (41, True)])
def test_the_work_for_one_value(items: int, is_much: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    # For the list, and for each item with its member.
    monkeypatch.setattr("arazzo_runner.openapi.schema.cost.MAX_WORK", 1 + 40 * (101 + 100))
    value = [{"k": 1}] * items
    if is_much:
        with pytest.raises(ValueError, match="needs more than 8,041 checks of this value"):
            check_work(value, WIDE, widest(WIDE))
    else:
        check_work(value, WIDE, widest(WIDE))
    check_work(value * 100, {"items": {}}, 1)  # not wide: never counted
    check_work([], WIDE, widest(WIDE))


def test_a_large_value_that_is_too_much_work_is_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judge = schema_validator(WIDE)
    value = [{"k": 1}] * 5_000
    assert judge.is_valid(value)
    assert judge.is_valid(value)
    monkeypatch.setattr("arazzo_runner.openapi.schema.cost.MAX_WORK", 1_000)
    with pytest.raises(ValueError, match="more than 1,000 checks of this value"):
        judge.is_valid(value)
    assert judge.is_valid(value[:10])
