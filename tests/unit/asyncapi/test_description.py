"""AsyncAPI descriptions recognized, and their parts reached."""

import pytest

from arazzo_runner.asyncapi.description import (
    NEWEST,
    OWN_DIALECT,
    SchemaDialect,
    dialect_description,
    layers_of,
    read_async_description,
    read_bindings,
    read_location,
    resolve_object,
    strings_at,
)
from arazzo_runner.errors import DocumentError
from arazzo_runner.text.source import Place
from unit.asyncapi.conftest import said, source_of


@pytest.mark.parametrize(
    ("version", "read"),
    [("2.0.0", (2, 0)), ("2.6.0", (2, 6)), ("3.0.0", (3, 0)), ("3.1.0", (3, 1)), (3.0, (3, 0))],
)
def test_versions(events, version, read):
    description = events(version)
    assert description.version == read
    assert (description.title, repr(description)[:26]) == ("T", "AsyncApiDescription('T', S")


def test_a_version_of_many_digits():
    raw = {"asyncapi": "9" * 5000}
    with pytest.raises(DocumentError) as caught:
        read_async_description(source_of(raw), raw)
    assert said(caught.value)[2].startswith(f"`asyncapi: {'9' * 59}…` is not supported")


@pytest.mark.parametrize(
    ("raw", "code", "place", "message"),
    [
        ([], "AZ202", "", "this is not an AsyncAPI description: it has no field `asyncapi`"),
        (
            {"openapi": "3.1.0"},
            "AZ202",
            "",
            "this is not an AsyncAPI description: it has no field `asyncapi`",
        ),
        *(
            (
                {"asyncapi": version},
                "AZ202",
                "/asyncapi",
                f"`asyncapi: {version}` is not supported; `2.0` to `2.6`, `3.0` and `3.1` are",
            )
            for version in ("1.2.0", "2.7.0", "3.2.0", "4", "x.y")
        ),
        ({"asyncapi": "3.0.0", "info": []}, "AZ217", "/info", "`info` has to be an object, not array []"),
        (
            {"asyncapi": "3.0.0", "channels": "orders"},
            "AZ217",
            "/channels",
            "`channels` has to be an object, not string \"orders\"",
        ),
    ],
)  # fmt: skip
def test_what_is_no_description(raw, code, place, message):
    with pytest.raises(DocumentError) as caught:
        read_async_description(source_of(raw), raw)
    assert said(caught.value) == (code, place, message)


def test_dialects_share_documents_and_nothing_else(events):
    description = events()
    other = dialect_description(description, SchemaDialect((3, 0)))
    assert other.version == (3, 0)
    assert other.documents is description.schemas.documents
    assert other.memo is not description.schemas.memo
    assert dialect_description(description, SchemaDialect((3, 0))) is other
    assert dialect_description(description, OWN_DIALECT) is description.schemas
    newer = dialect_description(description, SchemaDialect(NEWEST))
    assert (newer.version, newer.ignores_siblings) == ((3, 1), False)
    assert description.schemas.ignores_siblings


def test_objects_of_other_documents(events):
    documents = {
        "https://events.example.com/specs/parts.json": {"a": {"$ref": "#/b"}, "b": {"c": 1}}
    }
    description = events(documents=documents)
    root = Place(description.source)
    node, place = resolve_object(description, {"$ref": "parts.json#/a"}, root, "it")
    assert (node, place.pointer, place.source.name) == ({"c": 1}, ("b",), "parts.json")


@pytest.mark.parametrize(
    ("node", "code", "message"),
    [
        (None, "AZ217", "it has to be an object, not null"),
        ([], "AZ217", "it has to be an object, not array []"),
        ({"$ref": "#/nowhere"}, "AZ214", "the reference `#/nowhere` cannot be resolved"),
        ({"$ref": "#/channels/a"}, "AZ214", "the reference `#/channels/a` is circular"),
    ],
)
def test_objects_that_are_none(events, node, code, message):
    description = events(channels={"a": {"$ref": "#/channels/b"}, "b": {"$ref": "#/channels/a"}})
    with pytest.raises(DocumentError) as caught:
        resolve_object(description, node, Place(description.source), "it")
    assert said(caught.value)[::2] == (code, message)


def test_references_have_as_many_hops_as_those_of_openapi(events):
    channels = {str(at): {"$ref": f"#/channels/{at + 1}"} for at in range(65)}
    description = events(channels={**channels, "65": {"address": "end"}})
    root = Place(description.source)
    assert resolve_object(description, channels["1"], root, "it")[0] == {"address": "end"}
    with pytest.raises(DocumentError) as caught:
        resolve_object(description, channels["0"], root, "it")
    assert said(caught.value)[2] == "the reference `#/channels/1` has more than 64 hops"


@pytest.mark.parametrize(
    ("version", "bindings"),
    [
        # 3.0: the object decides, then later traits; 2.x: JSON Merge Patch of the traits.
        ("3.0.0", {"mqtt": {"qos": 2, "retain": True}, "kafka": {"key": "second"}}),
        ("2.6.0", {"mqtt": {"qos": 0, "retain": True}, "kafka": {"key": "second"}}),
    ],
)
def test_bindings_of_traits(events, version, bindings):
    components = {
        "traits": {
            "first": {"bindings": {"mqtt": {"qos": 0}, "kafka": {"key": "first"}}},
            "second": {"bindings": {"$ref": "#/components/kafka"}},
        },
        "kafka": {"kafka": {"key": "second"}, "x-note": "text"},
    }
    description = events(version, components=components)
    node = {
        "traits": [{"$ref": "#/components/traits/first"}, {"$ref": "#/components/traits/second"}],
        "bindings": {"mqtt": {"qos": 2, "retain": True}},
    }
    layers = layers_of(description, node, Place(description.source))
    assert read_bindings(description, layers) == bindings


@pytest.mark.parametrize(
    ("text", "part", "tokens"),
    [
        ("$message.header#/correlationId", "header", ("correlationId",)),
        ("$message.payload#/order/~1id", "payload", ("order", "/id")),
        ("$message.payload#/order/0", "payload", ("order", "0")),
        ("$message.payload", "payload", ()),
        ("$message.payload#", "payload", ()),
    ],
)
def test_locations(events, text, part, tokens):
    found = read_location(text, Place(events().source))
    assert (found.text, found.part, found.tokens) == (text, part, tokens)


@pytest.mark.parametrize("text", ["", "$message.body#/x", "$message.header.x", "header#/x"])
def test_locations_that_are_none(events, text):
    with pytest.raises(DocumentError) as caught:
        read_location(text, Place(events().source).at("location"))
    message = f"the location `{text}` is not like `$message.header#/id`"
    assert said(caught.value) == ("AZ217", "/location", message)


def test_strings(events):
    place = Place(events().source)
    assert strings_at({"enum": ["a", 1]}, "enum", place) == ("a", "1")
    assert strings_at({}, "enum", place) == ()
