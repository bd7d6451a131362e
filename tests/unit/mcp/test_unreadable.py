"""What is said of lines that are no message."""

import pytest

from arazzo_runner.mcp.unreadable import unreadable_error


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"jsonrpc": "2.0", "id": 1, "method": "ping"}', None),
        ('{"jsonrpc": "2.0", "method": "ping"}', None),
        (" \r", None),
        ("{", (None, -32700)),
        (f"{'[' * 500_000}{']' * 500_000}", (None, -32700)),
        (f'{{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"9" * 5_000}}}', (None, -32700)),
        (r'{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": {"a": "\ud83d"}}', (7, -32700)),
        (r'{"jsonrpc": "2.0", "id": "a", "method": "\ud83d"}', ("a", -32700)),
        (r'{"jsonrpc": "2.0", "id": "\ud83d", "method": "ping"}', (None, -32700)),
        ("[]", (None, -32600)),
        ('{"id": 3, "method": "ping"}', (3, -32600)),
        ('{"id": [3], "method": "ping"}', (None, -32600)),
        ('{"id": true, "method": "ping"}', (None, -32600)),
        ('{"method": 3}', None),
        ('{"jsonrpc": "2.0", "id": 3, "result": 3}', None),
    ],
)  # fmt: skip
def test_a_line_that_wants_an_answer_has_one(line: str, told: tuple | None) -> None:
    error = unreadable_error(line)
    assert (error and (error.id, error.error.code)) == told
