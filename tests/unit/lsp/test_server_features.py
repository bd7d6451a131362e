"""Each thing that an editor asks for, over pipes, in a right document and in a broken one."""

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from arazzo_runner.lsp.server import _folders
from unit.lsp.client import Client
from unit.lsp.project import DOCUMENT, NAME

BROKEN = DOCUMENT.replace("summary: Buys a pet", "summary: 'Buys a pet")


def position(text: str, part: str) -> tuple[int, int]:
    """The line and the column of `┃` in a part of a text without it."""
    assert part.replace("┃", "") in text
    at = text.index(part.replace("┃", "")) + part.index("┃")
    return text[:at].count("\n"), at - (text.rfind("\n", 0, at) + 1)


def ask(client: Client, method: str, part: str, text: str = DOCUMENT, **more: Any) -> Any:
    client.write(NAME, DOCUMENT)
    client.diagnostics(NAME)
    if text != DOCUMENT:
        client.write(NAME, text)
        client.diagnostics(NAME)
    about = client.at(NAME, *position(text, part))
    return client.request(f"textDocument/{method}", {**about, **more})


@pytest.mark.parametrize("text", [DOCUMENT, BROKEN], ids=["right", "broken"])
class TestReading:
    def test_completion(self, client: Client, text: str) -> None:
        found = ask(client, "completion", "operationId: l┃istPets", text)
        assert [one["label"] for one in found["items"]] == ["listPets", "createPet"]

    def test_hover(self, client: Client, text: str) -> None:
        found = ask(client, "hover", "operationId: l┃istPets", text)
        assert "**GET /pets**" in found["contents"]["value"]

    def test_definition(self, client: Client, text: str) -> None:
        [found] = ask(client, "definition", "operationId: l┃istPets", text)
        assert found["uri"] == client.uri("api.yaml")
        assert found["range"]["start"] == {"line": 5, "character": 4}

    def test_references(self, client: Client, text: str) -> None:
        context = {"includeDeclaration": True}
        found = ask(client, "references", "- stepId: l┃ist", text, context=context)
        assert len(found) == 3
        assert ask(client, "references", "tit┃le: Pets", text, context=context) in ([], None)

    def test_outline(self, client: Client, text: str) -> None:
        found = ask(client, "documentSymbol", "┃arazzo", text)
        names = {one["name"]: [two["name"] for two in one.get("children", ())] for one in found}
        assert names == {"pets": [], "buy": ["list", "create", "id"], "twice": ["call", "id"]}
        folds = ask(client, "foldingRange", "┃arazzo", text)
        lines = {(one["startLine"], one["endLine"]) for one in folds}
        assert position(DOCUMENT, "┃workflows:")[0] in {first for first, _ in lines}

    def test_lens(self, client: Client, text: str) -> None:
        found = ask(client, "codeLens", "┃arazzo", text)
        assert [one["command"]["arguments"][1] for one in found] == ["buy", "twice"]


def test_rename(client: Client) -> None:
    assert ask(client, "prepareRename", "- stepId: l┃ist")["placeholder"] == "list"
    assert ask(client, "prepareRename", "tit┃le: Pets") is None
    found = ask(client, "rename", "- stepId: l┃ist", newName="all")
    assert [one["newText"] for one in found["changes"][client.uri(NAME)]] == ["all"] * 3


OTHER = f"""arazzo: 1.0.1
info: {{title: Others, version: '1'}}
sourceDescriptions:
- {{name: shop, url: {NAME}, type: arazzo}}
workflows:
- workflowId: all
  steps:
  - stepId: a
    workflowId: $sourceDescriptions.shop.buy
    parameters: [{{name: name, value: x}}]
"""


