"""The flags of `arazzo run` in pytest, and where their values come from."""

from pathlib import Path

import click
import pytest

from arazzo_runner.cli.run.command import command
from arazzo_runner.pytest_support.flags import form, twins
from unit.pytest_support.project import Project

ONE = "pets.arazzo.yaml::missPet"


def test_every_option_is_one_of_run() -> None:
    parameters = {flag: one for one in command.params for flag in one.opts}
    for option in twins():
        twin = parameters[option.flag]
        assert isinstance(twin, click.Option)
        assert form(option) == ("bool" if twin.is_flag else "list" if twin.multiple else "text")


SHOW = """
def pytest_runtest_setup(item):
    from arazzo_runner.pytest_support.options import read_options
    flags = read_options(item.config).flags
    print("FLAGS", flags["timeout"], flags["checks"], flags["source_dirs"], flags["max_wait"])
"""


def shown(project: Project, *arguments: str) -> str:
    project.write("conftest.py", SHOW)
    output = project.lines("-s", "--arazzo-mock", ONE, *arguments)
    return next(line for line in output.splitlines() if "FLAGS" in line).partition("FLAGS ")[2]


@pytest.mark.parametrize(
    ("toml", "ini", "variable", "flag", "seconds"),
    [
        ("", "", "", "", "60.0"),
        ('timeout = "4s"', "", "", "", "4.0"),
        ('timeout = "4s"', "arazzo_timeout = 3s", "", "", "3.0"),
        ('timeout = "4s"', "arazzo_timeout = 3s", "2s", "", "2.0"),
        ('timeout = "4s"', "arazzo_timeout = 3s", "2s", "--arazzo-timeout=1s", "1.0"),
    ],
)
def test_which_value_wins(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    toml: str,
    ini: str,
    variable: str,
    flag: str,
    seconds: str,
) -> None:
    project.write("arazzo.toml", f"[run]\n{toml}\n")
    project.write("pytest.ini", f"[pytest]\n{ini}\n")
    if variable:
        monkeypatch.setenv("ARAZZO_TIMEOUT", variable)
    assert shown(project, *([flag] if flag else [])).split()[0] == seconds


def test_lists_and_folders(project: Project) -> None:
    project.write(
        "pytest.ini",
        "[pytest]\narazzo_check =\n  schema=error\n  status=off\narazzo_source_dir = moved\n",
    )
    found = shown(project, "--arazzo-max-wait", "5s")
    assert "('schema=error', 'status=off')" in found
    assert str(Path("moved")) in found
    assert str(project.path) in found
    assert found.endswith(" 5.0")
    assert "('headers=off',)" in shown(project, "--arazzo-check", "headers=off")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--arazzo-timeout=soon",), "`--timeout`: `soon` is not a duration"),
        (("--arazzo-server=/nowhere",), "`/nowhere` is not an http or https URL"),
        (("--arazzo-check=loud",), "`--check loud`"),
    ],
)
def test_options_that_cannot_be_used(
    project: Project, arguments: tuple[str, ...], message: str
) -> None:
    result = project.run("--arazzo-mock", *arguments)
    result.assert_outcomes(errors=1)
    assert message in result.stdout.str()


def test_credentials_from_a_file_under_another_name(project: Project) -> None:
    text = (project.path / "pets.openapi.yaml").read_text()
    project.write(
        "pets.openapi.yaml",
        text + "components: {securitySchemes: {k: {type: apiKey, name: X-Key, in: header}}}\n"
        "security: [{k: []}]\n",
    )
    project.write("arazzo.toml", '[credentials]\nARAZZO_AUTH_API_K_KEY = "PETS_KEY"\n')
    project.write("keys.env", "PETS_KEY=abcdef\n")
    result = project.run("--arazzo-server=http://127.0.0.1:9", ONE)
    result.assert_outcomes(errors=1)
    assert "ARAZZO_AUTH_API_K_KEY" in result.stdout.str()
    found = ("--arazzo-server=http://127.0.0.1:9", ONE)
    assert "X-Key: ***" in project.lines(*found, "--arazzo-env-file=keys.env")
    command = '[credentials]\nARAZZO_AUTH_API_K_KEY = { command = "echo abcdef" }\n'
    project.write("arazzo.toml", command)
    assert "X-Key: ***" in project.lines(*found)


def test_a_profile(project: Project) -> None:
    text = "[profiles.here]\nmock = true\ninputs = { name = 'Max', other = 1 }\n"
    project.write("arazzo.toml", text)
    output = project.lines("--arazzo-profile", "here", "-m", "smoke")
    assert 'name = "Max"' in output


