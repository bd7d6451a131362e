"""Workers and databases that die, hang and come back: nothing is sent twice, and doubt is named."""

import json
import signal
import time
from collections.abc import Iterator

import pytest

from forked_process import ForkedProcess
from postgres_server import Server
from unit.cli.batch.batches import QUEUES, Batches

SLOW = 0.03


@pytest.fixture(params=QUEUES)
def any_queue(request, batches: Batches) -> Batches:
    """Batches with a queue behind its seam: the engine's, and that of another one."""
    batches.queue = request.param
    return batches


@pytest.fixture
def slow(any_queue: Batches) -> Iterator[Batches]:
    """A server that takes its time, so that much is in flight."""
    batches = any_queue
    seen = batches.things.seen

    class Slow(list[tuple[str, str]]):
        def append(self, entry: tuple[str, str]) -> None:
            super().append(entry)
            time.sleep(SLOW)

    batches.things.seen = Slow(seen)
    yield batches


def test_a_call_that_a_dead_worker_leaves_is_in_doubt(batches: Batches) -> None:
    batches.write_rows(8)
    batch = batches.start("--chunk", "4")
    batches.things.held = '"n2"'
    with batches.worker("--jobs", "2") as process:
        assert batches.things.entered.wait(60)
        batches.bury(process)
    batches.things.held = None
    batches.things.release.set()
    assert batches.work()[0] == 0
    status = batches.status(batch)
    assert (status["state"], status["rows"]["open"]) == ("done", 0)
    code, rows = batches.results(batch, "--doubt")
    assert (code, "2:make/make#1@1" in rows[0]["in_doubt"] or len(rows) > 1) == (4, True)
    doubt = {key for one in rows for key in one["in_doubt"]}
    assert "2:make/make#1@1" in doubt
    assert max(batches.posts().values()) == 1
    decide(batches, batch, doubt)


def decide(batches: Batches, batch: str, doubt: set[str]) -> None:
    """The row is told what its call has had; all others are sent again."""
    file = batches.folder / "done.json"
    assumed = {"status": 201, "headers": {}, "body": {"id": "o-17"}}
    file.write_text(json.dumps({"2:make/make#1@1": assumed}))
    code, out, err = batches.arazzo("retry", batch, "--assume-done", "done.json")
    assert (code, out) == (0, f"1 row of batch {batch} run again\n"), err
    if others := doubt - {"2:make/make#1@1"}:
        words = [word for key in others for word in ("--send-again", key)]
        assert batches.arazzo("retry", batch, *words)[0] == 0
    code, _, err = batches.arazzo("retry", batch, "--send-again", "7:make/make#9@1")
    assert (code, "has no call `7:make/make#9@1` in doubt" in err) == (2, True)
    assert batches.work()[0] == 0
    code, rows = batches.results(batch)
    assert (code, rows[2]["outputs"]) == (0, {"id": "o-17"})
    assert ("GET", "/things/o-17") in batches.things.seen


def test_a_post_is_committed_before_the_server_sees_it(batches: Batches) -> None:
    missing = list[str]()

    class Asking(list[tuple[str, str]]):
        def append(self, entry: tuple[str, str]) -> None:
            super().append(entry)
            if entry[0] == "POST":
                row = int(json.loads(entry[1].partition(" ")[2])["name"][1:])
                query = f"select count(*) from calls_1 where n = {row} and unsafe"
                missing.extend([entry[1]] * (1 - batches.perform(query)))

    batches.things.seen = Asking(batches.things.seen)
    batches.write_rows(30)
    batch = batches.start()
    assert batches.work()[0] == 0
    assert batches.status(batch)["rows"]["passed"] == 30
    assert missing == []


def test_what_a_killed_worker_had_is_taken_over(slow: Batches) -> None:
    slow.write_rows(60)
    batch = slow.start("--chunk", "10")
    with slow.worker("--jobs", "10") as one, slow.worker("--jobs", "10"):
        slow.wait_for(lambda: slow.things.count("POST") > 15)
        slow.bury(one)
        slow.wait_for(lambda: slow.status(batch)["rows"]["open"] == 0)
    assert max(slow.posts().values()) == 1
    rows = slow.status(batch)["rows"]
    doubt = {key for one in slow.results(batch, "--doubt")[1] for key in one["in_doubt"]}
    assert rows["passed"] + rows["in_doubt"] == 60
    assert len(doubt) == rows["in_doubt"] <= 20


def test_a_worker_that_was_frozen_does_nothing_when_it_is_back(slow: Batches) -> None:
    slow.write_rows(60)
    batch = slow.start("--chunk", "10")
    with slow.worker("--jobs", "10") as frozen, slow.worker("--jobs", "10"):
        slow.wait_for(lambda: slow.things.count("POST") > 10)
        frozen.send_signal(signal.SIGSTOP)
        slow.let_be_silent()
        slow.wait_for(lambda: slow.status(batch)["rows"]["open"] == 0)
        before = slow.status(batch)["rows"]
        frozen.send_signal(signal.SIGCONT)
        # What it had sent has a response, which it keeps: of no call it is unknown in the end.
        query = f"select count(*) from calls_{batch} where outcome is null"
        slow.wait_for(lambda: slow.perform(query) == 0)
    assert slow.status(batch)["rows"] == before
    assert max(slow.posts().values()) == 1
    # Rows in doubt go on with the outcomes that came later: nothing is sent again for them.
    if before["in_doubt"]:
        slow.arazzo("retry", batch, "--send-again")
        assert slow.work()[0] == 0
    assert slow.status(batch)["rows"]["passed"] == 60
    assert max(slow.posts().values()) == 1


