"""`run --journal` and `resume`: a run goes on where it was left, and nothing unsafe is sent twice."""

import json
import os
import signal
import subprocess
import sys

import pytest

from unit.cli.journal.processes import arazzo, kill_at, resume, run, runs, start
from unit.cli.journal.things import WORKFLOW, write_documents

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")

SECRET = "pin=top-secret-pin"


def test_a_run_is_in_its_journal(things, tmp_path) -> None:
    assert run(tmp_path)[0] == 0
    (listed,) = runs(tmp_path)
    assert listed["status"] == "passed"
    assert listed["document"] == str(tmp_path / "w.yaml")
    assert listed["rows"] == {"total": 1, "passed": 1}
    assert listed["calls"] == {"total": 3, "open": 0}
    code, stdout, _ = arazzo(tmp_path, "journal", "show", listed["run"], "--journal", "j")
    assert code == 0
    assert [line.split()[-1] for line in stdout.splitlines()[3:]] == [
        "make/look#1@1", "make/make#1@1", "make/fetch#1@1",
    ]  # fmt: skip


def test_a_finished_run_sends_nothing_again(things, tmp_path) -> None:
    run(tmp_path)
    sent = len(things.seen)
    code, stdout, _ = arazzo(
        tmp_path, "resume", runs(tmp_path)[0]["run"], "--journal", "j", "--json"
    )
    report = json.loads(stdout)
    assert (code, report["status"], len(things.seen)) == (0, "passed", sent)
    assert report["workflows"][0]["outputs"] == {"id": "t2"}
    assert "the request was not sent again" in stdout


def test_a_safe_call_in_flight_is_sent_again(things, tmp_path) -> None:
    assert kill_at(things, tmp_path, "GET /things/t2") == -signal.SIGKILL
    assert runs(tmp_path)[0]["status"] == "unfinished"
    code, stdout, stderr = resume(tmp_path, "-q")
    assert (code, stderr) == (0, "")
    assert (things.count("GET"), things.count("POST")) == (3, 1)
    assert "3 steps" in stdout


def test_an_unsafe_call_in_flight_is_in_doubt_until_it_is_decided(things, tmp_path) -> None:
    kill_at(things, tmp_path, "POST")
    for _ in range(2):
        code, stdout, stderr = resume(tmp_path)
        assert code == 4
        assert "the call `make/make#1@1` is in doubt" in stdout
        run_id = runs(tmp_path)[0]["run"]
        command = f"arazzo resume {run_id} --journal j"
        assert f"`{command} --send-again 'make/make#1@1'`" in stdout
        assert f"`{command} --assume-done FILE`" in stdout
        assert f"resume: {command}\n" == stderr
    report = json.loads(resume(tmp_path, "--json")[1])
    error = report["workflows"][0]["steps"][-1]["attempts"][0]["error"]
    assert error["code"] == "in-doubt"
    assert report["exit_code"] == 4
    assert things.count("POST") == 1


@pytest.mark.parametrize("words", [["--send-again"], ["--send-again", "make/make#1@1"]])
def test_send_again(things, tmp_path, words) -> None:
    kill_at(things, tmp_path, "POST")
    assert resume(tmp_path, *words)[0] == 0
    assert things.count("POST") == 2
    assert runs(tmp_path)[0]["status"] == "passed"


def test_assume_done(things, tmp_path) -> None:
    kill_at(things, tmp_path, "POST")
    done = {"make/make#1@1": {"status": 201, "body": {"id": "mine"}}}
    (tmp_path / "done.json").write_text(json.dumps(done))
    code, stdout, _ = resume(tmp_path, "--assume-done", "done.json", "-v")
    assert code == 0
    assert "the response is the one that `--assume-done` gives: nothing was sent" in stdout
    assert things.count("POST") == 1
    assert things.seen[-1] == ("GET", "/things/mine")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a": {}}', '{"a": {"status": "x"}}', '{"a": {"status": 200, "x": 1}}']
)
def test_assume_done_that_cannot_be_used(things, tmp_path, text) -> None:
    kill_at(things, tmp_path, "POST")
    (tmp_path / "done.json").write_text(text)
    code, _, stderr = resume(tmp_path, "--assume-done", "done.json")
    assert code == 2
    assert "`--assume-done done.json` cannot be used" in stderr
    assert things.count("POST") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_can_go_on(things, tmp_path, number, code) -> None:
    assert kill_at(things, tmp_path, "GET /things/t2", number=number) == code
    assert resume(tmp_path, "-q")[0] == 0
    assert things.count("POST") == 1


FINALLY = WORKFLOW.replace(
    "    outputs: {id: $steps.make.outputs.id}\n",
    """    x-finally: {workflowId: clean, parameters: [{name: id, value: $steps.make.outputs.id}]}
  - workflowId: clean
    inputs: {type: object, properties: {id: {type: string}}}
    steps:
      - stepId: remove
        operationId: deleteThing
        parameters: [{name: id, in: path, value: $inputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
""",
)


