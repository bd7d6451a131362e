import pytest

from arazzo_runner.http_semantics.headers import header_value, is_visible_ascii


@pytest.mark.parametrize(("name", "value"), [("a", "1, 2"), ("SET-cookie", "x"), ("b", None)])
def test_16_fields_of_one_name(name, value):
    headers = (("A", "1"), ("a", "2"), ("Set-Cookie", "x"), ("set-cookie", "y"))
    assert header_value(headers, name) == value


@pytest.mark.parametrize(
    ("text", "is_visible"),
    [
        ("", True),
        ("Bearer a-Z_9~ !", True),
        ("a\tb", False),
        ("a\x7f", False),
        ("a\r\nb", False),
        ("ü", False),
        ("\ud800", False),
    ],
)
def test_visible_ascii(text, is_visible):
    assert is_visible_ascii(text) is is_visible
