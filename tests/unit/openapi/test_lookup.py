"""Finding operations: by id, by pointer, through references, escaped or not."""

import pytest

from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.lookup import (
    all_operations,
    broken_path_items,
    build_operation,
    escaped_form,
    find_by_id,
    find_by_pointer,
    namesakes,
    operation_entries,
    operation_ids,
    operation_pointers,
    pointer_of,
    standard_form,
)

PARTS = "https://api.example.com/specs/parts.json"
PATHS = {
    "/pets": {
        "summary": "x",
        "parameters": [{"name": "shared", "in": "query"}],
        "get": {"operationId": "list"},
        "post": {"operationId": "create"},
    },
    "/shared": {"$ref": "#/components/pathItems/shared", "put": {"operationId": "own"}},
    "/far": {"$ref": "parts.json#/far"},
    "x-paths": {"get": {"operationId": "none"}},
    "/odd": {
        "query": {"operationId": "search"},
        "additionalOperations": {"COPY": {"operationId": "copy"}},
        "delete": {},
    },
}
COMPONENTS = {
    "pathItems": {
        "shared": {
            "parameters": [{"name": "s", "in": "query"}],
            "get": {"operationId": "shared"},
            "put": {"operationId": "hidden"},
        },
        "unused": {"get": {}},
    }
}
DOCUMENTS = {
    PARTS: {
        "far": {
            "servers": [{"url": "v2"}],
            "parameters": [{"$ref": "#/p"}],
            "get": {"operationId": "far"},
        },
        "p": {"name": "far", "in": "query"},
    }
}


@pytest.fixture
def pets(api):
    return api("3.2.0", dict(DOCUMENTS), paths=PATHS, components=COMPONENTS)


def test_all_operations_of_documents_at_hand(pets):
    before = list(all_operations(pets))
    assert ("GET", "/far", "far") not in before
    assert "far" not in operation_ids(pets)
    assert "#/paths/~1far/get" not in operation_pointers(pets)
    find_by_id(pets, "far")
    assert list(all_operations(pets)) == [
        ("GET", "/pets", "list"),
        ("POST", "/pets", "create"),
        ("PUT", "/shared", "own"),
        ("GET", "/shared", "shared"),
        ("GET", "/far", "far"),
        ("QUERY", "/odd", "search"),
        ("DELETE", "/odd", None),
        ("COPY", "/odd", "copy"),
    ]
    ids = ["list", "create", "own", "shared", "far", "search", "copy"]
    assert list(operation_ids(pets)) == ids
    assert list(operation_pointers(pets))[4] == "#/paths/~1far/get"


@pytest.mark.parametrize(
    ("operation_id", "method", "path"),
    [
        ("create", "POST", "/pets"),
        ("shared", "GET", "/shared"),
        ("far", "GET", "/far"),
        ("search", "QUERY", "/odd"),
        ("copy", "COPY", "/odd"),
    ],
)
def test_by_id(pets, operation_id, method, path):
    found = find_by_id(pets, operation_id)
    assert (found.operation_id, found.method, found.path) == (operation_id, method, path)
    assert find_by_id(pets, operation_id) is found


BROKEN = {
    "/a": {"$ref": "#/components/pathItems/nothing"},
    "/b": {"$ref": "gone.json"},
    "/c": [],
    "/d": {"get": {"operationId": "read"}},
    "/e": {"$ref": "parts.json#/far"},
}


@pytest.mark.parametrize("operation_id", ["read", "far"])
def test_a_broken_path_item_is_no_matter_to_others(api, operation_id):
    description = api("3.2.0", DOCUMENTS, paths=BROKEN)
    assert find_by_id(description, operation_id) is not None
    assert find_by_pointer(description, ("paths", "/d", "get")) is not None
    assert find_by_pointer(description, ("components", "pathItems", "shared", "get")) is None
    known = list(operation_ids(description))
    assert known[0] == "read"


def test_why_path_items_have_no_operations(api):
    description = api("3.2.0", DOCUMENTS, paths=BROKEN)
    places = [one.place.pointer[:2] for one in broken_path_items(description)]
    assert places
    assert {one[0] for one in places} == {"paths"}
    assert ("paths", "/d") not in places
    assert not [*broken_path_items(api("3.2.0", DOCUMENTS, paths={"/d": BROKEN["/d"]}))]


def test_what_may_be_behind_a_broken_path_item(api):
    description = api("3.2.0", DOCUMENTS, paths=BROKEN)
    for _ in range(2):
        with pytest.raises(DocumentError) as raised:
            find_by_id(description, "nowhere")
        found = [(one.code, one.place.pointer) for one in raised.value.diagnostics]
        assert found == [
            ("AZ217", ("paths", "/c")),
            ("AZ214", ("paths", "/a", "$ref")),
            ("AZ214", ("paths", "/b", "$ref")),
        ]


@pytest.mark.parametrize("operation_id", ["List", "none", "hidden", ""])
def test_not_by_id(pets, operation_id):
    assert find_by_id(pets, operation_id) is None


