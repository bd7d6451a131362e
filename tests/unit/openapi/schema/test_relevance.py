"""Which errors are shown first, and which branch of a choice."""

import subprocess
import sys

import pytest

from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.fallback import ErrorKind, PythonValidator, ValueFault
from arazzo_runner.openapi.schema.relevance import relevant_errors

CAT = {
    "type": "object",
    "required": ["claws"],
    "properties": {"claws": {"type": "integer"}, "name": {"minLength": 2}},
}
DOG = {
    "type": "object",
    "required": ["bark"],
    "properties": {"bark": {"properties": {"loud": {"type": "boolean"}}}},
}
CARD = {
    "required": ["kind", "number"],
    "properties": {"kind": {"const": "card"}, "number": {"minLength": 2}},
}
BANK = {
    "required": ["kind", "iban"],
    "properties": {"kind": {"enum": ["bank"]}, "iban": {"type": "string"}},
}
PAID = {"oneOf": [CARD, BANK]}
PETS = {"anyOf": [{"type": "string"}, CAT, DOG]}


@pytest.mark.parametrize(
    ("schema", "value", "wanted"),
    [
        # What is further up comes first; what is alike stays in the order of the value.
        (
            {"properties": {"a": {"properties": {"b": {"type": "integer"}}}, "c": {"type": "integer"}}},
            {"a": {"b": "x"}, "c": "x"},
            ["/c type", "/a/b type"],
        ),
        ({"items": {"type": "integer"}}, ["a", 1, "b"], ["/0 type", "/2 type"]),
        # A choice comes after what is certain.
        ({"anyOf": [{"required": ["x"]}, {"required": ["y"]}], "minProperties": 1}, {}, [" minProperties", " anyOf"]),
        # The branch of the right type, with all that is wrong in it.
        ({"anyOf": [{"type": "string"}, CAT]}, {"name": "x"}, [" required", "/name minLength"]),
        # The one that got furthest.
        (PETS, {"bark": {"loud": "x"}}, ["/bark/loud type"]),
        # Nothing tells which was meant.
        (PETS, {}, [" anyOf"]),
        (PETS, 3, [" anyOf"]),
        # Choices in choices.
        ({"oneOf": [{"type": "array"}, {"properties": {"pet": PETS}}]}, {"pet": {"bark": {"loud": 1}}}, ["/pet/bark/loud type"]),
        # A constant member tells which was meant, though another branch has as much that is wrong.
        (PAID, {"kind": "bank"}, [" required"]),
        (PAID, {"kind": "card", "iban": "x"}, [" required"]),
        ({"anyOf": [PAID, {"type": "null"}]}, {"kind": "card", "number": "1"}, ["/number minLength"]),
        (PAID, {"kind": "cash"}, [" oneOf"]),
        ({"anyOf": [CARD, {"type": "null"}]}, {"kind": "cash", "number": "12"}, ["/kind const"]),
        ({"anyOf": [CARD, {"type": "string"}]}, {"kind": "cash"}, [" anyOf"]),
        # Constants of several members are no tag.
        (
            {"anyOf": [CARD, {"properties": {"by": {"const": "me"}}, "required": ["x"]}, {"required": ["y"]}]},
            {"kind": "cash", "by": "you"},
            [" anyOf"],
        ),
        # Several fit: that is what is wrong.
        ({"oneOf": [{"type": "integer"}, {"minimum": 1}, {"type": "string"}]}, 3, [" oneOf"]),
        # A keyword that stands for others has no object of its own.
        ({"properties": {"a": False, "b": {"type": "integer"}}}, {"a": 1, "b": "x"}, ["/a falseSchema", "/b type"]),
    ],
)  # fmt: skip
def test_relevance(schema, value, wanted) -> None:
    errors = relevant_errors(schema_validator(schema).iter_errors(value), schema)
    found = [
        "".join(f"/{step}" for step in one.instance_path) + f" {one.kind.name}" for one in errors
    ]
    assert found == wanted


def test_the_discriminator_tells_before_anything_else() -> None:
    schema = {
        "$defs": {"cat": CAT, "dog": DOG},
        "oneOf": [{"$ref": "#/$defs/cat"}, {"$ref": "#/$defs/dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"woof": "#/$defs/dog"}},
    }
    validator = schema_validator(schema)
    for kind, missing in (("cat", "claws"), ("dog", "bark"), ("woof", "bark")):
        (error,) = relevant_errors(validator.iter_errors({"kind": kind}), schema)
        assert error.kind.property == missing


def test_a_schema_that_is_false_behind_a_reference() -> None:
    schema = {"$defs": {"n": {"properties": {"a": False}}}, "$ref": "#/$defs/n", "maxProperties": 1}
    errors = relevant_errors(PythonValidator(schema).iter_errors({"a": 1, "b": 2}), schema)
    assert {one.kind.name for one in errors} == {"maxProperties", "falseSchema"}


def test_one_error_needs_no_jsonschema() -> None:
    program = """
import sys
from arazzo_runner.openapi.schema.compile import schema_validator
from arazzo_runner.openapi.schema.relevance import relevant_errors
validator = schema_validator({"type": "integer"})
print(len(relevant_errors(validator.iter_errors("x"), {"type": "integer"})), "jsonschema" in sys.modules)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "1 False\n"


def test_an_error_of_a_keyword_that_the_schema_has_not() -> None:
    """As a schema that was translated gives it: it is weighed without the schema around it."""
    errors = [
        ValueFault(ErrorKind("type", types=["string"]), "deep", 1, ["a"], ["gone", "here", "type"]),
        ValueFault(ErrorKind("type", types=["object"]), "root", 1, [], ["type"]),
    ]
    assert [one.message for one in relevant_errors(errors, {"type": "object"})] == ["root", "deep"]
