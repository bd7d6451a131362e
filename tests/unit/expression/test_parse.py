"""Text of a document becomes expressions, templates and literals."""

import pytest

from arazzo_runner.expression.ast import (
    ArrayTemplate,
    BodyRef,
    ComponentRef,
    HeaderRef,
    InputRef,
    Literal,
    MalformedExpression,
    MethodRef,
    ObjectTemplate,
    OutputRef,
    Path,
    PathRef,
    QueryRef,
    Selector,
    SelectorType,
    SelfRef,
    SourceRef,
    StatusCodeRef,
    StepOutputRef,
    Template,
    UrlRef,
    WorkflowRef,
)
from arazzo_runner.expression.parse import (
    malformed_in,
    parse_expression,
    parse_string,
    parse_template,
)


def pointer(*tokens):
    return Path("pointer", tokens)


def walk(*tokens):
    return Path("walk", tokens)


STANDARD = [
    ("$url", UrlRef, ()),
    ("$method", MethodRef, ()),
    ("$statusCode", StatusCodeRef, ()),
    ("$self", SelfRef, ()),
    ("$request.header.X-A.b", HeaderRef, ("request", "X-A.b")),
    ("$response.header.Server", HeaderRef, ("response", "Server")),
    ("$message.header.a|~", HeaderRef, ("message", "a|~")),
    ("$request.query.a b", QueryRef, ("request", "a b")),
    ("$request.query.", QueryRef, ("request", "")),
    (r"$request.query.\u0041\n\"", QueryRef, ("request", 'A\n"')),
    ("$request.path.id", PathRef, ("request", "id")),
    ("$response.body", BodyRef, ("response", pointer())),
    ("$response.body#", BodyRef, ("response", pointer())),
    ("$request.body#/a~1b/~0/0", BodyRef, ("request", pointer("a/b", "~", "0"))),
    ("$message.payload#/", BodyRef, ("message", pointer(""))),
    ("$inputs.x-store-id", InputRef, ("x-store-id", pointer(), ())),
    ("$inputs.a.b#/c", InputRef, ("a.b", pointer("c"), ("b",))),
    ("$outputs.bar", OutputRef, ("bar", pointer(), ())),
    ("$steps.s-1.outputs.pets#/0/id", StepOutputRef, ("s-1", "pets", pointer("0", "id"), ())),
    ("$workflows.w.inputs.x", WorkflowRef, ("w", "inputs", "x", pointer(), (), "")),
    ("$workflows.w.outputs.x#/y", WorkflowRef, ("w", "outputs", "x", pointer("y"), (), "")),
    (
        "$workflows.w.steps.s.outputs.x#/y",
        WorkflowRef,
        ("w", "outputs", "x", pointer("y"), (), "s"),
    ),
    ("$sourceDescriptions.api.get /a#b", SourceRef, ("api", "get /a#b")),
    ("$components.parameters.page", ComponentRef, ("parameters", "page")),
    ("$components.successActions.a.b", ComponentRef, ("successActions", "a.b")),
    ("$components.failureActions.c", ComponentRef, ("failureActions", "c")),
]


@pytest.mark.parametrize(("text", "node", "fields"), STANDARD)
def test_standard_forms(text, node, fields):
    assert parse_expression(text) == (node(text, 0, *fields), ())
    assert parse_string(text) == parse_expression(text)


TOLERATED = [
    ("$response.headers.X", HeaderRef, ("response", "X"), "headers", "header"),
    ("$response.body.a.b", BodyRef, ("response", walk("a", "b")), ".a.b", "#/a/b"),
    ("$response.body[0]['c d']", BodyRef, ("response", walk(0, "c d")), "[0]['c d']", "#/0/c d"),
    ('$request.body["a/b"]', BodyRef, ("request", walk("a/b")), '["a/b"]', "#/a~1b"),
    ("$response.body/x/y", BodyRef, ("response", pointer("x", "y")), "/x/y", "#/x/y"),
    ("$steps.s.outputs.x[0].id", StepOutputRef, ("s", "x", walk(0, "id"), ()), "[0].id", "#/0/id"),
    ("$inputs.a.b[1]", InputRef, ("a.b", walk(1), ("b",)), "[1]", "#/1"),
    ("$STATUSCODE", StatusCodeRef, (), "$STATUSCODE", "$statusCode"),
    ("$steps.s.Outputs.x", StepOutputRef, ("s", "x", pointer(), ()), "Outputs", "outputs"),
]


