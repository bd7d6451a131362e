"""What a hover says of what is at the cursor, `┃`."""

import pytest

from arazzo_runner.lsp.hover import hover
from arazzo_runner.lsp.workspace.analysis import Analysis
from unit.lsp.project import DOCUMENT, analysis_of, write_project


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analysis_of(write_project(tmp_path_factory.mktemp("pets")))


def said(analysis: Analysis, text: str) -> str:
    assert text.replace("┃", "") in DOCUMENT
    offset = DOCUMENT.index(text.replace("┃", "")) + text.index("┃")
    found = hover(analysis, offset)
    return found.contents.value if found else ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("operationId: list┃Pets", ["**GET /pets** of `pets`", "All pets", "- `limit` in query", "- `200` The pets"]),
        ("operationId: ┃createPet", ["**POST /pets**", "- a body: `application/json`"]),
        ("operat┃ionId: listPets", ["**operationId** (string)", "The operation to call"]),
        ("workflowId: bu┃y\n    parameters", ["**workflow `buy`**", "Buys a pet", "Inputs: `name`", "Steps: `list`, `create`", "Outputs: `id`"]),
        ("stepId: li┃st,", ["**step `list`**", "Looks for pets", "Calls GET /pets", "Outputs: `first`"]),
        ("name: $inp┃uts.name", ["an input of the workflow", "Type: string", "What it is called."]),
        ("first: $response.bo┃dy#/items/0/id", ["Type: integer", "The number of the pet.", "Example:\n```json\n7\n```"]),
        ("id: $steps.list.outputs.fi┃rst", ["Is `$response.body#/items/0/id` of the step `list`", "Type: integer", "7"]),
        ("id: $steps.create.outputs.i┃d\n- ", ["an output of a step", "Type: integer"]),
        ("condition: $status┃Code == 200", ["the status of the response", "Type: integer"]),
        ("$response.body#/ki┃nd == 'cat'", ['One of: `"dog"`, `"cat"`', "Generated example"]),
        ("{name: na┃me, value", ["**`name`**, an input of `buy`", "Type: string"]),
        ("url: api┃.yaml", ["**Pets**", "`"]),
        ("type: op┃enapi", []),
    ],
)  # fmt: skip
def test_says(text: str, parts: list[str], analysis: Analysis) -> None:
    found = said(analysis, text)
    assert [one for one in parts if one not in found] == []
    assert bool(found) == bool(parts)


def test_an_example_of_the_response_counts_before_that_of_a_schema(analysis: Analysis) -> None:
    found = said(analysis, "first: $response.bo┃dy#/items/0/id")
    assert found.count("Example") == 1


def test_nothing_is_said_of_what_is_between_values(analysis: Analysis) -> None:
    assert hover(analysis, len(DOCUMENT) + 5) is None
