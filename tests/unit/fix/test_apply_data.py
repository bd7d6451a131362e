"""What a document's data is once edits are made."""

import pytest

from arazzo_runner.fix.apply import edit_data, is_same_data
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import Edit

HERE = Place(SourceFile("w.yaml", "w.yaml", ""))


@pytest.mark.parametrize(
    ("value", "edit", "after"),
    [
        ({"a": "xyz"}, Edit(HERE.at("a"), "b"), {"a": "b"}),
        ({"a": "xyz"}, Edit(HERE.at("a").within(1, 2), "-"), {"a": "x-z"}),
        ({"a": ["x", 1]}, Edit(HERE.at("a", 1), "b"), {"a": ["x", "b"]}),
        ({"a": 1, "b": 2}, Edit(HERE.at("a").key(), "c"), {"c": 1, "b": 2}),
        ({"a": 1, "b": 2}, Edit(HERE.at("a"), None), {"b": 2}),
    ],
)
def test_edits(value, edit, after):
    before = repr(value)
    assert is_same_data(edit_data(value, [edit]), after)
    assert repr(value) == before


def test_the_order_of_members_counts():
    assert not is_same_data({"a": 1, "b": 2}, {"b": 2, "a": 1})
