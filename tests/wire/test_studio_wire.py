"""The Studio workflows against a real server: what goes over the wire, and what is told of it."""

import base64
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from arazzo_runner.cli.main import main
from arazzo_runner.version import VERSION
from wire.studio import ACCOUNT, FLOW, TOKEN, Studio, basic, serving

WORKFLOWS = Path(__file__).parents[2] / "workflows"
TRIGGER = "trigger-execution-track-steps"
V1 = "v1-trigger-execution-track-steps"
VARIABLE = "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN"
CREDENTIALS = {f"{VARIABLE}_USERNAME": ACCOUNT, f"{VARIABLE}_PASSWORD": TOKEN}
CREDENTIALS_V1 = {
    name.replace("STUDIOAPI", "STUDIOV1API"): CREDENTIALS[name] for name in CREDENTIALS
}
CONTACT = ["flowSid=" + FLOW, "to=+15558675310", "from=+15017122661"]
FORM = "To=%2B15558675310&From=%2B15017122661"
EXECUTIONS = f"/v2/Flows/{FLOW}/Executions"
FIRST = f"FN{1:032x}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a run left behind; `written` is the text of the JSON report, empty when there is none."""

    exit: int
    stdout: str
    stderr: str
    written: str

    @property
    def report(self) -> Any:
        return json.loads(self.written)

    @property
    def outputs(self) -> Any:
        return self.report["workflows"][0]["outputs"]

    @property
    def all(self) -> str:
        return self.stdout + self.stderr + self.written


