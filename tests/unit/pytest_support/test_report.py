"""One report of all workflows that ran in the tests."""

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from unit.pytest_support.project import PETS, Project

MOCK = "--arazzo-mock"
CASES = """\
    x-cases: [{id: one, inputs: {name: Rex}}, {inputs: {name: Al}}]
    x-tags"""
TEST = """
import pytest
from arazzo_runner import WorkflowFailed

def test_meant_to_fail(arazzo):
    with pytest.raises(WorkflowFailed):
        arazzo.run("pets.arazzo.yaml", "missPet")
"""


def report(project: Project) -> dict[str, Any]:
    return json.loads((project.path / "all.json").read_text())


@pytest.mark.parametrize("processes", [(), ("-n2",)])
def test_all_runs_in_the_order_of_tests(project: Project, processes: tuple[str, ...]) -> None:
    project.write("pets.arazzo.yaml", PETS.replace("    x-tags", CASES, 1))
    project.write("test_pets.py", TEST)
    result = project.run_apart(MOCK, "--arazzo-report", "json=all.json", *processes)
    result.assert_outcomes(passed=2, failed=2)
    found = report(project)
    runs = [(one["workflow_id"], one.get("case"), one["status"]) for one in found["workflows"]]
    assert runs == [
        ("addPet", "one", "passed"),
        ("addPet", "2", "failed"),
        ("missPet", None, "failed"),
    ]
    assert found["document"] == "pets.arazzo.yaml"
    assert [one["name"] for one in found["sources"]] == ["api"]
    assert found["coverage"]["operations"] == {"exercised": 2, "total": 2}
    assert found["exit_code"] == 1


def test_what_could_not_run_is_a_finding(project: Project) -> None:
    project.write("sub/broken.arazzo.yaml", PETS.replace("info:", "inf:", 1))
    project.write("sub/pets.arazzo.yaml", PETS.replace("pets.open", "../pets.open"))
    arguments = ("--continue-on-collection-errors", "--arazzo-report", "json=all.json")
    project.run(*arguments, "--arazzo-server=http://127.0.0.1:9", "sub", "-k", "miss or broken")
    found = report(project)
    assert found["exit_code"] == 3
    assert {one["code"] for one in found["diagnostics"]} >= {"AZ110", "AZ201"}


def write_several(project: Project) -> None:
    for name in ("a", "b"):
        project.write(f"sub/{name}.arazzo.yaml", PETS.replace("pets.open", "../pets.open"))
    project.write(
        "sub/c.arazzo.yaml",
        PETS.replace("pets.open", "../pets.open")
        .replace("operationId: addPet", "operationId: addCat")
        .replace("operationId: readPet", "operationId: readCat"),
    )


@pytest.mark.parametrize("processes", [(), ("-p", "xdist", "-n", "2")])
def test_several_documents(project: Project, processes: tuple[str, ...]) -> None:
    write_several(project)
    arguments = (
        "sub",
        "--continue-on-collection-errors",
        "--arazzo-report",
        "json=all.json",
        "--arazzo-report",
        "junit=all.xml",
    )
    (project.run_apart if processes else project.run)(MOCK, *processes, *arguments)
    found = report(project)
    assert found["document"] is None
    assert [(one["document"], one["exit_code"]) for one in found["documents"]] == [
        ("sub/a.arazzo.yaml", 1),
        ("sub/b.arazzo.yaml", 1),
        ("sub/c.arazzo.yaml", 3),
    ]
    assert [(one["document"], one["workflow_id"]) for one in found["workflows"]] == [
        ("sub/a.arazzo.yaml", "addPet"),
        ("sub/a.arazzo.yaml", "missPet"),
        ("sub/b.arazzo.yaml", "addPet"),
        ("sub/b.arazzo.yaml", "missPet"),
    ]
    suites = ET.parse(project.path / "all.xml").getroot()
    assert [one.get("name") for one in suites] == [f"sub/{name}.arazzo.yaml" for name in "abc"]
    assert [(one.get("classname"), one.get("name")) for one in suites.iter("testcase")] == [
        ("sub/a.arazzo.yaml", "addPet"),
        ("sub/a.arazzo.yaml", "missPet"),
        ("sub/b.arazzo.yaml", "addPet"),
        ("sub/b.arazzo.yaml", "missPet"),
        ("sub/c.arazzo.yaml", "sub/c.arazzo.yaml"),
    ]


def test_annotations_and_summary_for_github(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.path / "summary.md"))
    output = project.lines(MOCK, "-q", "--arazzo-report", "github")
    assert "\n::error file=pets.arazzo.yaml,line=30" in output
    assert "missPet" in (project.path / "summary.md").read_text()


def test_junit_beside_that_of_pytest(project: Project) -> None:
    project.run(MOCK, "--junitxml=pytest.xml", "--arazzo-report", "junit=arazzo.xml")
    names = [one.get("name") for one in ET.parse(project.path / "arazzo.xml").iter("testcase")]
    assert names == ["addPet", "missPet"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("paper", "the kinds of reports are"),
        ("json=pets.arazzo.yaml/x.json", "a file is where a folder has to be"),
    ],
)
def test_reports_that_cannot_be_written(project: Project, wanted: str, message: str) -> None:
    result = project.run(MOCK, "--arazzo-report", wanted)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str()


def test_a_report_that_turns_out_to_be_unwritable(project: Project) -> None:
    conftest = "def pytest_collection_finish(): __import__('pathlib').Path('all.json').mkdir()"
    project.write("conftest.py", conftest)
    result = project.run(MOCK, "-m", "smoke", "--arazzo-report", "json=all.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "the report `all.json` cannot be written" in result.stderr.str()


@pytest.mark.parametrize("processes", [(), ("-n2",)])
@pytest.mark.parametrize(("limit", "kept"), [("1", 1), ("1MiB", 2)])
def test_the_bodies_of_all_tests_have_one_limit(
    project: Project, processes: tuple[str, ...], limit: str, kept: int
) -> None:
    project.write("pets.arazzo.yaml", PETS.replace("    x-tags", CASES, 1))
    project.run_apart(
        MOCK, "--arazzo-report", "json=all.json", f"--arazzo-max-kept={limit}", *processes
    )
    responses = [
        attempt["response"]
        for workflow in report(project)["workflows"]
        for step in workflow["steps"]
        for attempt in step["attempts"]
        if attempt["request"]["method"] == "GET" and attempt["response"]["status"] == 200
    ]
    # The newest is kept, whatever its size.
    assert [one["body"] == {"name": "Rex"} for one in responses].count(True) == kept, responses


FUNCTIONS = """
import pytest

def run(arazzo, **options):
    return arazzo.run("pets.arazzo.yaml", "addPet", **options)

def test_one(arazzo):
    run(arazzo)

@pytest.mark.parametrize("name", ["Rex"])
def test_two(arazzo, name):
    run(arazzo)
    run(arazzo)
"""


@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_functions_that_run_one_workflow_are_told_apart(
    project: Project, processes: tuple[str, ...]
) -> None:
    project.write("test_pets.py", FUNCTIONS)
    arguments = (MOCK, *processes, "-k", "not missPet", "--arazzo-report", "junit=all.xml")
    (project.run_apart if processes else project.run)(*arguments).assert_outcomes(passed=3)
    names = [one.get("name") for one in ET.parse(project.path / "all.xml").iter("testcase")]
    assert names == [
        "addPet",
        "addPet [test_pets.py::test_one]",
        "addPet [test_pets.py::test_two[Rex]]",
        "addPet [test_pets.py::test_two[Rex] #2]",
    ]
