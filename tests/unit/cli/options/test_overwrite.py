"""No flag that names a file to write replaces what the command reads."""

import os
from pathlib import Path

import pytest

from arazzo_runner.cli.main import main
from unit.cli.things import write_things

WORKFLOWS = """
- workflowId: once
  inputs: {type: object, properties: {data: {type: string}}}
  steps: [{stepId: list, operationId: listThings, outputs: {code: $statusCode}}]
"""
RUN = "run w.yaml --mock"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_things(tmp_path, WORKFLOWS)
    (tmp_path / "in.yaml").write_text("data: x\n")
    (tmp_path / "cases.yaml").write_text("- {data: x}\n")
    (tmp_path / "a.env").write_text("A=b\n")
    (tmp_path / "link.yaml").symlink_to("w.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (f"{RUN} --record w.yaml", "w.yaml"),
        (f"{RUN} --record ./link.yaml", "./link.yaml"),
        (f"{RUN} --record api.yaml", "api.yaml"),
        (f"{RUN} --report json=w.yaml", "w.yaml"),
        (f"{RUN} --report ndjson=api.yaml", "api.yaml"),
        (f"{RUN} --save list.code=w.yaml", "w.yaml"),
        (f"{RUN} --inputs in.yaml --report json=in.yaml", "in.yaml"),
        (f"{RUN} -i data=@in.yaml --record in.yaml", "in.yaml"),
        (f"{RUN} --cases cases.yaml --report junit=cases.yaml", "cases.yaml"),
        (f"{RUN} --env-file a.env --report json=a.env", "a.env"),
        ("run . --mock --report json=w.yaml", "w.yaml"),
        ("mock api.yaml --record api.yaml", "api.yaml"),
        ("mock w.yaml --port 0 --state api.yaml", "api.yaml"),
        ("validate w.yaml --output w.yaml", "w.yaml"),
        ("validate w.yaml --baseline w.yaml --write-baseline", "w.yaml"),
    ],
)
def test_what_is_read_is_not_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str], line: str, path: str
) -> None:
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert main(line.split()) == 2
    assert f"would overwrite `{path}`, which is read by this command" in capsys.readouterr().err
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_a_command_line_that_is_wrong_reports_into_no_document(folder: Path) -> None:
    before = (folder / "w.yaml").read_bytes()
    assert main([*RUN.split(), "--nowhere", "--report", "json=w.yaml"]) == 2
    assert (folder / "w.yaml").read_bytes() == before


@pytest.mark.parametrize("path", ["old.json", "new.json", os.devnull])
def test_other_files_are_replaced(folder: Path, path: str) -> None:
    (folder / "old.json").write_text("{}")
    assert main([*RUN.split(), "--report", f"json={path}", "--save", "list.code=code.txt"]) == 0
    assert path == os.devnull or (folder / path).stat().st_size > 2


@pytest.mark.parametrize("output", ["api.yaml", "./api.yaml"])
def test_a_new_document_does_not_replace_its_source(
    folder: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    before = (folder / "api.yaml").read_bytes()
    assert main(["new", "api.yaml", "-o", output, "--force"]) == 2
    assert f"`-o {output}` would replace `api.yaml`" in capsys.readouterr().err
    assert (folder / "api.yaml").read_bytes() == before


@pytest.mark.parametrize("kind", ["html", "json", "junit", "markdown", "ndjson", "har"])
@pytest.mark.parametrize("order", ["w.yaml b.yaml", "b.yaml w.yaml"])
def test_what_one_of_several_documents_reads_is_not_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str], kind: str, order: str
) -> None:
    text = (folder / "w.yaml").read_text()
    assert "api.yaml" in text
    (folder / "b.yaml").write_text(text.replace("api.yaml", "b-api.yaml"))
    (folder / "b-api.yaml").write_text((folder / "api.yaml").read_text())
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert main(["run", *order.split(), "--mock", "--report", f"{kind}=b-api.yaml"]) == 2
    assert "would overwrite `b-api.yaml`, which is " in capsys.readouterr().err
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


@pytest.mark.parametrize("text", ["", '{"event": "run_started"}\n'])
def test_events_of_several_documents_replace_those_before(folder: Path, text: str) -> None:
    (folder / "b.yaml").write_text((folder / "w.yaml").read_text())
    (folder / "events").write_text(text)
    assert main(["run", "w.yaml", "b.yaml", "--mock", "--report", "ndjson=events"]) == 0
    assert (folder / "events").read_text().count("\n") > 5


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="devices as POSIX has them")
def test_a_device_is_replaced_by_nothing_and_needs_no_force(folder):
    assert main(["bundle", "w.yaml", "-o", "/dev/null"]) == 0
    assert not Path("/dev/null").is_file()
