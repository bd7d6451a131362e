"""What is written reads the same with every reader of YAML, and has no quotes that it can do without."""

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arazzo_runner.generate.yaml_text import WIDTH, Commented, scalar, write_yaml
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import parse
from arazzo_runner.text.source import SourceFile

TEXT = st.text(max_size=40) | st.sampled_from(
    [
        "yes",
        "No",
        "1.0",
        "1.0.1",
        "2026-01-01",
        "1e3",
        "0x1f",
        "~",
        ".5",
        "12:30:00",
        "a: b",
        "a #b",
    ]
)
LEAF = TEXT | st.none() | st.booleans() | st.integers(-(10**9), 10**9)
TREE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(TEXT, TREE, min_size=1, max_size=4))
def test_what_is_written_is_read_back(value: dict[str, object]) -> None:
    text = write_yaml(value)
    assert (
        parse(SourceFile("a.yaml", text, "file:///a.yaml"), DocumentLimits(), Severity.ERROR).value
        == value
    )
    assert yaml.safe_load(text) == value


@pytest.mark.parametrize(
    "text",
    ["$inputs.flowSid", "$statusCode == 201", "1.0.1", "Create a flow.", "GET /pets/{id}", "it's"],
)
def test_what_needs_no_quotes_has_none(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("yes", "'yes'"),
        ("1.0", "'1.0'"),
        ("", '""'),
        ("{$inputs.a}", "'{$inputs.a}'"),
        ("a: 'b'", "\"a: 'b'\""),
        ("two\nlines", '"two\\nlines"'),
        ("\x85", '"\\u0085"'),
    ],
)
def test_quotes(text: str, written: str) -> None:
    assert scalar(text) == written


def test_a_long_text_is_folded() -> None:
    text = " ".join(["word"] * 40)
    written = write_yaml({"a": [{"description": text}]})
    assert written.startswith("a:\n- description: >-\n    word word")
    assert max(map(len, written.splitlines())) <= WIDTH
    assert yaml.safe_load(written) == {"a": [{"description": text}]}


def test_comments_stand_above_what_they_are_about() -> None:
    node = {"a": Commented(1, ("one", "two")), "b": [Commented({"c": 2}, ("three",))]}
    assert write_yaml(node) == "# one\n# two\na: 1\nb:\n# three\n- c: 2\n"
