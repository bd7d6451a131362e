"""Which texts are API descriptions, and what their security schemes are."""

import pytest

from arazzo_runner.errors import DiagnosedError
from arazzo_runner.openapi.description import list_at
from arazzo_runner.openapi.model import SecurityScheme
from arazzo_runner.text.source import Place, pointer_text

UNSUPPORTED = " is not supported; `swagger: 2.0` and `openapi: 3.0`, `3.1`, `3.2` are"


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        ({"swagger": "2.0"}, (2, 0)),
        ({"swagger": 2.0}, (2, 0)),
        ({"openapi": "3.0.3"}, (3, 0)),
        ({"openapi": 3.1}, (3, 1)),
        ({"openapi": "3.1.1"}, (3, 1)),
        ({"openapi": "3.2.0"}, (3, 2)),
    ],
)
def test_versions(describe, raw, version):
    description = describe(raw)
    assert (description.version, description.title, description.api_version) == (version, "", "")


def test_info(describe):
    description = describe({"openapi": "3.0.0", "info": {"title": "Pets", "version": 2}})
    assert (description.title, description.api_version) == ("Pets", "2")
    assert "'Pets'" in repr(description)


@pytest.mark.parametrize(
    ("raw", "message", "pointer"),
    [
        ([], "an OpenAPI description is an object, not array []", ""),
        ({}, "this is not an OpenAPI description: it has neither `openapi` nor `swagger`", ""),
        (
            {"arazzo": "1.0.1"},
            "this is not an OpenAPI description but one with the field `arazzo`",
            "",
        ),
        (
            {"openapi": "4.0.0"},
            "`openapi: 4.0.0`" + UNSUPPORTED,
            "/openapi",
        ),
        (
            {"openapi": "2.0"},
            "`openapi: 2.0`" + UNSUPPORTED,
            "/openapi",
        ),
        (
            {"swagger": "1"},
            "`swagger: 1`" + UNSUPPORTED,
            "/swagger",
        ),
        (
            {"openapi": "x.y"},
            "`openapi: x.y`" + UNSUPPORTED,
            "/openapi",
        ),
    ],
)
def test_not_a_description(describe, failure, raw, message, pointer):
    assert failure(describe, raw) == ("AZ202", message, None, pointer)


def scheme(**members):
    plain = {
        "name": "s",
        "scheme": None,
        "location": None,
        "parameter": None,
        "flows": {},
        "openid_connect_url": None,
    }
    return plain | members


@pytest.mark.parametrize(
    ("version", "node", "expected"),
    [
        ("3.0.3", {"type": "http", "scheme": "basic"}, {"type": "http", "scheme": "basic"}),
        (
            "3.0.3",
            {"type": "apiKey", "in": "cookie", "name": "sid"},
            {"type": "apiKey", "location": "cookie", "parameter": "sid"},
        ),
        (
            "3.0.3",
            {"type": "openIdConnect", "openIdConnectUrl": "https://id"},
            {"type": "openIdConnect", "openid_connect_url": "https://id"},
        ),
        (
            "3.0.3",
            {"type": "oauth2", "flows": {"password": {"tokenUrl": "t"}}},
            {"type": "oauth2", "flows": {"password": {"tokenUrl": "t"}}},
        ),
        (
            "3.0.3",
            {"$ref": "#/components/x-schemes/key"},
            {"type": "apiKey", "location": "query", "parameter": "key"},
        ),
        ("2.0", {"type": "basic"}, {"type": "http", "scheme": "basic"}),
        (
            "2.0",
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            {"type": "apiKey", "location": "header", "parameter": "X-Key"},
        ),
        (
            "2.0",
            {"type": "oauth2", "flow": "application", "tokenUrl": "t", "scopes": {}},
            {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "t", "scopes": {}}}},
        ),
        ("2.0", {"type": "oauth2"}, {"type": "oauth2"}),
    ],
)
def test_security_schemes(api, version, node, expected):
    shared = {"key": {"type": "apiKey", "in": "query", "name": "key"}}
    members = {"components": {"securitySchemes": {"s": node}, "x-schemes": shared}}
    if version == "2.0":
        members = {"securityDefinitions": {"s": node}}
    (found,) = api(version, **members).schemes.values()
    assert found == SecurityScheme(**scheme(**expected), place=found.place)


@pytest.mark.parametrize(
    ("node", "message", "pointer"),
    [
        (3, "the security scheme `s` has to be an object, not integer 3", ""),
        ({}, "the security scheme `s` needs `type`, a string", ""),
        ({"type": "apiKey", "in": "header"}, "the security scheme `s` needs `name`, a string", ""),
        ({"type": "apiKey", "name": "k"}, "the security scheme `s` needs `in`, a string", ""),
        (
            {"type": "apiKey", "in": "path", "name": "k"},
            "the security scheme `s` is in `path`, not `query`, `header` or `cookie`",
            "/in",
        ),
    ],
)
def test_malformed_schemes(api, node, message, pointer):
    found = api(components={"securitySchemes": {"s": node, "t": {"type": "oauth2"}}})
    assert list(found.schemes) == ["t"]
    (finding,) = found.unusable["s"]
    assert (finding.code, finding.message) == ("AZ217", message)
    assert pointer_text(finding.place.pointer) == "/components/securitySchemes/s" + pointer


def test_arrays_are_arrays(describe, failure):
    place = Place(describe({"openapi": "3.0.0"}).source)
    assert list_at(None, place, "`x`") == []
    assert failure(list_at, {}, place, "`x`")[1] == "`x` has to be an array, not object {}"


def test_a_version_of_many_digits(describe):
    with pytest.raises(DiagnosedError) as caught:
        describe({"openapi": "9" * 5000})
    assert caught.value.diagnostics[0].message == f"`openapi: {'9' * 59}…`{UNSUPPORTED}"
