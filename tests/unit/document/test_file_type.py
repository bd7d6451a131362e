import pytest

from arazzo_runner.document.file_type import source_type
from arazzo_runner.document.load import load_value
from arazzo_runner.text.source import SourceFile


def found(value):
    return load_value(SourceFile("t.yaml", "", "file:///t.yaml"), value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"openapi": "3.0.0"}, "this is an OpenAPI description (3.0.0), not an Arazzo document"),
        ({"openapi": "9" * 30}, f"this is an OpenAPI description ({'9' * 19}…), not an Arazzo document"),
        ({"swagger": "2.0"}, "this is a Swagger (OpenAPI) description (2.0), not an Arazzo document"),
        ({"asyncapi": "3.0.0"}, "this is an AsyncAPI description (3.0.0), not an Arazzo document"),
        ({"overlay": "1.0.0"}, "this is an OpenAPI Overlay (1.0.0), not an Arazzo document"),
        ({"$schema": "x"}, "this is a JSON Schema, not an Arazzo document"),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema"}, "this is a JSON Schema (2020-12), not an Arazzo document"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "this is a JSON Schema (draft-07), not an Arazzo document"),
        ({"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": []}, "this is a Postman collection (2.1), not an Arazzo document"),
        ({"info": {"schema": "https://schema.example/v2.1.0/x.json"}}, "this is not an Arazzo document: it has neither `arazzo` nor `workflows`"),
        ({"info": "a", "log": 1}, "this is not an Arazzo document: it has neither `arazzo` nor `workflows`"),
        ({"log": {"version": "1.2", "entries": []}}, "this is a HAR file (1.2), not an Arazzo document"),
        ({"log": {"entries": []}}, "this is a HAR file, not an Arazzo document"),
        ({"a": 1}, "this is not an Arazzo document: it has neither `arazzo` nor `workflows`"),
        ({}, "this is not an Arazzo document: it has neither `arazzo` nor `workflows`"),
        ([], "an Arazzo document is an object, and this is a list"),
        ("text", "an Arazzo document is an object, and this is a string"),
    ],
)  # fmt: skip
def test_another_kind_of_document(value, message):
    loaded = found(value)
    assert loaded.document is None
    assert [(one.code, one.message) for one in loaded.diagnostics] == [("AZ107", message)]


@pytest.mark.parametrize("mark", ["arazzo", "workflows", "sourceDescriptions"])
def test_a_document_with_one_mark_of_arazzo_is_read(mark):
    loaded = found({mark: "1.0.1", "openapi": "3.0.0"})
    assert loaded.document is not None


@pytest.mark.parametrize(
    ("written", "version"),
    [("1.0.0", (1, 0)), ("1.0.99", (1, 0)), ("1.1.0", (1, 1)), ("1.1.7-rc1", (1, 1))],
)
def test_semantics_1_the_patch_number_is_ignored(written, version):
    loaded = found({"arazzo": written, "workflows": []})
    assert loaded.document is not None
    assert loaded.document.version == version


@pytest.mark.parametrize(
    ("written", "message", "help"),
    [
        ("1.2.0", "version `1.2.0` of Arazzo is not supported", None),
        ("2.0.0", "version `2.0.0` of Arazzo is not supported", None),
        ("1.0", "version `1.0` of Arazzo is not supported", "write all three numbers: `arazzo: 1.0.1`"),
        ("", "version `` of Arazzo is not supported", None),
        (2.0, "`2.0` is a number, not a version of Arazzo", None),
        (1.0, "`1.0` is a number, not a version of Arazzo", "write all three numbers: `arazzo: 1.0.1`"),
        (1.1, "`1.1` is a number, not a version of Arazzo", "write all three numbers: `arazzo: 1.1.0`"),
        (1, "`1` is a number, not a version of Arazzo", "write all three numbers: `arazzo: 1.0.1`"),
    ],
)  # fmt: skip
def test_semantics_1_other_versions_name_what_is_supported(written, message, help):
    first = found({"arazzo": written, "workflows": []}).diagnostics[0]
    assert (first.code, first.message, first.help) == ("AZ108", message, help)
    assert first.label == "supported are 1.0.x and 1.1.x"


@pytest.mark.parametrize(
    ("written", "read"), [("9.9.9", False), (1.0, True), (1.1, True), (3, False)]
)
def test_an_unquoted_version_is_read_on_as_the_version_it_means(written, read):
    assert (found({"arazzo": written, "workflows": []}).document is not None) is read


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"openapi": "3.1.0"}, "openapi"),
        ({"swagger": "2.0"}, "openapi"),
        ({"asyncapi": "3.0.0"}, "asyncapi"),
        ({"arazzo": "1.0.1"}, "arazzo"),
        ({"arazzo": "1.0.1", "openapi": ""}, "arazzo"),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_semantics_6_a_source_is_recognized_by_its_content(value, kind):
    assert source_type(value) == kind
