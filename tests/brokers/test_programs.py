"""The brokers of tests: started, shared, ended, and missed."""

import os
import shlex
import subprocess
import time

import pytest

from brokers import programs
from brokers.kinds import KINDS
from house.markdown import ROOT


@pytest.mark.parametrize("name", ["mosquitto", "nats"])
def test_broker_of_one_test_ends(name: str) -> None:
    with programs.private_broker(name) as broker:
        assert all(programs.is_listening(port) for port in broker.ports.values())
    assert not any(programs.is_listening(port) for port in broker.ports.values())


def test_shared_broker_is_one() -> None:
    assert programs.shared_broker("nats") == programs.shared_broker("nats")


def test_broker_ends_with_who_runs_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["sleep", "600"]) as owner:
        monkeypatch.setenv(programs.OWNER, str(owner.pid))
        broker = programs.start_broker("nats")
        owner.kill()
    while programs.is_listening(broker.port):
        time.sleep(0.05)


def test_missing_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "SEARCHED", ("/nowhere",))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="`rabbitmq-server` is not installed"):
        programs.start_broker("rabbitmq")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="`rabbitmq-server` is not installed: scripts"):
        programs.shared_broker("rabbitmq")
    assert programs.missing_programs() == sorted({kind.program for kind in KINDS.values()})


def test_script_installs_all() -> None:
    text = (ROOT / "scripts" / "brokers").read_text("utf-8")
    line = next(one for one in text.splitlines() if one.startswith("BROKERS="))
    wanted = {kind.program for kind in KINDS.values()}
    assert set(shlex.split(line.partition("=")[2])[0].split()) == wanted
    assert os.access(ROOT / "scripts" / "brokers", os.X_OK)
