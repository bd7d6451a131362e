"""What goes wrong while a journal is written, and what it refuses before anything is sent."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from unit.cli.journal.processes import arazzo, environment, kill_at, resume, run, runs, start
from unit.cli.journal.things import WORKFLOW, write_documents

resource = pytest.importorskip("resource", reason="signals as POSIX has them")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

CASES = ("run", "w.yaml", "--cases", "rows.csv", "--jobs", "1", "--journal", "j", "-q")


def write_rows(folder, header: str, *rows: str) -> None:
    (folder / "rows.csv").write_text("\n".join([header, *rows]) + "\n")


@pytest.mark.parametrize("name", ["j", "./j", "j-wal"])
@pytest.mark.parametrize("flag", ["--report=json={}", "--record={}", "--save=look.x={}"])
def test_no_report_takes_the_place_of_the_journal(things, tmp_path, name, flag) -> None:
    code, _, stderr = run(tmp_path, flag.format(name))
    assert (code, things.seen) == (2, [])
    assert f"would overwrite `{name}`" in stderr
    assert not (tmp_path / "j").exists()


def test_no_report_takes_the_place_of_what_a_resume_reads(things, tmp_path) -> None:
    kill_at(things, tmp_path, "GET /things/t2")
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    for name in ("j", "w.yaml", "api.yaml"):
        code, _, stderr = resume(tmp_path, "--report", f"json={name}")
        assert code == 2
        assert f"`--report json` would overwrite `{name}`" in stderr
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()}["w.yaml"] == before["w.yaml"]
    assert (tmp_path / "api.yaml").read_bytes() == before["api.yaml"]
    assert resume(tmp_path, "-q", "--report", "json=report.json")[0] == 0


def test_rows_that_a_failure_leaves_out_do_not_leave_the_run_open(things, tmp_path) -> None:
    write_documents(tmp_path, things.url, WORKFLOW.replace("== 201", "== 202"))
    write_rows(tmp_path, "name", "n0", "n1", "n2")
    code, stdout, stderr = arazzo(tmp_path, *CASES, "--fail-fast")
    assert (code, "2 cases skipped" in stdout, "resume:" in stderr) == (1, True, False)
    (listed,) = runs(tmp_path)
    assert (listed["status"], listed["rows"]) == ("failed", {"total": 3, "failed": 1, "skipped": 2})
    sent = len(things.seen)
    code, stdout, _ = resume(tmp_path, listed["run"], "--jobs", "3", "-q")
    assert (code, "2 cases skipped" in stdout, len(things.seen)) == (1, True, sent)
    assert arazzo(tmp_path, *CASES)[0] == 1  # another run may begin


def test_a_row_in_doubt_leaves_no_row_out(things, tmp_path) -> None:
    write_rows(tmp_path, "name", "n0", "n1", "n2")
    things.held = "POST"
    with start(tmp_path, *CASES, "--fail-fast") as process:
        assert things.entered.wait(60)
        process.kill()
        process.communicate()
    things.held = None
    things.release.set()
    assert resume(tmp_path, "--jobs", "1", "-q")[0] == 4
    assert runs(tmp_path)[0]["rows"] == {"total": 3, "open": 3}
    assert resume(tmp_path, "--send-again", "-q")[0] == 0
    assert runs(tmp_path)[0]["rows"] == {"total": 3, "passed": 3}


SECRET_ROWS = ("name,pin", "n0,first-secret", "n1,other-secret", "n2,")


def test_secrets_of_rows_are_given_again(things, tmp_path) -> None:
    write_rows(tmp_path, *SECRET_ROWS)
    things.held = "first-secret"
    with start(tmp_path, *CASES) as process:
        assert things.entered.wait(60)
        process.kill()
        process.communicate()
    things.held = None
    things.release.set()
    assert b"-secret" not in b"".join(one.read_bytes() for one in tmp_path.glob("j*"))
    sent = len(things.seen)
    code, _, stderr = resume(tmp_path)
    assert (code, len(things.seen)) == (2, sent)
    assert "rows have secret inputs of their own, which no journal has: `pin`" in stderr
    assert "`--cases FILE`" in stderr
    for lines, said in OTHER_ROWS:
        write_rows(tmp_path, *lines)
        code, _, stderr = resume(tmp_path, "--cases", "rows.csv")
        assert (code, len(things.seen)) == (2, sent), stderr
        assert said in stderr
        assert "-secret" not in stderr
    write_rows(tmp_path, *SECRET_ROWS)
    code, stdout, stderr = resume(tmp_path, "--cases", "rows.csv")
    assert code == 4
    assert "--cases rows.csv --send-again" in stdout + stderr
    assert resume(tmp_path, "--cases", "rows.csv", "--send-again", "-q")[0] == 0
    bodies = [text for method, text in things.seen if method == "POST"]
    assert sorted({*bodies}) == [
        '/things {"name":"n0","pin":"first-secret"}',
        '/things {"name":"n1","pin":"other-secret"}',
        '/things {"name":"n2"}',
    ]
    assert b"-secret" not in b"".join(one.read_bytes() for one in tmp_path.glob("j*"))


OTHER_ROWS = (
    (SECRET_ROWS[:3], "`--cases rows.csv` has not the rows: `3`"),
    ((*SECRET_ROWS, "n3,x"), "`--cases rows.csv` has other rows: `4`"),
    ((*SECRET_ROWS[:2], "n9,other-secret", "n2,"), "the row `2` was begun with other values"),
    ((*SECRET_ROWS[:2], "n1,", "n2,"), "the row `2` of `--cases rows.csv` lacks the secret input"),
    ((*SECRET_ROWS[:3], "n2,new-secret"), "the row `3` of `--cases rows.csv` now has the secret"),
)


def test_rows_given_again_have_the_secret_that_all_share(things, tmp_path) -> None:
    write_rows(tmp_path, "id,name,pin", "a,n0,first-secret", "b,n1,first-secret", "c,n2,other")
    assert arazzo(tmp_path, *CASES, "--case", "a", "--case", "b")[0] == 0
    run_id, sent = runs(tmp_path)[0]["run"], len(things.seen)
    words = ("resume", run_id, "--journal", "j", "-q")
    assert arazzo(tmp_path, *words)[0] == 2
    assert arazzo(tmp_path, *words, "--cases", "rows.csv")[0] == 0
    assert len(things.seen) == sent


def test_a_run_without_rows_has_none(things, tmp_path) -> None:
    assert arazzo(tmp_path, "run", "w.yaml", "-i", "name=a", "--journal", "j", "-q")[0] == 0
    write_rows(tmp_path, *SECRET_ROWS)
    run_id = runs(tmp_path)[0]["run"]
    code, _, stderr = arazzo(tmp_path, "resume", run_id, "--journal", "j", "--cases", "rows.csv")
    assert code == 2
    assert "the run was begun without `--cases`, and has no rows" in stderr


def test_a_secret_that_was_generated_is_not_asked_for(things, tmp_path) -> None:
    kill_at(things, tmp_path, "GET /things/t2", "--generate", "pin=uuid")
    (made,) = [line for method, line in things.seen if method == "POST"]
    secret = json.loads(made.partition(" ")[2])["pin"]
    assert secret.encode() not in b"".join(one.read_bytes() for one in tmp_path.glob("j*"))
    assert resume(tmp_path, "-q")[0] == 0
    assert things.count("POST") == 1


def test_a_secret_that_was_generated_is_the_same_again(things, tmp_path) -> None:
    kill_at(things, tmp_path, "POST", "--generate", "pin=uuid")
    assert resume(tmp_path, "--send-again", "-q")[0] == 0
    first, second = [line for method, line in things.seen if method == "POST"]
    assert first == second


@pytest.mark.parametrize("secret", ["secret", "server", "1000", "100000"])
def test_a_secret_may_equal_the_name_of_a_flag_or_a_number(things, tmp_path, secret) -> None:
    assert run(tmp_path, "-i", f"pin={secret}", "--max-steps", "1000")[0] == 0


def test_a_secret_in_a_flag_is_refused(things, tmp_path) -> None:
    code, _, stderr = run(
        tmp_path, "-i", "pin=top-secret-pin", "--server", "http://top-secret-pin/"
    )
    assert (code, things.seen) == (2, [])
    assert "would hold a secret that stands in a flag" in stderr


# --- time -----------------------------------------------------------------------------------------


def age(folder, seconds: float) -> None:
    """Let all calls of the journal have been begun so much earlier."""
    with closing(sqlite3.connect(folder / "j")) as journal:
        journal.execute("update calls set begun = begun - ?", [seconds])
        journal.commit()


def test_a_run_that_has_ended_has_no_limit_of_time(things, tmp_path) -> None:
    assert run(tmp_path, "--run-timeout", "1m")[0] == 0
    age(tmp_path, 60)
    code, stdout, _ = resume(tmp_path, runs(tmp_path)[0]["run"], "-q")
    assert (code, "1 workflow passed" in stdout) == (0, True)


def test_a_limit_of_time_counts_from_the_first_start(things, tmp_path) -> None:
    kill_at(things, tmp_path, "GET /things/t2", "--run-timeout", "1m")
    age(tmp_path, 60)
    code, stdout, _ = resume(tmp_path)
    assert (code, "the run took longer than 60 s" in stdout) == (4, True)
    assert runs(tmp_path)[0]["status"] == "error"
    sent = len(things.seen)
    code, stdout, _ = resume(tmp_path, runs(tmp_path)[0]["run"])
    assert (code, len(things.seen)) == (4, sent)
    assert "the run had ended before the request `make/fetch#1@1`" in stdout


# --- settings -------------------------------------------------------------------------------------


def test_a_profile_with_credentials_is_named_again(things, tmp_path) -> None:
    (tmp_path / "arazzo.toml").write_text(
        '[run]\nheader = ["X-A=1"]\n[profiles.test.credentials]\nARAZZO_AUTH_API_X_TOKEN = "HOME"\n'
    )
    profile = ("--profile", "test")
    things.held = "POST"
    words = ("run", "w.yaml", "-i", "name=a", "--journal", "j", "-q", *profile)
    with start(tmp_path, *words) as process:
        assert things.entered.wait(60)
        process.send_signal(signal.SIGINT)
        assert f"--journal j {' '.join(profile)}" in process.communicate()[1]
    things.held = None
    things.release.set()
    code, _, stderr = resume(tmp_path, "--send-again")
    assert (code, "with the credentials of the profile `test`" in stderr) == (2, True)
    assert resume(tmp_path, "--send-again", "-q", *profile)[0] == 0


def test_sources_that_flags_name_are_found_from_another_folder(things, tmp_path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "api.yaml").rename(tmp_path / "inner" / "other.yaml")
    kill_at(things, tmp_path, "GET /things/t2", "--source", "api=inner/other.yaml")
    assert arazzo(tmp_path / "inner", "resume", "--journal", "../j", "-q")[0] == 0
    assert things.count("POST") == 1


# --- the file -------------------------------------------------------------------------------------


def test_a_journal_that_is_removed_stops_the_run(things, tmp_path) -> None:
    things.held = "GET /things/a"
    with start(tmp_path, "run", "w.yaml", "-i", "name=a", "--journal", "j", "-q") as process:
        assert things.entered.wait(60)
        for one in tmp_path.glob("j*"):
            one.unlink()
        things.release.set()
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "was removed or replaced while it was in use" in stderr
    assert things.count("POST") == 0


@pytest.mark.parametrize("blocks", [40, 100, 160])
def test_a_full_disk(things, tmp_path, blocks) -> None:
    """What was not sent goes on later; each row is made once."""
    write_rows(tmp_path, "name", *(f"n{at}" for at in range(12)))
    words = [sys.executable, "-m", "arazzo_runner", *CASES]
    limits = (blocks * 1024, blocks * 1024)
    done = subprocess.run(
        words, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
    )  # fmt: skip
    assert done.returncode in (2, 4), done.stderr
    assert "the journal `j` cannot be" in done.stderr
    made = things.count("POST")
    assert made == 0 or done.returncode == 4
    # The file can be used again, and what was begun is decided.
    again = resume(tmp_path, "-q") if runs(tmp_path) else arazzo(tmp_path, *CASES)
    assert again[0] in (0, 4), again
    posts = [line for method, line in things.seen if method == "POST"]
    assert len(posts) == len(set(posts))
    if again[0] == 4:
        assert resume(tmp_path, "--send-again", "-q")[0] == 0
    assert runs(tmp_path)[0]["rows"] == {"total": 12, "passed": 12}


def test_a_symbolic_link(things, tmp_path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "real").touch()
    (tmp_path / "j").symlink_to("inner/real")
    assert run(tmp_path)[0] == 0
    assert [one["status"] for one in runs(tmp_path)] == ["passed"]


FILE = "name: {type: string}, f: {type: string, format: binary}, pin"
PAYLOAD = "{contentType: application/json, payload: {name: $inputs.name, pin: $inputs.pin}}"


@pytest.mark.parametrize(
    "payload",
    ["{contentType: application/octet-stream, payload: $inputs.f}",
     "{contentType: multipart/form-data, payload: {name: $inputs.name, f: $inputs.f}}"],
)  # fmt: skip
def test_a_file_that_an_upload_reads_is_the_same_again(things, tmp_path, payload) -> None:
    upload = WORKFLOW.replace("name: {type: string}, pin", FILE).replace(PAYLOAD, payload)
    write_documents(tmp_path, things.url, upload)
    file = tmp_path / "f.bin"
    file.write_bytes(b"content")
    kill_at(things, tmp_path, "GET /things/t2", "-i", "f=@f.bin")
    file.unlink()
    code, _, stderr = resume(tmp_path)
    assert code == 2
    assert f"the file of an input `{file}` cannot be read" in stderr
    file.write_bytes(b"another")
    code, stdout, _ = resume(tmp_path)
    assert (code, "the request `make/make#1@1` is not the one" in stdout) == (2, True)
    file.write_bytes(b"content")
    (tmp_path / "inner").mkdir()
    assert arazzo(tmp_path / "inner", "resume", "--journal", "../j", "-q")[0] == 0
    assert things.count("POST") == 1
