"""User information is masked wherever something like a URL is typed."""

import pytest

from arazzo_runner.http_semantics.user_information import without_logins


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("u:pass@127.0.0.1:1", "***@127.0.0.1:1"),
        ("`u:p@ss@host`", "`***@host`"),
        ("`api=u:pass@host/x`", "`api=***@host/x`"),
        ("http//u:pass@[::1]", "http//***@[::1]"),
        ("http://u:pass@host", "http://***@host"),
        ("write to mailto:me@example.com", "write to mailto:me@example.com"),
        ("me@example.com", "me@example.com"),
        ("at 10:30 @ room", "at 10:30 @ room"),
        ("no login", "no login"),
    ],
)
def test_logins(text: str, shown: str) -> None:
    assert without_logins(text) == shown
