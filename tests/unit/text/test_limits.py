"""LIMITS: each guard of a document's text at its limit, and one past it."""

import pytest

from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.limits import (
    DESCRIPTION_LIMITS,
    MAX_FINDINGS,
    MAX_TAG_DIRECTIVES,
    first_findings,
    size_finding,
)
from arazzo_runner.text.parse import DocumentLimits
from arazzo_runner.text.positions import locate_place

FORMATS = ["a.yaml", "a.json"]


def test_the_defaults_are_those_of_the_documentation():
    assert DocumentLimits() == DocumentLimits(10 * 2**20, 100, 1_000_000, 1_000)
    assert DESCRIPTION_LIMITS.max_bytes == 32 * 2**20
    assert MAX_FINDINGS == 1_000


def test_a_flag_for_nodes_moves_the_aliases_too():
    assert DocumentLimits().with_nodes(5_000_000).max_aliases == 5_000
    assert DocumentLimits().with_nodes(10).max_aliases == 1_000


@pytest.mark.parametrize("text", ['["' + "a" * 60 + '"]', '["' + "é" * 30 + '"]'])
def test_bytes(read, text):
    assert read.parse(text, max_bytes=64).value == [text[2:-2]]
    found = read.refusal(text, max_bytes=63)
    assert found.code == "AZ109"
    assert found.message == "the document has 64 bytes, and the limit is 63"
    assert "`--max-document-size`" in found.help


def test_bytes_that_were_not_even_read():
    assert size_finding(2_000_000, 1_000_000).place is None


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("closed", ["[[[[%s]]]]", '{"a": [{"b": [%s]}]}'])
def test_depth(read, closed, name):
    read.parse(closed % "1", name, max_depth=4)
    found = read.refusal(closed % "1", name, max_depth=3)
    assert found.code == "AZ109"
    assert found.message == "the document is nested 4 levels deep, and the limit is 3"
    assert "`--max-document-depth`" in found.help
    assert len(found.place.pointer) == 3
    assert locate_place(found.place).column == closed.rindex("[") + 1


@pytest.mark.parametrize("text", ["- - - - 1", "a:\n b:\n  c:\n   d: 1", "? a\n: {b: {c: {d: 1}}}"])
def test_depth_of_yaml_blocks(read, text):
    read.parse(text, max_depth=4)
    assert "4 levels" in read.refusal(text, max_depth=3).message


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("opening", ["[", "[\n", '{"a":'])
def test_ten_thousand_levels_are_refused(read, opening, name):
    assert "101 levels" in read.refusal(opening * 10_000, name).message


@pytest.mark.parametrize("opening", ["- ", "{a: ", "[[a], "])
def test_ten_thousand_levels_of_yaml_do_not_hang(read, opening):
    assert "101 levels" in read.refusal(opening * 10_000).message


def test_brackets_in_strings_have_no_depth(read):
    assert read.parse('["[[[[\\"[["]', "a.json", max_depth=1).value == ['[[[["[[']


def test_depth_counts_what_aliases_stand_for(read):
    text = "a: &a [[1]]\nb: [[*a]]"
    read.parse(text, max_depth=5)
    found = read.refusal(text, max_depth=4)
    assert "5 levels" in found.message
    assert found.place.pointer == ("b", 0, 0)


def test_depth_of_an_anchor_does_not_leak_into_the_next(read):
    text = "a: &a [[[1]]]\nb: &b [1]\nc: [*b]\nd: *a"
    assert read.parse(text, max_depth=4).value["c"] == [[1]]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", ["[1, 2, 3, 4]", '{"a": 1, "b": 2}', '[[], {}, "x", "[,:"]'])
def test_nodes(read, text, name):
    read.parse(text, name, max_nodes=5)
    found = read.refusal(text, name, max_nodes=4)
    assert found.code == "AZ109"
    assert found.message.startswith("the document has at least 5 keys and values")
    assert "`--max-document-nodes`" in found.help


def test_nodes_of_yaml_blocks(read):
    read.parse("a: 1\nb: [x]", max_nodes=6)
    found = read.refusal("a: 1\nb: [x]", max_nodes=5)
    assert (found.code, found.place.pointer) == ("AZ109", ("b", 0))


def test_nodes_count_what_aliases_stand_for(read):
    text = "[&a [1, 2], *a, *a]"
    read.parse(text, max_nodes=10)
    assert read.refusal(text, max_nodes=9).place.pointer == (2,)


def test_an_alias_bomb_is_refused_where_it_goes_off(read):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    found = read.refusal("\n".join(lines))
    assert found.code == "AZ109"
    assert found.place.pointer[0] == "a5"


def test_aliases(read):
    text = "- &a 1\n" + "- *a\n" * 4
    read.parse(text, max_aliases=4)
    found = read.refusal(text, max_aliases=3)
    assert found.message == "the document uses 4 aliases, and the limit is 3"
    assert (found.place.pointer, locate_place(found.place).line) == ((4,), 5)


@pytest.mark.parametrize("text", ["a: &x {b: *x}", "&x [1, [*x]]", "a: &x 1\nb: &x [*x]"])
def test_an_alias_of_itself_is_refused(read, text):
    found = read.refusal(text)
    assert found.code == "AZ109"
    assert found.message == "the alias `*x` is inside of what `&x` names: it never ends"


def test_tag_directives(read):
    text = "".join(f"%TAG !a{n}! !x\n" for n in range(MAX_TAG_DIRECTIVES)) + "--- 1"
    assert read.parse(text).value == 1
    found = read.refusal("# a comment\n%TAG !b! !x\n" + text)
    assert found.message.startswith("the document has 65 `%TAG`")
    span = found.place.span  # known without libyaml, which would take as long to look it up
    assert span is not None
    assert (span.line, span.column, span.end_column) == (2, 1, 5)


@pytest.mark.parametrize("name", FORMATS)
def test_a_depth_that_python_cannot_follow_is_told(read, name):
    text = "[" * 100_000 + "]" * 100_000
    found = read.refusal(text, name, max_depth=1_000_000)
    assert found.code == "AZ109"
    assert "Python's recursion limit" in found.message


def test_an_unclosed_string_is_looked_at_once(read):
    assert read.refusal('["' + '\\"' * 200_000, "a.json").code == "AZ103"
    assert read.refusal("[" * 101 + '"' + '\\"' * 200_000, "a.json").code == "AZ109"


def some_findings():
    kinds = [("AZ501", Severity.HINT), ("AZ302", Severity.WARNING), ("AZ110", Severity.ERROR)] * 2
    return [Diagnostic(code, severity, f"{at}") for at, (code, severity) in enumerate(kinds)]


@pytest.mark.parametrize("most", [6, 7])
def test_findings_within_the_limit_are_all_there(most):
    assert first_findings("a.yaml", some_findings(), most) == some_findings()


@pytest.mark.parametrize(
    ("most", "shown", "severity", "counts"),
    [
        (5, "01245", Severity.HINT, "1 of AZ501"),
        (4, "1245", Severity.HINT, "2 of AZ501"),
        (3, "125", Severity.WARNING, "2 of AZ501, 1 of AZ302"),
        (1, "2", Severity.ERROR, "2 of AZ501, 2 of AZ302, 1 of AZ110"),
    ],
)
def test_findings_past_the_limit_are_counted(most, shown, severity, counts):
    *first, last = first_findings("a.yaml", some_findings(), most)
    assert "".join(one.message for one in first) == shown
    assert (last.code, last.severity) == ("AZ109", severity)
    assert last.message == f"`a.yaml` has 6 findings, and the limit is {most}; omitted: {counts}"
    assert "`--max-findings`" in last.help
