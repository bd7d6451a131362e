"""What answers break of their API descriptions, in pytest's summary."""

import pytest

from unit.pytest_support.project import PETS, Project

APP = """
import json
import pytest

@pytest.fixture(scope="session")
def arazzo_app():
    def app(environ, start_response):
        is_added = environ["REQUEST_METHOD"] == "POST"
        start_response("201 ADDED" if is_added else "200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"id": 7, "name": 1 if is_added else "Rex"}).encode()]
    return app
"""
CASES = """\
    x-cases: [{id: one, inputs: {name: Rex}}, {id: two, inputs: {name: Rex}}]
    x-tags"""


@pytest.mark.parametrize("processes", [(), ("-n2",)])
def test_equal_findings_are_counted_and_shown_once(
    project: Project, processes: tuple[str, ...]
) -> None:
    project.write("conftest.py", APP)
    project.write("pets.arazzo.yaml", PETS.replace("    x-tags", CASES, 1))
    result = project.run_apart("-k", "addPet", *processes)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([
        "*arazzo: 2 contract findings*",
        "*`/name`*(*pets.openapi.yaml:*) (2 times, pets.arazzo.yaml::addPet?*? and 1 other test)",
    ])  # fmt: skip


def test_nothing_is_said_of_answers_that_fit(project: Project) -> None:
    result = project.run_apart("-k", "addPet", "--arazzo-mock")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*contract finding*")


def test_checks_that_are_off_are_not_counted(project: Project) -> None:
    project.write("conftest.py", APP)
    result = project.run_apart("-k", "addPet", "--arazzo-check", "schema:add=off")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*contract finding*")
