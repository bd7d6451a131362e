"""`arazzo mock` as a process with a port of its own."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from arazzo_runner.recording.file import read_recording
from wire.event_streams import reserved_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

ROOT = Path(__file__).parents[4]
STUDIO = ROOT / "openapi" / "studio-openapi-original.yml"
PET = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      responses:
        "200": {description: A pet, content: {application/json: {schema: {properties: {id: {}, name: {type: string, const: Rex}}, required: [id, name]}}}}
"""


class Server:
    """A server process; ``lines`` is what it printed so far."""

    def __init__(self, process, log):
        self.process = process
        self.log = log
        self.url = self.wait_for(r"http://\S+")[0]
        self.port = int(self.url.rpartition(":")[2])

    def printed(self):
        return self.log.read_text("utf-8")

    def wait_for(self, pattern):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            found = re.search(pattern, self.printed())
            if found or self.process.poll() is not None:
                break
            time.sleep(0.02)
        assert found, self.printed()
        return found

    def get(self, path, headers=()):
        request = urllib.request.Request(self.url + path, headers=dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:  # it is the response, and Python 3.14 warns of one that nobody closes
                return error.code, error.read()

    def raw(self, *pieces):
        """What comes back for bytes, until the server closes or answers."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as one:
            for piece in pieces:
                one.sendall(piece)
            return one.recv(65_536)

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture
def mock(tmp_path):
    with contextlib.ExitStack() as running:

        def start(*words, cwd=tmp_path):
            log = tmp_path / f"log-{len(list(tmp_path.glob('log-*')))}"
            out = running.enter_context(log.open("w"))
            environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
            process = subprocess.Popen(
                [sys.executable, "-m", "arazzo_runner", "mock", *map(str, words)],
                cwd=cwd, stdout=out, stderr=out, env=environment,
            )  # fmt: skip
            running.callback(process.wait)
            running.callback(process.kill)
            return Server(process, log)

        yield start


def refused(*words, cwd):
    command = [sys.executable, "-m", "arazzo_runner", "mock", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_what_it_keeps_is_written(mock, tmp_path, number, code):
    server = mock(STUDIO, "--port", 0, "--state", "s.json", "--record", "r.json", "--seed", 3)
    path = "/v2/Flows/FW00000000000000000000000000000001/Executions"
    status, body = server.get(path + "?Page=0", {"Authorization": "Basic d29uZGVyOnNlc2FtZQ=="})
    assert status == 200
    assert server.get("/nix")[0] == 404
    assert server.end(number) == code
    assert re.search(rf"GET {path}\?Page=0 200 [\d.]+ ms\n", server.printed())
    assert "  /studioOpenapiOriginal     9 of " in server.printed()
    recorded = (tmp_path / "r.json").read_text()
    [exchange] = read_recording(tmp_path / "r.json").exchanges
    assert exchange.operation == ("studioOpenapiOriginal", "GET", "/v2/Flows/{FlowSid}/Executions")
    assert json.loads(exchange.outcome.body) == json.loads(body)
    assert "d29uZGVyOnNlc2FtZQ" not in recorded
    assert (tmp_path / json.loads(recorded)["document"]).resolve() == STUDIO
    state = json.loads((tmp_path / "s.json").read_text())
    assert [*state["sources"]["studioOpenapiOriginal"]["resources"]] == [path]
    again = mock(STUDIO, "--port", 0, "--state", "s.json", "-q")
    shown = json.loads(again.get(path)[1])["executions"]
    assert shown == json.loads(body)["executions"]
    again.end()
    assert "GET" not in again.printed()


def arazzo(*words, cwd):
    command = [sys.executable, "-m", "arazzo_runner", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_what_a_recording_of_it_is_good_for(mock, tmp_path):
    servers = "servers: [{url: https://pets.example.com/v1}]\npaths:"
    (tmp_path / "pet.yaml").write_text(PET.replace("paths:", servers))
    server = mock("pet.yaml", "--port", 0, "--record", "r.json")
    assert server.get("/pets/1")[0] == 200  # without the base path
    assert server.end() == 0
    code, text = arazzo("replay", "r.json", cwd=tmp_path)
    assert code == 2
    assert "`r.json` is a recording of `arazzo mock`, which has no workflow" in text
    assert "`arazzo new r.json` writes one" in text
    code, text = arazzo("new", "r.json", "--api", "pet.yaml", "-o", "w.arazzo.yaml", cwd=tmp_path)
    assert code == 0, text
    assert "no operation of the API description" not in text
    code, text = arazzo("run", "w.arazzo.yaml", "--mock", cwd=tmp_path)
    assert code == 0, text


@pytest.fixture
def port():
    with reserved_port() as port:
        yield port


def test_the_shipped_workflows_pass_against_it(mock, tmp_path, monkeypatch, port):
    monkeypatch.setenv("ARAZZO_AUTH_STUDIOEVENTS_TWILIOSIGNATURE_KEY", "s3cret")
    server = mock(ROOT / "workflows", "--port", 0)
    documents = sorted((ROOT / "workflows").glob("*.yml"))
    assert len(documents) == 7
    for document in documents:
        urllib.request.urlopen(server.url + "/__arazzo/reset", data=b"", timeout=30).close()
        waits_for_event = "by-events" in document.name
        command = [
            sys.executable, "-m", "arazzo_runner", "run", str(document), "--max-wait", "1ms",
            "--inputs", str(tmp_path / "inputs.yaml"), "--server",
        ]  # fmt: skip
        if waits_for_event:
            webhook = f"127.0.0.1:{port}"
            command += [f"studioApi={server.url}", "--no-auth", "studioApi", "--listen", webhook]
        else:
            command += [server.url, "--no-auth", "all"]
        declared = yaml.safe_load(document.read_text())["workflows"][0]["inputs"]["properties"]
        given = {name: value for name, value in INPUTS.items() if name in declared}
        (tmp_path / "inputs.yaml").write_text(json.dumps(given))
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            if waits_for_event:
                send_end_of_execution(server, f"http://{webhook}/twilio/studio/events")
            printed, _ = run.communicate(timeout=120)
        assert run.returncode == 0, printed
    server.end()


def send_end_of_execution(server, url):
    """As soon as an execution has begun: what comes before the step that waits counts too."""
    server.wait_for(r"POST /v2/Flows/\w+/Executions 201")
    begun = server.get("/__arazzo/requests")[1]
    answers = [one["response"]["body"]["json"] for one in json.loads(begun)["requests"]]
    (sid,) = {one["sid"] for one in answers if one.get("object") != "list" and "sid" in one}
    order = {"operationId": "executionEnded", "url": url, "correlationId": sid, "mode": "batched"}
    request = urllib.request.Request(
        server.url + "/__arazzo/emit", data=json.dumps(order).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        (sent,) = json.load(response)["sent"]
    assert sent["response"]["status"] == 204


INPUTS = {
    "webhookUrl": "https://hooks.example.com/twilio/studio/events",
    "flowSid": "FW00000000000000000000000000000001",
    "executionSid": "FN00000000000000000000000000000001",
    "to": "+15558675310",
    "from": "+15017122661",
}

HOOKS = """
openapi: 3.1.0
info: {title: Hooks, version: "1"}
webhooks:
  newPet:
    post:
      operationId: newPet
      requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {name: {const: Tom}}}}}}
      responses: {"204": {description: taken}}