Run = Callable[..., Told]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a workflow by the command line, in an empty folder, with these variables alone."""

    def run(name: str, url: str, inputs: list[str], env: dict[str, str], *flags: str) -> Told:
        report = tmp_path / "report.json"
        document = WORKFLOWS / f"twilio-studio-{name}-workflow.yml"
        words = [word for value in inputs for word in ("-i", value)]
        fixed = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        command = ["run", str(document), "--server", url, *words, "--report", f"json={report}"]
        with chdir(tmp_path), mock.patch.dict(os.environ, fixed | env, clear=True):
            code = main([*command, *flags])
        out, err = capsys.readouterr()
        return Told(code, out, err, report.read_text(encoding="utf-8") if report.exists() else "")

    return run


@pytest.fixture
def studio() -> Iterator[Studio]:
    with serving(Studio()) as studio:
        yield studio


def came(studio: Studio) -> list[str]:
    """The requests, a line each; their headers are judged here, for all tests."""
    for request in studio.requests:
        assert request.headers["authorization"] == basic(ACCOUNT, TOKEN)
        # Nothing is documented to come back from DELETE.
        accepted = "*/*" if request.method == "DELETE" else "application/json"
        assert request.headers["accept"] == accepted
        assert request.headers["user-agent"] == f"arazzo/{VERSION}"
        is_form = request.headers.get("content-type") == "application/x-www-form-urlencoded"
        assert is_form == bool(request.body)
        assert request.method != "POST" or int(request.headers["content-length"]) == len(
            request.body
        )
    assert not [word for word in (b"undefined", b"None", b"null") if word in studio.wire]
    return [str(request) for request in studio.requests]


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ([], FORM),
        (['parameters={"name":"Zeke"}'], f"{FORM}&Parameters=%7B%22name%22%3A%22Zeke%22%7D"),
        (
            ['parameters={"a": "b&c=d+é"}'],
            f"{FORM}&Parameters=%7B%22a%22%3A+%22b%26c%3Dd%2B%C3%A9%22%7D",
        ),
    ],
)
@pytest.mark.parametrize(
    ("name", "version", "env"), [(TRIGGER, "v2", CREDENTIALS), (V1, "v1", CREDENTIALS_V1)]
)
def test_trigger(name, version, env, given, form, run: Run, studio: Studio) -> None:
    told = run(name, studio.url, CONTACT + given, env)
    executions = f"/{version}/Flows/{FLOW}/Executions"
    assert came(studio) == [
        f"POST {executions} {form}",
        f"GET {executions}/{FIRST}",
        f"GET {executions}/{FIRST}/Steps",
    ]
    assert (told.exit, told.stderr) == (0, "")
    assert told.outputs["executionSid"] == FIRST
    assert told.outputs["status"] == "active"
    assert [step["execution_sid"] for step in told.outputs["steps"]] == [FIRST]


def test_bytes_of_a_request(run: Run, studio: Studio) -> None:
    """What the socket got, byte for byte; the order of headers is free."""
    run(TRIGGER, studio.url, CONTACT, CREDENTIALS, "--until", "triggerExecution")
    head, _, body = bytes(studio.wire).partition(b"\r\n\r\n")
    line, *headers = head.decode("ascii").split("\r\n")
    assert line == f"POST {EXECUTIONS} HTTP/1.1"
    assert body.decode("ascii") == FORM
    encoded = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    expected = {
        f"Host: {studio.url.removeprefix('http://')}",
        f"Authorization: Basic {encoded}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(FORM)}",
        "Accept: application/json",
        f"User-Agent: arazzo/{VERSION}",
    }
    assert expected <= set(headers)
    names = [header.partition(":")[0].lower() for header in headers]
    assert set(names) - {name.partition(":")[0].lower() for name in expected} <= {
        "accept-encoding",
        "connection",
    }
    assert len(names) == len(set(names))


def test_end_execution(run: Run, studio: Studio) -> None:
    inputs = ["flowSid=" + FLOW, "executionSid=" + studio.create()]
    told = run("end-execution", studio.url, inputs, CREDENTIALS)
    one = f"{EXECUTIONS}/{FIRST}"
    assert came(studio) == [f"GET {one}", f"POST {one} Status=ended", f"DELETE {one}"]
    assert told.exit == 0
    assert told.outputs == {"statusBefore": "active", "endedAt": "2025-01-02T00:00:00Z"}
    assert studio.executions == {}


def test_end_execution_that_has_ended(run: Run, studio: Studio) -> None:
    inputs = ["flowSid=" + FLOW, "executionSid=" + studio.create()]
    studio.patience = 0
    told = run("end-execution", studio.url, inputs, CREDENTIALS)
    assert came(studio) == [f"GET {EXECUTIONS}/{FIRST}", f"DELETE {EXECUTIONS}/{FIRST}"]
    assert told.exit == 0
    assert told.outputs == {"statusBefore": "ended", "endedAt": None}


def test_poll_execution(run: Run, studio: Studio) -> None:
    inputs = ["flowSid=" + FLOW, "executionSid=" + studio.create()]
    studio.patience = 2
    told = run("poll-execution", studio.url, inputs, CREDENTIALS)
    one = f"{EXECUTIONS}/{FIRST}"
    assert came(studio) == [f"GET {one}"] * 3 + [f"GET {one}/Steps"]
    assert told.exit == 0
    assert told.outputs["status"] == "ended"


@pytest.mark.parametrize(
    ("count", "tokens"),
    [(0, []), (20, []), (21, [20]), (45, [20, 40])],
)
def test_list_executions(count, tokens, run: Run, studio: Studio) -> None:
    """Each further page is at the URL that the one before names, with the same credentials."""
    sids = [studio.create() for _ in range(count)]
    told = run("list-executions", studio.url, ["flowSid=" + FLOW], CREDENTIALS)
    pages = ["", *(f"&PageToken=PT{token}" for token in tokens)]
    assert came(studio) == [f"GET {EXECUTIONS}?PageSize=20{page}" for page in pages]
    assert {one.headers["authorization"] for one in studio.requests} == {basic(ACCOUNT, TOKEN)}
    assert told.exit == 0
    pages = [step["outputs"]["executions"] for step in told.report["workflows"][0]["steps"]]
    assert [one["sid"] for page in pages for one in page] == sids[::-1]


def test_list_executions_from_a_moment(run: Run, studio: Studio) -> None:
    for _ in range(3):
        studio.create()
    inputs = ["flowSid=" + FLOW, "createdFrom=2025-01-01T00:02:00Z"]
    told = run("list-executions", studio.url, inputs, CREDENTIALS)
    date = "DateCreatedFrom=2025-01-01T00%3A02%3A00Z"
    assert came(studio) == [f"GET {EXECUTIONS}?{date}&PageSize=20"]
    assert len(told.outputs["lastPage"]) == 2


def test_variables_that_serve_too(run: Run, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "arazzo.toml").write_text(
        "[credentials]\n"
        f'{VARIABLE}_USERNAME = "TWILIO_ACCOUNT_SID"\n'
        f'{VARIABLE}_PASSWORD = "TWILIO_AUTH_TOKEN"\n'
    )
    env = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
    told = run(TRIGGER, studio.url, CONTACT, env)
    assert told.exit == 0
    assert len(came(studio)) == 3


def test_credentials_are_told_nowhere(run: Run, studio: Studio) -> None:
    told = run(TRIGGER, studio.url, CONTACT, CREDENTIALS, "-vv")
    assert told.exit == 0
    assert "Authorization" in told.stdout
    assert hidden(told, TOKEN)


def test_wrong_password(run: Run, studio: Studio) -> None:
    """The step fails with what the server said, but for the secret that the server repeated."""
    wrong = "wr0ng-t0ken"
    env = CREDENTIALS | {f"{VARIABLE}_PASSWORD": wrong}
    told = run(TRIGGER, studio.url, CONTACT, env, "-vv")
    assert told.exit == 1
    assert [request.headers["authorization"] for request in studio.requests] == [
        basic(ACCOUNT, wrong)
    ]
    assert "integer 401" in told.stdout
    assert "documents only 201, not 401" in told.stdout
    assert "Authenticate: " in told.stdout
    assert hidden(told, wrong)


def test_missing_password(run: Run, studio: Studio) -> None:
    told = run(TRIGGER, studio.url, CONTACT, {f"{VARIABLE}_USERNAME": ACCOUNT})
    assert told.exit == 2
    assert f"{VARIABLE}_PASSWORD" in told.stderr
    assert studio.requests == []


def test_server_that_is_down(run: Run) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        told = run(TRIGGER, url, CONTACT, CREDENTIALS)
    assert told.exit == 4
    assert url in told.stdout + told.stderr
    assert hidden(told, TOKEN)


def hidden(told: Told, password: str) -> bool:
    """The report was written, and neither it nor a stream has the secret, plain or encoded."""
    encoded = basic(ACCOUNT, password).removeprefix("Basic ")
    assert told.report["workflows"]
    return password not in told.all and encoded not in told.all
