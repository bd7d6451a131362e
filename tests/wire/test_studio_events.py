"""The Studio workflow that waits for an event, against a server that sends batches of them."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from arazzo_runner.cli.main import main
from wire.event_streams import STARTED, STEP_ENDED, EventStreams, event, reserved_port
from wire.studio import ACCOUNT, FLOW, TOKEN, Studio, serving

WORKFLOWS = Path(__file__).parents[2] / "workflows"
FOLLOW = "twilio-studio-follow-execution-by-events-workflow.yml"
PUBLIC = "https://hooks.example.com/tunnel"
CHANNEL = "/twilio/studio/events"
API = "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN"
SECRET = "ARAZZO_AUTH_STUDIOEVENTS_TWILIOSIGNATURE_KEY"
ENVIRONMENT = {f"{API}_USERNAME": ACCOUNT, f"{API}_PASSWORD": TOKEN, SECRET: TOKEN}
INPUTS = {"flowSid": FLOW, "to": "+15558675310", "from": "+15017122661"}
FIRST, OTHER = f"FN{1:032x}", f"FN{9:032x}"


class Outcome:
    """What a run left behind."""

    def __init__(self, code: int, streams: tuple[str, str], report: Path) -> None:
        self.code = code
        self.stdout, self.stderr = streams
        self.text = report.read_text(encoding="utf-8") if report.exists() else "{}"
        self.report: Any = json.loads(self.text)

    @property
    def outputs(self) -> Any:
        return self.report["workflows"][0]["outputs"]


Run = Callable[..., Outcome]


@pytest.fixture
def port() -> Iterator[int]:
    with reserved_port() as port:
        yield port


@pytest.fixture
def studio() -> Iterator[Studio]:
    with serving(Studio()) as studio:
        yield studio


@pytest.fixture
def streams(port: int) -> EventStreams:
    return EventStreams(f"http://127.0.0.1:{port}/tunnel{CHANNEL}", PUBLIC + CHANNEL)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], studio: Studio, port: int) -> Run:
    """Follow an execution; ``timeout`` replaces the one of the step, in milliseconds."""

    def run(*flags: str, env: dict[str, str] = ENVIRONMENT, timeout: int = 20_000) -> Outcome:
        text = (WORKFLOWS / FOLLOW).read_text(encoding="utf-8")
        text = text.replace("../", f"{WORKFLOWS.parent}/").replace("300000", str(timeout))
        document, report = tmp_path / "follow.yml", tmp_path / "report.json"
        document.write_text(text, encoding="utf-8")
        words = [word for name, one in INPUTS.items() for word in ("-i", f"{name}={one}")]
        fixed = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        command = [
            "run", str(document), "--server", f"studioApi={studio.url}", *words,
            "--listen", f"127.0.0.1:{port}", "--public-url", PUBLIC, "--report", f"json={report}",
        ]  # fmt: skip
        with chdir(tmp_path), mock.patch.dict(os.environ, fixed | env, clear=True):
            code = main([*command, *flags])
        return Outcome(code, capsys.readouterr(), report)

    return run


def test_the_event_comes_before_the_step_begins(run: Run, studio: Studio, streams: EventStreams) -> None:  # fmt: skip
    """With duplicates, and among the events of others, in a batch of its own or not."""

    def on_start(sid: str) -> None:
        streams.send(event(OTHER, 7), event(OTHER, 7), event(OTHER, 8))
        streams.send(event(OTHER, 8), event(sid, 1), event(OTHER, 9), event(sid, 1))
        streams.send(event(sid, 1))

    studio.on_start = on_start
    outcome = run()
    assert (outcome.code, outcome.stderr) == (0, "")
    assert streams.statuses == [204, 204, 204]
    assert outcome.outputs["executionSid"] == FIRST
    assert outcome.outputs["endedReason"] == "FLOW_END_1"
    assert [step["execution_sid"] for step in outcome.outputs["steps"]] == [FIRST]
    executions = f"/v2/Flows/{FLOW}/Executions"
    assert [f"{one.method} {one.target}" for one in studio.requests] == [
        f"POST {executions}",
        f"GET {executions}/{FIRST}/Steps",
    ]


@pytest.mark.parametrize(
    "content_type", ["application/cloudevents-batch+json", "application/json; charset=utf-8"]
)
def test_other_events_of_the_execution(
    run: Run, studio: Studio, streams: EventStreams, content_type: str
) -> None:
    """A sink may be subscribed to more than the end: the step leaves these events."""

    def on_start(sid: str) -> None:
        steps = [event(sid, number, STEP_ENDED) for number in range(3, 15)]
        streams.send(event(sid, 1, STARTED), *steps, event(sid, 2), content_type=content_type)

    studio.on_start = on_start
    outcome = run()
    assert outcome.code == 0, outcome.stdout + outcome.stderr
    assert outcome.outputs["endedReason"] == "FLOW_END_2"
    (attempt,) = outcome.report["workflows"][0]["steps"][1]["attempts"]
    assert attempt["message"]["others"] == 13


def test_a_wrong_signature(run: Run, studio: Studio, streams: EventStreams) -> None:
    streams.token = "another-token"
    studio.on_start = lambda sid: streams.send(event(sid, 1))
    outcome = run(timeout=300)
    assert (outcome.code, streams.statuses) == (4, [403])
    assert "no other was received, and 1 was refused (the signature is wrong)" in outcome.stdout
    assert len(studio.requests) == 1


def test_a_timeout(run: Run, studio: Studio, streams: EventStreams) -> None:
    studio.on_start = lambda _sid: streams.send(event(OTHER, 1), event(OTHER, 2))
    outcome = run(timeout=300)
    assert (outcome.code, streams.statuses) == (4, [204])
    assert f"no message with `{FIRST}` was received from `executionEvents`" in outcome.stdout
    listed = f"`executionEnded` with `{OTHER}` and `executionEnded` with `{OTHER}`"
    assert f": 2 others were received ({listed})\n" in outcome.stdout


def test_secrets_are_masked(run: Run, studio: Studio, streams: EventStreams) -> None:
    def on_start(sid: str) -> None:
        shown = event(sid, 1)
        shown["data"]["ended_reason"] = "the secret is webhook-s3cret"
        streams.send(shown)

    studio.on_start, streams.token = on_start, "webhook-s3cret"
    outcome = run("-vv", env={**ENVIRONMENT, SECRET: "webhook-s3cret"})
    assert outcome.code == 0
    assert outcome.outputs["endedReason"] == "the secret is ***"
    assert "webhook-s3cret" not in outcome.stdout + outcome.stderr + outcome.text


def test_the_secret_is_missing(run: Run, studio: Studio) -> None:
    outcome = run(env={name: one for name, one in ENVIRONMENT.items() if name != SECRET})
    assert (outcome.code, studio.requests) == (2, [])
    assert f"help: set `{SECRET}`" in outcome.stderr


def test_the_port_is_in_use(run: Run, studio: Studio, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        outcome = run()
    assert (outcome.code, studio.requests) == (2, [])
    assert f"the port {port} of `127.0.0.1` is in use" in outcome.stderr
    assert "`--listen`" in outcome.stderr


def test_an_interrupt_ends_the_wait(tmp_path: Path, studio: Studio, port: int) -> None:
    began = threading.Event()
    studio.on_start = lambda _sid: began.set()
    words = [word for name, one in INPUTS.items() for word in ("-i", f"{name}={one}")]
    command = [
        sys.executable, "-m", "arazzo_runner", "run", str(WORKFLOWS / FOLLOW), *words,
        "--server", f"studioApi={studio.url}", "--listen", f"127.0.0.1:{port}", "--report", "ndjson=-",
    ]  # fmt: skip
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **ENVIRONMENT}
    with subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True) as run:  # fmt: skip
        assert began.wait(timeout=30)
        assert run.stdout is not None
        lines = []
        for line in run.stdout:
            lines.append(line)
            if "message" in json.loads(line)["event"]:  # it waits
                run.send_signal(signal.SIGINT)
                break
        rest, _ = run.communicate(timeout=30)
    assert run.returncode == 130, [*lines, rest]
