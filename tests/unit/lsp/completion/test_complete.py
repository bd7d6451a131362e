"""What may stand at the cursor, `┃`, in texts that parse and in texts that do not."""

import pytest
from lsprotocol.types import CompletionItem

from arazzo_runner.lsp.completion.complete import completion
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.line_index import LineIndex
from unit.lsp.project import DOCUMENT, analysis_of, write_project

LIST = "    operationId: listPets\n"


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analysis_of(write_project(tmp_path_factory.mktemp("pets")))


def items(text: str, analysis: Analysis | None) -> list[CompletionItem]:
    at = text.index("┃")
    return completion(LineIndex(text.replace("┃", "")), at, "pets.arazzo.yaml", analysis)


def labels(text: str, analysis: Analysis | None) -> list[str]:
    return [one.label for one in items(text, analysis)]


def written(text: str, analysis: Analysis, label: str) -> str:
    """The text once an item is chosen."""
    plain = text.replace("┃", "")
    index = LineIndex(plain)
    [item] = [one for one in items(text, analysis) if one.label == label]
    edit = item.text_edit
    start, end = index.offset(edit.range.start), index.offset(edit.range.end)
    return plain[:start] + edit.new_text + plain[end:]


def put(before: str, after: str) -> str:
    assert before in DOCUMENT
    return DOCUMENT.replace(before, after, 1)


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        (put(LIST, "    operationId: ┃\n"), {"listPets", "createPet"}, {"list"}),
        (put(LIST, "    operationId: list┃Pets\n"), {"listPets"}, set()),
        (put(LIST, "    operationId: 'li┃\n"), {"listPets"}, set()),
        (put(LIST, "    operationPath: ┃\n"), {"{$sourceDescriptions.pets.url}#/paths/~1pets/get"}, set()),
        (put(LIST, LIST + "    ┃\n"), {"parameters", "onSuccess", "timeout"}, {"operationId", "stepId", "steps"}),
        (put(LIST, LIST + "    para┃\n"), {"parameters"}, {"operationId"}),
        ("┃", {"arazzo", "info", "workflows"}, {"stepId"}),
        (put("type: goto, stepId: list,", "type: goto, stepId: ┃,"), {"list", "create"}, {"call"}),
        (put("type: goto, stepId: list,", "type: ┃, stepId: list,"), {"goto", "end"}, {"list"}),
        (put("    workflowId: buy", "    workflowId: ┃"), {"buy", "twice"}, {"list"}),
        (put("    - {name: name, value", "    - {name: ┃, value"), {"name"}, {"limit"}),
        (put(LIST, LIST + "    parameters:\n    - name: ┃\n"), {"limit"}, {"name"}),
        (put(LIST, LIST + "    parameters:\n    - {name: limit, in: ┃"), {"query", "path"}, {"limit"}),
        (put("contentType: application/json", "contentType: ┃"), {"application/json"}, set()),
        (put("name: $inputs.name\n", "name: $inputs.┃\n"), {"$inputs.name"}, {"$inputs.first"}),
        (put("name: $inputs.name\n", 'name: "$inputs.┃\n'), {"$inputs.name"}, set()),
        (put("name: $inputs.name\n", "name: $┃\n"), {"$inputs.", "$steps.", "$statusCode"}, set()),
        (put("name: $inputs.name\n", "name: x {$steps.┃}\n"), {"$steps.list.outputs.", "$steps.create.outputs."}, set()),
        (put("$steps.list.outputs.first", "$steps.list.┃"), {"$steps.list.outputs."}, set()),
        (put("$steps.list.outputs.first", "$steps.list.outputs.┃"), {"$steps.list.outputs.first"}, set()),
        (put("$steps.call.outputs.id", "$steps.call.outputs.┃"), {"$steps.call.outputs.id"}, set()),
        (put("$response.body#/items/0/id", "$response.body#/┃"), {"$response.body#/items", "$response.body#/next"}, set()),
        (put("$response.body#/items/0/id", "$response.body#/items/┃"), {"$response.body#/items/0"}, set()),
        (put("$response.body#/items/0/id", "$response.body#/items/0/┃"), {"$response.body#/items/0/kind"}, set()),
        (put("$response.body#/items/0/id", "$response.header.┃"), {"$response.header.X-Total"}, set()),
        (put("$response.body#/items/0/id", "$response.┃"), {"$response.body", "$response.header."}, set()),
        (put("$response.body#/items/0/id", "$request.query.┃"), {"$request.query.limit"}, set()),
        (put("condition: $statusCode == 200", "condition: ┃"), {"$statusCode == 200", "$statusCode == 404", "$response."}, set()),
        (put("condition: $statusCode == 200", "condition: $statusCode == 200 && $response.body#/┃"), {"$response.body#/items"}, {"$statusCode == 200"}),
        (put("        name: $inputs.name\n", "        ┃\n"), {"kind", "name"}, {"contentType", "id"}),
        (put("id: $steps.call.outputs.id", "id: $workflows.┃"), {"$workflows.buy.", "$workflows.twice."}, set()),
        (put("id: $steps.call.outputs.id", "id: $workflows.buy.outputs.┃"), {"$workflows.buy.outputs.id"}, set()),
        (put("id: $steps.call.outputs.id", "id: $workflows.buy.inputs.┃"), {"$workflows.buy.inputs.name"}, set()),
        (put("id: $steps.call.outputs.id", "id: $workflows.buy.steps.┃"), {"$workflows.buy.steps.list.outputs."}, set()),
        (put("id: $steps.call.outputs.id", "id: $workflows.buy.steps.list.outputs.┃"), {"$workflows.buy.steps.list.outputs.first"}, set()),
        (put("id: $steps.call.outputs.id", "id: $sourceDescriptions.┃"), {"$sourceDescriptions.pets."}, set()),
        (put("id: $steps.call.outputs.id", "id: $sourceDescriptions.pets.┃"), {"$sourceDescriptions.pets.url"}, set()),
        (put("id: $steps.create.outputs.id", "id: $outputs.┃"), {"$outputs.id"}, set()),
        (put("type: openapi", "type: ┃"), {"openapi", "arazzo"}, set()),
        (put("arazzo: 1.0.1", "arazzo: ┃"), {"1.0.1", "1.1.0"}, set()),
    ],
)  # fmt: skip
def test_offers(text: str, wanted: set[str], unwanted: set[str], analysis: Analysis) -> None:
    found = set(labels(text, analysis))
    assert wanted <= found
    assert not unwanted & found


