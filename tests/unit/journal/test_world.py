"""A world with a journal: what is sent, what is given back, and what is in doubt."""

import uuid
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.world import TransportFailure, run_coroutine
from arazzo_runner.journal.journal import Journal, JournaledRun
from arazzo_runner.journal.model import JournalError
from arazzo_runner.journal.outcome import KNOWN_NOTE
from arazzo_runner.journal.world import (
    Decisions,
    IdempotencyKeys,
    JournalSettings,
    JournalWorld,
)
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.report.secrets import Masker
from unit.journal.conftest import FakeWorld, call

KEYS = IdempotencyKeys(uuid.UUID(int=1))
SETTINGS = JournalSettings(Masker(["topsecret"]), KEYS, lambda: False)
CREATED = HttpResponse(201, (), b"made")


class Runs:
    """Runs over one store: each begins where the one before it ended, or was killed."""

    def __init__(self, store) -> None:
        self.store = store
        self.journal = Journal(store)
        self.now = 1000.0
        self.open: list[JournaledRun] = []

    def world(self, fake: FakeWorld, settings: JournalSettings = SETTINGS) -> JournalWorld:
        run = self.journal.run("run-1", lambda: self.now, is_resumed=True)
        self.open.append(run)
        return JournalWorld(fake, run.row(0), settings)  # type: ignore[arg-type]

    def close(self) -> None:
        while self.open:
            self.open.pop().close()


@pytest.fixture
def runs(store) -> Iterator[Runs]:
    made = Runs(store)
    yield made
    made.close()


def send(world: JournalWorld, *args, **more):
    return run_coroutine(world.send(call(*args, **more)))


def kill(runs: Runs, *args, **more) -> None:
    """A call that was begun, and whose process ended while it waited."""
    with pytest.raises(GeneratorExit):
        send(runs.world(FakeWorld(GeneratorExit())), *args, **more)
    runs.close()


def test_what_is_known_is_given_back_and_not_sent_again(runs) -> None:
    assert send(runs.world(FakeWorld(CREATED))) == CREATED
    runs.close()
    fake = FakeWorld()
    assert send(runs.world(fake)) == replace(CREATED, notes=(KNOWN_NOTE,))
    assert fake.sent == []


def test_a_failure_is_known_too(runs) -> None:
    send(runs.world(FakeWorld(TransportFailure("connect", "nobody is there"))))
    runs.close()
    fake = FakeWorld()
    assert send(runs.world(fake)).code == "connect"
    assert fake.sent == []


def test_an_unsafe_call_is_kept_before_it_is_sent(runs, store) -> None:
    class Looking(FakeWorld):
        async def send(self, one):
            seen.extend(store.calls("run-1", 0))
            return await super().send(one)

    seen: list = []
    send(runs.world(Looking()))
    assert [(one.key, one.outcome) for one in seen] == [("w/s#1@1", None)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "QUERY", "PUT", "DELETE"])
def test_what_may_be_repeated_is_sent_again(runs, store, method) -> None:
    kill(runs, method)
    assert store.calls("run-1", 0) == []
    fake = FakeWorld()
    assert send(runs.world(fake), method).status == 200
    assert len(fake.sent) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH", "BREW"])
def test_a_call_in_doubt_ends_the_run(runs, method) -> None:
    kill(runs, method)
    fake = FakeWorld()
    world = runs.world(fake, replace(SETTINGS, way_out=lambda key: f"decide {key}", prefix="3:"))
    outcome = send(world, method)
    assert (outcome.code, outcome.hint, outcome.unsent) == ("in-doubt", "decide 3:w/s#1@1", True)
    assert "`3:w/s#1@1` is in doubt" in outcome.message
    assert world.doubt == ["3:w/s#1@1"]
    # Nothing else is sent now, and no time passes.
    assert send(world, "GET", "other").code == "cancelled"
    run_coroutine(world.sleep("k", 5))
    assert fake.sent == fake.slept == []
    runs.close()
    assert send(runs.world(fake), method).code == "in-doubt"  # until it is decided


@pytest.mark.parametrize(
    "decisions", [Decisions(sends_all=True), Decisions(send_again={"w/s#1@1"})]
)
def test_send_again(runs, decisions) -> None:
    kill(runs)
    fake = FakeWorld(CREATED)
    assert send(runs.world(fake, replace(SETTINGS, decisions=decisions))) == CREATED
    runs.close()
    assert send(runs.world(fake)).status == 201
    assert len(fake.sent) == 1


def test_another_key_decides_nothing(runs) -> None:
    kill(runs)
    decisions = Decisions(send_again={"w/s#1@2"}, assumed={"w/s": CREATED})
    assert send(runs.world(FakeWorld(), replace(SETTINGS, decisions=decisions))).code == "in-doubt"