"""
EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: "1"}
servers: {main: {host: h.example.com, protocol: https}}
channels:
  paid: {address: /paid, messages: {paid: {contentType: application/json, payload: {const: {n: 1}}}}}
"""
WAITS = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions:
  - {name: hooks, url: hooks.yaml, type: openapi}
  - {name: events, url: events.yaml, type: asyncapi}
workflows:
  - workflowId: w
    steps:
      - {stepId: pet, operationId: $sourceDescriptions.hooks.newPet, action: receive, timeout: 60000, outputs: {name: $message.payload#/name}}
      - {stepId: paid, channelPath: '{$sourceDescriptions.events.url}#/channels/paid', action: receive, timeout: 60000}
    outputs: {name: $steps.pet.outputs.name}
"""


@pytest.mark.parametrize("named", [["hooks.yaml", "events.yaml"], ["waits.arazzo.yaml"]])
def test_descriptions_of_nothing_but_webhooks(mock, tmp_path, port, named):
    """A workflow that waits gets them, in any order."""
    files = {"hooks.yaml": HOOKS, "events.yaml": EVENTS, "waits.arazzo.yaml": WAITS}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    server = mock(*named, "--port", 0)
    assert "0 operations" in server.printed()
    assert "2 webhooks to be sent by POST /__arazzo/emit" in server.printed()
    webhook = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "arazzo_runner", "run", "waits.arazzo.yaml", "--listen", webhook, "--report", "ndjson=-"]  # fmt: skip
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            if "message" in json.loads(line)["event"]:  # it listens
                break
        for order in ({"channel": "paid"}, {"webhook": "newPet"}):
            path = next(iter(order.values()))
            body = json.dumps({**order, "url": f"http://{webhook}/{path}"}).encode()
            emit = urllib.request.Request(server.url + "/__arazzo/emit", data=body, method="POST")
            with urllib.request.urlopen(emit, timeout=30) as response:
                assert json.load(response)["sent"][0]["response"]["status"] == 204
        rest, _ = run.communicate(timeout=60)
    assert run.returncode == 0, rest
    assert '"name":"Tom"' in rest.replace(" ", "")
    assert f"emit newPet POST http://{webhook}/newPet 204 " in server.printed()
    server.end()


REFUSALS = [
    (["nix.yaml"], 2, "nix.yaml"),
    ([], 2, "the DOCUMENT is missing"),
    (["pet.yaml", "--host", "no such host"], 2, "`--host no such host`: no address of this name"),
    (
        ["pet.yaml", "--host", "203.0.113.7"],
        2,
        "`--host 203.0.113.7` is not an address of this machine",
    ),
    (["pet.yaml", "--port", "70000"], 2, "from 0 to 65,535"),
    (["pet.yaml", "--fault", "5%"], 2, "`5%` is no fault; write `503:5%`, or `reset:1%`"),
    (["pet.yaml", "--latency", "soon"], 2, "`soon` is no latency"),
    (["pet.yaml", "--state", "broken.json"], 2, "the state `broken.json` cannot be used"),
    (["pet.yaml", "--record", "pet.yaml/x"], 2, "error[AZ907]"),
    (["broken.json"], 3, "error["),
    (["typo.yaml"], 2, "`typo.yaml` has no operation to serve: it has no `paths`"),
    (["alone.yaml"], 2, "`alone.yaml` has no operation to serve: it has no `paths`"),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSALS)
def test_what_keeps_it_from_serving(tmp_path, words, code, message):
    (tmp_path / "pet.yaml").write_text(PET)
    (tmp_path / "broken.json").write_text('{"openapi": ')
    (tmp_path / "typo.yaml").write_text(PET.replace("paths:", "path:"))
    (tmp_path / "alone.yaml").write_text("openapi: 3.1.0\n")
    found, text = (
        refused(*words, "--port", 0, cwd=tmp_path)
        if "--port" not in words
        else refused(*words, cwd=tmp_path)
    )
    assert found == code
    assert message in text


def test_a_source_that_is_not_served_stays_in_the_state(mock, tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    cats = {"resources": {"/cats": [{"id": "1", "facts": {"name": "Tom"}}]}}
    (tmp_path / "s.json").write_text(json.dumps({"sources": {"cats": cats}}))
    server = mock("pet.yaml", "--port", 0, "--state", "s.json")
    server.wait_for("the state `s.json` has a source `cats`, which is not served: it stays")
    assert server.end() == 0
    written = json.loads((tmp_path / "s.json").read_text())["sources"]
    assert (written["cats"], [*written]) == (cats, ["cats", "pet"])


def test_a_port_in_use_is_named(mock, tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    server = mock("pet.yaml", "--port", 0)
    code, text = refused("pet.yaml", "--port", server.port, cwd=tmp_path)
    assert code == 2
    assert f"the port {server.port} of `127.0.0.1` is in use" in text
    assert "`--port 0` takes a free one" in text


def test_a_host_that_others_reach_is_warned_of(mock, tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    server = mock("pet.yaml", "--port", 0, "--host", "0.0.0.0")
    server.wait_for("every machine that reaches this one can use the server")
    assert server.get("/pets/1")[0] == 200


def test_documents_that_change_are_served_as_they_are_now(mock, tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    server = mock("pet.yaml", "--port", 0)
    assert json.loads(server.get("/pets/1")[1])["name"] == "Rex"
    (tmp_path / "pet.yaml").write_text("openapi: 3.1.0\npaths: [")
    server.wait_for("the server goes on with what it had")
    server.wait_for(r"error\[AZ\d+\]")
    assert json.loads(server.get("/pets/1")[1])["name"] == "Rex"
    (tmp_path / "pet.yaml").write_text(PET.replace("paths:", "path:"))
    server.wait_for("has no operation to serve: it has no `paths`")
    server.wait_for(r"(?s)had\n.*the server goes on with what it had")
    assert json.loads(server.get("/pets/1")[1])["name"] == "Rex"
    (tmp_path / "pet.yaml").write_text(PET.replace("const: Rex", "const: Tommy"))
    server.wait_for("reloaded: 1 operations?\n")
    assert json.loads(server.get("/pets/2")[1])["name"] == "Tommy"
    assert server.end() == 0


HOSTILE = [
    ((b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000, b"x" * 400_000), b"HTTP/1.1 431"),
    ((b"GET /" + b"x" * 400_000, b"x" * 400_000), b"HTTP/1.1 431"),
    ((b"nonsense\r\n\r\n",), b"HTTP/1.1 400"),
    ((b"GET /pets/\xff HTTP/1.1\r\nHost: x\r\n\r\n",), b"HTTP/1.1 4"),
    ((b"GET /pets/%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",), b"HTTP/1.1 200"),
    ((b"GET /pets/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",), b"HTTP/1.1 413"),
    ((b"GET /pets/1 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",), b"HTTP/1.1 400"),
    ((b"BREW /pets/1 HTTP/1.1\r\nHost: x\r\n\r\n",), b"HTTP/1.1 501"),
    ((b"TRACE /pets/1 HTTP/1.1\r\nHost: x\r\n\r\n",), b"HTTP/1.1 405"),
    (
        (b"GET /pets/1 HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",),
        b"HTTP/1.1 200",
    ),
]


def test_hostile_requests_get_an_answer_and_the_server_lives(mock, tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    server = mock("pet.yaml", "--port", 0)
    for pieces, start in HOSTILE:
        assert server.raw(*pieces).startswith(start), pieces[0][:80]
    assert server.get("/pets/1")[0] == 200
    assert server.get("/pets/1%1b%5b31m")[0] == 200
    assert "\x1b" not in server.printed()
    assert "Traceback" not in server.printed()
    assert server.end() == 0


def test_a_reset_connection_is_one(mock, tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    server = mock("pet.yaml", "--port", 0, "--fault", "reset:100%")
    with pytest.raises(ConnectionResetError):
        server.raw(b"GET /pets/1 HTTP/1.1\r\nHost: x\r\n\r\n")
    server.wait_for(r"GET /pets/1 reset [\d.]+ ms\n")


def test_openapi_core_says_what_it_holds_against_a_response(mock, tmp_path):
    text = PET.replace("responses:\n", "responses:\n        '500': {description: Broken}\n")
    (tmp_path / "pet.yaml").write_text(text)
    server = mock("pet.yaml", "--port", 0, "--judge", "openapi-core")
    assert server.get("/pets/1")[0] == 200
    assert server.get("/pets/1", {"Prefer": "code=501"})[0] == 501
    server.wait_for(r"GET /pets/1 501 .+\n  openapi-core: .*501")
    asked = json.loads(server.get("/__arazzo/requests")[1])["requests"]
    assert ["judge" in one for one in asked] == [True, False]


def test_a_missing_extra_is_named(tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    program = "import sys; sys.modules['uvicorn'] = None; from arazzo_runner.cli.main import main; sys.exit(main(['mock', 'pet.yaml']))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'arazzo[mock]'" in done.stderr


def test_a_closed_output_does_not_end_it(tmp_path):
    (tmp_path / "pet.yaml").write_text(PET)
    command = [sys.executable, "-m", "arazzo_runner", "mock", "pet.yaml", "--port", "0"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().split()[0]
        process.stdout.close()
        for _ in range(3):
            with urllib.request.urlopen(url + "/pets/1", timeout=30) as response:
                assert response.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
