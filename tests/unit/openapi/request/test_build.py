"""Requests as they go over the wire."""

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.request.body import encode_body
from arazzo_runner.openapi.request.build import build_request, undeclared_parameter
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.multipart import boundary_of
from arazzo_runner.openapi.security.schemes import Authorization

SERVER = "https://api.example.com/v1"


def call(operation, arguments=(), body=None, authorization=None):
    """Build with arguments by name; names that are not declared are (location, name)."""
    known = {one.name: one for one in operation.parameters}
    pairs = [
        (undeclared_parameter(name[1], name[0]) if isinstance(name, tuple) else known[name], value)
        for name, value in dict(arguments).items()
    ]
    return build_request(operation, SERVER, pairs, body, authorization)


def parameters(*nodes):
    return {
        "parameters": [{"name": name, "in": location, **more} for name, location, more in nodes]
    }


def test_a_request(operation):
    members = parameters(
        ("flow", "path", {}),
        ("sid", "path", {}),
        ("size", "query", {}),
        ("tags", "query", {}),
        ("X-Trace", "header", {}),
        ("sid", "cookie", {}),
        ("lang", "cookie", {}),
    )
    members["responses"] = {
        "200": {"content": {"text/csv": {}, "application/json": {}}},
        "404": {"content": {"application/problem+json": {}, "application/json": {}, "*/*": {}}},
    }
    found = operation(members, path="/flows/{flow}/x/{sid}.json")
    cookie = next(one for one in found.parameters if one.location == "cookie")
    request = build_request(
        found,
        SERVER,
        [
            (found.parameters[0], "FW1"),
            (found.parameters[1], "a/b"),
            (found.parameters[2], 50),
            (found.parameters[3], ["a", "b c"]),
            (found.parameters[4], "t"),
            (cookie, "s"),
            (found.parameters[6], MISSING),
        ],
        None,
        Authorization((("Authorization", "Basic x"),), (("key", "k&"),), (("auth", "c"),)),
    )
    assert request.method == "GET"
    assert request.url == SERVER + "/flows/FW1/x/a%2Fb.json?size=50&tags=a&tags=b%20c&key=k%26"
    assert request.headers == (
        ("Accept", "application/json, application/problem+json, text/csv;q=0.9"),
        ("Authorization", "Basic x"),
        ("X-Trace", "t"),
        ("Cookie", "sid=s; auth=c"),
    )
    assert request.body == b""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/pets and cats/é", "/pets%20and%20cats/%C3%A9"),
        ("/a%20b:c@d", "/a%20b:c@d"),
        ("/x#op=1", "/x?q=1"),
        ("/x?fixed=1", "/x?fixed=1&q=1"),
    ],
)
def test_path_literals(operation, path, expected):
    request = call(operation(path=path), {("query", "q"): 1})
    assert request.url.startswith(SERVER + expected)


def test_no_arguments(operation):
    request = call(operation(method="delete"))
    assert (request.method, request.url) == ("DELETE", SERVER + "/pets")
    assert request.headers == (("Accept", "*/*"),)


def test_querystring(operation):
    node = ("all", "querystring", {"content": {"application/x-www-form-urlencoded": {}}})
    one = operation(parameters(node), version="3.2.0")
    assert call(one, {"all": {"a": "b c"}}).url.endswith("/pets?a=b+c")


def test_defaults_are_not_sent(operation):
    one = operation(parameters(("size", "query", {"schema": {"default": 50}})))
    assert call(one).url.endswith("/pets")


@pytest.mark.parametrize(
    ("location", "value"), [("query", MISSING), ("header", None), ("query", None)]
)
def test_required_parameters(operation, location, value):
    one = operation(parameters(("x", location, {"required": True})))
    for arguments in ({}, {"x": value}):
        with pytest.raises(RequestRefused) as raised:
            call(one, arguments)
        message = f"`GET /pets` requires the {location} parameter `x`, which has no value"
        assert (raised.value.message, raised.value.parameter) == (message, "x")


def test_a_required_cookie_may_be_one_of_the_server(operation):
    assert call(operation(parameters(("x", "cookie", {"required": True})))).headers[1:] == ()


def test_semantics_52_a_required_parameter_may_carry_the_credential(operation):
    members = parameters(("X-Key", "header", {"required": True}))
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}
    root = {"components": {"securitySchemes": schemes}}
    one = operation({**members, "security": [{"key": []}]}, **root)
    assert call(one).headers[1:] == ()
    with pytest.raises(RequestRefused, match="requires the header parameter `X-Key`"):
        call(operation(members, **root))


@pytest.mark.parametrize(
    ("value", "path"),
    [("a/b c", "/v1/a/b%20c/x"), ("a?b#c", "/v1/a%3Fb%23c/x"), (7, "/v1/7/x")],
)
def test_a_variable_of_several_segments(operation, value, path):
    one = operation(parameters(("name", "path", {})), path="/v1/{+name}/x")
    assert call(one, {"name": value}).url.endswith(path)


