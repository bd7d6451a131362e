"""XPath of all versions within its bounds, and kept from the outside."""

import pytest

from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.query.xpath import check_xpath, is_xpath_true, xpath_values

XML = "<r><p>1</p><p>22</p><q xmlns='urn:d' xmlns:z='urn:z' z:a='5'><z:w>hi</z:w></q></r>"
LARGE = "<r>" + "<p><c>1</c></p>" * 4_000 + "</r>"


def values(query, xml=XML, version="xpath-31"):
    return xpath_values(xml, query, version, 1.0)


@pytest.mark.parametrize("version", ["xpath-10", "xpath-20", "xpath-30", "xpath-31"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("/r/p", ["1", "22"]),
        ("count(//p)", [2]),
        ("//z:w", ["hi"]),
        ("//@z:a", ["5"]),
        ("string(/r/p[2])", ["22"]),
        ("/r/p[last()]/preceding-sibling::p", ["1"]),
        ("//z:w/ancestor::r/p[1]", ["1"]),
        ("/r/p[1]/following::p | /r/p[1]", ["1", "22"]),
        ("//p = 22", [True]),
        ("//p = 'x' or //p < 1 or //p != 1", [True]),
        ("//w = 22", [False]),
        ("4 div 2", [2]),
        ("1 div 4", [0.25]),
        ("//nope", []),
    ],
)
def test_25_versions(version, query, found):
    assert values(query, version=version) == found


COMMENTED = "<?top a?><!--head--><r><!--one-->x<?php echo?>v<p>y<!--two-->z<c/>w<!--three-->v</p></r><!--foot-->"


@pytest.mark.parametrize("version", ["xpath-10", "xpath-31"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("//comment()", ["head", "one", "two", "three", "foot"]),
        ("/comment()", ["head", "foot"]),
        ("/r/comment()", ["one"]),
        ("//processing-instruction()", ["a", "echo"]),
        ("//processing-instruction('php')", ["echo"]),
        ("/comment() | /r | //p/text()", ["head", "xvyzwv", "y", "z", "w", "v", "foot"]),
        ("/r/node()", ["one", "x", "echo", "v", "yzwv"]),
        ("//p/preceding::comment()", ["head", "one"]),
        ("string(/)", ["xvyzwv"]),
        ("string(//p)", ["yzwv"]),
        ("count(/*)", [1]),
    ],
)
def test_25_comments_and_processing_instructions(version, query, found):
    assert values(query, COMMENTED, version) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("number('x')", ["nan"]),
        ("1.5", [1.5]),
        ("xs:date('2024-01-01')", ["2024-01-01"]),
        ("(1, 'a')", [1, "a"]),
        ("1 to 3", [1, 2, 3]),
        ("1 to ()", []),
        ("distinct-values((1, 2, 1))", [1, 2]),
        ("matches('AB', 'b')", [False]),
        ("matches('AB', 'b', 'i')", [True]),
        ("matches('a.b', '.', 'q')", [True]),
        ("replace('abcab', '(a)(b)', '$2-$1$12$9')", ["b-aa2cb-aa2"]),
        (r"replace('a', 'a', '\$\\')", [r"$\\"[:2]]),
        ("replace('a.b', '.', '$1', 'q')", ["a$1b"]),
        ("tokenize('a, b,c', ',\\s*')", ["a", "b", "c"]),
        ("tokenize(' a b ')", ["a", "b"]),
        ("tokenize('', ',')", []),
        ("replace((), 'a', 'b')", [""]),
        ("for-each(('ab', 'b'), matches(?, '^a'))", [True, False]),
        ("for-each('ab', replace(?, 'a', 'x'))", ["xb"]),
    ],
)
def test_functions_of_3_1(query, found):
    assert values(query) == found


@pytest.mark.parametrize(
    ("query", "version", "holds"),
    [
        ("/r", "xpath-31", True),
        ("/x", "xpath-31", False),
        ("/r/p[1], 'x'", "xpath-31", True),
        ("true()", "xpath-20", True),
        ("false()", "xpath-10", False),
        ("''", "xpath-10", False),
        ("'0'", "xpath-31", True),
        ("0", "xpath-10", False),
        ("0.0", "xpath-31", False),
        ("1.5", "xpath-31", True),
        ("number('x')", "xpath-10", False),
        ("number('x')", "xpath-31", False),
        ("xs:untypedAtomic('')", "xpath-31", False),
    ],
)
def test_25_effective_boolean_value(query, version, holds):
    assert is_xpath_true(XML, query, version, 1.0) is holds


