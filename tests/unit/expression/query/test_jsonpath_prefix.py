"""The beginning of a JSONPath."""

import pytest

from arazzo_runner.expression.query.jsonpath_prefix import leading_tokens


@pytest.mark.parametrize(
    ("path", "tokens"),
    [
        ("$.a[0]['b']", ("a", 0, "b")),
        ("$.a[*][-1].b", ("a", None, None, "b")),
        ("$[9007199254740991]", (9007199254740991,)),
        # RFC 9535, section 2.1: an index is within the integers that JSON is exact for.
        ("$.a[" + "9" * 9_000 + "]", ("a",)),
        ("a", ()),
    ],
)
def test_it_ends_where_more_than_one_way_goes_on(path, tokens):
    assert leading_tokens(path) == tokens
