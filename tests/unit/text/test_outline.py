"""The extents of a JSON text in one go: those that the walk by tokens finds, or none at all."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arazzo_runner.text.outline import NotJson, Outline, json_extents, walk_json
from arazzo_runner.text.source import Extent

DEEPEST = 1_000


def walked(text: str) -> list:
    outline = Outline()
    for _ in walk_json(text, outline):
        pass
    return list(outline.extents)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab/~ é{"), inner),
    max_leaves=20,
)


@settings(deadline=None, max_examples=200)
@given(st.lists(values) | st.dictionaries(st.text("ab[]"), values), st.sampled_from([None, 1]))
def test_extents_are_those_of_the_walk(value, indent):
    text = json.dumps(value, indent=indent)
    try:
        found = list(json_extents(text, DEEPEST))
    except NotJson:  # a name that is written with an escape
        assert "\\u" in text
    else:
        assert found == walked(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a" : 1, "b":[-1.5e3, {"c": "\\"]"}],\n"d":{}}', "[]", " {} ", "[NaN, -Infinity, null]",
        '{"a": 1, "a": [2]}', '[["a" "b"]]', "[,1,]",
    ],
)  # fmt: skip
def test_what_separates_values_tells_nothing(text):
    assert list(json_extents(text, DEEPEST)) == walked(text)


@pytest.mark.parametrize(
    "text",
    [
        "{", '{"a": ', "[1", "]", "{1: 2}", '{"a"}', "[a]", "{a: 1}", '["a": 1]', "[1] 2", "[] []",
        "1 2", '{"a":: true}', '{"a": b}', '{"\\u0061": 1}', '{"a": "b}',
    ],
)  # fmt: skip
def test_what_the_walk_has_to_look_at_is_left_to_it(text):
    with pytest.raises(NotJson):
        json_extents(text, DEEPEST)


def test_a_value_that_stands_alone_has_an_extent():
    assert list(json_extents(" true", DEEPEST)) == [((), Extent(1, 5))]


def test_depth_is_bounded():
    text = "[" * 3 + "]" * 3
    assert list(json_extents(text, 3)) == walked(text)
    with pytest.raises(NotJson):
        json_extents(text, 2)
