import pytest

from arazzo_runner.document.node import Node, ReadContext
from arazzo_runner.document.values import read_dynamic
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    InputRef,
    MalformedExpression,
    ObjectTemplate,
    Selector,
    SelectorType,
    Template,
)
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.text.source import SourceFile


@pytest.fixture
def reading():
    return ReadContext(SourceFile("t.yaml", "", "file:///t.yaml"), (1, 1))


def test_semantics_15_expressions_are_found_at_any_depth(reading):
    value = {"a": [{"b": ["$inputs.x", {"c": "{$inputs.y}!"}]}, 1], "d": {"e": None}}
    found = read_dynamic(Node(value, (), reading))
    assert isinstance(found, ObjectTemplate)
    (_, a), (_, d) = found.members
    assert d == Constant({"e": None})
    assert isinstance(a, ArrayTemplate)
    assert a.items[1] == Constant(1)
    ((_, b),) = a.items[0].members
    assert isinstance(b.items[0], InputRef)
    assert isinstance(b.items[1].members[0][1], Template)
    assert reading.findings == []


def test_semantics_15_keys_are_never_expressions(reading):
    value = {"$inputs.x": 1, "{$inputs.y}": 2}
    assert read_dynamic(Node(value, (), reading)) == Constant(value)


def test_a_constant_tree_shares_the_data_of_the_document(reading):
    value = {"a": [1, {"b": "$"}], "c": "text"}
    found = read_dynamic(Node(value, (), reading))
    assert isinstance(found, Constant)
    assert found.value is value


def test_a_finding_in_a_tree_has_its_place(reading):
    found = read_dynamic(Node({"a": [{"b": "$inputs."}]}, ("payload",), reading))
    assert isinstance(found.members[0][1].items[0].members[0][1], MalformedExpression)
    assert reading.findings[0].place.pointer == ("payload", "a", 0, "b")


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("jsonpath", SelectorType("jsonpath", "rfc9535")),
        ("xpath", SelectorType("xpath", "xpath-31")),
        ("jsonpointer", SelectorType("jsonpointer", "rfc6901")),
        ({"type": "xpath", "version": "xpath-20"}, SelectorType("xpath", "xpath-20")),
        ({"type": "jsonpointer", "version": "rfc6901"}, SelectorType("jsonpointer", "rfc6901")),
    ],
)
def test_selectors_are_recognized(reading, kind, read):
    value = {"context": "$inputs.x", "selector": "a{$inputs.y}", "type": kind}
    found = read_dynamic(Node([value], (), reading)).items[0]
    assert isinstance(found, Selector)
    assert isinstance(found.context, InputRef)
    assert isinstance(found.selector, Template)
    assert found.type == read


@pytest.mark.parametrize(
    "value",
    [
        {"context": "text", "selector": "$.a", "type": "jsonpath"},
        {"context": "$inputs.x", "selector": "$.a", "type": "banner"},
        {"context": "$inputs.x", "selector": "$.a", "type": {"kind": "jsonpath"}},
        {"context": "$inputs.x", "selector": 1, "type": "jsonpath"},
        {"context": "$inputs.x", "selector": "$.a"},
        {"context": "$inputs.x", "selector": "$.a", "type": "jsonpath", "more": 1},
    ],
)
def test_other_objects_with_such_keys_are_data(reading, value):
    assert isinstance(read_dynamic(Node(value, (), reading)), ObjectTemplate | Constant)
    assert reading.findings == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"context": "$inputs.", "selector": "$.a", "type": "jsonpath"}, "AZ117"),
        ({"context": "$inputs.x", "selector": "{$inputs.}", "type": "jsonpath"}, "AZ117"),
        ({"context": "$inputs.x", "selector": "a", "type": {"type": "xpath", "version": "9"}}, "AZ113"),
    ],
)  # fmt: skip
def test_what_a_selector_gets_wrong(reading, value, code):
    read_dynamic(Node(value, (), reading))
    assert [one.code for one in reading.findings] == [code]


def test_a_long_malformed_text_is_cut_in_the_message(reading):
    read_dynamic(Node("$inputs." + "!" * 100, (), reading))
    message = reading.findings[0].message
    assert message.startswith("`$inputs." + "!" * 51 + "…` is not an expression")


def test_the_standard_form_is_the_help_where_the_sentence_does_not_have_it(reading):
    read_dynamic(Node("$response.headers.x", (), reading))
    found = reading.findings[0]
    assert "`header`" in found.message or found.help == "write `header`"
