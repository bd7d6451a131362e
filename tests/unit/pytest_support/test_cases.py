"""Files of cases beside a document."""

import pytest

from unit.pytest_support.project import PETS, Project

INPUTS = "name: {type: string, default: Rex}"
OTHER = """\
  - workflowId: other
    inputs: {type: object, properties: {name: {type: string}}}
    steps: [{stepId: read, operationId: readPet, parameters: [{name: id, in: path, value: 7}]}]
"""


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({}, ["addPet", "other"]),
        ({"pets.cases.csv": "name\nAl\nBo\n"}, ["addPet[1]", "addPet[2]", "other[1]", "other[2]"]),
        ({"pets.other.cases.csv": "id,name\na b,Al\n"}, ["addPet", "other[a b]"]),
        (
            {"pets.other.cases.jsonl": '{"id": "x"}\n', "pets.cases.json": '[{"name": "Al"}]'},
            ["addPet[1]", "other[x]"],
        ),
    ],
)
def test_rows_are_tests(project: Project, files: dict[str, str], names: list[str]) -> None:
    text = PETS.partition("  - workflowId: missPet")[0].replace(", id: {type: integer}", "")
    project.write("pets.arazzo.yaml", text + OTHER)
    for name, content in files.items():
        project.write(name, content)
    found = [line for line in project.lines("--collect-only", "-q").splitlines() if "::" in line]
    assert [one.partition("::")[2] for one in found] == names


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("Rex,7", {"passed": 1}),
        ("Al,7", {"failed": 1}),
        ("Rex,seven", {"errors": 1}),
    ],
)
def test_a_row_gives_inputs(project: Project, row: str, outcome: dict[str, int]) -> None:
    project.write("pets.addPet.cases.csv", f"name,id\n{row}\n")
    project.run("--arazzo-mock", "-m", "smoke").assert_outcomes(**outcome)
