"""The parser agrees with the specification's own grammar.

The rules are those of Arazzo 1.1.0, "Runtime Expressions", read by a grammar library. CHAR bears
another name here, since RFC 5234 has a core rule of that name.
"""

import re

import pytest
from abnf import ParseError, Rule
from hypothesis import given, settings
from hypothesis import strategies as st

from arazzo_runner.expression.ast import Expression, MalformedExpression
from arazzo_runner.expression.parse import parse_expression, parse_template

GRAMMAR = r"""
expression = "$url" / "$method" / "$statusCode" / "$request." source / "$response." source /
  "$message." source / "$inputs." inputs-reference / "$outputs." outputs-reference / "$steps."
  steps-reference / "$workflows." workflows-reference / "$sourceDescriptions." source-reference
  / "$components." components-reference / "$self"
source = header-reference / query-reference / path-reference / body-reference /
  payload-reference
header-reference = "header." token
query-reference = "query." name
path-reference = "path." name
body-reference = "body" ["#" json-pointer]
payload-reference = "payload" ["#" json-pointer]
inputs-reference = input-name ["#" json-pointer]
outputs-reference = output-name ["#" json-pointer]
input-name = identifier
output-name = identifier
steps-reference = step-id ".outputs." output-name ["#" json-pointer]
step-id = identifier-strict
workflows-reference = workflow-id "." workflow-field "." workflow-field-name ["#" json-pointer]
workflow-id = identifier-strict
workflow-field = "inputs" / "outputs"
workflow-field-name = identifier
source-reference = source-name "." source-reference-id
source-name = identifier-strict
source-reference-id = 1*JSON-CHAR
components-reference = component-type "." component-name
component-type = "parameters" / "successActions" / "failureActions"
component-name = identifier
identifier-strict = 1*(ALPHA / DIGIT / "-" / "_")
identifier = 1*(ALPHA / DIGIT / "." / "-" / "_")
name = *JSON-CHAR
json-pointer = *("/" reference-token)
reference-token = *(unescaped / escaped)
unescaped = %x00-2E / %x30-7A / %x7C / %x7F-10FFFF
escaped = "~" ("0" / "1")
token = 1*tchar
tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
  / DIGIT / ALPHA
JSON-CHAR = unescape / escape (%x22 / %x5C / %x2F / %x62 / %x66 / %x6E / %x72 / %x74 / %x75
  4HEXDIG)
escape = %x5C
unescape = %x20-21 / %x23-5B / %x5D-7A / %x7C / %x7E-10FFFF
expression-string = *(literal-char / embedded-expression)
embedded-expression = "{" expression "}"
literal-char = %x00-7A / %x7C / %x7E-10FFFF
"""


class Arazzo(Rule):
    """The rules of the specification."""


for rule in re.split(r"\n(?=\S)", GRAMMAR.strip()):
    Arazzo.create(rule.replace("\n", ""))


def conforms(rule, text):
    try:
        Arazzo(rule).parse_all(text)
    except ParseError:
        return False
    return True


def is_standard(text):
    """Parsed, and no notice but about letter case, which is free in ABNF."""
    expression, notices = parse_expression(text)
    spelled_alike = all(
        (notice.standard or "").lower() == text[notice.start : notice.end].lower()
        for notice in notices
    )
    return not isinstance(expression, MalformedExpression) and spelled_alike


ROOTS = st.sampled_from(
    [
        "$url",
        "$method",
        "$statusCode",
        "$self",
        "$request",
        "$response",
        "$message",
        "$inputs",
        "$outputs",
        "$steps",
        "$workflows",
        "$sourceDescriptions",
        "$components",
        "$URL",
        "$foo",
        "x",
    ]
)
PIECES = st.sampled_from(
    [
        ".header",
        ".headers",
        ".query",
        ".path",
        ".body",
        ".payload",
        ".outputs",
        ".inputs",
        ".a-b",
        ".",
        "#",
        "/",
        "#/a",
        "/b",
        "~0",
        "~1",
        "~",
        "[0]",
        " ",
        "{",
        "}",
        '"',
        "\\",
        "\\u00e9",
        "\\n",
        ".parameters",
        ".successActions",
        ".FailureActions",
        ".s_1",
        "é",
        "|",
        "!",
        "\n",
        "%",
        "9",
    ]
)
NEARLY = st.builds(lambda root, rest: root + "".join(rest), ROOTS, st.lists(PIECES, max_size=5))

VALID = st.one_of(
    st.sampled_from(["$url", "$method", "$statusCode", "$self"]),
    st.from_regex(r"\$(request|response|message)\.header\.[!#$%&'*+.^_`|~0-9A-Za-z-]{1,6}\Z"),
    st.from_regex(
        r"\$(request|response|message)\.(query|path)\.([^\x00-\x1f\"\\{}]|\\[nt/]){0,5}\Z"
    ),
    st.from_regex(
        r"\$(request|response|message)\.(body|payload)(#(/([^/{}~]|~[01]){0,3}){0,3})?\Z"
    ),
    st.from_regex(r"\$(inputs|outputs)\.[A-Za-z0-9._-]{1,5}(#(/[^/{}~]{0,2}){0,2})?\Z"),
    st.from_regex(r"\$steps\.[A-Za-z0-9_-]{1,4}\.outputs\.[A-Za-z0-9._-]{1,4}(#(/~0?x)?)?\Z"),
    st.from_regex(r"\$workflows\.[A-Za-z0-9_-]{1,4}\.(in|out)puts\.[A-Za-z0-9._-]{1,4}\Z"),
    st.from_regex(r"\$sourceDescriptions\.[A-Za-z0-9_-]{1,4}\.[^\x00-\x1f\"\\{}]{1,5}\Z"),
    st.from_regex(
        r"\$components\.(parameters|successActions|failureActions)\.[A-Za-z0-9._-]{1,4}\Z"
    ),
)


@settings(max_examples=600, deadline=None)
@given(st.one_of(NEARLY, VALID))
def test_10_expressions_are_accepted_as_by_the_grammar(text):
    assert is_standard(text) == conforms("expression", text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(NEARLY, st.sampled_from(["a", "{", "}", "{$url}", "{$inputs.x}"])), max_size=4
    )
)
def test_11_strings_of_the_grammar_are_templates(parts):
    text = "".join(parts)
    template, notices = parse_template(text)
    found = getattr(template, "parts", (text,))
    spelled = "".join(f"{{{one.text}}}" if isinstance(one, Expression) else one for one in found)
    malformed = any(isinstance(one, MalformedExpression) for one in found)
    assert spelled == text or malformed
    if conforms("expression-string", text):
        assert not malformed
        assert (
            notices == ()
            or "$" in "".join(one for one in found if isinstance(one, str))
            or "URL" in text
        )


@pytest.mark.parametrize("text", ["$request.header.A", "$inputs.a.b#/~01/x", "$STEPS.a.OUTPUTS.b"])
def test_the_grammar_is_read_right(text):
    assert conforms("expression", text)
    assert not conforms("expression", text + "\x00{")