def test_sigterm_lets_rows_end_and_frees_the_rest(slow: Batches) -> None:
    slow.write_rows(60)
    batch = slow.start("--chunk", "20")
    with slow.worker("--jobs", "5") as process:
        slow.wait_for(lambda: slow.things.count("POST") > 5)
        begun = time.monotonic()
        assert slow.stop(process) == 143
        assert time.monotonic() - begun < 30
    assert slow.status(batch)["chunks"]["taken"] == 0
    assert slow.work()[0] == 0
    assert slow.status(batch)["rows"]["passed"] == 60
    assert set(slow.posts().values()) == {1}


def test_a_row_that_ends_its_workers_is_a_dead_letter(any_queue: Batches) -> None:
    batches = any_queue
    batches.write_rows(8)
    batch = batches.start("--chunk", "4")
    deaths = 0
    for _ in range(5):
        with batches.worker("--until-done", "--jobs", "2", POISON="/things/n5") as process:
            process.communicate(timeout=120)
        if process.returncode == 0:
            break
        deaths += 1
        batches.let_be_silent()
    assert 1 < deaths <= 3
    rows = batches.status(batch)["rows"]
    assert (rows["open"], rows["dead"], rows["passed"] + rows["in_doubt"]) == (0, 1, 7)
    code, dead = batches.results(batch, "--dead")
    assert (code, dead[0]["row"], dead[0]["dead"]) == (4, 5, True)
    assert batches.arazzo("retry", batch, "--dead")[1] == f"1 row of batch {batch} run again\n"
    assert batches.work()[0] == 0
    assert batches.status(batch)["rows"]["dead"] == 0


_TWICE = {
    "engine": """
insert into procrastinate_jobs(queue_name, task_name, lock, args)
    select queue_name, task_name, lock, args from procrastinate_jobs
""",
    "table": """
alter table plain_queue drop constraint plain_queue_chunk_worker_key;
insert into plain_queue select * from plain_queue
""",
}


def test_chunks_that_are_queued_twice_run_once(any_queue: Batches) -> None:
    batches = any_queue
    batches.write_rows(20)
    batch = batches.start("--chunk", "2")
    batches.perform(_TWICE[batches.queue])
    assert batches.work()[0] == 0
    assert batches.status(batch)["rows"]["passed"] == 20
    assert set(batches.posts().values()) == {1}
    assert batches.perform("select max(fence) from chunks") == 1


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_no_call_begins_after_a_pause(slow: Batches, action: str) -> None:
    slow.write_rows(60)
    batch = slow.start("--chunk", "20")
    with slow.worker("--jobs", "8"):
        slow.wait_for(lambda: slow.things.count("POST") > 8)
        assert slow.arazzo(action, batch)[0] == 0
        time.sleep(1)
        posts = slow.things.count("POST")
        assert posts < 60
        time.sleep(0.5)
        assert slow.things.count("POST") == posts
        assert slow.arazzo("resume", batch)[0] == 0
        slow.wait_for(lambda: slow.status(batch)["rows"]["open"] == 0)
    assert slow.status(batch)["rows"]["passed"] == 60
    assert set(slow.posts().values()) == {1}


def test_a_database_that_crashes_is_waited_for(any_queue: Batches, postgres: Server) -> None:
    batches, things = any_queue, any_queue.things
    batches.write_rows(60)
    batch = batches.start("--chunk", "10")
    watch = ForkedProcess(
        batches.folder, batches.environment(), ["batch", "status", batch, "--watch"]
    )
    with watch, batches.worker("--jobs", "10") as one, batches.worker("--jobs", "10") as other:
        batches.wait_for(lambda: things.count("POST") > 15)
        postgres.end(signal.SIGKILL)
        time.sleep(1)
        postgres.start()
        batches.wait_for(lambda: batches.status(batch)["rows"]["open"] == 0)
        assert (one.poll(), other.poll()) == (None, None)
        assert batches.stop(one) == 143
        said = one.communicate()[1].splitlines()[1:]
        assert [line.partition("` ")[2].partition(":")[0] for line in said] == [
            "does not respond",
            "is back",
        ]
        assert said[0].endswith("; the rows wait for it")
        shown, err = watch.communicate(60)
        assert (watch.returncode, err) == (0, "")
        assert "  60 passed, 0 failed, 0 in doubt, 0 dead, 0 open" in shown
    assert batches.status(batch)["rows"]["passed"] == 60
    assert set(batches.posts().values()) == {1}
