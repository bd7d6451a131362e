"""A batch with `--journal-key`: nothing of its inputs and responses can be read in the database."""

import json
import subprocess

from unit.cli.batch.batches import Batches

KEY = ("--journal-key", "env:BATCH_KEY")
SECRET = {"BATCH_KEY": "sesame-of-the-batch"}
# Ids that the server makes, and the names of the rows, are in inputs, responses and results.
CANARY = "canary-7f3a"


def dump(batches: Batches) -> str:
    return subprocess.run(
        ["pg_dump", batches.database], capture_output=True, text=True, check=True
    ).stdout


def start(batches: Batches, *words: str) -> str:
    rows = "".join(f"{CANARY}-{at}\n" for at in range(3))
    (batches.folder / "rows.csv").write_text(f"name\n{rows}")
    code, out, err = batches.arazzo("start", "w.yaml", "--cases", "rows.csv", *words, **SECRET)
    assert code == 0, err
    return out.strip()


def test_nothing_that_is_sent_or_received_can_be_read(batches: Batches) -> None:
    plain = start(batches)
    assert CANARY.encode().hex() in dump(batches)
    batches.arazzo("cancel", plain)
    assert batches.arazzo("prune", plain)[0] == 0
    batch = start(batches, *KEY)
    code, err = batches.work(*KEY, **SECRET)
    assert (code, batches.status(batch)["rows"]["passed"]) == (0, 3), err
    dumped = dump(batches)
    assert "arazzo.calls" in dumped
    for one in (CANARY, '"id": "t', SECRET["BATCH_KEY"]):
        assert one not in dumped
        assert one.encode().hex() not in dumped
    code, out, err = batches.arazzo("results", batch, *KEY, **SECRET)
    assert (code, [json.loads(line)["inputs"]["name"] for line in out.splitlines()]) == (
        0,
        [f"{CANARY}-{at}" for at in range(3)],
    )
    batches.arazzo("prune", batch)
    assert batches.perform("select count(*) from meta") == 1


def test_without_the_key_no_one_reads_or_runs_it(batches: Batches) -> None:
    batch = start(batches, *KEY)
    for words, said in (
        ((), f"the batch `{batch}` is encrypted: add `--journal-key`"),
        (("--journal-key", "env:HOME"), f"the batch `{batch}` was encrypted with another key"),
        (("--journal-key", "HOME"), "write `env:NAME` or `keyring:NAME`"),
    ):
        for action in (
            ("results", batch),
            ("retry", batch, "--failed"),
            ("work", "--batch", batch),
        ):
            code, out, err = batches.arazzo(*action, *words)
            assert (code, out) == (2, "")
            assert said in err
    assert batches.things.seen == []


def test_rows_of_an_encrypted_batch_run_again_and_calls_are_decided(batches: Batches) -> None:
    batch = start(batches, *KEY)
    batches.things.held = f'"{CANARY}-1"'
    with batches.worker("--jobs", "1", *KEY, **SECRET) as process:
        assert batches.things.entered.wait(60)
        batches.bury(process)
    batches.things.held = None
    batches.things.release.set()
    assert batches.work(*KEY, **SECRET)[0] == 0
    name = "1:make/make#1@1"
    (batches.folder / "done.json").write_text(json.dumps({name: {"status": 500}}))
    code, out, err = batches.arazzo("retry", batch, "--assume-done", "done.json", *KEY, **SECRET)
    assert (code, out) == (0, f"1 row of batch {batch} run again\n"), err
    assert batches.work(*KEY, **SECRET)[0] == 0
    assert batches.status(batch)["rows"]["failed"] == 1
    # The response that was assumed is a failure: the call is made again.
    assert batches.arazzo("retry", batch, "--failed", *KEY, **SECRET)[0] == 0
    assert batches.work(*KEY, **SECRET)[0] == 0
    assert batches.status(batch)["rows"]["passed"] == 3
