"""What malformed text was meant to be, where it can mean one thing alone."""

import pytest

from arazzo_runner.expression.autocorrect import correct_condition, correct_string

CONDITIONS = [
    ("$statusCode = 200", "$statusCode == 200"),
    ("$statusCode === 200", "$statusCode == 200"),
    (
        "$statusCode !== 200 and $response.body#/a == 'b'",
        "$statusCode != 200 && $response.body#/a == 'b'",
    ),
    ("$statusCode == 200 OR $statusCode == 201", "$statusCode == 200 || $statusCode == 201"),
    (
        "{$statusCode} == 200 & {$response.body#/a} == 1",
        "$statusCode == 200 && $response.body#/a == 1",
    ),
    ("$response.body#/s == completed", "$response.body#/s == 'completed'"),
    ("$response.body#/s == in progress", "$response.body#/s == 'in progress'"),
    (
        "$response.body#/s != done and $statusCode == 200",
        "$response.body#/s != 'done' && $statusCode == 200",
    ),
    ("($response.body#/s == done)", "($response.body#/s == 'done')"),
    ("$response.body#/s == None", "$response.body#/s == null"),
    ("$response.body#/s == True", "$response.body#/s == true"),
    ("$response.body#.x == 1", "$response.body#/x == 1"),
    ("$response.body#x == y\n", "$response.body#/x == 'y'\n"),
    ("$response.body#/a is not null", "$response.body#/a != null"),
    (
        "$response.body#/a is null and $response.body#/b IS done",
        "$response.body#/a == null && $response.body#/b == 'done'",
    ),
    ("$response.statusCode == 200", "$statusCode == 200"),
    ("$statusCode >= 200 && $response.statuscode < 300", "$statusCode >= 200 && $statusCode < 300"),
    ("$status_code == 200", "$statusCode == 200"),
    ("status == 200", "$statusCode == 200"),
    ("statusCode >= 200 && status < 300", "$statusCode >= 200 && $statusCode < 300"),
    ("status == open", None),
    ("status == 2000", None),
    ("$response.body#/a == 1 && mystatus == 200", None),
    ("$statusCode == 200;", "$statusCode == 200"),
    ("$response.body#/a == 'b';", "$response.body#/a == 'b'"),
    ("$response.body#/a == b;", None),
    ("$statusCode >= 200 && < 300", "$statusCode >= 200 && $statusCode < 300"),
    ("$statusCode < 200 || >= 300", "$statusCode < 200 || $statusCode >= 300"),
    ("$steps.a.outputs['b'] == 1", "$steps.a.outputs.b == 1"),
    ("$statusCode == 2XX", "$statusCode >= 200 && $statusCode < 300"),
    (
        "$statusCode == 2xx && $response.body#/a = 1",
        "($statusCode >= 200 && $statusCode < 300) && $response.body#/a == 1",
    ),
    ("!$statusCode == 4xx", "!($statusCode >= 400 && $statusCode < 500)"),
    # parses
    ("$statusCode == 200", None),
    # may mean several things
    ("$response.body#/s > done", None),
    ("< 300", None),
    ("($statusCode == 200) && < 300", None),
    ("$response.status == 200", None),
    ("$response.body#/s is", None),
    ("$response.body#/s contains 'a'", None),
    ("$response.body#/s == 2xx", None),
    ("$statusCode in [200, 201]", None),
    ("$response.body#/s =~ 'a'", None),
    ("$response.body#/s !~ 'a'", None),
    ("$response.body#/s == []", None),
    ("$response.body#/s != []", None),
    ("$statusCode != 2XX", None),
    ("$statusCode == 2XX-3XX", None),
    ("$statusCode == ", None),
    ("done == $response.body#/s", None),
    ("$response.body#/s == '", None),
    ("{$statusCode == 200}", "$statusCode == 200"),
    ("$response.body#/s == $inputs", None),
    (" && ".join(["$statusCode = 200"] * 21), None),
]


@pytest.mark.parametrize(("text", "meant"), CONDITIONS)
def test_condition(text: str, meant: str | None) -> None:
    assert correct_condition(text) == meant


STRINGS = [
    ("$response.body#.x", "$response.body#/x"),
    ("$response.body#x", "$response.body#/x"),
    ("$response.body#$.x", "$response.body#/x"),
    ("$steps.s.output.x", "$steps.s.outputs.x"),
    ("a {$steps.s.output.x} b", "a {$steps.s.outputs.x} b"),
    ("$inputs.token and more", "{$inputs.token} and more"),
    ("$inputs.a $inputs.b $steps.s", "{$inputs.a} {$inputs.b} $steps.s"),
    ("$inputs.a of $input.b", "{$inputs.a} of $input.b"),
    ("$inputs.a {$inputs.b}", "{$inputs.a} {$inputs.b}"),
    ("$steps.a.outputs['b']", "$steps.a.outputs.b"),
    ('$response.header["X-A"]', "$response.header.X-A"),
    ("$inputs['a']", "$inputs.a"),
    # parses
    ("$response.body#/x", None),
    ("{$inputs.a}", None),
    # may mean several things
    ("$steps.s.result.x", None),
    ("$inputs.a > 0", None),
    ("$inputs.a == $inputs.b", None),
    ("$inputs.a && $inputs.b", None),
    ("$inputs.a ?? 'b'", None),
    ("$inputs.a - $inputs.b", None),
    ("$inputs", None),
    ("$steps['a'].outputs.b", None),
    ("$inputs['a b']", None),
    ("$inputs.a}", None),
    ("$response.body.items[*].id", None),
    ("Bearer {$inputs.x", None),
    ("text", None),
]


@pytest.mark.parametrize(("text", "meant"), STRINGS)
def test_string(text: str, meant: str | None) -> None:
    assert correct_string(text) == meant


NAMES = {
    "name": ["$inputs.name"],
    "a.b": ["$steps.a.outputs.b"],
    "two": ["$inputs.two", "$inputs.2"],
}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("$response.body == name", "$response.body == $inputs.name"),
        ("name == 'x'", "$inputs.name == 'x'"),
        ("(name) and $statusCode = 200", "($inputs.name) && $statusCode == 200"),
        ("$response.body == a.b", "$response.body == $steps.a.outputs.b"),
        ("$response.body == name || $response.body == other", "$response.body == $inputs.name || $response.body == 'other'"),
        ("$response.body == other", "$response.body == 'other'"),
        ("$response.body == name taken", "$response.body == 'name taken'"),
        ("$response.body == name-taken", "$response.body == 'name-taken'"),
        ("name($response.body) == 1", None),
        ("$response.body == two", None),
        ("$response.body == 'name'", None),
    ],
)  # fmt: skip
def test_a_word_may_be_a_name_of_the_document(text, meant):
    assert correct_condition(text, lambda word: NAMES.get(word, [])) == meant
