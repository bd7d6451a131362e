"""Base URLs: documented, relative, with variables, overridden."""

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.lookup import find_by_pointer
from arazzo_runner.openapi.servers import base_path, declared_variables, server_url

VARIABLES = {
    "region": {"default": "eu", "enum": ["eu", "us"]},
    "port": {"default": "8443"},
}


@pytest.fixture
def serving(describe):
    def build(*servers, uri="https://api.example.com/specs/openapi.json"):
        raw = {"openapi": "3.1.0", "servers": list(servers), "paths": {"/a": {"get": {}}}}
        return find_by_pointer(describe(raw, uri=uri), ("paths", "/a", "get"))

    return build


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ([], "https://api.example.com"),
        ([{"url": "https://a.example/v1/"}, {"url": "https://b.example"}], "https://a.example/v1"),
        ([{"url": "/v2"}], "https://api.example.com/v2"),
        ([{"url": "v2"}], "https://api.example.com/specs/v2"),
        ([{"url": "."}], "https://api.example.com/specs"),
        ([{"url": "//cdn.example/x"}], "https://cdn.example/x"),
        ([{"url": "http://a.example/x#z"}], "http://a.example/x"),
        ([{"url": "http://a.example/x/?y=1#z"}], "http://a.example/x?y=1"),
        ([{"url": "http://a.example?"}], "http://a.example"),
        ([{"url": "HTTPS://a.example"}], "https://a.example"),
        (
            [{"url": "https://{region}.example:{port}/", "variables": VARIABLES}],
            "https://eu.example:8443",
        ),
    ],
)
def test_documented(serving, servers, expected):
    assert server_url(serving(*servers), None, {}) == expected


def test_variables(serving):
    one = serving({"url": "https://{region}.example:{port}/{x}", "variables": VARIABLES})
    given = {"region": "us", "port": "1", "x": "y", "unused": "z"}
    assert server_url(one, None, given) == "https://us.example:1/y"


def test_overridden(serving):
    assert server_url(serving(), "http://127.0.0.1:8000/base/", {}) == "http://127.0.0.1:8000/base"


@pytest.mark.parametrize(
    ("servers", "uri", "code", "message", "path"),
    [
        (
            [],
            "file:///home/me/openapi.json",
            "AZ908",
            "`openapi.json` names no server",
            "",
        ),
        (
            [{"url": "v1"}],
            "file:///home/me/openapi.json",
            "AZ908",
            "the server `v1` of `openapi.json` is not an http or https URL",
            "/v1",
        ),
        (
            [{"url": "/echo/{v}/", "variables": {"v": {"default": "v2"}}}],
            "file:///home/me/openapi.json",
            "AZ908",
            "the server `/echo/{v}/` of `openapi.json` is not an http or https URL",
            "/echo/v2",
        ),
        (
            [{"url": "http://[v1"}],
            "https://x.example/openapi.json",
            "AZ908",
            "the server `http://[v1` of `openapi.json` is not an http or https URL",
            "",
        ),
        (
            [{"url": "ws://a.example"}],
            "https://x.example/openapi.json",
            "AZ908",
            "the server `ws://a.example` of `openapi.json` is not an http or https URL",
            "",
        ),
    ],
)
def test_no_server(serving, failure, servers, uri, code, message, path):
    hint = f"set the server with `--server URL`, such as `--server https://api.example.com{path}`"
    found = failure(server_url, serving(*servers, uri=uri), None, {})
    assert found == (code, message, hint, "")


@pytest.mark.parametrize(
    "url",
    ["localhost:8000", "[::1]", "a?b", "ftp://x", "/v1", "https://", "", "http://[", "http://:80"],
)
def test_override_that_is_no_url(serving, failure, url):
    code, message, _, _ = failure(server_url, serving(), url, {})
    expected = f"`--server {url}` is not an http or https URL"
    assert (code, message) == ("AZ906", expected)


