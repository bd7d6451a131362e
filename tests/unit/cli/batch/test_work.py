"""A batch from its start to its results, and what is decided on the way."""

import json
import subprocess

import pytest

from unit.cli.batch.batches import PIN, Batches
from unit.cli.journal.things import WORKFLOW


def test_rows_run_and_have_results(batches: Batches) -> None:
    batch = batches.start("--chunk", "4")
    assert batches.status(batch)["rows"]["open"] == 6
    assert batches.work()[0] == 0
    status = batches.status(batch)
    assert (status["state"], status["rows"]) == (
        "done",
        {"total": 6, "open": 0, "passed": 6, "failed": 0, "in_doubt": 0, "dead": 0},
    )
    code, rows = batches.results(batch)
    assert code == 0
    assert [(one["row"], one["case"], one["status"], one["inputs"]) for one in rows] == [
        (at, str(at + 1), "passed", {"name": f"n{at}"}) for at in range(6)
    ]
    assert [one["step_id"] for one in rows[0]["steps"]] == ["look", "make", "fetch"]
    assert set(batches.posts().values()) == {1}


def test_the_same_key_is_the_same_batch(batches: Batches) -> None:
    batch = batches.start("--key", "monday")
    assert batches.start("--key", "monday") == batch
    assert batches.work()[0] == 0
    assert batches.start("--key", "monday") == batch
    assert len(batches.posts()) == 6
    batches.write_rows(7)
    code, out, err = batches.arazzo("start", "w.yaml", "--cases", "rows.csv", "--key", "monday")
    assert (code, out) == (2, "")
    assert f"error[AZ906]: `--key monday` names the batch `{batch}`, which has other rows" in err


def test_no_secret_is_in_the_database(batches: Batches, things) -> None:
    """Secret inputs come from the environment of each worker; responses have none here."""
    batch = batches.start("-i", f"pin={PIN}")
    code, err = batches.work("--batch", batch)
    assert code == 2
    assert "error[AZ902]: the batch has secret inputs, which no database has: `pin`" in err
    assert "ARAZZO_INPUT_PIN" in err
    assert batches.work("--batch", batch, ARAZZO_INPUT_PIN=PIN)[0] == 0
    assert all(PIN in body for body in batches.posts())
    code, rows = batches.results(batch)
    assert code == 0
    assert PIN not in json.dumps(rows)
    dumped = subprocess.run(["pg_dump", batches.database], capture_output=True, check=True)
    assert b"arazzo.calls" in dumped.stdout
    for one in (PIN.encode(), PIN.encode().hex().encode()):
        assert one not in dumped.stdout


def test_a_required_secret_may_be_the_worker_s_alone(batches: Batches) -> None:
    document = batches.folder / "w.yaml"
    document.write_text(
        WORKFLOW.replace(
            "type: object\n      prop", "type: object\n      required: [pin]\n      prop"
        )
    )
    batch = batches.start()
    assert batches.work("--batch", batch)[0] == 2
    assert batches.work("--batch", batch, "-i", f"pin={PIN}")[0] == 0
    assert all(PIN in body for body in batches.posts())


def test_a_secret_header_is_the_worker_s(batches: Batches) -> None:
    batch = batches.start("-H", f"X-Api-Key={PIN}", "-H", "X-Kind=a")
    code, err = batches.work("--batch", batch)
    assert code == 2
    assert "secret header fields, which no database has: `X-Api-Key`" in err
    dumped = subprocess.run(["pg_dump", batches.database], capture_output=True, check=True)
    assert PIN.encode().hex().encode() not in dumped.stdout
    assert batches.work("--batch", batch, "-H", f"X-Api-Key={PIN}")[0] == 0


def test_rows_that_are_wrong_begin_no_batch(batches: Batches) -> None:
    (batches.folder / "rows.csv").write_text("name,size\nn0,\nn1,7\n")
    code, out, err = batches.arazzo("start", "w.yaml", "--cases", "rows.csv")
    assert (code, out) == (2, "")
    assert "rows.csv:3" in err
    assert "`size`" in err
    assert batches.arazzo("status", "--json")[1].strip() == "[]"