def test_a_component_is_offered_where_its_kind_belongs(analysis: Analysis) -> None:
    components = "components:\n  parameters:\n    p: {name: limit, in: query, value: 1}\n"
    text = put(LIST, LIST + "    parameters:\n    - reference: ┃\n") + components
    assert labels(text, analysis) == ["$components.parameters.p"]
    assert labels(text.replace("    parameters:\n    -", "    onFailure:\n    -"), analysis) == []


def test_an_id_of_its_own_is_not_offered(analysis: Analysis) -> None:
    assert labels(put("stepId: create", "stepId: ┃"), analysis) == []
    assert labels(put("workflowId: twice", "workflowId: ┃"), analysis) == []


def test_a_step_that_was_just_written_has_its_operation(analysis: Analysis) -> None:
    step = (
        "  - stepId: fresh\n    operationId: createPet\n    outputs:\n      a: $response.body#/┃\n"
    )
    text = put("  - stepId: create\n", step + "  - stepId: create\n")
    assert "$response.body#/kind" in labels(text, analysis)


def test_without_a_readable_version_the_schema_and_names_are_left() -> None:
    assert "operationId" in labels(put(LIST, "    ┃\n"), None)
    assert labels(put(LIST, "    operationId: ┃\n"), None) == []
    assert "$inputs.name" in labels(put("name: $inputs.name\n", "name: $inputs.┃\n"), None)


@pytest.mark.parametrize(
    ("text", "label", "line"),
    [
        (put(LIST, "    operationId: cre┃atePet\n"), "listPets", "    operationId: listPets"),
        (put(LIST, "    opera┃\n"), "operationId", "    operationId: "),
        (put(LIST, LIST + "    onSu┃\n"), "onSuccess", "    onSuccess:"),
        (put(LIST, "    operationPath: {$so┃\n"), None, None),
        (put(LIST, "    operationPath: ┃\n"), "{$sourceDescriptions.pets.url}#/paths/~1pets/get", "    operationPath: '{$sourceDescriptions.pets.url}#/paths/~1pets/get'"),
        (put("$response.body#/items/0/id", "$response.body#/it┃ems/0/id"), "$response.body#/next", "      first: $response.body#/next"),
        (put("name: $inputs.name\n", "name: x {$inputs.┃}\n"), "$inputs.name", "        name: x {$inputs.name}"),
    ],
)  # fmt: skip
def test_writes(text: str, label: str | None, line: str | None, analysis: Analysis) -> None:
    if label is not None:
        assert line in written(text, analysis, label).split("\n")


def test_writes_json(analysis: Analysis) -> None:
    text = '{"arazzo": "1.0.1", ┃}'
    assert '"workflows":' in written(text, analysis, "workflows")
    text = '{"arazzo": "1.0.1", "wor┃"}'
    assert written(text, analysis, "workflows") == '{"arazzo": "1.0.1", "workflows"}'


def test_an_item_says_what_it_is(analysis: Analysis) -> None:
    found = {one.label: one for one in items(put(LIST, "    operationId: ┃\n"), analysis)}
    assert found["listPets"].detail == "GET /pets"
    assert found["listPets"].documentation.value == "All pets"
    [kind] = [
        one
        for one in items(put("$response.body#/items/0/id", "$response.body#/items/0/┃"), analysis)
        if one.label.endswith("/id")
    ]
    assert (kind.detail, kind.documentation.value) == ("integer", "The number of the pet.")
