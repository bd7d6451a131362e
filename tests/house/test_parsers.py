"""Which modules hand foreign text to which parser, and what shows that it is told: parsers.toml."""

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from house.parser_calls import called_names
from house.test_recursions import is_there

ROOT = Path(__file__).parents[2] / "arazzo_runner"
TABLE = tomllib.loads((Path(__file__).parent / "parsers.toml").read_text(encoding="utf-8"))
PARSERS = {call for row in TABLE.values() for call in row["calls"]}
# How functions that parse are called in libraries.
WORDS = {
    *("convert", "decode", "fromhex", "fromisoformat", "fromstring", "literal_eval", "load"),
    *("loads", "parse", "parse_qs", "safe_load", "strptime", "unhexlify", "unpack", "unpackb"),
    *("urlparse", "ZoneInfo", "SimpleCookie", "IPv4Network", "IPv6Network"),
}


@cache
def called() -> dict[str, set[str]]:
    """What each module calls; read by the tests that ask, not by all who collect them."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): called_names(
            path.read_text("utf-8")
        )
        for path in sorted(ROOT.rglob("*.py"))
    }


def test_each_call_of_a_parser_is_in_one_row() -> None:
    """A row more or less for a module is a question: what does the parser raise there?"""
    found = {(call, module) for module, calls in called().items() for call in calls & PARSERS}
    rows = Counter(
        (call, module)
        for row in TABLE.values()
        for module in row["modules"]
        for call in called().get(module, set()) & {*row["calls"]}
    )
    assert sorted(found - rows.keys()) == [], "catch what it raises, then add the module to its row"
    assert [pair for pair, count in rows.items() if count > 1] == []


@pytest.mark.parametrize("name", TABLE)
def test_a_row_has_modules_that_call_it_alone(name: str) -> None:
    row = TABLE[name]
    calls = {*row["calls"]}
    assert row["modules"] == sorted(row["modules"])
    assert [one for one in row["modules"] if not calls & called().get(one, set())] == []
    assert calls - set().union(*called().values()) == set()


@pytest.mark.parametrize("name", TABLE)
def test_what_a_parser_raises_is_shown_by_tests(name: str) -> None:
    row = TABLE[name]
    assert row["caught"]
    assert bool(row["tests"]) is bool(row["raises"])
    assert [one for one in row["tests"] if not is_there(one)] == []


def test_no_other_parser_is_called() -> None:
    foreign = [
        (module, one)
        for module, calls in called().items()
        for one in calls - PARSERS
        if not one.startswith("arazzo_runner.") and one.rpartition(".")[2] in WORDS
    ]
    assert foreign == [], "give it a row"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import json\njson.loads(text)", {"json.loads"}),
        ("from json import loads as read\nread(text)", {"json.loads"}),
        ("from json import JSONDecoder\nD = JSONDecoder(parse_float=float)",
         {"json.JSONDecoder", "float"}),
        ("list(map(int, texts))", {"int"}),
        ("int(text)", {"int"}),
        ("import msgspec\nmsgspec.json.decode(data)", {"msgspec.json.decode"}),
        ("import elementpath\nclass A(elementpath.XPath1Parser): pass", {"elementpath.XPath1Parser"}),
        ("parts.port", {"SplitResult.port"}),
        ("data.decode()", {"bytes.decode"}),
        ("data.decode(charset)", {"bytes.decode"}),
        # None of these can fail.
        ("isinstance(value, int)", {"isinstance"}),
        ("int(9)", set()),
        ("int(len(text))", set()),
        ("data.decode('latin-1')", set()),
        ("data.decode('utf-8', 'replace')", set()),
        ("data.decode(errors='replace')", set()),
        ("from base64 import b64encode\nb64encode(data).decode()", {"base64.b64encode"}),
        ("_DECODER.decode(data)", set()),
        ("match value:\n    case int(): pass", set()),
        ("self.port = 1", set()),
    ],
)  # fmt: skip
def test_what_is_called(text: str, names: set[str]) -> None:
    assert called_names(text) == names
