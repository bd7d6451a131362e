"""Runs of programs that go on: `journal=`, `resume`, in threads, event loops and streams."""

import asyncio
import threading
from pathlib import Path

import pytest

import arazzo_runner as arazzo
from unit.cli.journal.things import WORKFLOW, serve, write_documents


@pytest.fixture
def things(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with serve() as server:
        write_documents(tmp_path, server.url)
        yield server


INPUTS = {"name": "a", "pin": "hunter2hunter2"}


class Crash(BaseException):
    """What no code of ours catches: as if the process had ended."""


def crash_at(step):
    def observe(event):
        if isinstance(event, arazzo.StepStarted) and event.step.step_id == step:
            raise Crash

    return observe


def crash_after_sending(request):
    if request.method == "POST":
        raise Crash
    return request


@pytest.fixture(params=["run", "arun", "stream"])
def begin(request):
    """Ways to run."""

    async def take(*arguments, **options):
        async with arazzo.stream(*arguments, **options) as stream:
            async for _ in stream:
                pass
        return stream.result

    ways = {
        "run": arazzo.run,
        "arun": lambda *one, **more: asyncio.run(arazzo.arun(*one, **more)),
        "stream": lambda *one, **more: asyncio.run(take(*one, **more)),
    }
    return ways[request.param]


@pytest.fixture(params=["resume", "aresume"])
def go_on(request):
    if request.param == "resume":
        return arazzo.resume
    return lambda *one, **more: asyncio.run(arazzo.aresume(*one, **more))


def test_what_was_done_before_a_crash_is_not_done_again(things, begin, go_on) -> None:
    with pytest.raises(Crash):
        begin("w.yaml", inputs=INPUTS, journal="j", on_event=crash_at("fetch"))
    assert [method for method, _ in things.seen] == ["GET", "POST"]
    result = go_on(journal="j", inputs={"pin": INPUTS["pin"]})
    assert result.passed
    assert result.outputs == {"id": "t2"}
    assert [method for method, _ in things.seen] == ["GET", "POST", "GET"]
    again = go_on(result.run_id, journal="j", inputs={"pin": INPUTS["pin"]})
    assert again.outputs == {"id": "t2"}
    assert len(things.seen) == 3  # a run that has ended sends nothing
    assert b"hunter2" not in Path("j").read_bytes()


def test_a_run_that_ended_leaves_the_journal_free(things, begin) -> None:
    results = [begin("w.yaml", inputs=INPUTS, journal=Path("j")) for _ in range(2)]
    assert all(one.passed and not one.in_doubt for one in results)
    assert results[0].run_id != results[1].run_id
    assert not Path("j-wal").exists()


def test_a_call_in_doubt_is_decided(things, go_on) -> None:
    # Its world says nothing of what came of the request, as a process that has died.
    with pytest.raises(Crash):
        arazzo.run("w.yaml", inputs=INPUTS, journal="j", before_request=crash_after_sending)
    pin = {"pin": INPUTS["pin"]}
    result = go_on(journal="j", inputs=pin)
    assert (result.exit_code, result.in_doubt) == (4, ("make/make#1@1",))
    error = result.steps["make"].attempts[-1].error
    assert "send_again=['make/make#1@1']" in (error.hint or "")
    with pytest.raises(arazzo.UsageError, match="has a run that has not ended"):
        arazzo.run("w.yaml", inputs=INPUTS, journal="j")
    assert things.count("POST") == 0
    done = {"make/make#1@1": {"status": 201, "body": {"id": "t9"}}}
    assert go_on(journal="j", inputs=pin, assume_done=done).outputs == {"id": "t9"}
    assert things.count("POST") == 0


@pytest.mark.parametrize("again", ["all", ["make/make#1@1"]])
def test_a_call_in_doubt_is_sent_again(things, again) -> None:
    with pytest.raises(Crash):
        arazzo.run("w.yaml", inputs=INPUTS, journal="j", before_request=crash_after_sending)
    pin = {"pin": INPUTS["pin"]}
    assert arazzo.resume(journal="j", inputs=pin, send_again=again).passed
    assert things.count("POST") == 1


def test_what_cannot_go_on(things) -> None:
    with pytest.raises(Crash):
        arazzo.run("w.yaml", inputs=INPUTS, journal="j", on_event=crash_at("fetch"))
    runs = {
        "secret inputs, which no journal has: `pin`": {},
        "other values of these inputs: `name`": {"inputs": {**INPUTS, "name": "b"}},
        "has no run `x`": {"run_id": "x"},
        "`assume_done` cannot be used": {"inputs": INPUTS, "assume_done": {"k": 1}},
    }
    for message, options in runs.items():
        with pytest.raises(arazzo.UsageError, match=message):
            arazzo.resume(journal="j", **options)
    Path("w.yaml").write_text(f"{WORKFLOW}\n# later\n")
    with pytest.raises(arazzo.UsageError, match="changed since the run was begun: `document`"):
        arazzo.resume(journal="j", inputs=INPUTS)
    assert arazzo.resume(journal="j", inputs=INPUTS, changed_document=True).passed
    with pytest.raises(arazzo.UsageError, match="has no run that has not ended"):
        arazzo.resume(journal="j", inputs=INPUTS)
    with pytest.raises(arazzo.UsageError, match="does not exist"):
        arazzo.resume(journal="nothing", inputs=INPUTS)
    assert not Path("nothing").exists()


def test_a_request_that_differs_ends_it(things) -> None:
    with pytest.raises(Crash):
        arazzo.run("w.yaml", inputs=INPUTS, journal="j", on_event=crash_at("fetch"))
    with serve() as other:
        result = arazzo.resume(journal="j", inputs=INPUTS, server=other.url)
        assert other.seen == []
    assert result.exit_code == 2
    error = result.steps["look"].attempts[-1].error
    assert "is not the one that the journal has" in error.message


def test_threads_share_the_journal_of_a_runner(things) -> None:
    runner = arazzo.Runner(journal="j")
    results = []

    def work() -> None:
        results.append(runner.run("w.yaml", inputs=INPUTS))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len({one.run_id for one in results if one.passed}) == 8


def test_tasks_share_the_journal_of_a_runner(things) -> None:
    async def all_of_them() -> list[arazzo.Result]:
        async with arazzo.Runner(journal="j") as runner:
            runs = (runner.arun("w.yaml", inputs=INPUTS) for _ in range(8))
            return await asyncio.gather(*runs)

    assert len({one.run_id for one in asyncio.run(all_of_them()) if one.passed}) == 8


def test_a_journal_in_use_is_named(things) -> None:
    def other(event: object) -> None:
        if isinstance(event, arazzo.StepStarted):
            with pytest.raises(arazzo.UsageError, match="`j` is in use by this process already"):
                arazzo.run("w.yaml", inputs=INPUTS, journal="j")

    assert arazzo.run("w.yaml", inputs=INPUTS, journal="j", on_event=other).passed


def test_what_does_not_go_with_it(things) -> None:
    with pytest.raises(arazzo.UsageError, match="cannot be used together with `mock`"):
        arazzo.run("w.yaml", inputs=INPUTS, journal="j", mock=True)
    with pytest.raises(TypeError, match="`idempotency_key` needs `journal`"):
        arazzo.run("w.yaml", inputs=INPUTS, idempotency_key="Key")
    with pytest.raises(TypeError, match="`resume` needs the option `journal`"):
        arazzo.resume()


def test_a_run_that_was_cancelled_goes_on(things) -> None:
    stop = threading.Event()

    def cancel(event: object) -> None:
        if isinstance(event, arazzo.StepStarted) and event.step.step_id == "fetch":
            stop.set()

    result = arazzo.run("w.yaml", inputs=INPUTS, journal="j", on_event=cancel, cancel=stop)
    assert result.exit_code == 130
    assert arazzo.resume(result.run_id, journal="j", inputs=INPUTS).passed
    assert things.count("POST") == 1


def test_an_encrypted_journal_and_keys(things, monkeypatch) -> None:
    monkeypatch.setenv("SECRET", "correct horse")
    assert arazzo.run("w.yaml", inputs=INPUTS, journal="plain").passed
    assert b'"t2"' in Path("plain").read_bytes()
    options = {"journal": "j", "journal_key": "env:SECRET", "idempotency_key": "X-Key"}
    assert arazzo.run("w.yaml", inputs=INPUTS, **options).passed
    assert b'"t2"' not in Path("j").read_bytes()  # by chance two octets alone stand there
    with pytest.raises(arazzo.UsageError, match="encrypted"):
        arazzo.run("w.yaml", inputs=INPUTS, journal="j")


def test_a_document_that_is_no_file_is_given_again(things) -> None:
    described = arazzo.load_text(Path("w.yaml").read_text())
    with pytest.raises(Crash):
        arazzo.run(described, inputs=INPUTS, journal="j", on_event=crash_at("fetch"))
    assert arazzo.resume(journal="j", inputs=INPUTS, document=described).passed
