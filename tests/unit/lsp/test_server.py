"""The server as an editor meets it: what it says while somebody types, and what it offers."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from unit.lsp.client import Client
from unit.lsp.project import API, DOCUMENT, NAME


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n")


def codes(client: Client, name: str, text: str) -> list[str]:
    client.write(name, text)
    return [one["code"] for one in client.diagnostics(name)]


@pytest.fixture
def restored(client: Client) -> Client:
    client.write(NAME, DOCUMENT)
    client.diagnostics(NAME)
    return client


def test_says_what_it_is(client: Client) -> None:
    assert client.result["serverInfo"]["name"] == "arazzo"
    assert client.result["capabilities"]["positionEncoding"] == "utf-16"


def test_a_right_document_has_no_errors(restored: Client) -> None:
    assert codes(restored, NAME, DOCUMENT) == []


def test_a_finding_has_its_range_its_page_and_its_help(restored: Client) -> None:
    restored.write(NAME, DOCUMENT.replace("operationId: listPets", "operationId: listPet"))
    [found] = restored.diagnostics(NAME)
    line = line_of(DOCUMENT, "operationId: listPets")
    assert found["range"] == {
        "start": {"line": line, "character": 17},
        "end": {"line": line, "character": 24},
    }
    assert (found["code"], found["severity"], found["source"]) == ("AZ204", 1, "arazzo")
    assert "did you mean `listPets`?" in found["message"]
    page = Path(unquote(urlsplit(found["codeDescription"]["href"]).path))
    assert page.read_text(encoding="utf-8").startswith("Severity: ")


def test_columns_count_utf16_units(restored: Client) -> None:
    text = DOCUMENT.replace("summary: Buys a pet", "summary: 😀").replace(
        "- {name: again, type: goto, stepId: list,", "- {name: 😀, type: goto, stepId: lost,"
    )
    restored.write(NAME, text)
    [found] = [one for one in restored.diagnostics(NAME) if one["code"] == "AZ208"]
    assert found["range"]["start"]["character"] == len("    - {name: 😀, type: goto, stepId: ") + 1


def test_changes_are_put_into_the_text(restored: Client) -> None:
    line = line_of(DOCUMENT, "operationId: createPet")

    def position(character: int) -> dict[str, int]:
        return {"line": line, "character": character}

    restored.change(
        NAME,
        {"range": {"start": position(17), "end": position(26)}, "text": "list"},
        {"range": {"start": position(21), "end": position(21)}, "text": "Pets"},
    )
    found = restored.diagnostics(NAME)
    assert "AZ204" not in [one["code"] for one in found]
    assert {one["code"] for one in found} >= {"AZ310"}


def test_broken_text_is_said_to_be_broken(restored: Client) -> None:
    assert codes(restored, NAME, DOCUMENT.replace("title: Pets", "title: 'Pets")) == ["AZ103"]


def test_unsaved_descriptions_count(restored: Client) -> None:
    restored.open("api.yaml", API.replace("operationId: listPets", "operationId: allPets"))
    assert [one["code"] for one in restored.diagnostics(NAME)] == ["AZ204"]
    restored.notify("textDocument/didClose", {"textDocument": {"uri": restored.uri("api.yaml")}})
    assert restored.diagnostics(NAME) == []


def test_what_a_change_does_not_concern_is_left_alone(restored: Client) -> None:
    restored.open("alone.arazzo.yaml", DOCUMENT.replace("workflowId: twice", "workflowId: other"))
    assert restored.diagnostics("alone.arazzo.yaml") == []
    before = len(restored.messages)
    assert codes(restored, NAME, DOCUMENT + "# a\n") == []
    restored.request("textDocument/hover", restored.at("alone.arazzo.yaml", 0, 0))
    uri = restored.uri("alone.arazzo.yaml")
    published = [one["params"] for one in restored.messages[before:] if "params" in one]
    assert [one for one in published if one.get("uri") == uri] == []
    restored.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    restored.diagnostics("alone.arazzo.yaml")


def test_files_that_change_are_read_again(restored: Client, folder: Path) -> None:
    (folder / "api.yaml").write_text(API.replace("operationId: listPets", "operationId: a"))
    changed = {"changes": [{"uri": restored.uri("api.yaml"), "type": 2}]}
    restored.notify("workspace/didChangeWatchedFiles", changed)
    assert [one["code"] for one in restored.diagnostics(NAME)] == ["AZ204"]
    (folder / "api.yaml").write_text(API, encoding="utf-8")
    restored.notify("workspace/didChangeWatchedFiles", changed)
    assert restored.diagnostics(NAME) == []


def test_the_configuration_counts_as_for_validate(restored: Client, folder: Path) -> None:
    text = DOCUMENT.replace("operationId: listPets", "operationId: listPet")
    changed = {"changes": [{"uri": restored.uri("arazzo.toml"), "type": 2}]}
    assert codes(restored, NAME, text) == ["AZ204"]
    (folder / "arazzo.toml").write_text('[validate]\nignore = ["AZ204"]\n')
    restored.notify("workspace/didChangeWatchedFiles", changed)
    assert restored.diagnostics(NAME) == []
    (folder / "arazzo.toml").write_text("[validate]\nignor = []\n")
    restored.notify("workspace/didChangeWatchedFiles", changed)
    assert [one["code"] for one in restored.diagnostics(NAME)] == ["AZ204"]
    said = restored.wait(lambda one: one.get("method") == "window/showMessage")
    assert "`[validate]` has no key `ignor`" in said["params"]["message"]
    (folder / "arazzo.toml").unlink()
    restored.notify("workspace/didChangeWatchedFiles", changed)
    restored.diagnostics(NAME)


def test_what_is_wrong_in_a_description_stands_there(restored: Client, folder: Path) -> None:
    broken = API.replace("#/components/schemas/Pet'}}}\n        '404'", "#/lost'}}}\n        '404'")
    broken = broken.replace("items: {$ref: '#/components/schemas/Pet'}", "items: {$ref: '#/lost'}")
    restored.open("api.yaml", broken)
    found = restored.diagnostics("api.yaml")
    assert [one["code"] for one in found] == ["AZ214"]
    restored.notify("textDocument/didClose", {"textDocument": {"uri": restored.uri("api.yaml")}})
    assert restored.diagnostics("api.yaml") == []


def test_other_texts_are_left_alone(restored: Client) -> None:
    restored.open("other.yaml", "a: [")
    restored.notify("textDocument/didClose", {"textDocument": {"uri": restored.uri("other.yaml")}})
    assert codes(restored, NAME, DOCUMENT) == []
    assert not any(
        one.get("params", {}).get("uri") == restored.uri("other.yaml") for one in restored.messages
    )


def test_a_closed_document_has_no_diagnostics(restored: Client) -> None:
    restored.open("w.arazzo.yaml", "a")
    assert restored.diagnostics("w.arazzo.yaml") != []
    restored.notify(
        "textDocument/didClose", {"textDocument": {"uri": restored.uri("w.arazzo.yaml")}}
    )
    assert restored.diagnostics("w.arazzo.yaml") == []


def actions(client: Client, text: str, part: str, *only: str) -> list[dict[str, object]]:
    client.write(NAME, text)
    found = client.diagnostics(NAME)
    position = {"line": line_of(text, part), "character": 8}
    context = {"diagnostics": found, **({"only": [*only]} if only else {})}
    about = {"textDocument": {"uri": client.uri(NAME)}, "context": context}
    result: list[dict[str, object]] = client.request(
        "textDocument/codeAction", {**about, "range": {"start": position, "end": position}}
    )
    return result


def test_a_fix_is_an_action(restored: Client) -> None:
    text = DOCUMENT.replace("operationId: listPets", "operationId: ListPets")
    [action] = actions(restored, text, "operationId: ListPets")
    assert (action["title"], action["isPreferred"]) == ("Replace with `listPets`", True)
    [edit] = action["edit"]["changes"][restored.uri(NAME)]
    assert edit["newText"] == "l"
    assert [one["code"] for one in action["diagnostics"]] == ["AZ204"]
    assert actions(restored, text, "operationId: createPet") == []


def test_a_guess_says_that_it_is_one(restored: Client) -> None:
    text = DOCUMENT.replace("operationId: listPets", "operationId: listPet")
    [action] = actions(restored, text, "operationId: listPet")
    assert action["title"] == "Replace with `listPets` (changes what the document means)"
    assert not action["isPreferred"]


def test_all_safe_fixes_are_one_action(restored: Client) -> None:
    text = DOCUMENT.replace("operationId: listPets", "operationId: ListPets").replace(
        "operationId: createPet", "operationId: CreatePet"
    )
    [action] = actions(restored, text, "info", "source.fixAll")
    edits = action["edit"]["changes"][restored.uri(NAME)]
    assert [one["newText"].strip() for one in edits] == [
        "operationId: listPets",
        "operationId: createPet",
    ]
    assert actions(restored, DOCUMENT, "info", "source.fixAll") == []


def test_another_encoding_is_agreed_upon(folder: Path) -> None:
    client = Client(folder, general={"positionEncodings": ["utf-8"]})
    assert client.result["capabilities"]["positionEncoding"] == "utf-8"
    client.open(NAME, DOCUMENT.replace("{name: again,", "{name: 😀, x: 1,"))
    [found] = client.diagnostics(NAME)
    assert found["range"]["start"]["character"] == len("    - {name: 😀, ".encode())
    assert client.close() == 0


def test_an_end_without_shutdown_is_told_by_the_exit_code(folder: Path) -> None:
    assert Client(folder).exit() == 1