def test_the_first_of_two_equal_ids_counts(api):
    paths = {"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "x"}}}
    assert find_by_id(api(paths=paths), "x").path == "/a"


def test_other_documents_are_read_only_when_needed(api, failure):
    documents = {}
    description = api("3.2.0", documents, paths=PATHS, components=COMPONENTS)
    assert find_by_id(description, "list").path == "/pets"
    code, message, _, pointer = failure(find_by_id, description, "far")
    assert (code, pointer) == ("AZ214", "/paths/~1far/$ref")
    assert message.startswith("the document that `parts.json#/far` refers to cannot be read: ")
    description = api("3.2.0", DOCUMENTS, paths=PATHS, components=COMPONENTS)
    far = find_by_id(description, "far")
    assert [one.name for one in far.parameters] == ["far"]
    assert far.servers[0].url == "https://api.example.com/specs/v2"
    assert far.place.source.uri == PARTS


@pytest.mark.parametrize(
    ("tokens", "operation_id"),
    [
        (("paths", "/pets", "get"), "list"),
        (("paths", "%2Fpets", "get"), "list"),
        (("paths", "/shared", "get"), "shared"),
        (("paths", "/shared", "put"), "own"),
        (("components", "pathItems", "shared", "get"), "shared"),
        (("paths", "/far", "get"), "far"),
        (("paths", "/odd", "additionalOperations", "COPY"), "copy"),
        (("paths", "/odd", "query"), "search"),
        (("paths", "/pets", "patch"), None),
        (("paths", "/pets", "parameters"), None),
        (("paths", "/cats", "get"), None),
        (("paths", "/pets"), None),
        (("components", "pathItems", "unused", "get"), None),
        (("components", "nothing"), None),
        (("info", "title"), None),
    ],
)
def test_by_pointer(pets, tokens, operation_id):
    found = find_by_pointer(pets, tokens)
    assert (found and found.operation_id) == operation_id


def test_pointers_lead_back_to_their_operations(pets):
    for method, path, operation_id in all_operations(pets):
        found = find_by_pointer(pets, pointer_of(method, path))
        assert (found and (found.method, found.operation_id)) == (method, operation_id)


def test_3_2_methods_are_of_3_2(api):
    description = api("3.1.0", DOCUMENTS, paths=PATHS, components=COMPONENTS)
    assert [method for method, path, _ in all_operations(description) if path == "/odd"] == [
        "DELETE"
    ]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("#/paths/pets/{id}/get", ("paths", "/pets/{id}", "get")),
        ("/paths/pets/{id}/get", ("paths", "/pets/{id}", "get")),
        ("#/paths//pets/{id}/get", ("paths", "/pets/{id}", "get")),
        ("api#/paths/pets/post", ("paths", "/pets", "post")),
        (
            "#/paths/pets/additionalOperations/COPY",
            ("paths", "/pets", "additionalOperations", "COPY"),
        ),
        ("#/paths/~1pets~1{id}/get", None),
        ("#/paths/pets", None),
        ("#/paths/get", None),
        ("#/components/pets/get", None),
    ],
)
def test_escaped_form(text, tokens):
    assert escaped_form(text) == tokens


@pytest.mark.parametrize(
    ("tokens", "meant"),
    [
        (("paths", "/pets", "GET"), ("paths", "/pets", "get")),
        (("paths", "", "pets", "Get"), ("paths", "/pets", "get")),
        (("paths", "pets", "get"), ("paths", "/pets", "get")),
        (("paths", "/pets", "get"), None),
        (("paths", "/pets", "additionalOperations", "GET"), None),
        (("paths", "/pets", "COPY"), None),
        (("GET",), ("get",)),
    ],
)
def test_57_standard_form(tokens, meant):
    assert standard_form(tokens) == meant


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ({"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "y"}}}, []),
        (
            {"/a": {"get": {"operationId": "x"}}, "/b": {"put": {"operationId": "x"}}},
            [("GET", "/a"), ("PUT", "/b")],
        ),
        (
            {"/a": {"get": {"operationId": "x"}, "put": {"operationId": "x"}}},
            [("GET", "/a"), ("PUT", "/a")],
        ),
        (
            {"/a": {"get": {"operationId": "x"}}, "/b": {"$ref": "#/paths/~1a"}},
            [("GET", "/a"), ("GET", "/b")],
        ),
        ({"/a": {"get": {"operationId": "x"}}, "/b": {"$ref": "far.json"}}, [("GET", "/a")]),
        ({"/a": {"x-note": {"operationId": "x"}, "get": [], "put": {"operationId": 1}}}, []),
        ({"/a": 1}, []),
    ],
)
def test_49_operations_of_one_name(describe, paths, found):
    description = describe({"openapi": "3.1.0", "paths": paths})
    assert [(one.method, one.path) for one in namesakes(description, "x")] == found


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ([], "`paths` has to be an object, not array []"),
        ({"/a": 1}, "a path item has to be an object, not integer 1"),
        ({"/a": {"get": []}}, "`get` has to be an object, not array []"),
        (
            {"/a": {"additionalOperations": 1}},
            "`additionalOperations` has to be an object, not integer 1",
        ),
    ],
)
def test_malformed_paths(api, failure, paths, message):
    description = api("3.2.0", paths=paths)
    assert failure(find_by_id, description, "any")[:2] == ("AZ217", message)


def test_each_entry_can_be_built(pets):
    entries = list(operation_entries(pets))
    assert [(one.method, one.path) for one in entries][:1] == [
        (method, path) for method, path, _ in all_operations(pets)
    ][:1]
    assert build_operation(pets, entries[0]).path == entries[0].path