@pytest.mark.parametrize("query", ["(1, 2)", "xs:date('2024-01-01')"])
def test_25_no_effective_boolean_value(query):
    with pytest.raises(QueryError, match="neither nodes nor one boolean, number or string"):
        is_xpath_true(XML, query, "xpath-31", 1.0)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("//p[", "the XPath failed: .*unexpected end of source"),
        ("1 div 0", "Division by zero"),
        ("'a' + 1", "the XPath failed"),
        ("-" * 3_000 + "1", "the XPath is nested too deeply"),
        ("'" + "x" * 3_999 + "'", "the XPath has 4,001 bytes; 4,000 are allowed"),
        ("matches('a', '(')", "Invalid regular expression"),
        ("matches('a', 'a', 'z')", "Invalid regular expression flag 'z'"),
        ("replace('a', 'a*', 'b')", "matches a zero-length string"),
        ("tokenize('a', 'a*')", "matches a zero-length string"),
        ("replace('a', 'a', '$')", "Invalid replacement string"),
        (f"matches('a', '{'a' * 1_001}')", "contains more than 1,000 plain characters"),
        (f"matches('a', '{'.' * 1_001}', 'q')", "contains more than 1,000 plain characters"),
        ("matches('a', '[a-\\d]')", "the XPath failed|is invalid"),
    ],
)
def test_failing_queries(query, reason):
    with pytest.raises(QueryError, match=reason):
        values(query)


def test_an_unknown_version():
    with pytest.raises(
        QueryError, match="`xpath-99` is not a version of XPath; known are `xpath-10`"
    ):
        values("/r", version="xpath-99")


@pytest.mark.parametrize(
    "query",
    [
        "doc('file:///etc/passwd')",
        "fn:doc('x')",
        "Q{http://www.w3.org/2005/xpath-functions}doc('x')",
        "doc#1('x')",
        "function-lookup(xs:QName('fn:doc'), 1)('x')",
        "unparsed-text('/etc/passwd')",
        "environment-variable('HOME')",
        "collection()",
        "json-doc('x')",
        "parse-xml('<!DOCTYPE a><a/>')",
        "analyze-string('a', 'b')",
    ],
)
def test_nothing_is_read_from_outside(query):
    with pytest.raises(QueryError, match="the XPath failed"):
        values(query)


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "document type declaration"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "document type declaration"),
        ("<a>&x;</a>", "not well-formed XML: undefined entity"),
        ("nope", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("<a>\ud800</a>", "not well-formed XML"),
        (b"<?xml version='1.0' encoding='nope'?><a/>", "not well-formed XML"),
        ("<a>" * 513 + "</a>" * 513, "nested deeper than 512 elements"),
        ("<a>" + "<b/>" * 400_000 + "</a>", "the query visits more than 100,000 nodes"),
        ("<a " + " ".join(f"b{n}='1'" for n in range(4)) + "/>", None),
        ("<a>" * 512 + "</a>" * 512, None),
    ],
)
def test_25_documents(xml, reason):
    if reason is None:
        assert values("/a", xml) == [""]
        return
    with pytest.raises(QueryError, match=reason):
        values("/a", xml)


def test_in_1_0_a_node_set_beside_a_number_is_one():
    assert values("//p = 1.0", version="xpath-10") == [True]
    assert values("/r/p[. = 22.0]", version="xpath-10") == ["22"]
    assert values("//z:w = 1", version="xpath-10") == [False]


@pytest.mark.parametrize(
    ("version", "found"), [("xpath-10", []), ("xpath-20", ["5"]), ("xpath-31", ["5"])]
)
def test_names_without_prefix_mean_the_default_namespace_of_the_root(version, found):
    xml = "<Invoice xmlns='urn:i' xmlns:p='urn:p'><Id>5</Id></Invoice>"
    assert values("/Invoice/Id", xml, version) == found


