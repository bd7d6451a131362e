"""What a test of a workflow says, and what other parts of pytest make of it."""

import xml.etree.ElementTree as ET

import pytest

from unit.pytest_support.project import PETS, Project

MOCK = "--arazzo-mock"
ONE = "pets.arazzo.yaml::missPet"
SECRETIVE = """\
arazzo: 1.0.1
info: {title: Pets, version: 1.0.0}
sourceDescriptions:
  - {name: api, url: pets.openapi.yaml, type: openapi}
workflows:
  - workflowId: secretive
    inputs: {type: object, properties: {pin: {type: string, format: password, default: hidden-1}}}
    steps:
      - stepId: add
        operationId: addPet
        requestBody: {contentType: application/json, payload: {name: $inputs.pin}}
        successCriteria: [{condition: $response.body#/name == 'other'}]
"""


def test_a_failure_is_that_of_the_workflow(project: Project) -> None:
    result = project.run(MOCK, ONE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ missPet _*",
            "error: read: $response.header.content-type != null, got missing",
            "  --> pets.arazzo.yaml:30:*",
            "*$response.header.content-type != null*",
            "*missing*",
            "repeat (set SERVER first): curl */pets/404",
            "*- Captured arazzo call -*",
            "missPet",
            "  ? read  GET /pets/{id} * 404*",
            "FAILED pets.arazzo.yaml::missPet - Failed: error: read: *",
        ]
    )
    assert ".py" not in result.stdout.str().partition("= FAILURES =")[2]


@pytest.mark.parametrize("style", ["--tb=short", "--tb=line", "--tb=native", "--tb=long"])
def test_no_style_shows_our_own_stack(project: Project, style: str) -> None:
    output = project.lines(MOCK, ONE, style).partition("= FAILURES =")[2]
    assert "read: $response.header.content-type != null, got missing" in output
    assert "def test" not in output
    assert "item.py" not in output or style == "--tb=line"


def test_secrets_are_masked(project: Project) -> None:
    project.write("pets.arazzo.yaml", SECRETIVE)
    result = project.run(MOCK)
    result.assert_outcomes(failed=1)
    assert "hidden-1" not in result.stdout.str()
    assert 'pin = "***"' in result.stdout.str()


def test_what_a_passing_test_did_can_be_shown(project: Project) -> None:
    output = project.lines(MOCK, "-rP", "-k", "addPet")
    assert "Captured arazzo call" in output
    assert "POST /pets" in output


def test_a_line_of_the_document_is_where_a_test_is(project: Project) -> None:
    project.write("conftest.py", "def pytest_runtest_logstart(location): print('AT', location)")
    assert f"AT ('pets.arazzo.yaml', {24}, 'missPet')" in project.lines(MOCK, "-s", ONE)


def test_no_response_is_a_failure(project: Project) -> None:
    output = project.lines("--arazzo-server", "http://127.0.0.1:9", ONE)
    assert "error: read: no server is listening at `127.0.0.1:9`" in output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PETS, "error[AZ908]"),
        (PETS.replace("{name: {type", "{need: {type: string}, name: {type").replace(
            "      type: object\n", "      type: object\n      required: [need]\n"
        ), "help: set the inputs of a test with `x-cases`"),
    ],
)  # fmt: skip
def test_what_is_wrong_before_the_run_is_an_error(
    project: Project, text: str, message: str
) -> None:
    project.write("pets.arazzo.yaml", text)
    arguments = (MOCK, "--arazzo-mock-inputs=off") if "need" in text else ()
    result = project.run("pets.arazzo.yaml::addPet", *arguments)
    result.assert_outcomes(errors=1)
    assert message in result.stdout.str()
    assert ".py" not in result.stdout.str().partition("= ERRORS =")[2]


def test_junit_has_counts(project: Project) -> None:
    project.run(MOCK, "--junitxml=junit.xml")
    root = ET.parse(project.path / "junit.xml").getroot()
    cases = {case.get("name"): case for case in root.iter("testcase")}
    properties = {one.get("name"): one.get("value") for one in cases["addPet"].iter("property")}
    assert properties == {"arazzo_requests": "2", "arazzo_steps": "2"}
    failure = cases["missPet"].find("failure")
    assert failure is not None
    assert "read: $response.header.content-type != null, got missing" in str(failure.get("message"))


def test_last_failed_first_failure_and_quiet(project: Project) -> None:
    assert project.run(MOCK, "-x", "-q").ret == pytest.ExitCode.TESTS_FAILED
    project.run(MOCK, "--lf").assert_outcomes(failed=1)
    project.run(MOCK, "--ff", "-x").assert_outcomes(failed=1)


def test_without_the_plugin_nothing_is_collected(project: Project) -> None:
    assert project.run("-p", "no:arazzo").ret == pytest.ExitCode.NO_TESTS_COLLECTED


SCOPES = ("session", "package", "module", "class", "function")


def test_fixtures_of_any_scope_reach_a_workflow(project: Project) -> None:
    fixtures = [
        f"@pytest.fixture(scope='{scope}', autouse=True)\n"
        f"def of_{scope}():\n    print('\\nBEGIN {scope}')\n    yield\n    print('\\nEND {scope}')\n"
        for scope in SCOPES
    ]
    project.write("conftest.py", "import pytest\n" + "".join(fixtures))
    lines = project.lines(MOCK, "-s", "-k", "addPet").splitlines()
    assert [line for line in lines if line.startswith("BEGIN")] == [
        f"BEGIN {one}" for one in SCOPES
    ]
    assert len([line for line in lines if line.startswith("END")]) == len(SCOPES)


def test_in_several_processes(project: Project) -> None:
    result = project.run_apart(MOCK, "-n2")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Captured arazzo call*", "*FAILED *::missPet - Failed: error*"])
