"""Kinds of generated values: how they are written, and what they give."""

import re
import uuid
from datetime import datetime

import pytest

from arazzo_runner.document.generated_kind import (
    SeededNumbers,
    generate_kind,
    has_type,
    parse_kind,
)

MOMENT = 1_780_000_000.25
KINDS = {
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "now": r"2026-05-28T20:26:40\.250Z",
    "date": "2026-05-28",
    "timestamp": "1780000000",
    "random": "[a-z0-9]{8}",
    "random:3": "[a-z0-9]{3}",
    "number:-2-2": "-?[0-2]",
    "number": "[0-9]{1,7}",
    "email": r"user-[a-z0-9]{10}@example\.com",
    "name": "[A-Z][a-z]+ [A-Z][a-z]+",
    "phone": r"\+1[2-9][0-9]{2}55501[0-9]{2}",
    "choice:red|green||": "red|green",
}


@pytest.mark.parametrize(("text", "pattern"), KINDS.items())
def test_values(text, pattern):
    kind = parse_kind(text)
    values = [generate_kind(kind, SeededNumbers(7, f"{one}"), MOMENT) for one in range(50)]
    again = [generate_kind(kind, SeededNumbers(7, f"{one}"), MOMENT) for one in range(50)]
    assert values == again
    assert all(re.fullmatch(pattern, str(one)) for one in values)
    types = {"string": str, "integer": int}
    assert all(type(one) is types[kind.type] for one in values)


@pytest.mark.parametrize("text", ["uuid", "random", "email", "number:1-999999999999"])
def test_other_seeds_and_names_have_other_values(text):
    kind = parse_kind(text)
    numbers = [SeededNumbers(seed, name) for seed in (1, 2) for name in ("a", "b")]
    assert len({generate_kind(kind, one, MOMENT) for one in numbers}) == 4


def test_what_others_read():
    assert uuid.UUID(generate_kind(parse_kind("uuid"), SeededNumbers(1, "a"), MOMENT)).version == 4
    now = datetime.fromisoformat(generate_kind(parse_kind("now"), SeededNumbers(1, "a"), MOMENT))
    assert now.timestamp() == MOMENT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("uid", "`uid` is no kind of generated values, which are `uuid`, `now`, `date`,"),
        ("uid", "`choice:A|B`; did you mean `uuid`?"),
        ("zzzzzz", "`choice:A|B`"),
        ("uuid:4", "`uuid:4` is no kind of generated values"),
        (4, "it is no kind of generated values"),
        ("random:0", "`random:0`: write a length from 1 to 1,000"),
        ("random:1001", "`random:1001`: write a length"),
        ("random:", "`random:`: write a length"),
        ("random:٣", "`random:٣`: write a length"),
        ("number:9", "`number:9`: write the smallest and the largest, such as `number:1-100`"),
        ("number:9-1", "`number:9-1`: write the smallest"),
        ("choice", "`choice` needs values: `choice:red|green`"),
        ("choice:|", "`choice` needs values"),
    ],
)
def test_what_is_no_kind(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_kind(text)


@pytest.mark.parametrize(
    ("text", "types", "fits"),
    [
        ("uuid", (), True),
        ("uuid", ("string", "null"), True),
        ("uuid", ("integer",), False),
        ("timestamp", ("integer",), True),
        ("number", ("number",), True),
        ("number", ("string",), True),
        ("number", ("boolean",), False),
        ("choice:1|2", ("integer",), True),
        ("choice:1|2", ("array",), False),
    ],
)
def test_types(text, types, fits):
    assert has_type(parse_kind(text), types) is fits
