"""Where references lead, and what is said when they lead nowhere."""

import pytest

from arazzo_runner.openapi import references
from arazzo_runner.openapi.references import MAX_HOPS, reference_target, resolve_reference
from arazzo_runner.text.source import Place, pointer_text

B = "https://api.example.com/specs/b.json"
OTHER = "https://api.example.com/specs/parts/pets.json"

ADD = "correct the reference, or add what it names to the API description"


def follow(description, reference, *at):
    """Follow a reference that stands at some place; returns file, pointer, node."""
    place = Place(description.source, at)
    node, found = resolve_reference(description, {"$ref": reference}, place)
    return found.source.uri.rpartition("/")[2], pointer_text(found.pointer), node


@pytest.mark.parametrize(
    ("reference", "pointer", "node"),
    [
        ("#/components/parameters/Limit", "/components/parameters/Limit", {"name": "limit"}),
        ("#/components/parameters/Alias", "/components/parameters/Limit", {"name": "limit"}),
        ("#/components/x-list/1", "/components/x-list/1", "b"),
        ("#/paths/~1pets~1{id}/x~0y", "/paths/~1pets~1{id}/x~0y", 1),
        ("#/paths/~1pets~1%7Bid%7D/x~0y", "/paths/~1pets~1{id}/x~0y", 1),
        ("openapi.json#/components/x-list/0", "/components/x-list/0", "a"),
    ],
)
def test_local(api, reference, pointer, node):
    description = api(
        paths={"/pets/{id}": {"x~y": 1}},
        components={
            "parameters": {
                "Limit": {"name": "limit"},
                "Alias": {"$ref": "#/components/parameters/Limit"},
            },
            "x-list": ["a", "b"],
        },
    )
    assert follow(description, reference) == ("openapi.json", pointer, node)


def test_a_node_without_reference_is_itself(api):
    description = api()
    place = Place(description.source)
    assert resolve_reference(description, {"$ref": 3}, place) == ({"$ref": 3}, place)
    assert resolve_reference(description, "text", place) == ("text", place)


def test_other_documents(api):
    documents = {OTHER: {"Pet": {"$ref": "#/Cat"}, "Cat": {"$ref": "../openapi.json#/info"}}}
    description = api(documents=documents)
    expected = ("openapi.json", "/info", {"title": "T", "version": "1"})
    assert follow(description, "parts/pets.json#/Pet") == expected
    node, place = reference_target(description, "parts/pets.json", Place(description.source))
    assert (node, place.pointer) == (documents[OTHER], ())
    documents.clear()
    # It was read once, and is at hand from then on.
    assert follow(description, "parts/pets.json#/Pet") == expected


def test_self_is_the_base_since_3_2(api):
    documents = {"https://other.example/v1/p.json": {"x": 1}}
    own = "https://other.example/v1/openapi.json"
    description = api("3.2.0", documents, **{"$self": own})
    assert follow(description, "p.json#/x")[2] == 1
    assert follow(description, own + "#/info/title")[2] == "T"


IDS = {
    "Tree": {
        "$id": "https://schemas.example/tree",
        "$defs": {"node": {"$anchor": "node", "type": "object"}},
        "properties": {"leaf": {"$id": "leaf", "$anchor": "node", "type": "string"}},
    },
    "Plain": {"$anchor": "plain", "type": "null"},
    "List": {"allOf": [{"$id": "https://schemas.example/listed"}]},
}


@pytest.mark.parametrize(
    ("reference", "at", "pointer"),
    [
        ("https://schemas.example/tree", (), "Tree"),
        ("https://schemas.example/leaf", (), "Tree/properties/leaf"),
        ("https://schemas.example/tree#/$defs/node", (), "Tree/$defs/node"),
        ("https://schemas.example/tree#node", (), "Tree/$defs/node"),
        ("https://schemas.example/leaf#node", (), "Tree/properties/leaf"),
        ("https://schemas.example/listed", (), "List/allOf/0"),
        ("#plain", (), "Plain"),
        ("#node", ("components", "schemas", "Tree"), "Tree/$defs/node"),
        ("#/$defs/node", ("components", "schemas", "Tree"), "Tree/$defs/node"),
        ("leaf#node", ("components", "schemas", "Tree"), "Tree/properties/leaf"),
        # Not relative to the schema's own root, as the standard has it, but what is meant.
        ("#/components/schemas/Plain", ("components", "schemas", "Tree"), "Plain"),
    ],
)
def test_ids_and_anchors(api, reference, at, pointer):
    description = api(components={"schemas": IDS})
    assert follow(description, reference, *at)[1] == "/components/schemas/" + pointer


