"""The fixture `arazzo` and those that it is made with."""

import pytest

from unit.pytest_support.project import PETS, Project

MOCK = "--arazzo-mock"


def test_a_failure_shows_the_line_of_the_test_and_no_stack_of_ours(project: Project) -> None:
    project.write(
        "test_pets.py",
        "def test_miss(arazzo):\n    arazzo.run('pets.arazzo.yaml', 'missPet')  # here\n",
    )
    result = project.run(MOCK, "test_pets.py")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">*# here",
            "E*error: read: $response.header.content-type != null, got missing",
            "*- Captured arazzo call -*",
            "FAILED test_pets.py::test_miss - *WorkflowFailed: *",
        ]
    )
    assert "bound.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("arazzo.run('none.arazzo.yaml')", "the document cannot be read"),
        ("arazzo.run('pets.arazzo.yaml', 'misPet')", "did you mean `missPet`?"),
        ("arazzo.run('pets.arazzo.yaml', 'addPet', inputs={'nam': 1})", "`nam`"),
        ("arazzo.run('pets.openapi.yaml')", "this is an OpenAPI description"),
    ],
)
def test_a_call_that_is_wrong(project: Project, call: str, message: str) -> None:
    project.write("test_pets.py", f"def test_it(arazzo):\n    {call}\n")
    result = project.run(MOCK, "test_pets.py")
    result.assert_outcomes(failed=1)
    assert message in result.stdout.str()
    assert "embed/runner.py" not in result.stdout.str()


def test_counts_of_all_runs_are_those_of_the_test(project: Project) -> None:
    run = "    arazzo.run('pets.arazzo.yaml', 'addPet')\n"
    project.write("test_pets.py", f"def test_it(arazzo, request):\n{2 * run}"
        "    assert dict(request.node.user_properties) == {'arazzo_requests': 4, 'arazzo_steps': 4}\n")  # fmt: skip
    project.run(MOCK, "test_pets.py").assert_outcomes(passed=1)


