"""Numbers that keep their spelling: read, copied, written, packed."""

import copy
import json
import pickle
import random

import pytest

from arazzo_runner.text.json_write import (
    ASCII,
    COMPACT,
    INDENTED,
    SPACED,
    JsonStyle,
    has_spellings,
    json_pieces,
    write_json,
)
from arazzo_runner.text.number import JsonNumber, parse_number

STYLES = (SPACED, ASCII, COMPACT, INDENTED, JsonStyle(indent=4, sort_keys=True))


@pytest.mark.parametrize("text", ["0.1", "1.0", "-0.0", "1e+16", "19.99", "1e-05"])
def test_what_a_float_spells_alike(text):
    assert type(parse_number(text)) is float


@pytest.mark.parametrize("text", ["19.90", "1E400", "-1e2", "0.00001", "2936.23380448434092597"])
def test_what_a_float_would_lose(text):
    number = parse_number(text)
    assert isinstance(number, JsonNumber)
    assert (str(number), repr(number), f"{number}", number.spelling) == (text,) * 4
    assert (number == float(text), hash(number) == hash(float(text))) == (True, True)
    for one in (copy.deepcopy(number), pickle.loads(pickle.dumps(number))):
        assert (type(one), one.spelling) == (JsonNumber, text)
    assert json.loads(json.dumps(number)) == float(text)


def test_no_other_text_is_a_number():
    with pytest.raises(ValueError, match="could not convert"):
        JsonNumber("a")


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (SPACED, '{"b": [19.90, {}, "\u00e9"], "a": 1E400}'),
        (ASCII, '{"b": [19.90, {}, "\\u00e9"], "a": 1E400}'),
        (COMPACT, '{"b":[19.90,{},"\u00e9"],"a":1E400}'),
        (INDENTED, '{\n  "b": [\n    19.90,\n    {},\n    "\u00e9"\n  ],\n  "a": 1E400\n}'),
        (JsonStyle(sort_keys=True), '{"a": 1E400, "b": [19.90, {}, "\u00e9"]}'),
    ],
)
def test_writing(style, text):
    value = {"b": [JsonNumber("19.90"), {}, "\u00e9"], "a": JsonNumber("1E400")}
    assert write_json(value, style) == text
    assert "".join(json_pieces(value, style)) == text
    assert write_json(JsonNumber("1.50"), style) == "1.50"


def values(dice, depth):
    scalars = [
        None,
        True,
        dice.randrange(10**20),
        dice.random() * 10 ** dice.randrange(-9, 20),
        'é"\\\n\x7f\ud800'[: dice.randrange(7)],
    ]
    if depth == 0 or dice.random() < 0.4:
        return dice.choice(scalars)
    members = [values(dice, depth - 1) for _ in range(dice.randrange(4))]
    return members if dice.random() < 0.5 else {f"{at} é": one for at, one in enumerate(members)}


@pytest.mark.parametrize("style", STYLES)
def test_all_else_is_written_as_json_does(style):
    dice = random.Random(1)
    for _ in range(300):
        value = values(dice, 4)
        expected = style.encoder().encode(value)
        assert write_json(value, style) == "".join(json_pieces(value, style)) == expected


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("19.90", False),
        ([1.5, {"a": "b", "c": None}], False),
        ([1.5, {"a": JsonNumber("1.50")}], True),
        (["\ud800"], True),
        ([object()], True),
    ],
)
def test_looking_for_them(value, found):
    assert has_spellings(value) is found


def test_what_json_refuses():
    number = JsonNumber("1E400")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json([number, float("inf")], JsonStyle(allow_nan=False))
    with pytest.raises(TypeError):
        write_json([number, b"a"])
    assert write_json([number, b"a"], JsonStyle(default=len)) == "[1E400, 1]"
