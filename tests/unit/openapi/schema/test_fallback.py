"""jsonschema in the place of jsonschema-rs: the same verdicts, places and keywords."""

import sys

import pytest

from arazzo_runner.expression.query.limits import QueryError, with_checkpoint
from arazzo_runner.installation import InstallationWarning
from arazzo_runner.openapi.schema.compile import response_validator, schema_validator
from arazzo_runner.openapi.schema.fallback import PythonValidator, warn_of_fallback
from arazzo_runner.openapi.schema.relevance import relevant_errors
from arazzo_runner.openapi.schema.validator import compile_schema
from arazzo_runner.text.number import JsonNumber
from unit.openapi.schema.test_validator import NUMBERS

POINT = {
    "type": "object",
    "required": ["x"],
    "properties": {"x": {"type": "integer", "minimum": 3}},
}
VALUES = [
    None, True, False, 0, 1, 3, 4.5, -2, 1e30, "", "a", "ab", "abc", "A1", "2020-01-01", [], [1], [1, "a"],
    [1, 1], ["a", 2, 3], [{"x": 1}], {}, {"x": 1}, {"x": 3}, {"x": "s", "y": 1}, {"y": [1], "long": 2},
    {"a": 1}, {"a": "b", "kind": "p"}, {"kind": "q", "x": 1}, {"p": {"x": 1}, "q": {}},
]  # fmt: skip
SCHEMAS = [
    True, False, {},
    *({"type": one} for one in ("null", "boolean", "integer", "number", "string", "array", "object")),
    {"type": ["integer", "string"]}, {"enum": [1, "a", None, []]}, {"const": 1}, {"const": False}, {"const": 4.5},
    {"minimum": 3}, {"maximum": 3}, {"exclusiveMinimum": 3}, {"exclusiveMaximum": 3}, {"multipleOf": 1.5},
    {"minLength": 2}, {"maxLength": 1}, {"pattern": "^[a-z]+$"}, {"pattern": "\\d"}, {"format": "date"},
    {"minItems": 1}, {"maxItems": 1}, {"uniqueItems": True}, {"items": {"type": "integer"}},
    {"prefixItems": [{"type": "string"}], "items": False}, {"contains": {"type": "string"}},
    {"contains": {"type": "integer"}, "minContains": 2}, {"prefixItems": [{}], "unevaluatedItems": False},
    {"required": ["x", "y"]}, {"minProperties": 2}, {"maxProperties": 1}, {"additionalProperties": False},
    {"additionalProperties": {"type": "integer"}, "properties": {"x": {}}},
    {"patternProperties": {"^l": {"type": "string"}}, "additionalProperties": False},
    {"propertyNames": {"maxLength": 1}}, {"dependentRequired": {"x": ["y", "z"]}}, {"dependentSchemas": {"x": POINT}},
    {"properties": {"x": {"type": "string"}}, "unevaluatedProperties": False},
    {"patternProperties": {"^[lx]": True}, "unevaluatedProperties": False}, {"not": {"type": "object"}},
    {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "object"}},
    {"allOf": [POINT, {"maxProperties": 1}]}, {"anyOf": [{"type": "string"}, POINT]},
    {"oneOf": [{"type": "integer"}, {"minimum": 2}, POINT]},
    {"$defs": {"p": POINT, "q": {"properties": {"p": {"$ref": "#/$defs/p"}}}}, "$ref": "#/$defs/q"},
    {
        "$defs": {"p": {"required": ["b"]}, "q": POINT},
        "oneOf": [{"$ref": "#/$defs/p"}, {"$ref": "#/$defs/q"}],
        "discriminator": {"propertyName": "kind"},
    },
    {"$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}}}, "$ref": "#/$defs/t"},
]  # fmt: skip

# In these it has another word for the same error, or another place.
ELSEWHERE = (
    {"prefixItems": [{"type": "string"}], "items": False},
    {"prefixItems": [{}], "unevaluatedItems": False},
    {"contains": {"type": "integer"}, "minContains": 2},
    {"additionalProperties": False},
    {"propertyNames": {"maxLength": 1}},
    {"oneOf": [{"type": "integer"}, {"minimum": 2}, POINT]},  # it stops at the second that fits
)
ALIKE = [one for one in SCHEMAS if one not in ELSEWHERE]


def outline(error):
    """All that this program reads of an error, its message aside."""
    kind = error.kind
    said = {
        name: getattr(kind, name)
        for name in ("property", "types", "unexpected")
        if hasattr(kind, name)
    }
    branches = [
        sorted((outline(one) for one in branch), key=repr)
        for branch in getattr(kind, "context", ())
    ]
    return kind.name, list(error.instance_path), list(error.schema_path), said, branches


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_the_same_verdict(schema) -> None:
    theirs, own = schema_validator(schema), PythonValidator(schema)
    assert [own.is_valid(one) for one in VALUES] == [theirs.is_valid(one) for one in VALUES]


