"""The application over HTTP, in process: what it answers, and what it refuses."""

import asyncio
import json

import pytest

from arazzo_runner.mock_server import app as app_module
from arazzo_runner.mock_server.app import ABORT, AppSettings
from arazzo_runner.mock_server.disturbance import Disturbance, Latency, parse_faults

JSON = {"Content-Type": "application/json"}


def test_what_is_created_is_there_until_it_is_deleted(pets):
    created = pets("POST", "/pets", json={"name": "Rex"})
    assert created.status_code == 201
    location = created.headers["location"]
    assert location == f"http://127.0.0.1:4010/pets/{created.json()['id']}"
    assert pets.get(location).json() == created.json()
    assert pets.get("/pets").json()[0] == created.json()
    assert pets("DELETE", location).status_code == 204
    gone = pets.get(location)
    assert (gone.status_code, "deleted" in gone.json()["message"]) == (404, True)


@pytest.mark.parametrize(
    "path", ["/pets/7", "/api/v2/pets/7", "/pets_api/pets/7", "/pets_api/api/v2/pets/7"]
)
def test_a_path_is_taken_with_and_without_its_base_and_the_name_of_its_source(
    serve, pets_text, path
):
    server = serve(pets_api=pets_text)
    found = server.get(path)
    assert (found.status_code, found.json()["id"]) == (200, "7")
    assert server.get("/pets/mine").text == "mine"


REFUSALS = [
    ("GET", "/cats", {}, 404, "no API description has the path `/cats`"),
    ("GET", "/pets/", {}, 404, "no API description has the path `/pets/`"),
    ("GET", "/pets/%zz", {}, 400, "the path has a `%` that no two hexadecimal digits follow"),
    ("GET", "/pets?limit=99", {}, 400, "99 is greater than the maximum of 50"),
    ("GET", "/pets?limit=x", {}, 400, "the query parameter `limit`"),
    ("GET", "/pets?" + "x" * 9_000, {}, 414, "longer than 8,192 characters"),
    (
        "POST",
        "/pets",
        {"content": b"x", "headers": {"Content-Type": "text/csv"}},
        415,
        "`text/csv`",
    ),
    ("POST", "/pets", {"content": b"{}"}, 415, "the body has no content type: send `appl"),
    ("GET", "/pets", {"headers": {"Accept": "text/csv"}}, 406, "text/csv"),
    ("POST", "/pets", {"content": b"[" * 5_000, "headers": JSON}, 400, "more than 100 levels deep"),
    ("POST", "/pets", {"content": b"x" * (2**20 + 1), "headers": JSON}, 413, "1,048,576 bytes"),
    ("GET", "/pets", {"headers": {"X-Large": "x" * 70_000}}, 431, "65,536 bytes"),
    ("PUT", "/pets", {}, 405, "`/pets` has no PUT; it has GET, HEAD, OPTIONS, POST"),
]


@pytest.mark.parametrize(("method", "url", "given", "status", "detail"), REFUSALS)
def test_what_is_refused_is_a_problem_that_says_why(pets, method, url, given, status, detail):
    response = pets(method, url, **given)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert detail in response.json()["detail"]


BROKEN_BODIES = [
    (b"", "Expecting value: line 1 column 1"),
    (b"{", "the body is not `application/json`"),
    (b'{"name": "\xff"}', "the body is not `application/json`"),
    (b'{"name": 7}', '7 is not of type "string"'),
    (b'{"name": ' + b"9" * 5_000 + b"}", "the body is not `application/json`"),
    (b"[" * 90, "the body is not `application/json`"),
]


@pytest.mark.parametrize(("body", "detail"), BROKEN_BODIES)
def test_a_body_that_breaks_the_description_gets_the_documented_error(pets, body, detail):
    response = pets("POST", "/pets", content=body, headers=JSON)
    assert response.status_code == 422
    assert detail in response.json()["message"]
    assert list(response.json()) == ["message"]


def test_methods_as_http_has_them(pets):
    refused = pets("PATCH", "/pets/1")
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS")
    head, whole = pets("HEAD", "/pets/1"), pets.get("/pets/1")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    options = pets("OPTIONS", "/pets")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert "content-length" not in options.headers