@pytest.mark.parametrize("override", [None, "https://me:s3cret@a.example/v1"])
def test_a_password_in_a_url_is_refused_and_not_shown(serving, failure, override):
    one = serving({"url": "https://me:s3cret@a.example/v1"})
    code, message, _, _ = failure(server_url, one, override, {})
    assert code == ("AZ906" if override else "AZ908")
    assert "has a user name or password in its URL" in message
    assert "s3cret" not in message


def test_variables_that_do_not_fit(serving, failure):
    one = serving({"url": "https://{region}.example", "variables": VARIABLES})
    assert failure(server_url, one, None, {"region": "mars"}) == (
        "AZ906",
        "the server variable `region` cannot be `mars`",
        "it is one of `eu`, `us`",
        "",
    )
    one = serving({"url": "https://{host}/"})
    code, message, hint, _ = failure(server_url, one, None, {})
    assert (code, message) == ("AZ217", "the server `https://{host}/` has no variable `host`")
    assert hint == "set it with `--server-var host=...`"


def test_the_variables_of_all_servers_wherever_they_stand():
    servers = [
        {"url": "https://{region}.example/{base}", "variables": {"region": {}, "unused": {}}},
        {"url": "/", "variables": "none"},
        "https://{no}.example",
    ]
    description = {"servers": servers, "paths": {"/a": {"servers": "none", "get": [servers[:1]]}}}
    assert list(declared_variables(description)) == ["region", "base", "region", "unused"]
    assert list(declared_variables([{"servers": [{"url": 1}]}])) == []


@pytest.mark.parametrize(
    ("servers", "uri", "path"),
    [
        ([], "https://api.example.com/specs/openapi.json", ""),
        ([], "file:///home/me/openapi.json", ""),
        ([{"url": "https://a.example/v1/"}], "file:///home/me/openapi.json", "/v1"),
        ([{"url": "/v2"}], "file:///home/me/openapi.json", "/v2"),
        ([{"url": "v2"}], "file:///home/me/openapi.json", ""),
        ([{"url": "v2"}], "https://api.example.com/specs/openapi.json", "/specs/v2"),
        ([{"url": "https://{region}.example", "variables": VARIABLES}], "file:///a", ""),
        (
            [{"url": "https://a.example/{region}/{x}", "variables": VARIABLES}],
            "file:///a",
            "/eu/{x}",
        ),
    ],
)
def test_the_path_of_the_documented_server(serving, servers, uri, path):
    assert base_path(serving(*servers, uri=uri)) == path


NAMED = (
    {"url": "https://{region}.example", "name": "prod", "variables": VARIABLES},
    {"url": "/staging", "name": "staging", "description": "Where we try things: daily"},
    {"url": "https://c.example", "description": "prod"},
    {"url": "https://d.example", "description": "Twice"},
    {"url": "https://e.example", "description": "Twice"},
)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("prod", "https://us.example"),  # a name before a description
        ("staging", "https://api.example.com/staging"),
        ("Where we try things: daily", "https://api.example.com/staging"),
    ],
)
def test_named(serving, name, url):
    assert server_url(serving(*NAMED), name, {"region": "us"}) == url


@pytest.mark.parametrize(
    ("name", "message", "help_line"),
    [
        (
            "Twice",
            "`--server Twice`: 2 servers of this description: `https://d.example`, `https://e.example`",
            "name the URL of one of them",
        ),
        (
            "stagin",
            "`--server stagin`: no server of `openapi.json` has this name or description",
            "did you mean `staging`?",
        ),
        (
            "qa.example",
            "`--server qa.example`: no server of `openapi.json` has this name or description",
            "there are `prod`, `staging`, `Twice`; a URL begins with `http://` or `https://`",
        ),
    ],
)
def test_a_name_of_no_server(serving, name, message, help_line):
    with pytest.raises(UsageError) as raised:
        server_url(serving(*NAMED), name, {})
    (found,) = raised.value.diagnostics
    assert (found.code, found.message, found.help) == ("AZ906", message, help_line)


def test_servers_without_names(serving):
    with pytest.raises(UsageError) as raised:
        server_url(serving({"url": "/v1"}), "prod", {})
    (found,) = raised.value.diagnostics
    assert found.help == "its servers have none; a URL begins with `http://` or `https://`"
