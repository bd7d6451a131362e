"""`/__arazzo`: who may ask, and what the answers say."""

import pytest

from arazzo_runner.mock_server.admin import is_loopback
from arazzo_runner.mock_server.app import AppSettings
from arazzo_runner.mock_server.disturbance import Disturbance, parse_faults
from arazzo_runner.mock_server.runtime import ServerRuntime


def test_health_and_requests(pets):
    headers = {"Authorization": "Bearer wonder-token", "X-Trace": "wonder-token"}
    pets("POST", "/pets", json={"name": "Rex", "secret": "open-sesame"}, headers=headers)
    pets.get("/nix?api_key=wonder-key")
    health = pets.get("/__arazzo/health").json()
    assert (health["status"], health["requests"], health["sources"]) == ("ok", 2, {"pets": 5})
    shown = pets.get("/__arazzo/requests")
    last, first = shown.json()["requests"]
    assert (first["method"], first["url"], first["response"]["status"]) == ("POST", "/pets", 201)
    assert first["operation"] == {"source": "pets", "method": "POST", "path": "/pets"}
    assert first["body"]["json"]["name"] == "Rex"
    assert last["refused"] == "no API description has the path `/nix`"
    for secret in ("wonder-token", "open-sesame", "wonder-key"):
        assert secret not in shown.text
    assert pets("DELETE", "/__arazzo/requests").json() == {"requests": []}


def test_the_last_thousand_requests_are_kept(pets):
    for _ in range(3):
        pets.runtime.traffic.entries.extend([None] * 500)
    assert len(pets.runtime.traffic.entries) == 1_000


def test_state_is_read_written_and_forgotten(pets, serve, pets_text):
    made = pets("POST", "/pets", json={"name": "Rex"}).json()
    state = pets.get("/__arazzo/state").json()
    other = serve(seed=5, pets=pets_text)
    assert other("PUT", "/__arazzo/state", json=state).json() == state
    assert other.get(f"/pets/{made['id']}").json() == made
    emptied = other("DELETE", "/__arazzo/state").json()
    assert emptied["sources"]["pets"]["resources"] == {}


@pytest.mark.parametrize(
    ("method", "name", "body", "detail"),
    [
        ("PUT", "state", b"{", "the body is not JSON"),
        ("PUT", "state", b"{}", "missing required field `sources`"),
        ("PUT", "state", b'{"sources": {"x": {}}}', "there is no source `x`"),
        (
            "PUT",
            "state",
            b'{"sources": {"pets": {"resources": {"/pets": [], "/cats": []}}}}',
            "the source `pets` has no path `/cats`",
        ),
        (
            "PUT",
            "state",
            b'{"sources": {"pets": {"deleted": ["/cats/1"]}}}',
            "the source `pets` has no path `/cats/1`",
        ),
        ("PUT", "state", b"[" * 9_000, "nested too deeply"),
        ("POST", "faults", b'{"faults": ["5%"]}', "`5%` is no fault; write `503:5%`"),
        ("POST", "faults", b'{"latency": "5"}', "`5` is no latency"),
        ("POST", "faults", b'{"faults": "503:5%"}', "`faults` is an array of strings"),
        ("POST", "faults", b'{"fault": []}', "the body is to be"),
    ],
)
def test_what_cannot_be_read_is_a_problem(pets, method, name, body, detail):
    response = pets(method, f"/__arazzo/{name}", content=body)
    assert (response.status_code, detail in response.json()["detail"]) == (400, True)


NESTED = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /: &ok {get: {responses: {"200": {description: A}}}, post: {responses: {"201": {description: A}}}, delete: {responses: {"204": {description: Gone}}}}
  /files/{path+}/meta: *ok
  /a/{x}.json: *ok
  /a/{x}/b ü/: *ok
  /a/{x}/b ü/{y}: *ok
  /s/{bucket}?acl: *ok
"""


def test_every_state_of_the_server_can_be_put_back(serve):
    server = serve(t=NESTED)
    paths = [
        "/",
        "/files/1/2/meta",
        "/a/1.json",
        "/a/1/b%20%C3%BC/",
        "/a/1/b%20%C3%BC/2",
        "/s/1?acl",
    ]
    for path in paths:
        assert server.get(path).status_code == 200, path
        assert server("POST", path).status_code == 201, path
    for _ in range(2):
        state = server.get("/__arazzo/state").json()
        put = server("PUT", "/__arazzo/state", json=state)
        assert put.json() == state
        for path in paths:
            server("DELETE", path)
    assert state["sources"]["t"]["deleted"]


def test_faults_are_set_and_a_reset_has_those_of_the_beginning(pets):
    first = Disturbance(0, parse_faults(["503:50%"]))
    pets.runtime = pets.app.runtime = ServerRuntime(pets.service, 0, first)
    given = {"faults": ["503:50%"], "latency": None}

    def statuses():
        return [pets.get("/pets/1").status_code for _ in range(20)]

    seen = statuses()
    assert {*seen} == {200, 503}
    other = {"faults": ["500:100%"], "latency": "0ms..1ms"}
    assert pets("POST", "/__arazzo/faults", json=other).json() == other
    assert {*statuses()} == {500}
    pets("POST", "/__arazzo/reset")
    assert pets.get("/__arazzo/faults").json() == given
    assert statuses() == seen
    assert pets("POST", "/__arazzo/faults", json={}).json() == {"faults": [], "latency": None}


def test_a_reset_forgets(pets):
    made = pets("POST", "/pets", json={"name": "Rex"}).json()
    assert pets("POST", "/__arazzo/reset").status_code == 200
    assert pets.get("/pets").json()[0] != made
    assert len(pets.get("/__arazzo/requests").json()["requests"]) == 1


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {"Host": "[::1]:4010"}, 200),
        ("::ffff:127.0.0.1", {"Host": "localhost"}, 200),
        ("192.0.2.7", {}, 403),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"Host": "rebound.example.com:4010"}, 403),
        ("127.0.0.1", {"Origin": "https://example.com"}, 403),
        ("127.0.0.1", {"Origin": "null"}, 403),
        ("127.0.0.1", {"Origin": "http://localhost:3000"}, 200),
    ],
)
def test_only_this_machine_may_ask(serve, pets_text, client, headers, status):
    server = serve(pets=pets_text, client=(client, 1))
    assert server.get("/__arazzo/health", headers=headers).status_code == status
    assert server.get("/pets/1", headers=headers).status_code == 200


def test_methods_and_names_of_the_admin_routes(pets):
    refused = pets("POST", "/__arazzo/health")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert pets("OPTIONS", "/__arazzo/reset").headers["allow"] == "OPTIONS, POST"
    unknown = pets.get("/__arazzo/x")
    assert (unknown.status_code, "`/__arazzo/faults`" in unknown.json()["detail"]) == (404, True)


def test_there_need_be_no_admin_routes(serve, pets_text):
    server = serve(pets=pets_text, settings=AppSettings(has_admin=False))
    assert "no API description" in server.get("/__arazzo/health").json()["detail"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("LOCALHOST.", True), ("127.8.8.8", True), ("::1", True), ("", False),
     ("::ffff:127.0.0.1", True), ("0.0.0.0", False), ("example.com", False), ("10.0.0.1", False)],
)  # fmt: skip
def test_loopback(host, expected):
    assert is_loopback(host) is expected