# --- Prefer ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefer", "status", "applied", "body"),
    [
        ("code=404", 404, "code=404", None),
        ("example=rex", 200, "example=rex", {"id": "2", "name": "Rex"}),
        ('code="200", example=rex', 200, "code=200, example=rex", {"id": "2", "name": "Rex"}),
        ("code=503", 503, "code=503", None),  # each error can be given
        ("code=599", 599, "code=599", None),  # also one that HTTP has no phrase for
        ("code=302", 200, None, None),  # what is not documented cannot: it is ignored
        ("code=404, example=rex", 404, "code=404", None),
        ("example=none; x=1, code=4O4, wait=61", 200, None, None),
        ("respond-async", 200, None, None),
    ],
)
def test_preferences_that_can_be_followed_are(pets, prefer, status, applied, body):
    response = pets.get("/pets/2", headers={"Prefer": prefer})
    assert response.status_code == status
    assert response.headers.get("preference-applied") == applied
    assert body is None or response.json() == body


def test_a_preferred_error_changes_nothing_and_needs_no_valid_request(pets):
    created = pets("POST", "/pets", json={"name": "Rex"}).json()
    refused = pets("POST", "/pets", content=b"{", headers={**JSON, "Prefer": "code=422"})
    assert refused.status_code == 422
    assert (
        pets("DELETE", f"/pets/{created['id']}", headers={"Prefer": "code=500"}).status_code == 500
    )
    assert pets.get(f"/pets/{created['id']}").json() == created