def test_the_batch_has_its_documents(batches: Batches) -> None:
    batch = batches.start()
    (batches.folder / "w.yaml").write_text("gone")
    (batches.folder / "api.yaml").unlink()
    assert batches.work()[0] == 0
    assert batches.status(batch)["rows"]["passed"] == 6


def test_rows_that_failed_run_again_and_what_passed_is_kept(batches: Batches) -> None:
    document = batches.folder / "w.yaml"
    document.write_text(
        WORKFLOW.replace(
            "successCriteria: [{condition: $statusCode == 201}]",
            "successCriteria: [{condition: $statusCode == 201}, "
            '{condition: \'$response.body#/id != "t8" && $response.body#/id != "t11"\'}]',
        )
    )
    batch = batches.start("--chunk", "1")
    assert batches.work("--jobs", "1")[0] == 0
    code, rows = batches.results(batch)
    failed = [one["row"] for one in rows if one["status"] == "failed"]
    assert (code, bool(failed)) == (1, True)
    assert [one["row"] for one in batches.results(batch, "--failed")[1]] == failed
    seen = len(batches.things.seen)
    code, out, _ = batches.arazzo("retry", batch, "--failed")
    assert out == f"{len(failed)} row{'s' if len(failed) > 1 else ''} of batch {batch} run again\n"
    assert batches.work()[0] == 0
    # The POST was confirmed: it is not sent again, and its row stays failed.
    assert len(batches.things.seen) == seen
    assert batches.status(batch)["rows"]["failed"] == len(failed)


def test_a_request_that_failed_is_sent_again(batches: Batches) -> None:
    (batches.folder / "w.yaml").write_text(WORKFLOW.replace("== 201}]", "== 202}]", 1))
    batch = batches.start()
    assert batches.work()[0] == 0
    assert batches.status(batch)["rows"]["failed"] == 6
    posts = len(batches.things.seen)
    batches.arazzo("retry", batch, "--failed")
    batches.work()
    assert len(batches.things.seen) == posts


def test_calls_of_rows_that_passed_are_pruned_and_then_the_batch(batches: Batches) -> None:
    batch = batches.start()
    code, _, err = batches.arazzo("prune", batch)
    assert (code, f"`arazzo batch cancel {batch}` ends it" in err) == (2, True)
    assert batches.work()[0] == 0
    assert batches.arazzo("prune", batch, "--passed")[1] == f"removed 18 calls of batch {batch}\n"
    assert len(batches.results(batch)[1]) == 6
    assert batches.arazzo("prune")[1] == "removed 0 batches\n"
    assert batches.arazzo("prune", batch)[1] == f"removed batch {batch}\n"
    assert batches.arazzo("results", batch)[0] == 2


def test_rows_of_a_batch_that_is_cancelled_are_skipped(batches: Batches) -> None:
    batch = batches.start()
    assert batches.arazzo("cancel", batch)[1] == f"batch {batch} cancelled\n"
    assert batches.work()[0] == 0
    assert batches.things.seen == []
    code, rows = batches.results(batch)
    assert [one["status"] for one in rows] == ["skipped"] * 6
    assert code == 0
    assert batches.arazzo("pause", batch)[0] == 2
    assert batches.arazzo("resume", batch)[1] == f"batch {batch} resumed\n"
    assert batches.work()[0] == 0
    assert batches.status(batch)["rows"]["passed"] == 6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["status", "99"], "has no batch `99`"),
        (["results", "x"], "has no batch `x`"),
        (["results"], "needs an ID"),
        (["start", "w.yaml", "--cases", "rows.csv", "--key", ""], "`--key` is empty"),
        (["retry", "1"], "has to know which rows"),
        (["prune", "--passed"], "name its ID"),
        (["status", "--watch"], "name its ID"),
        (["start", "w.yaml"], "add `--cases FILE`"),
        (["start", "w.yaml", "--cases", "rows.csv", "--rate", "apis=3/s"], "did you mean `api`?"),
        (["start", "w.yaml", "--cases", "rows.csv", "--server", "http://a:secr8t@h"], "has a user name or password"),
    ],
)  # fmt: skip
def test_messages(batches: Batches, words, message) -> None:
    code, out, err = batches.arazzo(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert "secr8t" not in err