def test_documents_that_are_not_open_are_renamed_and_found_too(
    client: Client, folder: Path
) -> None:
    (folder / "below").mkdir()
    unopened = folder / "below" / "all.arazzo.yaml"
    unopened.write_text(OTHER.replace(NAME, f"../{NAME}"))
    (folder / "broken.arazzo.yaml").write_text(f"{NAME}: [")
    (folder / "same-name.arazzo.yaml").write_text(OTHER.replace(NAME, f"elsewhere/{NAME}"))
    try:
        found = ask(client, "rename", "- workflowId: bu┃y", newName="take")
        places = ask(
            client, "references", "- workflowId: bu┃y", context={"includeDeclaration": False}
        )
    finally:
        for one in ("below/all.arazzo.yaml", "broken.arazzo.yaml", "same-name.arazzo.yaml"):
            (folder / one).unlink()
        (folder / "below").rmdir()
    assert set(found["changes"]) == {client.uri(NAME), unopened.as_uri()}
    [edit] = found["changes"][unopened.as_uri()]
    assert edit["newText"] == "$sourceDescriptions.shop.take"[-len(edit["newText"]) :]
    assert unopened.as_uri() in {one["uri"] for one in places}


def test_all_folders_of_a_workspace_that_are_there_count(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    uris = [tmp_path.as_uri(), (tmp_path / "a b").as_uri(), (tmp_path / "c").as_uri(), "ssh://x/y"]
    folders = [types.WorkspaceFolder(one, "") for one in uris]
    params = types.InitializeParams(types.ClientCapabilities(), workspace_folders=folders)
    assert [*_folders(params)] == [str(tmp_path), str(tmp_path / "a b")]
    alone = types.InitializeParams(types.ClientCapabilities(), root_uri=tmp_path.as_uri())
    assert [*_folders(alone)] == [str(tmp_path)]
    old = types.InitializeParams(types.ClientCapabilities(), root_path=str(tmp_path))
    assert [*_folders(old)] == [str(tmp_path)]
    assert [*_folders(types.InitializeParams(types.ClientCapabilities()))] == []


def test_a_rename_that_is_refused_says_why(client: Client) -> None:
    with pytest.raises(AssertionError, match="there is `create` already"):
        ask(client, "rename", "- stepId: l┃ist", newName="create")
    with pytest.raises(AssertionError, match="cannot be read as it is now"):
        ask(client, "rename", "- stepId: l┃ist", BROKEN, newName="all")
    assert ask(client, "prepareRename", "- stepId: l┃ist", BROKEN) is None


def test_formatting(client: Client) -> None:
    options = {"tabSize": 2, "insertSpaces": True}
    text = DOCUMENT.replace("workflows:\n", "workflows: \n")
    [found] = ask(client, "formatting", "┃arazzo", text, options=options)
    assert (found["range"]["start"]["line"], found["newText"]) == (4, "")
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    assert ask(client, "rangeFormatting", "┃arazzo", text, options=options, range=span) in (
        [],
        None,
    )


def test_a_workflow_is_run_with_mock(client: Client) -> None:
    [lens, _] = ask(client, "codeLens", "┃arazzo")
    done = client.request("workspace/executeCommand", lens["command"] | {"title": None})
    assert done["exitCode"] == 0
    assert "buy" in done["output"]
    said = [one for one in client.messages if one.get("method") == "window/showMessage"]
    assert said[-1]["params"]["message"].startswith("buy: ")


def test_what_is_run_is_what_is_in_the_editor(client: Client) -> None:
    text = DOCUMENT.replace("$statusCode == 200", "1 == 2")
    client.write(NAME, text)
    arguments = {"command": "arazzo.runMock", "arguments": [client.uri(NAME), "buy"]}
    assert client.request("workspace/executeCommand", arguments)["exitCode"] != 0
    arguments["arguments"][0] = client.uri("lost.arazzo.yaml")
    with pytest.raises(AssertionError, match="is not open"):
        client.request("workspace/executeCommand", arguments)


def test_what_is_not_open_has_nothing(client: Client) -> None:
    for method in ("hover", "completion", "definition", "prepareRename", "documentSymbol"):
        found = client.request(f"textDocument/{method}", client.at("lost.arazzo.yaml", 0, 0))
        assert found in (None, [], {"isIncomplete": False, "items": []})