def test_waits_that_are_preferred_are_those_of_the_loop(pets, monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(app_module.asyncio, "sleep", sleep)
    response = pets.get("/pets/1", headers={"Prefer": "wait=2"})
    assert (slept, response.headers["preference-applied"]) == ([2], "wait=2")


# --- CORS -----------------------------------------------------------------------------------------


def test_a_page_of_any_origin_may_read(pets):
    response = pets("POST", "/pets", json={"name": "a"}, headers={"Origin": "http://a.test"})
    assert response.headers["access-control-allow-origin"] == "http://a.test"
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["access-control-expose-headers"] == "Location"
    assert response.headers["vary"] == "Origin"
    refused = pets.get("/cats", headers={"Origin": "http://a.test"})
    assert refused.headers["access-control-allow-origin"] == "http://a.test"


def test_a_preflight_is_never_mocked(serve, pets_text):
    documented = pets_text.replace(
        "  /pets/mine:\n", "  /pets/mine:\n    options: {responses: {'200': {description: Own}}}\n"
    )
    pets = serve(pets=documented)
    asked = {
        "Origin": "http://a.test",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, x-b",
    }
    response = pets("OPTIONS", "/pets/mine", headers=asked)
    assert response.status_code == 204
    assert response.headers["access-control-allow-methods"] == "DELETE, GET, HEAD, OPTIONS"
    assert response.headers["access-control-allow-headers"] == "authorization, x-b"
    assert pets("OPTIONS", "/pets/mine").status_code == 200


def test_there_need_be_no_cors(serve, pets_text):
    pets = serve(pets=pets_text, settings=AppSettings(has_cors=False))
    asked = {"Origin": "http://a.test", "Access-Control-Request-Method": "GET"}
    response = pets("OPTIONS", "/pets", headers=asked)
    assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert not [name for name in response.headers if name.startswith("access-control")]


# --- sources, faults, seeds -----------------------------------------------------------------------


def test_what_two_sources_have_is_below_their_names_alone(serve, pets_text):
    other = pets_text.replace("/pets/mine", "/cats").replace("const: mine", "const: other")
    server = serve(a=pets_text, b=other)
    refused = server.get("/pets/1")
    assert refused.status_code == 404
    assert "`/a/pets/1` or `/b/pets/1`" in refused.json()["detail"]
    created = server("POST", "/a/pets", json={"name": "Rex"})
    assert created.headers["location"].startswith("http://127.0.0.1:4010/a/pets/")
    assert server.get("/cats").text == "other"
    assert len(server.get("/b/pets").json()) == 2  # the state of each source is its own
    assert server.service.routes.shared_operations() == [
        "DELETE /pets/{petId}", "GET /pets", "GET /pets/{petId}", "POST /pets",
    ]  # fmt: skip


def test_faults_come_by_the_seed_and_change_nothing(serve, pets_text):
    def statuses(seed):
        pets = serve(seed=seed, pets=pets_text)
        pets.runtime.disturbance = Disturbance(seed, parse_faults(["503:30%"]))
        found = [pets("POST", "/pets", json={"name": "a"}).status_code for _ in range(40)]
        kept = pets.service.apis["pets"].state.count("/pets")
        return found, kept

    (first, kept), (again, _), (other, _) = statuses(1), statuses(1), statuses(2)
    assert first == again != other
    assert {*first} == {201, 503}
    assert kept == first.count(201)


def test_a_connection_is_reset_by_the_server(pets):
    pets.runtime.disturbance = Disturbance(0, parse_faults(["reset:100%"]))
    with pytest.raises(ConnectionResetError):
        pets.get("/pets/1")
    assert [entry.is_reset for entry in pets.entries] == [True]
    called = []
    scope = {
        "type": "http", "method": "GET", "path": "/pets/1", "raw_path": b"/pets/1",
        "query_string": b"", "headers": [], "extensions": {ABORT: lambda: called.append(1)},
    }  # fmt: skip
    asyncio.run(pets.app(scope, None, None))
    assert called == [1]


def test_latency_lies_between_its_ends(pets, monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(app_module.asyncio, "sleep", sleep)
    pets.runtime.disturbance = Disturbance(0, (), Latency(0.05, 0.2))
    for _ in range(20):
        pets.get("/pets/1")
    assert len({*slept}) > 10
    assert min(slept) >= 0.05
    assert max(slept) <= 0.2


def test_the_same_seed_gives_the_same_bytes(serve, pets_text):
    def answers(seed):
        pets = serve(seed=seed, pets=pets_text)
        made = pets("POST", "/pets", json={"name": "Rex"})
        found = [made, pets.get(made.headers["location"]), pets.get("/pets"), pets.get("/pets/9")]
        return [(one.headers.raw, one.content) for one in found]

    assert answers(3) == answers(3)
    assert answers(3) != answers(4)


def test_a_slow_body_is_given_up(pets, monkeypatch):
    monkeypatch.setattr(app_module, "_SECONDS", 0.01)

    async def receive():
        await asyncio.sleep(10)

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/pets", "query_string": b"",
        "headers": [(b"content-length", b"9")], "server": ("127.0.0.1", 80),
    }  # fmt: skip
    asyncio.run(pets.app(scope, receive, send))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


def test_a_body_in_pieces_is_bounded_too(pets):
    async def pieces():
        for _ in range(40):
            yield b" " * 2**15

    response = pets("POST", "/pets", content=pieces(), headers=JSON)
    assert response.status_code == 413


@pytest.mark.parametrize("host", ['a"b', "a b", "[", "a:b:c", "x" * 300])
def test_a_strange_host_is_not_repeated(pets, host):
    response = pets("POST", "/pets", json={"name": "a"}, headers={"Host": host})
    assert response.headers["location"].startswith("http://127.0.0.1:4010/pets/")


def test_header_fields_that_cannot_be_sent_are_not(serve):
    text = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    get:
      responses:
        "200":
          description: A
          headers:
            Content-Encoding: {schema: {const: gzip}}
            Content-Length: {schema: {const: "9"}}
            "X Y": {schema: {const: a}}
            X-Lines: {schema: {const: "a\\r\\nb"}}
          content: {application/json: {schema: {const: {a: 1}}}}
"""
    response = serve(api=text).get("/a")
    assert json.loads(response.content) == {"a": 1}
    assert response.headers["x-lines"] == "a??b"
    assert {*response.headers} == {"content-type", "x-lines", "vary", "content-length"}


def test_the_application_speaks_http_alone(pets):
    with pytest.raises(RuntimeError, match="websocket"):
        asyncio.run(pets.app({"type": "websocket"}, None, None))