def test_what_runs_at_the_end_waits_for_the_resume(things, tmp_path) -> None:
    write_documents(tmp_path, things.url, FINALLY)
    assert kill_at(things, tmp_path, "GET /things/t2", number=signal.SIGINT) == 130
    assert things.count("DELETE") == 0
    assert resume(tmp_path, "-q")[0] == 0
    assert things.count("DELETE") == 1


def test_another_run_does_not_begin_while_one_has_not_ended(things, tmp_path) -> None:
    kill_at(things, tmp_path, "POST")
    sent = len(things.seen)
    code, _, stderr = run(tmp_path)
    assert code == 2
    assert "has a run that has not ended" in stderr
    assert f"`arazzo resume {runs(tmp_path)[0]['run']} --journal j` goes on" in stderr
    assert len(things.seen) == sent


def test_several_runs(things, tmp_path) -> None:
    run(tmp_path)
    run(tmp_path)
    assert len({one["run"] for one in runs(tmp_path)}) == 2
    code, _, stderr = resume(tmp_path)
    assert code == 2
    assert "has no run that has not ended" in stderr
    assert resume(tmp_path, "nothing")[0] == 2
    assert arazzo(tmp_path, "journal", "prune", "--journal", "j", "--keep", "0s")[1] == (
        "removed 2 runs\n"
    )
    assert runs(tmp_path) == []


def test_no_secret_is_kept_and_a_secret_input_is_given_again(things, tmp_path) -> None:
    kill_at(
        things, tmp_path, "GET /things/t2", "-i", SECRET, "-H", "Authorization: very-secret-token"
    )
    kept = b"".join(one.read_bytes() for one in tmp_path.glob("j*"))
    assert b"top-secret-pin" not in kept
    assert b"very-secret-token" not in kept
    code, _, stderr = resume(tmp_path)
    assert (code, "Authorization" in stderr) == (2, True)
    header = ("-H", "Authorization: another-secret-token")
    code, _, stderr = resume(tmp_path, *header)
    assert code == 2
    assert "the run has secret inputs, which no journal has: `pin`" in stderr
    assert "ARAZZO_INPUT_PIN" in stderr
    assert resume(tmp_path, *header, "-i", "pin=another-secret", "-q")[0] == 0
    assert things.count("POST") == 1


def test_an_encrypted_journal(things, tmp_path, monkeypatch) -> None:
    key = ("--journal-key", "env:HOME")
    assert run(tmp_path, *key)[0] == 0
    kept = (tmp_path / "j").read_bytes()
    assert b'"id"' not in kept
    assert b"servers" not in kept
    run_id = runs(tmp_path)[0]["run"]
    assert "is encrypted" in arazzo(tmp_path, "resume", run_id, "--journal", "j")[2]
    assert arazzo(tmp_path, "resume", run_id, "--journal", "j", *key, "-q")[0] == 0
    other = ("--journal-key", "env:PATH")
    assert "another key" in arazzo(tmp_path, "resume", run_id, "--journal", "j", *other)[2]


@pytest.mark.parametrize(
    ("spelled", "words"),
    [("env:NOWHERE", "the variable `NOWHERE` is not set"), ("HOME", "write `env:NAME`"),
     ("env:", "write `env:NAME`"), ("file:x", "write `env:NAME`")],
)  # fmt: skip
def test_a_key_that_cannot_be_used(things, tmp_path, spelled, words) -> None:
    code, _, stderr = run(tmp_path, "--journal-key", spelled)
    assert (code, things.seen) == (2, [])
    assert words in stderr


def test_a_changed_document_is_refused(things, tmp_path) -> None:
    kill_at(things, tmp_path, "GET /things/t2")
    changed = WORKFLOW.replace("title: Things", "title: Others")
    (tmp_path / "w.yaml").write_text(changed)
    sent = len(things.seen)
    code, _, stderr = resume(tmp_path)
    assert (code, len(things.seen)) == (2, sent)
    assert "changed since the run was begun: `document`" in stderr
    assert resume(tmp_path, "--changed-document", "-q")[0] == 0


def test_a_changed_input_is_refused(things, tmp_path) -> None:
    kill_at(things, tmp_path, "GET /things/t2")
    code, _, stderr = resume(tmp_path, "-i", "name=b")
    assert code == 2
    assert "with other values of these inputs: `name`" in stderr
    assert resume(tmp_path, "-i", "name=a", "-q")[0] == 0


def test_a_request_that_is_another_one_is_refused(things, tmp_path) -> None:
    kill_at(things, tmp_path, "GET /things/t2")
    changed = WORKFLOW.replace("payload: {", "payload: {more: 1, ")
    (tmp_path / "w.yaml").write_text(changed)
    code, stdout, _ = resume(tmp_path, "--changed-document")
    assert code == 2
    assert "the request `make/make#1@1` is not the one that the journal has" in stdout
    assert things.count("POST") == 1


def test_from_another_folder(things, tmp_path) -> None:
    kill_at(things, tmp_path, "GET /things/t2")
    other = tmp_path / "other"
    other.mkdir()
    assert arazzo(other, "resume", "--journal", "../j", "-q")[0] == 0