def test_paths_are_those_of_the_test_or_of_the_project(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\n")
    beside = PETS.replace("pets.openapi.yaml", "../pets.openapi.yaml")
    project.write("deep/beside.arazzo.yaml", beside)
    project.write(
        "deep/test_pets.py",
        "def test_it(arazzo, monkeypatch, tmp_path):\n"
        "    monkeypatch.chdir(tmp_path)\n"
        "    first = arazzo.run('beside.arazzo.yaml', 'addPet')\n"
        "    assert first.outputs == arazzo.run('pets.arazzo.yaml', 'addPet').outputs\n"
        "    assert arazzo.load('pets.arazzo.yaml') is arazzo.load('pets.arazzo.yaml')\n",
    )
    project.run(MOCK, "deep/test_pets.py").assert_outcomes(passed=1)


def test_a_document_that_changes_is_read_again(project: Project) -> None:
    project.write(
        "test_pets.py",
        "def test_it(arazzo, tmp_path):\n"
        "    text = arazzo.load('pets.arazzo.yaml').entry.document.source.text\n"
        "    file = tmp_path / 'own.arazzo.yaml'\n"
        "    for name in ('missPet', 'missNoPet'):\n"
        "        file.write_text(text.replace('missPet', name).replace('url: ', 'url: ../'))\n"
        "        assert name in arazzo.load(file).workflow_ids\n",
    )
    result = project.run(MOCK, "--arazzo-source-dir", ".", "test_pets.py")
    result.assert_outcomes(passed=1)


INPUTS = """
import pytest

@pytest.fixture
def arazzo_inputs(request):
    assert request.node.name in ("addPet", "missPet")
    return {"name": "Rex", "unknown here": 1}
"""


def test_inputs_for_all_are_taken_where_they_are_declared(project: Project) -> None:
    project.write("pets.arazzo.yaml", PETS.replace(", default: Rex", "").replace(
        "      type: object\n", "      type: object\n      required: [name]\n"
    ))  # fmt: skip
    project.run(MOCK, "--arazzo-mock-inputs=off", "-m", "smoke").assert_outcomes(errors=1)
    project.write("conftest.py", INPUTS)
    project.run(MOCK, "-m", "smoke").assert_outcomes(passed=1)


TESTS = """
def test_all(arazzo):
    result = arazzo.run("pets.arazzo.yaml", "addPet")
    assert result.workflows[0].inputs["name"] == "Max"


def test_own(arazzo):
    result = arazzo.run("pets.arazzo.yaml", "addPet", inputs={"name": "Rex"})
    assert result.workflows[0].inputs["name"] == "Rex"


def test_several(arazzo):
    result = arazzo.run("pets.arazzo.yaml", mock_cases={"missPet/read": "404"})
    assert result.workflows[0].inputs["name"] == "Max"


def test_no_workflow(arazzo):
    with pytest.raises(arazzo_runner.UsageError, match="addPets"):
        arazzo.run("pets.arazzo.yaml", "addPets")


@pytest.fixture
def local():
    return {"addPet": {"name": "Tom"}}


class TestOwn:
    @pytest.fixture
    def arazzo_inputs(self):
        return {"name": "Max", "addPet": {"name": "Tom"}, "missPet.name": "Bob"}

    def test_of_the_workflow(self, arazzo):
        result = arazzo.run("pets.arazzo.yaml", "addPet", mock_lenient=True)
        assert result.workflows[0].inputs["name"] == "Tom"
"""


def test_the_fixture_heeds_inputs_for_all(project: Project) -> None:
    text = PETS.replace("          - condition: $response.body#/name == $inputs.name\n", "")
    text = text.replace(", {condition: $response.header.content-type != null}", "")
    project.write("pets.arazzo.yaml", text)
    project.write("conftest.py", INPUTS_OF_TESTS)
    project.write("test_pets.py", "import arazzo_runner\nimport pytest\n" + TESTS)
    project.run(MOCK, "test_pets.py").assert_outcomes(passed=5)


INPUTS_OF_TESTS = """
import pytest

@pytest.fixture
def arazzo_inputs():
    return {"name": "Max", "unknown here": 1}
"""


def test_the_fixture_is_one_line_in_tracebacks(project: Project) -> None:
    project.write("test_pets.py", "def test_it(arazzo):\n    assert not arazzo\n")
    output = project.lines(MOCK, "test_pets.py", "--showlocals")
    assert "assert not <arazzo of test_pets.py::test_it>" in output
    assert "\narazzo     = <arazzo of test_pets.py::test_it>\n" in output


def test_a_missing_server_names_the_ways_that_a_test_has(project: Project) -> None:
    project.write("test_pets.py", "def test_it(arazzo):\n    arazzo.run('pets.arazzo.yaml')\n")
    result = project.run()
    result.assert_outcomes(errors=2, failed=1)
    for name in ("`arazzo_app`", "`arazzo_server`", "`--arazzo-server URL`"):
        assert result.stdout.str().count(name) == 3


KEYED = "components: {securitySchemes: {k: {type: apiKey, name: X-Key, in: header}}}\nsecurity: [{k: []}]\n"
CREDENTIALS = """
import pytest

@pytest.fixture
def arazzo_credentials():
    return {"api": {"k": {"key": "abcdef"}}, "of another document": {}}
"""


def test_credentials(project: Project) -> None:
    api = project.path / "pets.openapi.yaml"
    api.write_text(api.read_text() + KEYED)
    arguments = ("--arazzo-server=http://127.0.0.1:9", "-k", "missPet")
    project.run(*arguments).assert_outcomes(errors=1)
    project.write("conftest.py", CREDENTIALS)
    output = project.lines(*arguments)
    assert "no server is listening at" in output
    assert "X-Key: ***" in output
    assert "abcdef" not in output


def test_options_that_cannot_be_used_are_no_stack(project: Project) -> None:
    (project.path / "pets.arazzo.yaml").unlink()
    project.write("test_pets.py", "def test_it(arazzo): pass\n")
    result = project.run("--arazzo-timeout=soon")
    result.assert_outcomes(errors=1)
    output = result.stdout.str()
    assert "`--timeout`: `soon`" in output
    assert "engine.py" not in output


def test_nothing_of_the_engine_is_imported_without_a_workflow(project: Project) -> None:
    (project.path / "pets.arazzo.yaml").unlink()
    project.write(
        "test_it.py",
        "import sys\n\ndef test_it():\n"
        "    ours = {name for name in sys.modules if name.startswith('arazzo_runner')}\n"
        "    table = {name for name in ours if name.startswith('arazzo_runner.options')}\n"
        "    assert ours - table == {'arazzo_runner', 'arazzo_runner.pytest_plugin',\n"
        "        'arazzo_runner.pytest_support', 'arazzo_runner.pytest_support.flags'}\n"
        "    assert not {'click', 'msgspec'} & sys.modules.keys()\n",
    )
    result = project.run_apart()
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("value", "found"),
    [("None", "None"), ("['a']", "a list"), ("{1: 2}", "names that are not text")],
)
def test_inputs_that_are_no_dict_are_an_error_of_the_fixture(
    project: Project, value: str, found: str
) -> None:
    fixture = "import pytest\n@pytest.fixture(scope='session')\ndef arazzo_inputs():\n    return "
    project.write("conftest.py", fixture + value + "\n")
    result = project.run(MOCK, "pets.arazzo.yaml::addPet")
    result.assert_outcomes(errors=1)
    output = result.stdout.str()
    wanted = "the fixture `arazzo_inputs` has to return a dict of inputs by name, not"
    assert f"{wanted} {found}\n" in output
    assert "TypeError" not in output
    assert ".py:" not in output.partition("= ERRORS =")[2]