@pytest.mark.parametrize(("text", "node", "fields", "part", "standard"), TOLERATED)
def test_tolerated_forms_come_with_a_notice(text, node, fields, part, standard):
    expression, (notice,) = parse_expression(text)
    assert expression == node(text, 0, *fields)
    assert text[notice.start : notice.end] == part
    assert notice.standard == standard
    mended = text[: notice.start] + standard + text[notice.end :]
    assert parse_expression(mended)[1] == ()


MALFORMED = [
    ("$inputs", 7, "after `$inputs` comes a dot and a name, as in `$inputs.name`"),
    ("$inputs.", 8, "the name of the input is missing here"),
    ("$inputs.a b", 9, "in text an expression stands in braces: `{$inputs.a}`"),
    ("$inputs.a" + " and so on and so forth", 9, "` and so on and so fo…` cannot follow"),
    ("$url/x", 4, "`/x` cannot follow `$url`"),
    ("$request.", 9, "`header`, `query`, `path`, `body` or `payload` is expected here"),
    ("$response.boddy", 10, "`payload` is expected here, not `boddy`; did you mean `body`?"),
    ("$response.foo", 10, "is expected here, not `foo`"),
    ("$response.header.", 17, "the name of the header is missing here"),
    ("$response.header.a b", 18, "` ` is not allowed in the name of a header"),
    ("$request.query.{x}", 15, "`{` is not allowed in the name of a parameter"),
    ("$response.body#a", 15, "a JSON Pointer begins with `/`"),
    ("$response.body#/a~2", 17, "`~` is written `~0`"),
    ("$response.body.items[*].id", 20, "to select several, use a Selector Object"),
    ("$response.body[-1]", 14, "an index is a number from 0 on"),
    ("$response.body.", 14, "a name is missing after the dot"),
    ("$response.body.a#/b", 16, "a pointer cannot follow `.a`; write `#/a/…`"),
    ("$steps.a", 8, "as in `$steps.a.outputs.name`"),
    ("$steps.a.b", 9, "`outputs` is expected here, not `b`"),
    ("$steps..outputs.x", 7, "the stepId is missing here"),
    (
        "$workflows.w.steps.s",
        20,
        "after `$workflows.w.steps.s` comes a dot and a name, as in `$workflows.w.steps.s.outputs.name`",
    ),
    ("$workflows.w.steps.s.inputs.x", 21, "`outputs` is expected here, not `inputs`"),
    ("$workflows.w.step.s", 13, "`inputs`, `outputs` or `steps` is expected here, not `step`"),
    ("$workflows.w.inputs.", 20, "the name of one of its inputs is missing here"),
    ("$sourceDescriptions.api.", 24, "an operationId, a workflowId or `url` is missing here"),
    ("$inputs.a > 3", 9, "nothing is compared or calculated"),
    ("$inputs.a || $inputs.b", 9, "nothing is compared or calculated"),
    (
        "$components.inputs.x",
        12,
        "`parameters`, `successActions` or `failureActions` is expected",
    ),
    ("$components.parameters.", 23, "the name of the component is missing here"),
    (
        "$inputs." + "x" * 10_000,
        0,
        "it has 10,008 bytes, and an expression or condition at most 10,000",
    ),
]