def test_an_id_that_is_no_uri_stands_for_itself(api):
    description = api(components={"schemas": {"a": {"$id": "http://[", "$anchor": "b"}}})
    assert follow(description, "http://[#b")[1] == "/components/schemas/a"


def test_ids_count_since_3_1(api, failure):
    description = api("3.0.3", components={"schemas": IDS})
    for reference in ("https://schemas.example/tree", "#plain"):
        assert failure(follow, description, reference)[0] == "AZ214"


@pytest.mark.parametrize(
    ("reference", "message", "help_line"),
    [
        (
            "#/info/titel",
            "the reference `#/info/titel` cannot be resolved",
            "did you mean `title`?",
        ),
        (
            "#/info/title/x",
            "the reference `#/info/title/x` cannot be resolved",
            "correct the reference, or add what it names",
        ),
        (
            "#/tags/2",
            "the reference `#/tags/2` cannot be resolved",
            "correct the reference, or add what it names",
        ),
        (
            "#/tags/x",
            "the reference `#/tags/x` cannot be resolved",
            "correct the reference, or add what it names",
        ),
        ("#Anchor", "the reference `#Anchor` names an anchor that does not exist", ADD),
        (
            "b.json#/x",
            f"the document that `b.json#/x` refers to cannot be read: `{B}` is not there",
            None,
        ),
    ],
)
def test_leads_nowhere(api, failure, reference, message, help_line):
    description = api(documents={}, tags=[])
    expected = ("AZ214", message, help_line, "/paths/$ref")
    assert failure(follow, description, reference, "paths") == expected


def test_other_documents_need_a_loader(api, failure):
    message = "the reference `b.json` is to another document, which was not read"
    assert failure(follow, api(), "b.json") == ("AZ214", message, ADD, "/$ref")


def test_circles_and_hops(api, failure):
    chain = {str(i): {"$ref": f"#/x-chain/{i + 1}"} for i in range(MAX_HOPS + 1)}
    circle = {"a": {"$ref": "#/x-circle/b"}, "b": {"$ref": "#/x-circle/a"}}
    chain[str(MAX_HOPS + 1)] = {"end": True}
    description = api(**{"x-chain": chain, "x-circle": circle})
    assert follow(description, "#/x-chain/2")[2] == {"end": True}
    message = failure(follow, description, "#/x-chain/1")[1]
    assert message.endswith("has more than 64 hops")
    message = failure(follow, description, "#/x-circle/a")[1]
    assert message == "the reference `#/x-circle/a` is circular"


def test_names_are_compared_once_for_a_dead_reference(api, failure, monkeypatch):
    asked = []

    def hint(name, names):
        asked.append((name, names))
        return f"hint {len(asked)}"

    monkeypatch.setattr(references, "did_you_mean", hint)
    description = api(components={"schemas": {"Pet": {}}, "parameters": {"Pets": {}}})
    pet, pets = "#/components/schemas/Pett", "#/components/parameters/Pett"
    other = api(components={"schemas": {"Pett1": {}}})
    told = [
        failure(follow, description, pet, "paths")[2],
        failure(follow, description, pets)[2],
        failure(follow, description, pet, "info")[2],
        failure(follow, other, pet)[2],
    ]
    assert told == ["hint 1", "hint 2", "hint 1", "hint 3"]
    assert asked == [("Pett", ["Pet"]), ("Pett", ["Pets"]), ("Pett", ["Pett1"])]
