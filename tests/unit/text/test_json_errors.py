"""The sentence for each mistake in JSON, and the place that it points to."""

import json

import pytest

from arazzo_runner.text.json_errors import explain_json
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import SourceFile

MISTAKES = [
    ('{"a" 1}', "1:6", "the `:` after a key is missing"),
    ('{"a": 1 "b": 2}', "1:9", "a comma or a closing bracket is missing"),
    ('{"a": [1, 2', "1:7", "this `[` is not closed"),
    ('{"a": [1, 2}', "1:12", "`}` cannot close a `[`"),
    ('{"a": {"b": 2', "1:7", "this `{` is not closed"),
    ("{a: 1}", "1:2", "a key in double quotes is expected here"),
    ("{'a': 1}", "1:2", "JSON strings use double quotes only"),
    ('{"a": }', "1:7", "a value is missing here"),
    ('{"a": 1,}', "1:8", "a comma before a closing bracket is not allowed"),
    ("[1,\n]", "1:3", "a comma before a closing bracket is not allowed"),
    ('{"a": "b', "1:7", "this string is not closed"),
    (
        '{"a": "b\nc"}',
        "1:9",
        "a line break or another control character is not allowed in a string",
    ),
    (r'{"a": "\d"}', "1:8", "this is not a JSON escape"),
    (r'{"a\d": 1}', "1:4", "this is not a JSON escape"),
    (r'["\u12"]', "1:4", "this is not a JSON escape"),
    ('{"a": 1} x', "1:10", "something follows after the end of the document"),
    ('{"a": 1}}', "1:9", "something follows after the end of the document"),
    ('{\n  // no\n  "a": 1}', "2:3", "JSON has no comments"),
    ('{"a": 1 /* no */}', "1:9", "JSON has no comments"),
    ('{"a": True}', "1:7", "`True` is not a JSON value"),
    ('{"a": undefined}', "1:7", "`undefined` is not a JSON value"),
]


@pytest.mark.parametrize(("text", "at", "message"), MISTAKES)
def test_a_mistake_is_told_where_it_can_be_mended(read, text, at, message):
    found = read.refusal(text, "a.json")
    span = locate_place(found.place)
    assert (found.code, found.message, f"{span.line}:{span.column}") == ("AZ103", message, at)
    assert found.help


def test_text_that_is_not_called_json_may_be_a_yaml_flow_mapping(read):
    assert read.value("{a: 1, # note\n}") == {"a": 1}
    assert read.refusal("{a: 1, # note\n}", "A.JSON").code == "AZ103"


def test_text_called_json_that_begins_otherwise_is_yaml(read):
    assert read.value("a: 1", "a.json") == {"a": 1}


def test_a_problem_of_no_known_kind_keeps_the_words_of_the_parser():
    reason = json.JSONDecodeError("Something new", "[1]", 1)
    found = explain_json(SourceFile("a.json", "[1]", ""), reason)
    assert found.message == "the JSON is malformed: Something new"