@pytest.mark.parametrize(("text", "at", "reason"), MALFORMED)
def test_malformed_strings_are_no_text(text, at, reason):
    bad, _ = parse_string(text)
    assert isinstance(bad, MalformedExpression)
    assert bad.at == at
    assert reason in bad.explanation
    assert bad.text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a runtime expression begins with `$`"),
        ("inputs.x", "a runtime expression begins with `$`"),
        ("$input.x", "did you mean `$inputs`?"),
        ("$zzzz", "known are `$url`, `$method`"),
        ("{$inputs.x}", "a runtime expression begins with `$`"),
    ],
)
def test_what_must_be_an_expression_is_no_text_either(text, reason):
    bad, _ = parse_expression(text)
    assert isinstance(bad, MalformedExpression)
    assert reason in bad.reason


@pytest.mark.parametrize(
    "text",
    ["plain", "$5.00", "a$inputs", "$.x == 1", "$urls", "$url is", "{$set: {a: 1}}", "$$", ""],
)
def test_literals_without_notice(text):
    assert parse_string(text) == (Literal(text), ())


def test_text_limit_counts_bytes():
    assert not isinstance(parse_expression("$inputs." + "x" * 9_992)[0], MalformedExpression)
    assert isinstance(parse_expression("$request.query." + "é" * 5_000)[0], MalformedExpression)
    assert parse_string("x$" * 20_000) == (Literal("x$" * 20_000), ())


X = InputRef("$inputs.x", 1, "x")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{$inputs.x}", (X,)),
        ("{$inputs.x}/{$url}!", (X, "/", UrlRef("$url", 13), "!")),
        ("{$inputs.x}{1,2}{", (X, "{1,2}{")),
        ('{"a": {$url}}', ('{"a": ', UrlRef("$url", 7), "}")),
    ],
)
def test_templates(text, parts):
    assert parse_string(text) == (Template(parts), ())
    assert parse_template(text) == (Template(parts), ())


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("a {$inputs.}", 11, "the name of the input is missing"),
        ("a {$inputs.x", 2, "this `{` is not closed"),
        ("a {$input.x} b", 3, "did you mean `$inputs`?"),
        ("a {$inputs.x{$url}", 12, "`{$url` cannot follow `$inputs.x`"),
        ("a {$inputs.x y}", 12, "` y` cannot follow `$inputs.x`"),
    ],
)
def test_a_malformed_part_makes_the_string_malformed(text, at, reason):
    bad, _ = parse_string(text)
    assert isinstance(bad, MalformedExpression)
    assert bad.at == at
    assert text.startswith(bad.text, bad.start)
    assert reason in bad.reason
    template, _ = parse_template(text)
    assert [one.at for one in malformed_in(template)] == [at]


@pytest.mark.parametrize(
    ("text", "part", "standard"),
    [
        ("Bearer $inputs.token", "$inputs.token", "{$inputs.token}"),
        ("is it $inputs.token.", "$inputs.token", "{$inputs.token}"),
        ("[$inputs.a]", "$inputs.a", "{$inputs.a}"),
        ("see $inputs.items[0].", "$inputs.items[0]", "{$inputs.items[0]}"),
        ("a=$response.body#/a/b&c", "$response.body#/a/b", "{$response.body#/a/b}"),
        ("got $statusCode!", "$statusCode", "{$statusCode}"),
        ("$input.x", "$input", "$inputs"),
        ("{$url} and $inputs.x", "$inputs.x", "{$inputs.x}"),
    ],
)
def test_expressions_without_braces_stay_text_with_a_notice(text, part, standard):
    parsed, (notice,) = parse_string(text)
    assert text[notice.start : notice.end] == part
    assert notice.standard == standard
    assert notice.message.startswith(f"`{part}`")
    assert isinstance(parsed, Literal | Template)


@pytest.mark.parametrize("text", ["a $inputs.", "a $zzz.b", "a $steps.x"])
def test_no_notice_about_what_is_no_expression(text):
    assert parse_string(text) == (Literal(text), ())


def test_malformed_in_looks_everywhere():
    bad = MalformedExpression("$x", 0, "no", 0)
    good = Literal(1)
    selector = Selector(bad, Template(("a", bad)), SelectorType("jsonpath", "rfc9535"))
    value = ObjectTemplate((("a", ArrayTemplate((good, bad))), ("b", selector), ("c", X)))
    assert list(malformed_in(value)) == [bad, bad, bad]
