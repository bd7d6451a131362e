import json

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.report.criterion_hints import criterion_hints


def hints(build, condition, operands, body=MISSING, kind="text/plain"):
    octets = body.encode() if isinstance(body, str) else b""
    response = HttpResponse(200, (("Content-Type", kind),), octets)
    values = tuple(build.operand(*one) for one in operands)
    judged = build.criterion(condition, False, values)
    return list(criterion_hints(judged, build.attempt(response=response, body=body)))


@pytest.mark.parametrize(
    ("body", "pointer", "value", "hint"),
    [
        ('{"a": {"b": 1}}', "/a/b", MISSING, "as JSON it would have `/a/b`"),
        ('{"a": {"b": 1}}', "/a/c", MISSING, None),
        ("{a", "/a", MISSING, None),
        ({"a": 1}, "/b", MISSING, None),
        ('{"a": 1}', "/a", 1, None),
        ("[" * 100_000, "/0", MISSING, None),
    ],
)
def test_json_under_another_content_type(build, body, pointer, value, hint):
    condition = f"$response.body#{pointer} == 2"
    expected = [f"the body is `text/plain`, so it is a string; {hint}"] if hint else []
    found = hints(build, condition, [(f"$response.body#{pointer}", value, 0)], body)
    assert found == expected


@pytest.mark.parametrize(
    ("value", "literal", "alike"),
    [
        ("Zoe\u0301", "Zo\u00e9", True),
        ("a\u00a0b", "a b", True),
        ("Zoe", "Zo\u00e9", False),
        ("it's", "it''s", False),
        ("ZOE", "zoe", False),
        ("\u0415422", "E422", True),
        ("\u0421\u0410\u0420", "CAP", True),
        ("\u039f\u039a", "OK", True),
        ("a\u200bb", "ab", True),
        ("ok\u00a0", "ok", True),
        ("E422", "\u0416422", False),
    ],
)
def test_strings_that_look_alike(build, value, literal, alike):
    found = hints(build, f"$inputs.x == '{literal}'", [("$inputs.x", value, 0)])
    assert len(found) == alike
    assert not alike or ("\\u" in found[0] and value not in found[0])


def test_two_operands_are_compared_too(build):
    operands = [("$inputs.x", "e\u0301", 0), ("$inputs.y", "\u00e9", 13)]
    assert hints(build, "$inputs.x == $inputs.y", operands)
    assert not hints(build, "$inputs.x != $inputs.y", operands)


@pytest.mark.parametrize("value", [" ok", "ok ", "ok\n", "\tok"])
def test_spaces_at_an_end(build, value):
    found = hints(build, "$inputs.x == 'ok'", [("$inputs.x", value, 0)])
    shown = json.dumps(value)
    assert found == [f'the strings look alike, but their characters differ: `{shown}` and `"ok"`']