def test_an_assumed_response_is_known_from_then_on(runs) -> None:
    kill(runs)
    fake = FakeWorld()
    decisions = Decisions(assumed={"w/s#1@1": CREATED})
    assert send(runs.world(fake, replace(SETTINGS, decisions=decisions))) == CREATED
    runs.close()
    assert send(runs.world(fake)).body == b"made"
    assert fake.sent == []


# --- keys of idempotency --------------------------------------------------------------------------

DOCUMENTED = replace(SETTINGS, keys=replace(KEYS, documented={("api", "POST", "/x"): "Idem-Key"}))
NAMED = replace(SETTINGS, keys=replace(KEYS, header="Idem-Key"))


@pytest.mark.parametrize("settings", [DOCUMENTED, NAMED])
def test_a_call_with_a_key_is_sent_again_with_the_same(runs, settings) -> None:
    first, second = FakeWorld(GeneratorExit()), FakeWorld(CREATED)
    with pytest.raises(GeneratorExit):
        send(runs.world(first, settings))
    runs.close()
    outcome = send(runs.world(second, settings))
    keys = [one.sent[0].request.header("Idem-Key") for one in (first, second)]
    assert keys[0] == keys[1]
    assert uuid.UUID(keys[0])
    assert outcome.request == second.sent[0].request  # reports show it


def test_each_call_row_and_run_has_its_own_key(runs) -> None:
    fake, found = FakeWorld(), set()
    for settings in (NAMED, replace(NAMED, prefix="1:"),
                     replace(NAMED, keys=replace(NAMED.keys, run=uuid.UUID(int=2)))):  # fmt: skip
        for key in ("a", "b"):
            world = JournalWorld(fake, runs.world(fake)._row, settings)  # type: ignore[arg-type]
            call_key = f"{settings.prefix}{settings.keys.run}{key}"
            send(world, key=call_key)
            found.add(fake.sent[-1].request.header("Idem-Key"))
    assert len(found) == 6


@pytest.mark.parametrize(
    ("settings", "method", "headers", "key"),
    [
        (SETTINGS, "POST", (), None),
        (NAMED, "GET", (), None),
        (NAMED, "DELETE", (), None),
        (NAMED, "POST", (("idem-key", "mine"),), "mine"),
        (replace(SETTINGS, keys=replace(KEYS, documented={("api", "POST", "/y"): "Idem-Key"})),
         "POST", (), None),
    ],
)  # fmt: skip
def test_which_calls_have_which_key(runs, settings, method, headers, key) -> None:
    fake = FakeWorld()
    send(runs.world(fake, settings), method, headers=headers)
    assert fake.sent[0].request.header("Idem-Key") == key


# --- what differs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [{"method": "PATCH"}, {"url": "http://h/y"}, {"body": b"other"}, {"headers": (("X", "1"),)}],
)
def test_another_request_under_the_same_key_is_refused(runs, changed) -> None:
    send(runs.world(FakeWorld(CREATED)))
    runs.close()
    fake = FakeWorld()
    world = runs.world(fake)
    assert send(world, **changed).code == "mismatch"
    assert world.is_suspended
    assert fake.sent == []


def test_secrets_and_credentials_may_be_others(runs) -> None:
    first = {"headers": (("Authorization", "Bearer 1"),), "body": b'{"pin": "topsecret"}',
             "url": "http://h/?key=topsecret"}  # fmt: skip
    send(runs.world(FakeWorld(CREATED)), **first)
    runs.close()
    settings = replace(SETTINGS, masker=Masker(["othersecret"]))
    again = {"headers": (("authorization", "Bearer 2"),), "body": b'{"pin": "othersecret"}',
             "url": "http://h/?key=othersecret"}  # fmt: skip
    assert send(runs.world(FakeWorld(), settings), **again).status == 201


# --- interruptions --------------------------------------------------------------------------------


def test_a_call_that_was_stopped_before_it_was_sent_is_not_in_doubt(runs, store) -> None:
    send(runs.world(FakeWorld(TransportFailure("cancelled", "stopped", unsent=True))))
    runs.close()
    assert store.calls("run-1", 0) == []


def test_a_call_that_was_stopped_in_flight_is_in_doubt(runs) -> None:
    send(runs.world(FakeWorld(TransportFailure("cancelled", "stopped"))))
    runs.close()
    assert send(runs.world(FakeWorld())).code == "in-doubt"


def test_what_runs_at_the_end_waits_for_the_end_of_the_run(runs) -> None:
    fake = FakeWorld()
    world = runs.world(fake, replace(SETTINGS, interrupted=lambda: True))
    assert send(world, "DELETE", is_final=True).code == "cancelled"
    assert fake.sent == []
    assert send(runs.world(fake), "DELETE", is_final=True).status == 200


# --- waiting --------------------------------------------------------------------------------------


