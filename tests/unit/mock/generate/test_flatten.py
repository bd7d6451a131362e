import pytest

from arazzo_runner.mock.generate.flatten import merge_keyword

A, B, C = {"type": "string"}, {"minLength": 1}, {"maxLength": 9}
MERGED = [
    ("minimum", [1, 3, 2], 3),
    ("maxLength", [5, 3, 4], 3),
    ("required", [["a", "b"], ["b", "c"], ["a"]], ["a", "b", "c"]),
    ("enum", [["a", 1, "b", None], ["b", "a", 1.0], [1, "b", {}]], [1, "b"]),
    ("type", [["string", "number"], ["integer", "string"], "integer"], ["integer"]),
    ("items", [A, A, A], A),
    ("items", [A, B, A, C], {"allOf": [A, B, C]}),
    ("not", [A, B, C], {"anyOf": [A, B, C]}),
    ("title", ["a", "b"], "a"),
    ("example", [1, 2], 1),
    ("pattern", ["^a", "^b"], "^a"),
    ("properties", [{"a": A}, {"a": A, "b": B}, {"b": C}], {"b": {"allOf": [B, C]}, "a": A}),
]


@pytest.mark.parametrize(("keyword", "stated", "merged"), MERGED)
def test_a_keyword_of_many_parts_is_what_satisfies_all_of_them(keyword, stated, merged) -> None:
    assert merge_keyword(keyword, stated) == merged


def test_members_of_the_last_part_come_first() -> None:
    assert list(merge_keyword("properties", [{"a": A}, {"b": A}, {"c": A, "a": B}])) == [
        *("c", "a", "b")
    ]
