"""A resume of a copy, beside read-only folders, and with flags that a run was begun with."""

import json
import os
import shutil
import subprocess
import sys

import pytest

import arazzo_runner
from unit.cli.journal.processes import arazzo, environment, kill_at, resume, run, runs, start

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")


def test_a_copy_of_a_journal_in_use_goes_on_with_its_wal(things, tmp_path) -> None:
    things.held = "POST"
    copies = {"whole": ("j", "j-wal"), "part": ("j",)}
    with start(tmp_path, "run", "w.yaml", "-i", "name=a", "--journal", "j", "-q") as process:
        assert things.entered.wait(60)
        for name, files in copies.items():
            (tmp_path / name).mkdir()
            for one in files:
                shutil.copy(tmp_path / one, tmp_path / name / one)
        process.kill()
        process.communicate()
    things.held = None
    things.release.set()
    code, stdout, _ = arazzo(tmp_path, "resume", "--journal", "whole/j")
    assert code == 4
    assert "the call `make/make#1@1` is in doubt" in stdout
    code, _, stderr = arazzo(tmp_path, "resume", "--journal", "part/j")
    assert code == 2
    assert "the journal `part/j` has no run that has not ended" in stderr
    assert "of a copy, `j-wal` is a part" in stderr
    assert things.count("POST") == 1


def test_a_program_goes_on_with_its_own_run(things, tmp_path) -> None:
    arazzo_runner.run(tmp_path / "w.yaml", inputs={"name": "a"}, journal=tmp_path / "j")
    run_id, sent = runs(tmp_path)[0]["run"], len(things.seen)
    code, _, stderr = arazzo(tmp_path, "resume", run_id, "--journal", "j")
    assert (code, len(things.seen)) == (2, sent)
    assert f"the journal `j` has the run `{run_id}` of a program, not of this command" in stderr


def test_until_is_that_of_the_run(things, tmp_path) -> None:
    kill_at(things, tmp_path, "POST", "--until", "make")
    code, _, stderr = resume(tmp_path, "--until", "look")
    assert code == 2
    assert "`arazzo resume` has no flag `--until`" in stderr
    code, stdout, _ = resume(tmp_path, "--send-again", "--json")
    (workflow,) = json.loads(stdout)["workflows"]
    assert code == 0
    assert [one["step_id"] for one in workflow["steps"]][:2] == ["look", "make"]
    assert not [line for _, line in things.seen if line.startswith("/things/t")]


def test_a_resume_makes_no_recording(things, tmp_path) -> None:
    run(tmp_path)
    code, _, stderr = arazzo(
        tmp_path, "resume", runs(tmp_path)[0]["run"], "--journal", "j", "--record", "r.json"
    )
    assert code == 2
    assert "`arazzo resume` has no flag `--record`" in stderr
    assert not (tmp_path / "r.json").exists()


def test_a_resume_has_traces_of_what_it_sends(things, tmp_path) -> None:
    pytest.importorskip("opentelemetry.sdk")
    kill_at(things, tmp_path, "GET /things/t2")
    words = ("resume", "--journal", "j", "-q", "--otel")
    with start(tmp_path, *words, OTEL_TRACES_EXPORTER="console") as process:
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")
    assert stdout.count('"name": "step ') == 3
    assert stdout.count('"kind": "SpanKind.CLIENT"') == 1


IS_ROOT = os.name != "nt" and os.geteuid() == 0
AS_USER = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if IS_ROOT else []


@pytest.mark.skipif(bool(AS_USER) and shutil.which("setpriv") is None, reason="root may write all")
@pytest.mark.parametrize("command", [["run", "w.yaml"], ["resume"], ["journal", "list"]])
def test_what_is_read_only_is_said(things, tmp_path, command) -> None:
    assert run(tmp_path)[0] == 0
    words = [*AS_USER, sys.executable, "-m", "arazzo_runner", *command, "--journal", "j"]
    sent = len(things.seen)
    for path, mode, said in (
        (tmp_path, 0o555, "cannot be written: it or its folder is read-only"),
        (tmp_path / "j", 0o444, "cannot be used: permission denied"),
    ):
        before = path.stat().st_mode
        path.chmod(mode)
        try:
            done = subprocess.run(
                words, cwd=tmp_path, env=environment(tmp_path), text=True, capture_output=True,
                check=False,
            )  # fmt: skip
        finally:
            path.chmod(before)
        assert done.returncode == 2
        assert f"the journal `j` {said}" in done.stderr
    assert len(things.seen) == sent
