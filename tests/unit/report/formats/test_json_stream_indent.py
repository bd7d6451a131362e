import json

import pytest

from arazzo_runner.report.formats.json_stream import indent_json, indent_json_text


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": [], "c": {}, "d": [1, 2.5, None, True, "x\n\u202e€\x00"], "e": [{"f": 10**50}]},
        "text",
        [[], {}],
        {"\ud800": "half a pair €", "n": [1]},
        nested(600),
    ],
    ids=lambda value: str(value)[:10],
)  # fmt: skip
def test_is_what_the_standard_library_writes(value):
    assert indent_json(value) == json.dumps(value, indent=2)
    assert indent_json_text(value) == json.dumps(value, indent=2, ensure_ascii=False)
