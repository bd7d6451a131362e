"""What a file of requests is, and what of it cannot be used."""

from __future__ import annotations

import json

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.generate.traffic.files import HAR, POSTMAN, read_traffic, traffic_of

REQUESTS: dict[str, object] = {"name": "Old", "order": ["1"], "requests": [{"id": "1"}]}
ENVIRONMENT: dict[str, object] = {"values": [], "_postman_variable_scope": "environment"}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"log": {"entries": []}}, HAR),
        ({"info": {"name": "x"}, "item": []}, POSTMAN),
        ({"openapi": "3.1.0", "info": {}, "item": []}, None),
        ({"openapi": "3.1.0", "requests": 1, "order": 2}, None),
        ([{"log": {"entries": []}}], None),
    ],
)
def test_a_file_is_what_its_members_say(value: object, kind: str | None) -> None:
    assert traffic_of("a.json", json.dumps(value).encode())[0] == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (json.dumps(REQUESTS).encode(), "a Postman collection 1.0, which is not supported"),
        (json.dumps(ENVIRONMENT).encode(), "a Postman environment: it has variables"),
        (b'{"log": {"entries": [{"request": ', "it is not JSON: line 1"),
        (b'{"log": {"entries": ["\xff"]}}', "it is not UTF-8"),
        (b'{"log": {"entries": ' + b"[" * 100_000, "it is nested too deeply"),
        (b'{"log": {"entries": [' + b"1" * 5_000 + b"]}}", "too many digits"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(data: bytes, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        traffic_of("a.json", data)
    assert "`a.json`" in raised.value.diagnostics[0].message
    assert words in raised.value.diagnostics[0].message


def test_what_is_no_file_of_requests_is_refused() -> None:
    with pytest.raises(UsageError, match="is no HAR, recording or Postman collection"):
        read_traffic("a.json", None, {})