@pytest.mark.parametrize("schema", ALIKE, ids=str)
def test_the_same_errors(schema) -> None:
    theirs, own = schema_validator(schema), PythonValidator(schema)
    for value in VALUES:
        wanted = sorted(map(outline, theirs.iter_errors(value)), key=repr)
        assert sorted(map(outline, own.iter_errors(value)), key=repr) == wanted, value


@pytest.mark.parametrize("schema", ALIKE, ids=str)
def test_the_same_relevance(schema) -> None:
    theirs, own = schema_validator(schema), PythonValidator(schema)
    for value in VALUES:
        wanted = [outline(one)[:2] for one in relevant_errors(theirs.iter_errors(value), schema)]
        found = [outline(one)[:2] for one in relevant_errors(own.iter_errors(value), schema)]
        assert sorted(found, key=repr) == sorted(wanted, key=repr), value


@pytest.fixture
def without_rust(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    warn_of_fallback.cache_clear()
    yield
    warn_of_fallback.cache_clear()


@pytest.mark.parametrize(("schema", "text", "fits"), NUMBERS)
@pytest.mark.filterwarnings("ignore:jsonschema-rs is not installed")
def test_numbers(schema, text, fits, without_rust) -> None:
    judge = schema_validator(schema)
    assert judge.is_valid(JsonNumber(text)) is fits
    assert (next(judge.iter_errors(JsonNumber(text)), None) is None) is fits


def test_it_is_said_once(without_rust) -> None:
    with pytest.warns(
        InstallationWarning, match="jsonschema-rs is not installed: values are checked"
    ):
        assert isinstance(compile_schema({}, 1_000), PythonValidator)
    compile_schema({}, 1_000)


def test_formats() -> None:
    judge = PythonValidator({"format": "date"}, {"date"})
    assert judge.is_valid("2020-01-01")
    assert [one.kind.name for one in judge.iter_errors("2020-01-32")] == ["format"]


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"type": "strin"}, ["type"], "'strin' is not valid under any of the given schemas"),
        ({"properties": {"a": {"pattern": "("}}}, ["properties", "a", "pattern"], "is invalid"),
        (
            {"anyOf": [{"patternProperties": {"(": {}}}]},
            ["anyOf", 0, "patternProperties"],
            "is invalid",
        ),
    ],
)
def test_malformed_schemas(schema, path, message) -> None:
    with pytest.raises(ValueError, match=message) as error:
        PythonValidator(schema)
    assert error.value.instance_path == path


def test_what_is_data_has_no_patterns() -> None:
    assert PythonValidator({"const": {"pattern": "("}}).is_valid({"pattern": "("})


def test_what_is_nested_too_deeply() -> None:
    schema, value = {}, []
    for _ in range(2_000):
        schema, value = {"items": schema}, [value]
    with pytest.raises(ValueError, match="nested too deeply"):
        PythonValidator(schema)
    judge = PythonValidator(SCHEMAS[-1])
    with pytest.raises(ValueError, match="nested too deeply"):
        judge.is_valid(value)


def test_a_pattern_that_takes_too_long(monkeypatch) -> None:
    monkeypatch.setattr("arazzo_runner.openapi.schema.keywords.seconds_for_match", lambda: 0.0)
    (error,) = PythonValidator({"pattern": "(?:a|a)*b(?<=a)"}).iter_errors("a" * 30_000)
    assert error.message.startswith("Error executing regex: ")


def test_the_end_of_a_run_ends_it() -> None:
    def is_over() -> float:
        raise QueryError("the run took longer than 2 s")

    judge = PythonValidator({"pattern": "a"})
    with pytest.raises(ValueError, match=r"^the run took longer than 2 s$"):
        with_checkpoint(is_over, lambda: judge.is_valid("b"))


def test_references_go_nowhere() -> None:
    with pytest.raises(ValueError, match="Unresolvable"):
        PythonValidator({"$ref": "http://127.0.0.1:9/x.json"}).is_valid(1)


@pytest.mark.filterwarnings("ignore:jsonschema-rs is not installed")
def test_formats_of_responses(without_rust) -> None:
    judge = response_validator(
        {"properties": {"day": {"format": "date"}, "no": {"format": "none"}}}
    )
    (error,) = judge.iter_errors({"day": "x", "no": "x"})
    assert (error.kind.name, error.kind.format, error.instance_path) == ("format", "date", ["day"])
