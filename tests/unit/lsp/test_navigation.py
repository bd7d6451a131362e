"""Definitions, references and renames, of what is at the cursor, `┃`."""

from pathlib import Path

import pytest

from arazzo_runner.lsp.navigation import (
    Files,
    RenameRefused,
    definitions,
    occurrence_at,
    references,
    rename,
)
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import LineIndex
from arazzo_runner.lsp.workspace.texts import OpenTexts
from arazzo_runner.text.positions import text_of
from unit.lsp.project import DOCUMENT, NAME, analysis_of, write_project


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("pets"))


@pytest.fixture(scope="module")
def analysis(folder: Path) -> Analysis:
    return analysis_of(folder)


def offset(text: str, document: str = DOCUMENT) -> int:
    assert text.replace("┃", "") in document
    return document.index(text.replace("┃", "")) + text.index("┃")


def line(analysis: Analysis, place: object) -> tuple[str, str]:
    """The file of a place, and the line that it begins in."""
    location = Files(OpenTexts()).location(place)
    text = place.source.text.split("\n")[location.range.start.line]
    return location.uri.rpartition("/")[2], text.strip()


@pytest.mark.parametrize(
    ("text", "file", "found"),
    [
        ("operationId: list┃Pets", "api.yaml", "get:"),
        ("workflowId: bu┃y\n    par", NAME, "- workflowId: buy"),
        ("stepId: li┃st,", NAME, "- stepId: list"),
        ("$inputs.na┃me\n        id", NAME, "name: {type: string, description: What it is called.}"),
        ("$ste┃ps.list.outputs.first", "", ""),
        ("$steps.li┃st.outputs.first", NAME, "- stepId: list"),
        ("$steps.list.outputs.fi┃rst", NAME, "first: $response.body#/items/0/id"),
        ("$steps.call.outputs.i┃d", NAME, "id: $steps.create.outputs.id"),
        ("{name: na┃me, value", NAME, "name: {type: string, description: What it is called.}"),
        ("$response.body#/items/0/i┃d", "api.yaml", "id: {type: integer, description: The number of the pet., examples: [7]}"),
        ("$response.body#/ki┃nd", "api.yaml", "kind: {type: string, enum: [dog, cat]}"),
        ("url: api┃.yaml", "api.yaml", "openapi: 3.1.0"),
        ("required: [na┃me]", NAME, "name: {type: string, description: What it is called.}"),
    ],
)  # fmt: skip
def test_definition(text: str, file: str, found: str, analysis: Analysis) -> None:
    places = [line(analysis, one) for one in definitions(analysis, offset(text))]
    assert places == ([(file, found)] if file else [])


def test_a_parameter_is_defined_in_the_description(folder: Path) -> None:
    step = "    operationId: listPets\n    parameters:\n    - {name: limit, in: query, value: 1}\n"
    text = DOCUMENT.replace("    operationId: listPets\n", step)
    found = definitions(analysis_of(folder, text), offset("{name: li┃mit", text))
    assert [line(analysis_of(folder), one)[0] for one in found] == ["api.yaml"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- workflowId: bu┃y", 2),
        ("- stepId: li┃st", 3),
        ("      na┃me: {type: string, des", 4),
        ("      fi┃rst: $response", 2),
        ("    i┃d: $steps.create", 2),
        ("- {name: pe┃ts", 1),
    ],
)
def test_references(text: str, count: int, analysis: Analysis) -> None:
    found = occurrence_at(analysis, offset(text))
    places = list(references([analysis], found.symbol, with_definition=True))
    assert len(places) == count
    assert {text_of(one) for one in places} == {found.symbol.name}
    without = list(references([analysis], found.symbol, with_definition=False))
    assert len(without) == count - 1


