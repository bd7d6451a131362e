"""Schemas of descriptions as JSON Schema that stands by itself."""

import pytest

from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.model import Schema
from arazzo_runner.openapi.references import MAX_HOPS
from arazzo_runner.openapi.schema.compile import bundle_schema, schema_validator, standalone_schema
from arazzo_runner.text.source import Place

OTHER = "https://api.example.com/specs/other.json"


@pytest.fixture
def alone(api):
    """Bundle a schema that stands in `components/schemas/Root`, beside others."""

    def build(root, direction="response", version="3.1.0", documents=None, **schemas):
        components = {"schemas": {"Root": root, **schemas}}
        description = api(version, documents, components=components)
        place = Place(description.source, ("components", "schemas", "Root"))
        return standalone_schema(Schema(root, place), description, direction)

    return build


@pytest.mark.parametrize(
    ("version", "schema", "expected"),
    [
        ("3.0.3", {"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ("3.0.3", {"type": "string", "nullable": False}, {"type": "string"}),
        (
            "3.0.3",
            {"type": "string", "enum": ["a"], "nullable": True},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            "3.0.3",
            {"type": "string", "enum": ["a", None], "nullable": True},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ("3.0.3", {"nullable": True, "minLength": 1}, {"minLength": 1}),
        (
            "3.0.3",
            {"nullable": True, "allOf": [{"type": "object"}]},
            {"anyOf": [{"type": "null"}, {"allOf": [{"type": "object"}]}]},
        ),
        ("3.0.3", {"type": ["string"], "nullable": True}, {"type": ["string"]}),
        ("2.0", {"type": "string", "x-nullable": True}, {"type": ["string", "null"]}),
        ("3.1.0", {"type": "string", "nullable": True}, {"type": "string"}),
        ("3.0.3", {"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ("3.0.3", {"maximum": 1, "exclusiveMaximum": True}, {"exclusiveMaximum": 1}),
        ("3.0.3", {"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        ("3.0.3", {"exclusiveMaximum": True}, {}),
        ("3.1.0", {"exclusiveMaximum": 5}, {"exclusiveMaximum": 5}),
        ("2.0", {"type": "file"}, {"type": "string"}),
        ("3.0.3", {"required": True, "type": "string"}, {"required": [], "type": "string"}),
        ("3.0.3", {"items": [{"type": "string"}]}, {"prefixItems": [{"type": "string"}]}),
        # Drafts before 2020-12: of the items behind those of a list, and of nothing without one.
        (
            "3.1.0",
            {"items": [{"type": "string"}], "additionalItems": {"type": "null"}},
            {"prefixItems": [{"type": "string"}], "items": {"type": "null"}},
        ),
        ("3.1.0", {"items": [], "additionalItems": False}, {"prefixItems": [], "items": False}),
        ("3.1.0", {"items": {}, "additionalItems": False}, {"items": {}, "additionalItems": False}),
        (
            "3.1.0",
            {"dependencies": {"a": ["b"], "c": {"title": "t", "required": True}, "d": False}},
            {"dependencies": {"a": ["b"], "c": {"required": []}, "d": False}},
        ),
        ("3.1.0", {"dependencies": ["a"]}, {"dependencies": {}}),
        ("3.1.0", {"properties": None, "allOf": 1}, {"properties": {}, "allOf": []}),
        ("3.1.0", {"not": 5, "items": True}, {"not": {}, "items": True}),
        ("3.1.0", {"$ref": 3, "$dynamicRef": 3}, {}),
        (
            "3.1.0",
            {"description": "d", "title": "t", "xml": {}, "externalDocs": {}, "example": 1},
            {"example": 1},
        ),
        # What looks like a keyword is a property, or data.
        (
            "3.0.3",
            {"properties": {"nullable": {"type": "null"}, "description": {}, "$ref": {}}},
            {"properties": {"nullable": {"type": "null"}, "description": {}, "$ref": {}}},
        ),
        (
            "3.1.0",
            {"const": {"$ref": "#/x"}, "enum": [{"$ref": "#/x"}], "default": {"$ref": "#/x"}},
            {"const": {"$ref": "#/x"}, "enum": [{"$ref": "#/x"}], "default": {"$ref": "#/x"}},
        ),
        ("3.1.0", {"pattern": r"^[\w-.]+\d-\\d$"}, {"pattern": r"^[\w\-.]+\d\-\\d$"}),
        ("3.1.0", True, True),
        ("3.1.0", "malformed", {}),
        ("3.1.0", {"anyOf": 1}, {"anyOf": []}),
    ],
)
def test_dialects(alone, version, schema, expected):
    if version == "2.0":
        # Definitions stand elsewhere in 2.0; where a schema stands makes no difference here.
        assert alone(schema, version="3.0.3") == expected
    else:
        assert alone(schema, version=version) == expected


PET = {"type": "object", "properties": {"friend": {"$ref": "#/components/schemas/Pet"}}}


def test_references_are_bundled(alone):
    found = alone({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}, Pet=PET)
    friend = {"type": "object", "properties": {"friend": {"$ref": "#/$defs/Pet"}}}
    assert found == {
        "type": "array",
        "items": {"$ref": "#/$defs/Pet"},
        "$defs": {"Pet": friend},
    }


@pytest.mark.parametrize(("hops", "fits"), [(MAX_HOPS, True), (MAX_HOPS + 1, False)])
def test_a_chain_of_references_has_a_limit(alone, hops, fits):
    chain = {f"C{at}": {"$ref": f"#/components/schemas/C{at + 1}"} for at in range(1, hops)}
    chain[f"C{hops}"] = {"type": "string"}
    start = {"$ref": "#/components/schemas/C1"}
    if fits:
        assert alone(start, **chain)["$defs"][f"C{hops}"] == {"type": "string"}
        return
    with pytest.raises(DocumentError, match="has more than 64 hops"):
        alone(start, **chain)


def test_what_is_not_reached_is_not_bundled(alone):
    assert alone({"type": "string"}, Pet=PET) == {"type": "string"}


def test_a_schema_may_refer_to_itself(alone):
    found = alone({"properties": {"next": {"$ref": "#/components/schemas/Root"}}})
    judge = schema_validator(found)
    assert judge.is_valid({"next": {"next": {}}})
    alias = alone({"$ref": "#/components/schemas/Root"})
    assert schema_validator(alias).is_valid(1)


def test_beside_a_reference(alone):
    sibling = {"$ref": "#/components/schemas/Pet", "minProperties": 1}
    assert alone(sibling, Pet={}, version="3.0.3")["$ref"] == "#/$defs/Pet"
    assert "minProperties" not in alone(sibling, Pet={}, version="3.0.3")
    assert alone(sibling, Pet={})["minProperties"] == 1


def test_names_are_unique(alone):
    documents = {OTHER: {"x": {"Pet": {"type": "null"}, "a/b c": {"type": "integer"}}}}
    found = alone(
        {
            "anyOf": [
                {"$ref": "#/components/schemas/Pet"},
                {"$ref": "other.json#/x/Pet"},
                {"$ref": "other.json#/x/a~1b%20c"},
                {"$ref": "other.json"},
            ]
        },
        documents=documents,
        Pet={"type": "string"},
    )
    assert [one["$ref"] for one in found["anyOf"]] == [
        "#/$defs/Pet",
        "#/$defs/Pet_2",
        "#/$defs/a_b_c",
        "#/$defs/root",
    ]
    kinds = {name: one.get("type") for name, one in found["$defs"].items()}
    assert kinds == {"Pet": "string", "Pet_2": "null", "a_b_c": "integer", "root": None}


@pytest.mark.parametrize(
    ("value", "fits"),
    [({"data": ["a"]}, True), ({"data": [1]}, False), ({"data": [None]}, False)],
)
def test_dynamic_references(alone, value, fits):
    # The pattern of generic lists: the outer schema says what the inner one is a list of.
    page = {
        "$id": "https://schemas.example/page",
        "$defs": {"any": {"$dynamicAnchor": "item", "not": {}}},
        "properties": {"data": {"type": "array", "items": {"$dynamicRef": "#item"}}},
    }
    strings = {
        "$id": "https://schemas.example/strings",
        "$defs": {"text": {"$dynamicAnchor": "item", "type": "string"}},
        "$ref": "page",
    }
    root = {"$ref": "https://schemas.example/strings"}
    found = alone(root, Page=page, Strings=strings)
    assert schema_validator(found).is_valid(value) is fits
    alone_page = alone({"$ref": "https://schemas.example/page"}, Page=page)
    assert not schema_validator(alone_page).is_valid(value)


def test_dynamic_references_beyond_the_scope(alone):
    # The anchor is of a resource that no reference has entered: it is found, not overridden.
    far = {"$id": "https://s.example/f", "$dynamicAnchor": "y", "type": "string"}
    near = {"$id": "https://s.example/n", "$dynamicAnchor": "x", "$dynamicRef": "f#y"}
    found = alone({"$ref": "https://s.example/n"}, Far=far, Near=near)
    assert schema_validator(found).is_valid("a")
    assert not schema_validator(found).is_valid(1)


def test_dynamic_references_to_what_is_not_dynamic(alone):
    plain = {"$id": "https://s.example/p", "$anchor": "x", "type": "string", "$defs": {}}
    other = {"$id": "https://s.example/o", "$dynamicAnchor": "y", "$dynamicRef": "p#x"}
    found = alone({"$ref": "https://s.example/o"}, Plain=plain, Other=other)
    assert schema_validator(found).is_valid("a")
    assert not schema_validator(found).is_valid(1)


HIDDEN = {
    "type": "object",
    "required": ["id", "name", "secret", "ref", "mixed", "far"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "secret": {"type": "string", "writeOnly": True},
        "ref": {"$ref": "#/components/schemas/Secret"},
        "mixed": {"allOf": [{"$ref": "#/components/schemas/Secret"}]},
        "far": True,
    },
}


@pytest.mark.parametrize(
    ("direction", "required"),
    [
        ("request", ["name", "secret", "ref", "mixed", "far"]),
        ("response", ["id", "name", "far"]),
    ],
)
def test_read_only_and_write_only(alone, direction, required):
    secret = {"type": "string", "writeOnly": True}
    assert alone(HIDDEN, direction, Secret=secret)["required"] == required


def test_hidden_properties_of_all_of(alone):
    base = {"properties": {"id": {"readOnly": True}}}
    root = {
        "allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"required": ["id", "name"]},
            {"$ref": "#/components/schemas/Root"},
        ]
    }
    found = alone(root, "request", Base=base)
    assert found["allOf"][1] == {"required": ["name"]}
    assert alone(root, "response", Base=base)["allOf"][1] == {"required": ["id", "name"]}


def test_discriminator_mappings_lead_into_the_bundle(alone):
    mapping = {
        "c": "Cat",
        "d": "#/components/schemas/Dog",
        "gone": "#/components/schemas/Gone",
        "odd": "Gone",
    }
    root = {"discriminator": {"propertyName": "kind", "mapping": mapping}}
    found = alone(root, Cat={"type": "object"}, Dog={"type": "object"})
    assert found["discriminator"]["mapping"] == {
        "c": "#/$defs/Cat",
        "d": "#/$defs/Dog",
        "gone": "#/components/schemas/Gone",
        "odd": "Gone",
    }
    plain = {"discriminator": {"propertyName": "kind"}}
    assert alone(plain) == plain
    assert alone({"discriminator": "kind"}) == {"discriminator": "kind"}


def test_discriminator_mappings_in_2_0(api):
    root = {"discriminator": {"propertyName": "kind", "mapping": {"c": "#/definitions/Cat"}}}
    description = api("2.0", definitions={"Cat": {}})
    found = standalone_schema(Schema(root, Place(description.source)), description, "response")
    assert found["discriminator"]["mapping"] == {"c": "#/$defs/Cat"}


def test_dangling_references(alone, failure):
    code, message, _, pointer = failure(alone, {"items": {"$ref": "#/components/schemas/Nope"}})
    assert (code, message) == (
        "AZ214",
        "the reference `#/components/schemas/Nope` cannot be resolved",
    )
    assert pointer == "/components/schemas/Root/items/$ref"


def test_bundles_are_made_once(api):
    description = api()
    schema = Schema({"type": "string"}, Place(description.source, ("x",)))
    first = bundle_schema(schema, description, "request")
    assert bundle_schema(schema, description, "request") is first
    assert bundle_schema(schema, description, "response") is not first


def test_places(api):
    components = {"schemas": {"Pet": {"type": "object"}}}
    description = api(components=components)
    schema = Schema({"$ref": "#/components/schemas/Pet"}, Place(description.source, ("x", "y")))
    found = bundle_schema(schema, description, "response")
    assert found.place_of(("$defs", "Pet", "type")).pointer == (
        "components",
        "schemas",
        "Pet",
        "type",
    )
    assert found.place_of(("$ref",)).pointer == ("x", "y", "$ref")
    assert found.place_of(("$defs",)).pointer == ("x", "y", "$defs")


@pytest.mark.parametrize(
    "schema", [{"type": "strng"}, {"pattern": "("}, {"$ref": "#/$defs/nope"}, {"$ref": "https://x"}]
)
def test_validators_of_broken_schemas(schema):
    with pytest.raises(ValueError, match=r"^\S"):
        schema_validator(schema)


def test_hostile_patterns_end():
    judge = schema_validator({"pattern": r"^(?=(a+)+$)(a|aa)+\1$"})
    kinds = {one.kind.name for one in judge.iter_errors("a" * 40 + "!")}
    assert kinds == {"pattern"}
