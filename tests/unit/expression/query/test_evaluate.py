"""Criteria of type regex, jsonpath and xpath."""

import pytest

from arazzo_runner.expression.parse import parse_expression, parse_template
from arazzo_runner.expression.query.evaluate import judge_query
from arazzo_runner.expression.scope import Exchange, Scope
from arazzo_runner.expression.value import MISSING

XML = "<r><p>1</p><p>22</p></r>"
SCOPE = Scope(
    inputs={
        "min": 2,
        "word": "b+",
        "null": None,
        "zero": 0,
        "empty": "",
        "xml": XML,
        "bytes": b"x",
    },
    exchange=Exchange(
        "GET", "u", status=204, response_body={"pets": [{"n": 1}, {"n": 2}], "status": "open"}
    ),
)


def judge(kind, text, context="$response.body", version=None):
    expression = context and parse_expression(context)[0]
    return judge_query(kind, version, parse_template(text)[0], expression, SCOPE, 1.0)


@pytest.mark.parametrize(
    ("kind", "text", "context", "passed"),
    [
        ("regex", r"^2\d{2}$", "$statusCode", True),
        ("regex", "0", "$statusCode", True),
        ("regex", "^0$", "$statusCode", False),
        ("regex", '"status":"open"', "$response.body", True),
        ("regex", "^a{$inputs.word}$", "$response.body.status", False),
        ("regex", "^$", "$inputs.empty", True),
        ("regex", "^0$", "$inputs.zero", True),
        ("jsonpath", "$.pets[*]", "$response.body", True),
        ("jsonpath", "$.pets[?@.n > {$inputs.min}]", "$response.body", False),
        ("jsonpath", "$.pets[?@.n >= {$inputs.min}]", "$response.body", True),
        ("jsonpath", "$[?@.n == 2]", "$response.body#/pets", True),
        ("xpath", "count(//p) = {$inputs.min}", "$inputs.xml", True),
        ("xpath", "//q", "$inputs.xml", False),
        ("xpath", "//p[. > 20]", "$inputs.xml", True),
    ],
)
def test_queries(kind, text, context, passed):
    judgement = judge(kind, text, context)
    assert judgement.passed is passed
    assert judgement.error is None


@pytest.mark.parametrize("kind", ["regex", "jsonpath", "xpath"])
@pytest.mark.parametrize(
    ("context", "was"), [("$inputs.nope", "missing"), ("$inputs.null", "null")]
)
def test_27_a_missing_or_null_context_fails(kind, context, was):
    judgement = judge(kind, "$", context)
    assert (judgement.passed, judgement.error) == (False, None)
    assert f"the context `{context}` is {was}" in str(judgement.hint)


@pytest.mark.parametrize(
    ("kind", "text", "context", "error"),
    [
        ("regex", "(", "$statusCode", "the regular expression is invalid"),
        ("regex", "x", "$inputs.bytes", "needs text; the context is binary of 1 bytes"),
        ("regex", "{$inputs.nope}", "$statusCode", "`$inputs.nope` has no value"),
        ("regex", "{$inputs.}", "$statusCode", "the name of the input is missing"),
        ("regex", "x", "$inputs.", "the name of the input is missing"),
        ("regex", "x", None, "a regex condition needs a `context`"),
        ("jsonpath", "pets", "$response.body", "the JSONPath is invalid"),
        ("jsonpath", "$", "$inputs.bytes", "JSONPath needs JSON; the context is binary"),
        ("xpath", "//p[", "$inputs.xml", "the XPath failed"),
        ("xpath", "//p", "$response.body", "XPath needs XML; the value is of type object"),
        ("xpath", "//p", "$inputs.empty", "not well-formed XML"),
    ],
)
def test_27_what_cannot_be_evaluated_fails_with_its_reason(kind, text, context, error):
    judgement = judge(kind, text, context)
    assert not judgement.passed
    assert error in str(judgement.error)