def test_a_wait_keeps_its_moment(runs) -> None:
    fake = FakeWorld()
    run_coroutine(runs.world(fake).sleep("k/wait", 10.0))
    runs.close()
    runs.now += 4
    run_coroutine(runs.world(fake).sleep("k/wait", 10.0))
    runs.close()
    runs.now += 20
    run_coroutine(runs.world(fake).sleep("k/wait", 10.0))
    assert fake.slept == [10.0, 6.0]


# --- a journal that cannot be used ----------------------------------------------------------------


def test_nothing_is_sent_that_cannot_be_kept(runs, store, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise JournalError("cannot be written: the disk is full")

    monkeypatch.setattr(store, "write", full)
    fake = FakeWorld()
    world = runs.world(fake)
    outcome = send(world)
    assert (outcome.code, outcome.unsent) == ("journal", True)
    assert outcome.message == "the journal cannot be written: the disk is full"
    assert fake.sent == []
    assert world.is_suspended
    assert send(world, "GET", "other").code == "journal"


@pytest.mark.parametrize("outcome", [b"", b"odd", b"inf"])
def test_an_outcome_that_cannot_be_read(runs, store, outcome) -> None:
    send(runs.world(FakeWorld()))
    run_coroutine(runs.world(FakeWorld()).sleep("k/wait", 1.0))
    runs.close()
    with store._connection as connection:
        connection.execute("update calls set outcome = ?", (outcome,))
    world = runs.world(FakeWorld())
    assert "is damaged" in send(world).message
    assert world.failure is not None
    again = runs.world(FakeWorld())
    run_coroutine(again.sleep("k/wait", 1.0))
    assert again.failure is not None


def test_a_wait_is_not_longer_after_the_clock_was_set_back(runs) -> None:
    fake = FakeWorld()
    run_coroutine(runs.world(fake).sleep("k/wait", 10.0))
    runs.close()
    runs.now -= 3600
    run_coroutine(runs.world(fake).sleep("k/wait", 10.0))
    assert fake.slept == [10.0, 10.0]


def test_a_call_that_is_stopped_while_the_disk_is_waited_for_is_not_in_doubt(runs, store) -> None:
    fake = FakeWorld()
    signals = iter([True])
    world = runs.world(fake, replace(SETTINGS, interrupted=lambda: next(signals)))
    assert send(world).code == "cancelled"
    runs.close()
    assert (fake.sent, store.calls("run-1", 0)) == ([], [])


def test_a_call_in_doubt_stays_so_where_it_was_stopped_before_it_was_sent_again(runs) -> None:
    kill(runs)
    again = replace(SETTINGS, decisions=Decisions(sends_all=True))
    stopped = TransportFailure("cancelled", "stopped", unsent=True)
    assert send(runs.world(FakeWorld(stopped), again)).code == "cancelled"
    runs.close()
    assert send(runs.world(FakeWorld())).code == "in-doubt"


def test_safe_calls_end_too_where_nothing_can_be_kept(runs, store, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise JournalError("cannot be written: the disk is full")

    monkeypatch.setattr(store, "write", full)
    fake = FakeWorld()
    world = runs.world(fake)
    assert send(world, "GET").status == 200  # its outcome is not waited for
    runs.close()
    assert send(world, "GET", "other").code == "journal"
    run_coroutine(world.sleep("k/wait", 10.0))
    assert (len(fake.sent), fake.slept) == (1, [])


def test_nothing_is_sent_for_a_row_that_is_over(runs) -> None:
    send(runs.world(FakeWorld(CREATED)))
    runs.close()
    fake = FakeWorld()
    world = runs.world(fake, replace(SETTINGS, is_over=True))
    assert send(world).status == 201
    outcome = send(world, "GET", "w/t#1@1")
    run_coroutine(world.sleep("k/wait", 10.0))
    assert (outcome.code, outcome.unsent, fake.sent, fake.slept) == ("journal", True, [], [])
    assert outcome.message == "the run had ended before the request `w/t#1@1`"


@pytest.mark.parametrize("member", ["hint", "message", "notes"])
def test_what_is_said_of_a_call_holds_no_secret(runs, store, member) -> None:
    said = ("it is topsecret",) if member == "notes" else "it is topsecret"
    outcome = TransportFailure("connect", "x") if member == "message" else CREATED
    send(runs.world(FakeWorld(replace(outcome, **{member: said}))))
    runs.close()
    (kept,) = store.calls("run-1", 0)
    assert b"topsecret" not in kept.outcome
    assert b"it is ***" in kept.outcome


def test_messages_are_refused(runs) -> None:
    world = runs.world(FakeWorld())  # which raises where it is asked
    for outcome in (run_coroutine(world.publish(None)), run_coroutine(world.receive(None))):  # type: ignore[arg-type]
        assert (outcome.code, outcome.unsent) == ("journal", True)
        assert outcome.message == "messages of channels are not kept in a journal"
