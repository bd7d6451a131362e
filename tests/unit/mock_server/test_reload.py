"""Documents that change: what is read again, and which state stays."""

import pytest

from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.mock_server.reload import carry_states, replace_service
from arazzo_runner.mock_server.service import MockService, ServerRequest
from arazzo_runner.mock_server.sources import SourceReader
from arazzo_runner.pipeline.load import LoadLimits
from arazzo_runner.retrieve.access import RetrieveSettings, document_access

ARAZZO = """
arazzo: 1.0.1
info: {title: T, version: "1"}
sourceDescriptions: [{name: animals, url: pets.yaml, type: openapi}]
workflows:
  - workflowId: w
    steps: [{stepId: s, operationId: nothing}]
"""


@pytest.fixture
def reader_of(tmp_path):
    def make(*names):
        access = document_access(RetrieveSettings(), {})
        return SourceReader(access, [str(tmp_path / name) for name in names], {}, LoadLimits())

    return make


def test_documents_of_both_kinds_and_folders(tmp_path, pets_text, reader_of):
    (tmp_path / "pets.yaml").write_text(pets_text)
    (tmp_path / "flow.arazzo.yaml").write_text(ARAZZO)
    (tmp_path / "part.yaml").write_text("components: {}")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "other-pets.openapi.json").write_text(
        '{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}'
    )
    assert list(reader_of("pets.yaml").read().descriptions) == ["pets"]
    assert list(reader_of("flow.arazzo.yaml", "pets.yaml").read().descriptions) == ["animals"]
    assert list(reader_of("").read().descriptions) == ["animals", "otherPets"]


def test_two_of_one_name_have_numbers(tmp_path, pets_text, reader_of):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pets.yaml").write_text(pets_text)
    assert list(reader_of("a", "b").read().descriptions) == ["pets", "pets-2"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("openapi: 3.1.0\npaths: [", DocumentError, "a value is missing here"),
        ("openapi: 9.1.0\ninfo: {}\npaths: {}", DocumentError, "9.1.0"),
        (
            "arazzo: 1.0.1\ninfo: {title: t, version: '1'}\nsourceDescriptions: [{name: a, url: nix.yaml, type: openapi}]\nworkflows: []",
            DocumentError,
            "nix.yaml",
        ),
        ("just: text\n", DocumentError, None),
    ],
)
def test_what_cannot_be_served_says_why(tmp_path, reader_of, text, error, message):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(error) as caught:
        MockService(reader_of("x.yaml").read().descriptions)
    shown = " ".join(one.message for one in caught.value.diagnostics)
    assert message is None or message in shown
    assert "<mock>" not in shown


def test_a_missing_document_is_named(reader_of):
    with pytest.raises(UsageError, match=r"nix\.yaml"):
        reader_of("nix.yaml").read()


def test_an_empty_folder_is_named(tmp_path, reader_of):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="has no Arazzo document and no API description"):
        reader_of("empty").read()


def test_each_file_that_was_read_is_watched(tmp_path, pets_text, reader_of):
    (tmp_path / "parts.yaml").write_text("Pet: {type: object, properties: {id: {const: a}}}")
    text = pets_text.replace('"#/components/schemas/Pet"', "'parts.yaml#/Pet'")
    (tmp_path / "pets.yaml").write_text(text)
    reader = reader_of("")
    service = MockService(reader.read().descriptions)
    assert not reader.has_changed()
    (tmp_path / "notes.txt").write_text("no document")
    assert not reader.has_changed()
    service.serve(ServerRequest("GET", "/pets/1", "", "http://h"))  # reads what `$ref` names
    (tmp_path / "parts.yaml").write_text("Pet: {type: object, properties: {id: {const: abc}}}")
    assert reader.has_changed()
    reader.read()
    assert not reader.has_changed()
    (tmp_path / "more.yaml").write_text(pets_text)
    assert reader.has_changed()


def test_state_stays_where_the_templates_do(serve, pets_text):
    before = serve(pets=pets_text)
    made = before("POST", "/pets", json={"name": "Rex"}).json()
    before("POST", "/pets", json={"name": "Tom"})
    deleted = before.get("/pets").json()[0]["id"]
    before("DELETE", f"/pets/{deleted}")
    same = serve(seed=9, pets=pets_text.replace("description: A pet", "description: One"))
    carry_states(before.service, same.service)
    assert same.get(f"/pets/{made['id']}").json() == made
    assert same.get("/pets").json()[0] == made
    assert same.get(f"/pets/{deleted}").status_code == 404
    moved = serve(pets=pets_text.replace("/pets", "/animals"))
    carry_states(same.service, moved.service)
    assert moved.service.apis["pets"].state.collections == {}
    assert not moved.service.apis["pets"].state.gone


def test_a_source_that_goes_and_comes_back_has_its_state(serve, pets_text):
    server = serve(pets=pets_text, cats=pets_text.replace("/pets", "/cats"))
    made = server("POST", "/cats", json={"name": "Tom"}).json()
    replace_service(server.runtime, serve(pets=pets_text).service)
    assert [*server.runtime.unserved] == ["cats"]
    assert server.get(f"/cats/{made['id']}").status_code == 404
    replace_service(server.runtime, serve(cats=pets_text.replace("/pets", "/cats")).service)
    assert [*server.runtime.unserved] == ["pets"]
    assert server.get(f"/cats/{made['id']}").json() == made


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("path:", "has no operation to serve: it has no `paths`"),
        ("paths: {}\nx-paths:", "has no operation to serve: it has no path with a method"),
    ],
)
def test_a_description_without_operations_is_not_served(serve, pets_text, new, message):
    before = serve(pets=pets_text, cats=pets_text).service
    empty = serve(pets=pets_text.replace("\npaths:", f"\n{new}"))
    with pytest.raises(UsageError, match=message):
        empty.service.check_operations()
    beside = serve(pets=pets_text.replace("\npaths:", f"\n{new}"), cats=pets_text).service
    beside.check_operations()  # one that has schemas alone
    with pytest.raises(UsageError, match=message):
        beside.check_operations(before)
    before.check_operations(before)


def test_what_is_wrong_with_all_operations_is_said(serve, pets_text):
    text = pets_text.partition("paths:")[0] + "paths: {/a: {get: {parameters: 5}}}"
    with pytest.raises(DocumentError) as caught:
        serve(pets=text).service.check_operations()
    assert caught.value.diagnostics[0].code != "AZ906"