def test_23_a_hostile_pattern_fails_in_time():
    pattern = parse_template("^(a|aa)+$")[0]
    context = parse_expression("$inputs.x")[0]
    scope = Scope(inputs={"x": "a" * 60 + "b"})
    judgement = judge_query("regex", None, pattern, context, scope, 0.05)
    assert judgement.error == "the regular expression takes longer than 0.05 s"
    assert "--max-query-time" in str(judgement.hint)


@pytest.mark.parametrize(
    ("text", "portable"),
    [
        ("$[?count(@.pets) > 0]", "$[?count($.pets[*]) > 0]"),
        ("$[?(@.status == 'open@')]", "$[?($.status == 'open@')]"),
        ("$[?@.pets[?@.n == 1]]", "$[?$.pets[?@.n == 1]]"),
        ('$[? @["a]"] == 1].x', '$[? $["a]"] == 1].x'),
    ],
)
def test_24_a_filter_in_front_on_an_object_is_explained(text, portable):
    judgement = judge("jsonpath", text.replace("pets", "nope"))
    assert not judgement.passed
    assert f"write `{portable.replace('pets', 'nope')}`" in str(judgement.hint)


def test_24_the_portable_form_holds_on_the_root():
    assert judge("jsonpath", "$[?count($.pets[*]) > 0]").passed


@pytest.mark.parametrize(
    ("text", "context", "hint"),
    [
        ("$.nope", "$response.body", None),
        ("$[?@.x]", "$response.body#/pets", None),
        ("$.nope", "$response.body.status", "of type string, which has no members"),
    ],
)
def test_other_empty_nodelists(text, context, hint):
    assert (
        hint == judge("jsonpath", text, context).hint
        or hint in judge("jsonpath", text, context).hint
    )


@pytest.mark.parametrize(
    ("text", "context", "version", "hint"),
    [
        ("$.status == 'x'", "$response.body", None, "`$response.body#/status == 'x'`"),
        ("$.n == 1", "$response.body#/pets/0", None, "`$response.body#/pets/0/n == 1`"),
        ("$.pets.length > 0", "$response.body", None, "`$[?length($.pets) > 0]`"),
        ("$.length > 0", "$response.body", None, "`$[?length($) > 0]`"),
        ("0 < $.length", "$response.body", None, "`$[?0 < length($)]`"),
        ("$.length == 0", "$response.body", None, "empty is `$response.body#/0 == null`"),
        ("$.length() < 1", "$response.body#/pets", None, "`$response.body#/pets/0 == null`"),
        ("0 >= $.length", "$response.body", None, "empty is `$response.body#/0 == null`"),
        ("$.my-prop", "$response.body", None, "`$['my-prop']`"),
        ("$.a[?@.b and @.c]", "$response.body", None, "in a filter `and` is `&&`"),
        ("$.a[0].length() == $.n", "$response.body", None, "`$[?length($.a[0]) == $.n]`"),
        ("$.pets[(@.length-1)]", "$response.body", None, "the last item `[-1]`"),
        (
            "$..[",
            "$response.body",
            "draft-goessner-dispatch-jsonpath-00",
            "are read by the rules of RFC 9535",
        ),
    ],
)
def test_24_paths_outside_of_rfc_9535_are_explained(text, context, version, hint):
    judgement = judge("jsonpath", text, context, version)
    assert judgement.error
    assert hint in str(judgement.hint)


def test_an_invalid_path_of_no_known_form_has_no_hint():
    assert judge("jsonpath", "pets").hint is None


def test_24_the_older_version_is_accepted():
    assert judge("jsonpath", "$.pets[0]", version="draft-goessner-dispatch-jsonpath-00").passed


def test_25_versions_of_xpath():
    assert judge("xpath", "let $x := 1 return $x", "$inputs.xml", "xpath-30").passed
    assert judge("xpath", "let $x := 1 return $x", "$inputs.xml", "xpath-20").error


def test_28_operands_are_the_context_and_the_embedded_expressions():
    judgement = judge("jsonpath", "$[?@.n == {$inputs.min}]{$inputs.nope}", "$statusCode")
    shown = [(one.text, value) for one, value in judgement.operands]
    assert shown == [("$statusCode", 204), ("$inputs.min", 2), ("$inputs.nope", MISSING)]