def test_what_concerns_other_documents_is_left_out(project: Project) -> None:
    arguments = (
        "--arazzo-server=other=http://x",
        "--arazzo-secret=none",
        "--arazzo-server-var=a=b",
    )
    project.run("--arazzo-mock", "-m", "smoke", *arguments).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "outcome", "message"),
    [
        ((), {"passed": 1}, ""),
        (("--arazzo-mock-case=read=404",), {"failed": 1}, "read: $statusCode == 200, got 404"),
        (("--arazzo-mock-case=addPet/read=404",), {"failed": 1}, "got 404"),
        (("--arazzo-mock-case=missPet/read=404",), {"passed": 1}, ""),
        (("--arazzo-mock-case=read=500",), {"errors": 1}, "documents no status and no example"),
        (("--arazzo-mock-case=raed=404",), {"errors": 1}, "no step `raed` calls an operation"),
    ],
)
def test_a_case_of_the_mock(
    project: Project, arguments: tuple[str, ...], outcome: dict[str, int], message: str
) -> None:
    """A step gets the documented error that is asked for; what is not documented is refused."""
    result = project.run("--arazzo-mock", "pets.arazzo.yaml::addPet", *arguments)
    result.assert_outcomes(**outcome)
    assert message in result.stdout.str()


def test_a_case_of_the_mock_is_for_the_document_that_has_the_step(project: Project) -> None:
    text = (project.path / "pets.arazzo.yaml").read_text(encoding="utf-8")
    project.write("more.arazzo.yaml", text.replace("workflowId: addPet", "workflowId: morePet"))
    tests = ("pets.arazzo.yaml::addPet", "more.arazzo.yaml::morePet", "--arazzo-mock")
    project.run(*tests, "--arazzo-mock-case=morePet/read=404").assert_outcomes(passed=1, failed=1)
    result = project.run(*tests, "--arazzo-mock-case=mostPet/read=404")
    result.assert_outcomes(errors=2)
    assert "no step `mostPet/read` calls an operation" in result.stdout.str()


def test_inputs_are_generated(project: Project) -> None:
    project.write("test_pets.py", GENERATED)
    arguments = ("--arazzo-mock", "--arazzo-generate=name=random:12", "--arazzo-seed=7")
    project.run("test_pets.py", *arguments).assert_outcomes(passed=1)
    result = project.run("pets.arazzo.yaml::addPet", "--arazzo-mock", "--arazzo-generate=name=uid")
    assert "no kind of generated values" in result.stdout.str() + result.stderr.str()


GENERATED = """
import arazzo_runner, pytest

def test_generated(arazzo):
    with pytest.raises(arazzo_runner.WorkflowFailed) as failed:  # the mock has examples
        arazzo.run("pets.arazzo.yaml", "addPet")
    one = failed.value.result
    with pytest.raises(arazzo_runner.WorkflowFailed) as failed:
        arazzo.run("pets.arazzo.yaml", "addPet", generate={"name": "email"}, input_seed=8)
    two = failed.value.result
    assert len(one.workflows[0].inputs["name"]) == 12 and one.workflows[0].seed == 7
    assert two.workflows[0].inputs["name"].endswith("@example.com")
    assert two.workflows[0].seed == 8
"""


def test_a_maximum_duration_is_for_the_document_that_has_its_step(project: Project) -> None:
    text = (project.path / "pets.arazzo.yaml").read_text(encoding="utf-8")
    project.write("more.arazzo.yaml", text.replace("workflowId: addPet", "workflowId: morePet"))
    tests = ("pets.arazzo.yaml::addPet", "more.arazzo.yaml::morePet", "--arazzo-mock")
    project.run(*tests, "--arazzo-max-duration=morePet/read=9s").assert_outcomes(passed=2)
    result = project.run(*tests, "--arazzo-max-duration=mostPet/read=9s")
    result.assert_outcomes(errors=2)
    assert "names no step" in result.stdout.str()


@pytest.mark.parametrize(
    "flag", ["--arazzo-mock-case=add=418", "--arazzo-mock-lenient", "--arazzo-mock-inputs=off"]
)
def test_an_option_of_the_mock_needs_it(project: Project, flag: str) -> None:
    result = project.run(flag, "pets.arazzo.yaml::addPet")
    option = flag.replace("--arazzo-", "--").partition("=")[0]
    assert result.ret != 0
    assert f"`{option}` needs `--mock`" in result.stdout.str() + result.stderr.str()


def test_configured_options_of_the_mock_are_for_tests_that_have_one(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\narazzo_mock_case = add=418\n")
    project.write("test_pets.py", TWO_WAYS)
    project.run("test_pets.py").assert_outcomes(passed=2)


TWO_WAYS = """
import arazzo_runner, pytest

def test_elsewhere(arazzo):
    with pytest.raises(arazzo_runner.WorkflowFailed, match="not a World|no server|refused"):
        arazzo.run("pets.arazzo.yaml", "addPet", servers={"": "http://127.0.0.1:9"})

def test_mock(arazzo):
    with pytest.raises(arazzo_runner.UsageError, match="documents no status and no example `418`"):
        arazzo.run("pets.arazzo.yaml", "addPet", mock=True)
"""
