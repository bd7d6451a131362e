"""From a path to an operation."""

import pytest

from arazzo_runner.mock_server.routes import MockRoutes, RouteMatch

TEXT = """
openapi: 3.1.0
info: {title: T, version: "1"}
servers: [{url: "/api"}]
paths:
  /: &ok {get: {responses: {"200": {description: A}}}}
  /a: *ok
  /{x}: *ok
  /a/{x}: {get: {responses: {"200": {description: A}}}, put: {responses: {"200": {description: A}}}}
  /a/b: *ok
  /a/{x}.json: *ok
  /a/{x},{y}: *ok
  /a b/c: *ok
  /d%20e/f: *ok
  /ü {x} ü: *ok
  /files/{path+}: *ok
  /files/{path+}/meta: *ok
  /end/: *ok
  /{bucket}?acl: *ok
  /{bucket}?list-type=2: *ok
"""


@pytest.mark.parametrize(
    ("url", "template", "path"),
    [
        ("/", "/", "/"),
        ("/a", "/a", "/a"),
        ("/api/a", "/a", "/api/a"),
        ("/t/api/a", "/a", "/t/api/a"),
        ("/t", "/{x}", "/t"),
        ("/%61", "/a", "/a"),  # an escape of a letter is that letter
        ("/z%2Fb", "/{x}", "/z%2Fb"),
        ("/a/b", "/a/b", "/a/b"),
        ("/a/c", "/a/{x}", "/a/c"),
        ("/a/c.json", "/a/{x}.json", "/a/c.json"),
        ("/a/c,d", "/a/{x},{y}", "/a/c,d"),
        ("/a%20b/c", "/a b/c", "/a b/c"),
        ("/d%20e/f", "/d%20e/f", "/d%20e/f"),
        ("/%C3%BC%201%20%c3%bc", "/ü {x} ü", "/%C3%BC%201%20%c3%bc"),
        ("/files/1/2/3", "/files/{path+}", "/files/1/2/3"),
        ("/files/1/2/meta", "/files/{path+}/meta", "/files/1/2/meta"),
        ("/end/", "/end/", "/end/"),
        ("/b?acl", "/{bucket}?acl", "/b"),
        ("/b?acl=&x=1", "/{bucket}?acl", "/b"),
        ("/b?list-type=2", "/{bucket}?list-type=2", "/b"),
        ("/b?list-type=3", "/{x}", "/b"),
    ],
)
def test_the_most_exact_template_is_found(read, url, template, path):
    routes = MockRoutes({"t": read(TEXT)})
    at, _, query = url.partition("?")
    found = routes.find("GET", at, query)
    assert isinstance(found, RouteMatch)
    assert (found.target.operation.path, found.path) == (template, path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/a/b", None),  # what is written out has no PUT, the template does
        ("POST", "/a/b", ("GET", "HEAD", "OPTIONS", "PUT")),
        ("POST", "/t/a", ("GET", "HEAD", "OPTIONS")),
        ("GET", "/a/b/c", ()),
        ("GET", "/a//", ()),
        ("GET", "*", ()),
        ("GET", "/t/nix/x", ()),
    ],
)
def test_what_is_not_found(read, method, path, allowed):
    found = MockRoutes({"t": read(TEXT)}).find(method, path)
    assert (None if isinstance(found, RouteMatch) else found.allowed) == allowed


def test_a_path_may_have_very_many_segments(read):
    # A plain key of YAML has at most 1,024 characters.
    path = "/x" * 3_000
    text = TEXT + f"  ? {path}\n  : {{get: {{responses: {{}}}}}}\n"
    found = MockRoutes({"t": read(text)}).find("GET", path)
    assert isinstance(found, RouteMatch)
    assert (found.target.operation.path, found.path) == (path, path)


def test_a_broken_operation_is_left_out(read):
    text = TEXT + "  /broken: {get: {parameters: 7, responses: {}}}\n"
    routes = MockRoutes({"t": read(text)})
    assert len(routes.broken) == 1
    assert routes.operations == {"t": 16}
    assert routes.methods_of("/broken") == ("GET", "HEAD", "OPTIONS")  # of `/{x}`