def renamed(analysis: Analysis, at: int, name: str) -> str:
    """The text of the document with a name changed."""
    edit = rename(analysis, lambda _document: [analysis], at, name, Files(OpenTexts()))
    index = LineIndex(analysis.text.text)
    [(_, edits)] = edit.changes.items()
    text = analysis.text.text
    for one in sorted(edits, key=lambda one: index.offset(one.range.start), reverse=True):
        start, end = index.offset(one.range.start), index.offset(one.range.end)
        text = text[:start] + one.new_text + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "name", "changes"),
    [
        ("- workflowId: bu┃y", "shop", {"workflowId: buy": "workflowId: shop"}),
        ("- stepId: li┃st", "all", {"stepId: list": "stepId: all", "$steps.list.": "$steps.all."}),
        ("      fi┃rst: $response", "id", {"first: $": "id: $", "outputs.first": "outputs.id"}),
        ("$inputs.na┃me\n        id", "title", {}),
    ],
)
def test_rename(text: str, name: str, changes: dict[str, str], analysis: Analysis) -> None:
    wanted = DOCUMENT
    for before, after in changes.items():
        wanted = wanted.replace(before, after)
    if not changes:
        for before, after in (
            ("required: [name]", "required: [title]"),
            ("      name: {type: string, des", "      title: {type: string, des"),
            ("        name: $inputs.name", "        name: $inputs.title"),
            ("- {name: name, value", "- {name: title, value"),
        ):
            wanted = wanted.replace(before, after)
    assert renamed(analysis, offset(text), name) == wanted


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("- stepId: li┃st", "a b", "cannot be read in expressions"),
        ("- stepId: li┃st", "create", "there is `create` already"),
        ("- workflowId: bu┃y", "twice", "there is `twice` already"),
        ("tit┃le: Pets", "x", "nothing here has a name"),
    ],
)
def test_refused(text: str, name: str, why: str, analysis: Analysis) -> None:
    with pytest.raises(RenameRefused, match=why):
        renamed(analysis, offset(text), name)


def test_what_would_leave_an_error_is_refused(folder: Path) -> None:
    """A component reads the input of each workflow that uses it."""
    shared = "components:\n  parameters:\n    p: {name: limit, in: query, value: $inputs.name}\n"
    use = "    parameters: [{reference: $components.parameters.p}]\n"
    text = DOCUMENT.replace("    operationId: listPets\n", "    operationId: listPets\n" + use)
    other = "  - stepId: also\n    operationId: listPets\n" + use + "  - stepId: call\n"
    text = text.replace("  - stepId: call\n", other) + shared
    with pytest.raises(RenameRefused, match="it would leave a finding"):
        renamed(analysis_of(folder, text), offset("    required: [na┃me]", text), "title")


def test_names_of_components_and_sources(folder: Path) -> None:
    shared = "components:\n  parameters:\n    p: {name: limit, in: query, value: 1}\n"
    use = "    parameters: [{reference: $components.parameters.p}]\n"
    text = DOCUMENT.replace(
        "    operationId: listPets\n", "    operationId: $sourceDescriptions.pets.listPets\n" + use
    )
    analysis = analysis_of(folder, text + shared)
    changed = renamed(analysis, offset("    p┃: {name", text + shared), "few")
    assert "$components.parameters.few}" in changed
    assert "    few: {name" in changed
    changed = renamed(analysis, offset("- {name: pe┃ts", text), "zoo")
    assert "- {name: zoo," in changed
    assert "$sourceDescriptions.zoo.listPets" in changed


def test_a_workflow_of_another_document(folder: Path) -> None:
    (folder / NAME).write_text(DOCUMENT, encoding="utf-8")
    text = (
        "arazzo: 1.0.1\ninfo: {title: A, version: '1'}\n"
        f"sourceDescriptions:\n- {{name: shop, url: {NAME}, type: arazzo}}\nworkflows:\n"
        "- workflowId: all\n  steps:\n  - stepId: a\n"
        "    workflowId: $sourceDescriptions.shop.buy\n"
        "    parameters: [{name: name, value: x}]\n"
    )
    analysis = analysis_of(folder, text, "other.arazzo.yaml")
    found = [line(analysis, one) for one in definitions(analysis, offset("shop.bu┃y", text))]
    assert found == [(NAME, "- workflowId: buy")]
    edit = rename(
        analysis,
        lambda _document: [analysis],
        offset("shop.bu┃y", text),
        "take",
        Files(OpenTexts()),
    )
    assert {uri.rpartition("/")[2] for uri in edit.changes} == {NAME, "other.arazzo.yaml"}