@pytest.mark.parametrize("value", ["../a", "a/..", "a//b", "/a", "a/", "."])
def test_no_segment_leads_to_another_path(operation, value):
    one = operation(parameters(("name", "path", {})), path="/v1/{+name}/x")
    with pytest.raises(RequestRefused, match="which would call another path"):
        call(one, {"name": value})


def test_a_required_header_of_another_case(operation):
    one = operation(parameters(("X-Key", "header", {"required": True})))
    assert ("x-key", "k") in call(one, {("header", "x-key"): "k"}).headers


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "path parameter `id` of `GET /pets/{id}` has no value"),
        ({"id": MISSING}, "path parameter `id` of `GET /pets/{id}` has no value"),
        ({"id": ""}, "path parameter `id` is empty, which would call another path"),
        (
            {"id": 1, ("path", "other"): 2},
            "the path `/pets/{id}` has no parameter `other`",
        ),
    ],
)
def test_path_parameters(operation, arguments, message):
    one = operation(parameters(("id", "path", {})), path="/pets/{id}")
    with pytest.raises(RequestRefused) as raised:
        call(one, arguments)
    assert raised.value.message == message


def test_bodies(operation):
    one = operation({"requestBody": {"required": True, "content": {}}}, method="post")
    request = call(one, body=("application/json", b"{}"))
    assert request.body == b"{}"
    assert ("Content-Type", "application/json") in request.headers
    with pytest.raises(RequestRefused) as raised:
        call(one)
    assert raised.value.message == "`POST /pets` requires a request body, and there is none"
    optional = operation({"requestBody": {"content": {}}}, method="post")
    assert call(optional).body == b""


@pytest.mark.parametrize("payload", [{"a": "x"}, {}])
def test_the_boundary_is_in_the_content_type(operation, payload):
    one = operation(method="post")
    body = encode_body("multipart/form-data", payload, None)
    found = dict(call(one, body=("multipart/form-data", body)).headers)["Content-Type"]
    assert found == f"multipart/form-data; boundary={boundary_of(body)}"
    given = "multipart/form-data; boundary=mine"
    found = dict(call(one, body=(given, b"--mine--\r\n")).headers)["Content-Type"]
    assert found == given


@pytest.mark.parametrize("name", ["a/b\r\nX-A: 1", "a/\0", "a/\ud800"])
def test_what_no_field_can_carry_is_not_accepted(operation, name):
    content = {"text/csv": {}, name: {}}
    one = operation({"responses": {"200": {"description": "fine", "content": content}}})
    assert dict(call(one).headers)["Accept"] == "text/csv"


def test_what_the_workflow_gives_wins(operation):
    arguments = {
        ("header", "authorization"): "Bearer own",
        ("header", "accept"): "text/csv",
        ("header", "content-type"): "text/x",
        ("query", "key"): "own",
        ("cookie", "sid"): "own",
    }
    extra = Authorization((("Authorization", "Basic x"),), (("key", "k"),), (("sid", "k"),))
    request = call(operation(method="post"), arguments, ("text/plain", b"x"), extra)
    assert request.url.endswith("?key=own")
    assert request.headers == (
        ("authorization", "Bearer own"),
        ("accept", "text/csv"),
        ("content-type", "text/x"),
        ("Cookie", "sid=own"),
    )


@pytest.mark.parametrize(
    "name", ["Content-Length", "transfer-encoding", "Connection", "HOST", "Upgrade", "te"]
)
def test_what_the_connection_sets_is_not_of_documents_nor_of_credentials(operation, name):
    with pytest.raises(RequestRefused, match=f"`{name}` is set by the connection only"):
        call(operation(), {("header", name): "1"})
    with pytest.raises(RequestRefused, match=f"`{name}` is set by the connection only"):
        call(operation(), {}, None, Authorization(((name, "1"),)))


@pytest.mark.parametrize(
    ("body", "extra"),
    [
        (("text/plain\r\nX-Evil: 1", b""), None),
        (None, Authorization((("Authorization", "Bearer a\nX-Evil: 1"),))),
    ],
)
def test_no_line_ends_in_headers_of_our_own(operation, body, extra):
    with pytest.raises(RequestRefused, match="contains the control character"):
        call(operation(), (), body, extra)


def test_additional_methods_are_sent_as_written(api, only_operation):
    description = api("3.2.0", paths={"/a": {"additionalOperations": {"Copy": {}}}})
    from arazzo_runner.openapi.lookup import find_by_pointer

    one = find_by_pointer(description, ("paths", "/a", "additionalOperations", "Copy"))
    assert build_request(one, SERVER, [], None, None).method == "Copy"