@pytest.mark.parametrize(
    "query",
    [
        "//p[ancestor::zz or preceding-sibling::zz]",
        "//p[//zz]",
        "//p[following::zz]",
        "//p[preceding::zz or ancestor::zz or @zz]",
        "count(1 to 1000000000)",
        "some $x in 1 to 1000000, $y in 1 to 100000 satisfies $x = -1",
        "(1 to 30000) = (40000 to 70000)",
        "distinct-values(1 to 50000)",
        "let $a := '" + "a" * 50 + "' return " + "let $a := concat($a, $a) return " * 60 + "1",
        "fold-left(1 to 200, 3, function($a, $b) {$a * $a})",
        "fold-left(1 to 9, 'xx', function($a, $b) {replace($a, 'x', $a)})",
    ],
)
def test_work_is_limited(query):
    with pytest.raises(QueryError, match=r"the query visits more than|are searched"):
        values(query, LARGE)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("array { //p }", [["1", "22"]]),
        ("array { //p[1] }", [["1"]]),
        ("array { //nope }", [[]]),
        ("[//p, //nope, //p[2], ['x', 1]]", [[["1", "22"], None, "22", ["x", 1]]]),
        ("map { 'ids': array { //p }, 2: //p, 'none': () }",
         [{"ids": ["1", "22"], "2": ["1", "22"], "none": None}]),
        ("(array { //p }, 'x')", [["1", "22"], "x"]),
        ("array { //p }?2", ["22"]),
        ("array:size(array { //p })", [2]),
    ],
)  # fmt: skip
def test_28_arrays_and_maps_keep_their_shape(query, found):
    assert values(query) == found


def test_an_array_has_no_truth():
    with pytest.raises(QueryError, match="neither nodes nor one boolean"):
        is_xpath_true(XML, "array { //p }", "xpath-31", 1.0)


@pytest.mark.parametrize(
    ("decimal", "spelling"),
    [
        ("2936.23380448434092597", "2936.23380448434092597"),
        ("19.90", "19.9"),
        ("-0.5", "-0.5"),
        ("12345678901234567890", "12345678901234567890"),
        ("3.0", "3"),
    ],
)
def test_58_decimals_are_kept(decimal, spelling):
    (value,) = values(f"xs:decimal('{decimal}')")
    assert str(value) == spelling


def test_hostile_patterns_end_within_the_bound():
    query = f"matches('{'a' * 60}b', '^(a|aa)+$')"
    with pytest.raises(QueryError, match=r"takes longer than 0\.05 s"):
        xpath_values(XML, query, "xpath-31", 0.05)


def test_large_documents_are_read():
    assert values("count(//c)", LARGE) == [4_000]


@pytest.mark.parametrize(
    ("query", "version", "message"),
    [
        ("/a/", "xpath-31", "the XPath failed"),
        ("let $a := 1 return $a", "xpath-20", "the XPath failed"),
        ("(" * 1_900 + "1" + ")" * 1_900, "xpath-31", "the XPath is nested too deeply"),
        ("9" * 4_001, "xpath-31", "the XPath has 4,001 bytes; 4,000 are allowed"),
    ],
)
def test_what_is_no_xpath_is_known_without_a_value(query, version, message):
    with pytest.raises(QueryError, match=message):
        check_xpath(query, version)


@pytest.mark.parametrize(
    "query", ["/p:a/b", "1 idiv 0", "math:exp(1e10)", "xs:date('x')", "unknown-function()"]
)
def test_what_depends_on_the_value_is_not_judged(query):
    check_xpath(query, "xpath-31")


@pytest.mark.parametrize("function", ["round", "round-half-to-even"])
def test_a_rounding_is_bounded(function):
    assert xpath_values("<a/>", f"{function}(1.23456, 2)", "xpath-31", 1.0) == [1.23]
    assert xpath_values("<a/>", f"{function}(1, 1000)", "xpath-31", 1.0) == [1]
    with pytest.raises(QueryError, match="beyond any number"):
        xpath_values("<a/>", f"{function}(1, 1001)", "xpath-31", 1.0)
