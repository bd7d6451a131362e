"""Which tests a document becomes, and what they are called."""

import pytest

from unit.pytest_support.project import PETS, Project

MOCK = "--arazzo-mock"
CALLED = """
  - workflowId: outer
    steps: [{stepId: call, workflowId: missPet}]
"""


def collected(project: Project, *arguments: str) -> list[str]:
    lines = project.lines("--collect-only", "-q", *arguments).splitlines()
    return [line for line in lines if "::" in line]


def test_a_test_is_a_workflow(project: Project) -> None:
    assert collected(project) == ["pets.arazzo.yaml::addPet", "pets.arazzo.yaml::missPet"]
    result = project.run(
        MOCK, "--strict-markers", "-W", "error", "--deselect", "pets.arazzo.yaml::missPet"
    )
    result.assert_outcomes(passed=1, deselected=1)


def test_a_list_shows_summaries(project: Project) -> None:
    text = PETS.replace(
        "  - workflowId: missPet\n", "  - workflowId: missPet\n    summary: Nobody.\n"
    )
    project.write("pets.arazzo.yaml", text)
    output = project.lines("--collect-only", "-v")
    assert output.partition("<WorkflowItem missPet>")[2].split("\n")[1].strip() == "Nobody."


def test_a_workflow_that_another_one_uses_runs_when_it_is_named(project: Project) -> None:
    project.write("pets.arazzo.yaml", PETS + CALLED)
    assert collected(project) == ["pets.arazzo.yaml::addPet", "pets.arazzo.yaml::outer"]
    named = "pets.arazzo.yaml::missPet"
    assert collected(project, named) == [named]


@pytest.mark.parametrize(
    ("file", "ini", "arguments", "count"),
    [
        ("a.arazzo.yaml", "", (), 2),
        ("a.arazzo.yml", "", (), 2),
        ("deep/in/a.arazzo.yaml", "", (), 2),
        ("a.yaml", "", (), 0),
        ("a.yaml", "", ("a.yaml",), 2),
        ("pets.openapi.yaml.txt", "", ("pets.openapi.yaml.txt",), 0),
        ("a.yaml", "arazzo_files = a.*", (), 2),
        ("flows/a.yaml", "arazzo_files = flows/*.yaml other/*.yaml", (), 2),
        ("flows/deep/a.yaml", "arazzo_files = flows/**/*.yaml", (), 2),
        ("flows/a.yaml", "arazzo_files = flows/**/*.yaml", (), 2),
        ("deep/flows/a.yaml", "arazzo_files = flows/*.yaml", (), 0),
    ],
)
def test_which_files_are_collected(
    project: Project, file: str, ini: str, arguments: tuple[str, ...], count: int
) -> None:
    (project.path / "pets.arazzo.yaml").unlink()
    project.write("pytest.ini", f"[pytest]\n{ini}\n")
    project.write(file, PETS.replace("pets.openapi.yaml", str(project.path / "pets.openapi.yaml")))
    assert len(collected(project, *arguments)) == count


def test_another_yaml_file_that_is_named_is_not_ours(project: Project) -> None:
    result = project.run("pets.openapi.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: *pets.openapi.yaml*")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("-m", "smoke"), ["addPet"]),
        (("-m", "pets and not smoke"), ["missPet"]),
        (("-m", "arazzo"), ["addPet", "missPet"]),
        (("-k", "smoke"), ["addPet"]),
        (("-k", "miss"), ["missPet"]),
    ],
)
def test_tags_are_markers(project: Project, arguments: tuple[str, ...], names: list[str]) -> None:
    found = collected(project, "--strict-markers", *arguments)
    assert [one.partition("::")[2] for one in found] == names


def test_a_tag_may_be_a_marker_of_pytest(project: Project) -> None:
    project.write("pets.arazzo.yaml", PETS.replace("[pets]", "[skip]").replace("[smoke]", "xfail"))
    project.run(MOCK).assert_outcomes(skipped=2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[smoke]", "[[]]", "`x-tags` has to be a list of words"),
        ("[smoke]", "[parametrize]", "`parametrize` cannot be a tag"),
        ("[smoke]", "_x", "`_x` cannot be a tag"),
        ("steps:", "stps:", "error[AZ110]"),
        ("arazzo: 1.0.1", "arazzo: [", "error[AZ103]"),
        ("    x-tags", "    x-cases: 1\n    x-tags", "`x-cases` has to be a list"),
        ("    x-tags", "    x-cases: [1]\n    x-tags", "a case has to be an object"),
        ("    x-tags", "    x-cases: [{input: {}}]\n    x-tags", "did you mean `inputs`?"),
        ("    x-tags", "    x-cases: [{inputs: 1}]\n    x-tags", "`inputs` has to be an object"),
        ("    x-tags", "    x-cases: [{id: a}, {id: a}]\n    x-tags", "two cases are called `a`"),
    ],
)
def test_a_document_that_cannot_be_used(project: Project, old: str, new: str, message: str) -> None:
    project.write("pets.arazzo.yaml", PETS.replace(old, new))
    result = project.run(MOCK)
    result.assert_outcomes(errors=1)
    output = result.stdout.str()
    assert message in output
    assert "--> pets.arazzo.yaml:" in output
    assert "Traceback" not in output
    assert ".py" not in output.partition("= ERRORS =")[2]


def test_semantics_51_a_workflow_that_cannot_run_stops_its_own_test_alone(project: Project) -> None:
    project.write("pets.arazzo.yaml", PETS.replace("operationId: addPet", "operationId: addPt"))
    result = project.run(MOCK)
    result.assert_outcomes(errors=1, failed=1)  # `missPet` runs, and fails as it is meant to
    assert "error[AZ204]: no operation is called `addPt`" in result.stdout.str()


@pytest.mark.parametrize("where", ["comment", "configuration"])
def test_63_what_validate_is_told_to_ignore_is_no_warning(project: Project, where: str) -> None:
    is_comment = where == "comment"
    value = "value: none}]" + ("  # arazzo: ignore[AZ315]" if is_comment else "")
    project.write("pets.arazzo.yaml", PETS.replace("value: 404}]", value))
    project.write("arazzo.toml", "" if is_comment else '[validate]\nignore = ["AZ315"]\n')
    project.run("--collect-only", "-W", "error").assert_outcomes(errors=0)


def test_findings_are_warnings(project: Project) -> None:
    project.write("pets.arazzo.yaml", PETS.replace("value: 404", "value: none"))
    finding = "warning[AZ315]: `readPet` accepts an integer here"
    output = project.lines("--collect-only", "-W", "always")
    assert f"pets.arazzo.yaml:29: ArazzoWarning: {finding}" in output
    result = project.run("--collect-only", "-W", "error")
    result.assert_outcomes(errors=1)
    output = result.stdout.str()
    assert finding in output
    assert "collect.py" not in output


CASES = """\
    x-cases:
      - {id: short, inputs: {name: Al}, tags: [quick]}
      - {inputs: {name: Alexander}}
    x-tags"""


def test_cases(project: Project) -> None:
    project.write("pets.arazzo.yaml", PETS.replace("    x-tags", CASES, 1))
    names = ["addPet[short]", "addPet[2]", "missPet"]
    assert collected(project) == [f"pets.arazzo.yaml::{one}" for one in names]
    for wanted in ("pets.arazzo.yaml::addPet[short]", "-mquick"):
        assert collected(project, wanted) == ["pets.arazzo.yaml::addPet[short]"]
    assert len(collected(project, "pets.arazzo.yaml::addPet")) == 2
