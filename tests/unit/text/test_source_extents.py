"""The packed index of positions: values by their pointers, however many there are around them."""

import json

import pytest

from arazzo_runner.text.outline import json_extents
from arazzo_runner.text.source import Extent, Extents

MANY = {f"k{number}": [number] for number in range(100)}
TEXT = json.dumps({"few": {"a": [1, 2], "b": {}, "0": True}, "many": MANY, "list": [*range(100)]})


@pytest.mark.parametrize(
    ("pointer", "spelled"),
    [
        ((), TEXT),
        (("few", "a", 1), "2"),
        (("few", "b"), "{}"),
        (("few", "0"), "true"),
        (("few", 0), None),
        (("few", "a", 2), None),
        (("few", "a", 1, "x"), None),
        (("many", "k99", 0), "99"),
        (("many", "k99", 1), None),
        (("many", "k100"), None),
        (("many", "few"), None),
        (("list", 99), "99"),
        (("list", "99"), None),
        (("list", 100, 0), None),
    ],
)
def test_values_by_their_pointers(pointer, spelled):
    extents = json_extents(TEXT, 10)
    index = extents.index(pointer)
    if index is None:
        assert spelled is None
    else:
        extent = extents.extent(index)
        assert TEXT[extent.start : extent.end] == spelled


def test_all_values_with_their_keys():
    text = '{"a": [1, {}], "b": "c"}'
    assert list(json_extents(text, 10)) == [
        ((), Extent(0, 24)),
        (("a",), Extent(6, 13, (1, 4))),
        (("a", 0), Extent(7, 8)),
        (("a", 1), Extent(10, 12)),
        (("b",), Extent(20, 23, (15, 18))),
    ]


@pytest.mark.parametrize("size", [1, 100])
def test_of_equal_keys_the_last_counts(size):
    text = f'{{"a": {{"gone": 1}}, "a": [{", ".join(["7"] * size)}]}}'
    extents = json_extents(text, 10)
    assert extents.index(("a", "gone")) is None
    assert extents.index(("a",)) == 3
    assert extents.index(("a", size - 1)) == 3 + size


def test_what_has_members():
    extents = json_extents('{"a": [], "b": [1]}', 10)
    assert [extents.has_members(index) for index in range(4)] == [True, False, True, False]


def test_an_alias_is_written_at_its_anchor():
    extents = Extents()
    first = extents.add("a", 0, 1, None)
    alias = extents.add("b", 2, 3, (4, 5))
    extents.add_alias(alias, first)
    assert (extents.definition(first), extents.definition(alias)) == (first, first)
    assert extents.extent(alias) == Extent(2, 3, (4, 5), first)


def test_equal_names_are_kept_once():
    extents = json_extents(json.dumps([{"name" * 9: 1}, {"name" * 9: 2}]), 10)
    names = [pointer[1] for pointer, _ in extents if len(pointer) == 2]
    assert names[0] is names[1]
