import pytest

from arazzo_runner.http_semantics.headers import header_value


@pytest.mark.parametrize(("name", "value"), [("a", "1, 2"), ("SET-cookie", "x"), ("b", None)])
def test_16_fields_of_one_name(name, value):
    headers = (("A", "1"), ("a", "2"), ("Set-Cookie", "x"), ("set-cookie", "y"))
    assert header_value(headers, name) == value