def test_an_idempotency_key_of_the_user(things, tmp_path) -> None:
    kill_at(things, tmp_path, "POST", "--idempotency-key", "Idempotency-Key")
    assert resume(tmp_path, "-q")[0] == 0
    keys = [
        key for (method, _), key in zip(things.seen, things.keys, strict=True) if method == "POST"
    ]
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert keys[0] is not None


def test_an_idempotency_key_that_the_api_documents(things, tmp_path) -> None:
    ordering = WORKFLOW.replace("operationId: makeThing", "operationId: order").replace(
        "        requestBody: {contentType: application/json, payload: {name: $inputs.name, pin: $inputs.pin}}\n", ""
    )  # fmt: skip
    write_documents(tmp_path, things.url, ordering)
    kill_at(things, tmp_path, "POST")
    assert resume(tmp_path, "-q")[0] == 0
    keys = {
        key for (method, _), key in zip(things.seen, things.keys, strict=True) if method == "POST"
    }
    assert len(keys) == 1
    assert None not in keys


# --- cases ----------------------------------------------------------------------------------------


def test_cases_go_on_row_by_row(things, tmp_path) -> None:
    rows = "".join(f"case{at},n{at}\n" for at in range(30))
    (tmp_path / "rows.csv").write_text(f"id,name\n{rows}")
    things.held = '"n17"'
    words = ("run", "w.yaml", "--cases", "rows.csv", "--jobs", "4", "--journal", "j", "-q")
    with start(tmp_path, *words) as process:
        assert things.entered.wait(60)
        process.kill()
        process.communicate()
    things.held = None
    things.release.set()
    (tmp_path / "rows.csv").unlink()  # the journal has them
    code, stdout, stderr = resume(tmp_path, "--jobs", "4")
    assert code == 4
    doubtful = [
        key for key in (f"{at}:make/make#1@1" for at in range(30)) if key in stdout + stderr
    ]
    # So may be others, whose responses were on their way to the file.
    assert "17:make/make#1@1" in doubtful
    posts = [body for method, body in things.seen if method == "POST"]
    assert len(posts) == len(set(posts))
    assert resume(tmp_path, "--send-again", "-q")[0] == 0
    assert runs(tmp_path)[0]["rows"] == {"total": 30, "passed": 30}
    # Each was sent; twice only one that was in doubt, of which some had never been sent.
    again = [body for method, body in things.seen if method == "POST"][len(posts) :]
    assert len(set(posts + again)) == 30
    twice = [at for at in range(30) if sum(f'"n{at}"' in body for body in posts + again) > 1]
    assert {f"{at}:make/make#1@1" for at in twice} <= set(doubtful)
    sent = len(things.seen)
    report = json.loads(
        arazzo(tmp_path, "resume", runs(tmp_path)[0]["run"], "--journal", "j", "--json")[1]
    )
    assert [one["case"] for one in report["workflows"]] == [f"case{at}" for at in range(30)]
    assert len(things.seen) == sent


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mock"], "`--journal` cannot be used together with `--mock`"),
        (["--cookies"], "`--journal` cannot be used together with `--cookies`"),
        (["--repeat", "2"], "`--journal` cannot be used together with `--repeat`"),
        (["--dry-run"], "`--journal` cannot be used together with `--dry-run`"),
        (["w.yaml", "other.yaml"], "`--journal` keeps the run of one document"),
    ],
)
def test_what_a_journal_does_not_go_with(things, tmp_path, words, said) -> None:
    (tmp_path / "other.yaml").write_text(WORKFLOW)
    code, _, stderr = arazzo(tmp_path, "run", "w.yaml", *words, "--journal", "j")
    assert (code, things.seen) == (2, [])
    assert said in stderr


def test_a_document_from_standard_input(things, tmp_path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "arazzo_runner", "run", "-", "--journal", "j"],
        cwd=tmp_path, input=WORKFLOW, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert process.returncode == 2
    assert "not standard input" in process.stderr


def test_a_journal_in_use(things, tmp_path) -> None:
    things.held = "POST"
    with start(tmp_path, "run", "w.yaml", "-i", "name=a", "--journal", "j", "-q") as process:
        assert things.entered.wait(60)
        code, _, stderr = resume(tmp_path)
        assert code == 2
        assert "the journal `j` is in use by another process" in stderr
        things.release.set()
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("command", [["resume"], ["journal", "list"], ["journal", "prune"]])
def test_no_journal(tmp_path, command) -> None:
    assert "`--journal FILE` is missing" in arazzo(tmp_path, *command)[2]
    code, _, stderr = arazzo(tmp_path, *command, "--journal", "nowhere")
    assert code == 2
    assert "the journal `nowhere` does not exist" in stderr
    assert not (tmp_path / "nowhere").exists()


def test_show_needs_a_run(tmp_path) -> None:
    assert arazzo(tmp_path, "journal", "show", "--journal", "j")[0] == 2
    assert arazzo(tmp_path, "journal", "list", "x", "--journal", "j")[0] == 2
