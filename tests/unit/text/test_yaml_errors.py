"""The sentence for each mistake in YAML, and the place that it points to."""

import pytest
import yaml

from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import SourceFile
from arazzo_runner.text.yaml_errors import explain_yaml

CONTINUED = "this line looks like a key, but its indentation makes it part of the text above it"
NAMELESS = "an unquoted string that begins with `{}` is {}, and this one has no name"

# text, line:column, length of the span, message, a piece of the help
MISTAKES = [
    ("a:\n\tb: 1", "2:1", "a tab in the indentation is not allowed", "spaces"),
    ("a: 1\n\tb: 2", "2:1", "a tab in the indentation is not allowed", "spaces"),
    ("a: |\n\tx", "2:1", "a tab in the indentation is not allowed", "spaces"),
    ("a: @x y", "1:4", "an unquoted string cannot begin with `@`", "'@x y'"),
    ("a: %x's", "1:4", "an unquoted string cannot begin with `%`", "'%x''s'"),
    ("a: `x`", "1:4", "an unquoted string cannot begin with a backtick", "'`x`'"),
    ("a: @x # y", "1:4", "an unquoted string cannot begin with `@`", "put the string in quotes"),
    ("a: ,x", "1:4", "an unquoted string cannot begin with `,`", "',x'"),
    ("a: ]", "1:4", "an unquoted string cannot begin with `]`", "']'"),
    ("a: b: c", "1:4", "an unquoted string contains a `:` that would make it a key", "'b: c'"),
    ("- a: b: c", "1:6", "an unquoted string contains a `:` that would make it a key", "'b: c'"),
    ("a:1\nb: 2", "1:2", "the space after the `:` is missing", "write `a: 1`"),
    ("a: 1\n  b: 2", "2:3", CONTINUED, "indent it like the keys beside it"),
    ("a\nb: 2", "2:1", CONTINUED, "end that with `:`"),
    ("a:\n  b: 1\n c: 2", "3:2", "the indentation of this line matches no line above it", "keys"),
    ("a: b\n- c", "2:1", "a list item is where a key is expected", "indent it"),
    ("a:\n- b\nc\n", "3:1", "this line is neither a key nor an item of a list", "end a key"),
    ("a: {b:,c}", "1:5", "this looks like a key, but its `: ` is missing", "a space after"),
    ("- a\nb: 1", "2:1", "this line is in a list, but is not one of its items", "`- `"),
    ("a: 'x' y", "1:8", "unexpected text after a closing quote", "written twice"),
    ("a: 'it's'", "1:8", "unexpected text after a closing quote", "written twice"),
    ('"a" b: 1', "1:5", "unexpected text after a closing quote", "quote the whole string"),
    ("a: {$x}/b", "1:8", "unexpected text after a closing `}`", "in quotes"),
    ("a: [x]/b", "1:7", "unexpected text after a closing `]`", "in quotes"),
    ("a: {b: 1}}", "1:10", "this `}` has no opening bracket", "remove it"),
    ("a: &b 1\nc: *b d", "2:7", "unexpected text after an alias", "`*`"),
    ("&a *b : c", "1:4", "a key is expected here", "quotes and brackets"),
    ("a: {b", "1:4", "this `{` is not closed", "close it with `}`"),
    ("a: [b, 'c'\n\n", "1:4", "this `[` is not closed", "close it with `]`"),
    ("a: ['b' 'c']", "1:9", "a comma or the closing `]` is missing", "in quotes"),
    ("[a,,b]", "1:4", "a value is missing before `,`", "leave out the comma"),
    ("[a,\n", "1:4", "a value is missing here", "close the bracket"),
    ("a: 'x\n", "1:4", "this quote is not closed", "close it with '"),
    ('a: "x\nb: 1\n', "1:4", "this quote is not closed", 'close it with "'),
    (r'a: "\d+"', "1:5", r"`\d` is not a YAML escape", r"`\\` for a backslash"),
    (r'a: "\xzz"', "1:5", r"`\x` is not a YAML escape", "single quotes"),
    (r'a: "\ud83d\ude00"', "1:5", r"`\ud83d` is not a YAML escape", "character itself"),
    ("a: |x\n b", "1:5", "unexpected text after `|` on its line", "next line"),
    ("a: |0\n x", "1:5", "unexpected text after `|` on its line", "next line"),
    ("a: > x", "1:6", "unexpected text after `>` on its line", "next line"),
    ("a: - b", "1:4", "a list cannot begin on the line of its key", "a line of its own"),
    ("a: ? b", "1:4", "an unquoted string cannot begin with `? `", "in quotes"),
    ("a: **x**", "1:4", NAMELESS.format("*", "an alias"), "'**x**'"),
    ("a: & x", "1:4", NAMELESS.format("&", "an anchor"), "'& x'"),
    ("%FOO x\n--- a", "1:1", "the directive `%FOO x` is not understood", "remove the line"),
    ("%YAML 2.0\n--- a", "1:1", "the directive `%YAML 2.0` is not understood", "remove"),
    (" a: 1\nb: 1", "2:1", "this line does not belong to what is above it", "one column"),
    ("a: \x01", "1:4", "the character U+0001 is not allowed in YAML", r"`\x01`"),
    ("é: x\ufffe", "1:5", "the character U+FFFE is not allowed in YAML", r"`\ufffe`"),
    ("a\x00", "1:2", "the character U+0000 is not allowed in YAML", "UTF-16"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at", "message", "way_out"), MISTAKES)
def test_a_mistake_is_told_where_it_can_be_mended(read, text, at, message, way_out):
    found = read.refusal(text)
    span = locate_place(found.place)
    assert (found.code, found.message, f"{span.line}:{span.column}") == ("AZ103", message, at)
    assert way_out in found.help


LIBYAML_ONLY = {"%FOO x\n--- a", "a: {b:,c}"}


@pytest.mark.filterwarnings("ignore:PyYAML is installed without libyaml")
@pytest.mark.usefixtures("without_libyaml")
@pytest.mark.parametrize("text", [row[0] for row in MISTAKES if row[0] not in LIBYAML_ONLY])
def test_without_libyaml_it_is_told_too(read, text):
    assert not read.refusal(text).message.startswith("the YAML is malformed")


@pytest.mark.parametrize(
    ("text", "tag"),
    [("a: !e!x 1", "!e!x"), ("a: !<x", "!<x"), ("a: !<" + "x" * 90, "!<" + "x" * 57 + "…")],
)
def test_a_tag_that_does_not_parse_is_refused_as_a_tag(read, text, tag):
    found = read.refusal(text)
    assert (found.code, found.message) == ("AZ105", f"the tag `{tag}` is not allowed")


def test_where_the_list_or_object_began_is_shown_too(read):
    found = read.refusal("a: 1\nb:\n  - c\n  d: 2")
    assert [(one.text, locate_place(one.place).line) for one in found.more] == [
        ("the list begins here", 3)
    ]
    assert found.place.pointer[0] == "b"


def test_a_problem_of_no_known_kind_keeps_the_words_of_the_parser():
    mark = yaml.Mark("", 3, 0, 3, None, None)
    reason = yaml.MarkedYAMLError(None, None, "something new", mark)
    found = explain_yaml(SourceFile("a.yaml", "a: b", ""), reason)
    assert found.message == "the YAML is malformed: something new"
    assert locate_place(found.place).column == 4
