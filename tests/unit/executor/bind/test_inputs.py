"""What is wrong with the schema of inputs, by the meta-schema of JSON Schema."""

import pytest

from arazzo_runner.executor.bind.inputs import schema_findings
from arazzo_runner.executor.inputs_schema import read_inputs_schema
from arazzo_runner.openapi.schema.standalone import Bundle
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("a.yaml", "", "file:///a.yaml"), ("inputs",))


def findings(schema):
    found = schema_findings(read_inputs_schema(Bundle(schema, PLACE, {})))
    return [("/".join(map(str, one.place.pointer)), one.message) for one in found]


NOT_OF_TYPE = "the schema of the inputs: {} is not of type {}"


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "object"}, []),
        # Everything that is wrong, each place once.
        (
            {
                "required": "a",
                "properties": {"a": {"type": "strin"}, "b": {"minimum": "1"}, "c": 3},
            },
            [
                ("inputs/properties/a/type", "`strin` is not a type of JSON Schema"),
                ("inputs/properties/b/minimum", NOT_OF_TYPE.format('string "1"', "number")),
                ("inputs/properties/c", NOT_OF_TYPE.format("integer 3", "object or boolean")),
                ("inputs/required", NOT_OF_TYPE.format('string "a"', "array")),
            ],
        ),
        (
            {"multipleOf": 0},
            [
                (
                    "inputs/multipleOf",
                    "the schema of the inputs cannot be used: 0 is less than or equal to the minimum of 0",
                )
            ],
        ),
        # No meta-schema knows which patterns there are.
        ({"pattern": "("}, [("inputs/pattern", "the pattern `(` is not a regular expression")]),
    ],
)
def test_findings(schema, wanted) -> None:
    assert findings(schema) == wanted


def test_ten_findings_are_enough() -> None:
    assert len(findings({"properties": {f"p{at}": 3 for at in range(50)}})) == 10


def test_what_is_nested_too_deeply_for_the_meta_schema() -> None:
    schema = {"type": "strin"}
    for _ in range(200):
        schema = {"items": schema}
    (finding,) = findings(schema)
    assert finding[1] == "`strin` is not a type of JSON Schema"
