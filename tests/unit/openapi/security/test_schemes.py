"""Credentials: from where they are read, which requirement they satisfy, what is sent."""

from base64 import b64decode, b64encode

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.openapi.model import SecurityScheme
from arazzo_runner.openapi.security.requirements import required_schemes, security_findings
from arazzo_runner.openapi.security.schemes import (
    Authorization,
    Credentials,
    MissingCredentials,
    authorize,
    credentials_from,
    scheme_label,
    variable_names,
)
from arazzo_runner.text.source import Place, SourceFile

SCHEMES = {
    "basic": {"type": "http", "scheme": "Basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "custom": {"type": "http", "scheme": "Token"},
    "digest": {"type": "http", "scheme": "digest"},
    "head": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "oauth": {"type": "oauth2", "flows": {}},
    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://id"},
    "tls": {"type": "mutualTLS"},
}

PLACE = Place(SourceFile("api.yaml", "file:///api.yaml", ""))


@pytest.fixture
def secured(operation):
    def build(security, schemes=SCHEMES, version="3.1.0", **root):
        members = {} if security is None else {"security": security}
        components = {"securitySchemes": schemes}
        return operation(members, version=version, components=components, **root)

    return build


@pytest.mark.parametrize(
    ("scheme", "kinds"),
    [
        ("basic", ["USERNAME", "PASSWORD"]),
        ("digest", ["USERNAME", "PASSWORD"]),
        ("bearer", ["TOKEN"]),
        ("custom", ["TOKEN"]),
        ("head", ["KEY"]),
        ("oauth", ["TOKEN"]),
        ("oidc", ["TOKEN", "REFRESH_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "USERNAME", "PASSWORD"]),
        ("tls", []),
    ],
)
def test_variable_names(api, scheme, kinds):
    name = scheme + "-Auth.é"
    (found,) = api(components={"securitySchemes": {name: SCHEMES[scheme]}}).schemes.values()
    stem = f"ARAZZO_AUTH_MY_API_{scheme.upper()}_AUTH___"
    assert variable_names("my-api", found) == tuple(stem + kind for kind in kinds)


def test_credentials_are_read_with_aliases(api):
    schemes = api(components={"securitySchemes": SCHEMES}).schemes.values()
    environment = {
        "ARAZZO_AUTH_API_BASIC_USERNAME": "me",
        "TWILIO_AUTH_TOKEN": "secret\n",
        "ARAZZO_AUTH_API_HEAD_KEY": "own",
        "OTHER_KEY": "other",
        "ARAZZO_AUTH_API_BEARER_TOKEN": "",
    }
    aliases = {
        "ARAZZO_AUTH_API_BASIC_PASSWORD": "TWILIO_AUTH_TOKEN",
        "ARAZZO_AUTH_API_HEAD_KEY": "OTHER_KEY",
    }
    found = credentials_from(environment, "api", schemes, aliases)
    assert found.of("api", "basic") == {"username": "me", "password": "secret"}
    assert found.of("api", "head") == {"key": "own"}
    assert found.of("api", "bearer") == {}
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        (
            "BASIC_USERNAME",
            "me:you",
            "contains a `:`, which ends a user name in HTTP basic and digest",
        ),
        ("BASIC_PASSWORD", "a\nb", "contains a line break or another control character"),
        ("HEAD_KEY", "a\0b", "contains a line break or another control character"),
        ("BEARER_TOKEN", "a\udcffb", "is not UTF-8"),
    ],
)
def test_what_no_request_can_carry_is_refused_and_not_shown(api, name, value, fault):
    schemes = api(components={"securitySchemes": SCHEMES}).schemes.values()
    with pytest.raises(UsageError) as caught:
        credentials_from({f"ARAZZO_AUTH_API_{name}": value}, "api", schemes, {})
    message = f"the value of `ARAZZO_AUTH_API_{name}` {fault}"
    assert [(one.code, one.message) for one in caught.value.diagnostics] == [("AZ905", message)]


def test_letters_beyond_ascii_can_be_sent(api):
    schemes = api(components={"securitySchemes": SCHEMES}).schemes.values()
    found = credentials_from({"ARAZZO_AUTH_API_HEAD_KEY": "schlüssel\n"}, "api", schemes, {})
    assert found.of("api", "head") == {"key": "schlüssel"}


def test_credentials_join():
    first = Credentials({("a", "x"): {"key": "1"}, ("a", "y"): {"key": "2"}})
    second = Credentials({("a", "y"): {"key": "3"}})
    joined = first.joined(second)
    assert (joined.of("a", "x"), joined.of("a", "y")) == ({"key": "1"}, {"key": "3"})


ALL = Credentials(
    {
        ("api", "basic"): {"username": "mé", "password": "p:w +"},
        ("api", "bearer"): {"token": "t"},
        ("api", "custom"): {"token": "t"},
        ("api", "oauth"): {"token": "t"},
        ("api", "oidc"): {"token": "t"},
        ("api", "digest"): {"username": "u", "password": "p"},
        ("api", "head"): {"key": "k"},
        ("api", "query"): {"key": "k/"},
        ("api", "cookie"): {"key": "k"},
    },
    certificate=True,
)
PAIR = b64encode("mé:p:w +".encode()).decode()


@pytest.mark.parametrize(
    ("scheme", "headers", "query", "cookies"),
    [
        ("basic", [("Authorization", f"Basic {PAIR}")], [], []),
        ("bearer", [("Authorization", "Bearer t")], [], []),
        ("custom", [("Authorization", "Token t")], [], []),
        ("oauth", [("Authorization", "Bearer t")], [], []),
        ("oidc", [("Authorization", "Bearer t")], [], []),
        ("head", [("X-Key", "k")], [], []),
        ("query", [], [("key", "k/")], []),
        ("cookie", [], [], [("sid", "k")]),
        ("tls", [], [], []),
    ],
)
def test_schemes(secured, scheme, headers, query, cookies):
    found = authorize(secured([{scheme: []}]), "api", ALL)
    assert found.headers == tuple(headers)
    assert (found.query, found.cookies) == (tuple(query), tuple(cookies))


def test_secrets_are_the_values_alone(secured):
    found = authorize(secured([{"basic": [], "query": []}]), "api", ALL)
    assert found.secrets == ("p:w +", f"{b64decode(PAIR).decode()}", "k/")
    assert "secrets" not in repr(found)


@pytest.mark.parametrize(
    ("security", "held", "sent"),
    [
        # OR: the first that is satisfied; AND: all together; `{}` makes it optional.
        ([{"head": []}, {"query": []}], ["query"], ["query"]),
        ([{"head": []}, {"query": []}], ["head", "query"], ["header"]),
        ([{"head": [], "query": []}], ["head", "query"], ["header", "query"]),
        ([{"head": [], "query": []}, {"cookie": []}], ["head", "cookie"], ["cookie"]),
        ([{}, {"head": []}], ["head"], ["header"]),
        ([{"head": []}, {}], [], []),
        ([], ["head"], []),
    ],
)
def test_alternatives(secured, security, held, sent):
    credentials = Credentials({("api", name): ALL.of("api", name) for name in held})
    found = authorize(secured(security), "api", credentials)
    carried = {"header": found.headers, "query": found.query, "cookie": found.cookies}
    assert [name for name, one in carried.items() if one] == sent


@pytest.mark.parametrize("security", [None, []])
@pytest.mark.parametrize("names", [["bearer"], ["bearer", "basic"]])
def test_what_requires_no_security_gets_no_credential(secured, security, names):
    operation = secured(security, {name: SCHEMES[name] for name in names})
    assert authorize(operation, "api", ALL) == Authorization()


@pytest.mark.parametrize(
    ("security", "given", "sent"),
    [
        ([{"bearer": []}], {("header", "authorization")}, ()),
        ([{"head": []}], {("header", "x-key")}, ()),
        ([{"query": []}], {("query", "key")}, ()),
        ([{"cookie": []}], {("cookie", "sid")}, ()),
        ([{"bearer": [], "head": []}], {("header", "authorization")}, (("X-Key", "k"),)),
    ],
)
def test_what_the_workflow_passes_wins(secured, security, given, sent):
    found = authorize(secured(security), "api", ALL, frozenset(given))
    assert (found.headers, found.query, found.cookies) == (sent, (), ())


@pytest.mark.parametrize(
    ("security", "held", "wanted", "variables", "hint"),
    [
        (
            [{"basic": []}],
            {},
            "`basic` (HTTP Basic)",
            ["API_BASIC_USERNAME", "API_BASIC_PASSWORD"],
            "set `API_BASIC_USERNAME` and `API_BASIC_PASSWORD`",
        ),
        (
            [{"basic": []}],
            {"basic": {"username": "u"}},
            "`basic` (HTTP Basic)",
            ["API_BASIC_PASSWORD"],
            "set `API_BASIC_PASSWORD`",
        ),
        (
            [{"head": [], "oauth": []}, {"query": []}],
            {},
            "`head` (API key in the header `X-Key`) and `oauth` (OAuth2), or `query` (API key in the query `key`)",
            ["API_HEAD_KEY", "API_OAUTH_TOKEN"],
            "set `API_HEAD_KEY` and `API_OAUTH_TOKEN`, or `API_QUERY_KEY`",
        ),
        (
            [{"digest": []}],
            {"digest": {"username": "u"}},
            "`digest` (HTTP digest)",
            ["API_DIGEST_PASSWORD"],
            "set `API_DIGEST_PASSWORD`",
        ),
    ],
)
def test_missing(secured, security, held, wanted, variables, hint):
    credentials = Credentials({("api", name): parts for name, parts in held.items()})
    with pytest.raises(MissingCredentials) as raised:
        authorize(secured(security), "api", credentials)
    error = raised.value
    assert error.message == f"`GET /pets` of `api` needs credentials for {wanted}"
    assert error.variables == tuple(f"ARAZZO_AUTH_{name}" for name in variables)
    assert error.hint == hint.replace("`API_", "`ARAZZO_AUTH_API_")
    assert error.schemes == tuple(name for one in security for name in one)


def test_undeclared_schemes(secured):
    one = secured([{"baisc": []}])
    (found,) = security_findings(one)
    assert (found.code, found.severity.value) == ("AZ214", "error")
    assert found.message == "the security scheme `baisc` is not declared"
    assert found.help == "did you mean `basic`?"
    assert found.place.pointer[-3:] == ("security", 0, "baisc")
    assert authorize(one, "api", ALL) == Authorization()


@pytest.mark.parametrize("other", [{"head": []}, {}])
def test_undeclared_schemes_beside_others(secured, other):
    one = secured([{"baisc": []}, other])
    assert [found.severity.value for found in security_findings(one)] == ["warning"]
    assert len(required_schemes(one)) == 1


def test_schemes_by_uri_since_3_2(secured):
    reference = "#/x-schemes/shared"
    shared = {"x-schemes": {"shared": SCHEMES["head"]}}
    credentials = Credentials({("api", reference): {"key": "k"}})
    one = secured([{reference: []}], version="3.2.0", **shared)
    for _ in range(2):
        assert authorize(one, "api", credentials).headers == (("X-Key", "k"),)
    older = secured([{reference: []}], version="3.1.0", **shared)
    assert [found.code for found in security_findings(older)] == ["AZ214"]


def test_nothing_to_authorize(secured):
    assert authorize(secured(None, {}), "api", ALL) == Authorization()


# --- what has to be fetched or answered first ------------------------------------------------------

FLOWS = {
    "machine": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}},
    "user": {"password": {"tokenUrl": "token", "refreshUrl": "https://id.example/r"}},
    "person": {"authorizationCode": {"authorizationUrl": "/a", "tokenUrl": "https://id/t"}},
    "device": {"deviceAuthorization": {"deviceAuthorizationUrl": "/d", "tokenUrl": "/t"}},
    "implicit": {"implicit": {"authorizationUrl": "/a", "scopes": {}}},
    "broken": {"clientCredentials": {"scopes": {}}},
    "odd": {"clientCredentials": {"tokenUrl": "http://["}},
    "list": {"clientCredentials": []},
}
OAUTH = {name: {"type": "oauth2", "flows": flows} for name, flows in FLOWS.items()}
OIDC = {
    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "/.well-known/o"},
    "nowhere": {"type": "openIdConnect"},
}
SERVER = "https://shop.example/v1"
CLIENT = {"client_id": "me", "client_secret": "s/cret"}


def held(name, **parts):
    return Credentials({("api", name): parts})


@pytest.mark.parametrize(
    ("name", "parts", "flow", "urls"),
    [
        ("machine", CLIENT, "clientCredentials", {"token_url": "https://shop.example/token"}),
        ("user", {"username": "u", "password": "p"}, "password",
         {"token_url": "https://shop.example/token", "refresh_url": "https://id.example/r"}),
        ("user", {"refresh_token": "r", "username": "u", "password": "p"}, "refreshToken",
         {"refresh_url": "https://id.example/r"}),
        ("person", {"client_id": "me"}, "authorizationCode",
         {"token_url": "https://id/t", "refresh_url": "https://id/t",
          "authorization_url": "https://shop.example/a", "device_url": ""}),
        ("device", {"client_id": "me"}, "deviceAuthorization",
         {"device_url": "https://shop.example/d", "authorization_url": ""}),
        ("oidc", CLIENT, "clientCredentials",
         {"discovery_url": "https://shop.example/.well-known/o", "token_url": ""}),
        ("oidc", {"client_id": "me"}, "authorizationCode", {}),
    ],
)  # fmt: skip
def test_tokens_to_fetch(secured, name, parts, flow, urls):
    operation = secured([{name: ["a", "b"]}], {**OAUTH, **OIDC})
    found = authorize(operation, "api", held(name, **parts), frozenset(), SERVER)
    (need,) = found.needs
    assert (need.source, need.scheme, need.flow, need.scopes) == ("api", name, flow, ("a", "b"))
    assert {field: getattr(need, field) for field in urls} == urls
    assert need.label == f"`{name}` of `api`"
    assert (found.headers, found.credentials.of("api", name)) == ((), parts)


def test_the_secrets_of_a_flow_are_masked_and_no_others(secured):
    operation = secured([{"machine": []}], OAUTH)
    found = authorize(operation, "api", held("machine", **CLIENT), frozenset(), SERVER)
    assert found.secrets == ("s/cret",)


@pytest.mark.parametrize("name", ["machine", "oidc", "implicit"])
def test_a_token_that_is_set_is_not_fetched(secured, name):
    operation = secured([{name: []}], {**OAUTH, **OIDC})
    found = authorize(operation, "api", held(name, token="t", **CLIENT), frozenset(), SERVER)
    assert (found.headers, found.needs) == ((("Authorization", "Bearer t"),), ())


def test_what_the_workflow_passes_is_not_fetched(secured):
    operation = secured([{"machine": []}], OAUTH)
    given = frozenset({("header", "authorization")})
    found = authorize(operation, "api", held("machine", **CLIENT), given, SERVER)
    assert found == Authorization()


def test_a_challenge_to_answer(secured):
    found = authorize(secured([{"digest": []}]), "api", ALL)
    assert [(one.source, one.scheme) for one in found.needs] == [("api", "digest")]
    assert found.secrets[0] == "p"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken", "the flow `clientCredentials` of the security scheme `broken` needs `tokenUrl`"),
        ("list", "the flow `clientCredentials` of the security scheme `list` has to be an object"),
        ("odd", "the security scheme `odd` has an invalid URL: `http://[`"),
        ("nowhere", "the security scheme `nowhere` needs `openIdConnectUrl`, a string"),
    ],
)
def test_broken_schemes(secured, failure, name, message):
    operation = secured([{name: []}], {**OAUTH, **OIDC})
    credentials = held(name, **CLIENT)
    code, text, *_ = failure(authorize, operation, "api", credentials, frozenset(), SERVER)
    assert (code, text.startswith(message)) == ("AZ217", True)


@pytest.mark.parametrize("flow", ["application", "password", "accessCode"])
def test_flows_of_2_0(api, flow):
    scheme = {"type": "oauth2", "flow": flow, "tokenUrl": "/t", "authorizationUrl": "/a"}
    description = api(version="2.0", securityDefinitions={"oauth": scheme})
    names = variable_names("api", description.schemes["oauth"])
    assert f"ARAZZO_AUTH_API_OAUTH_{'USERNAME' if flow == 'password' else 'CLIENT_ID'}" in names


@pytest.mark.parametrize(
    ("name", "parts", "hint"),
    [
        ("machine", {}, "`CLIENT_ID` and `CLIENT_SECRET`, or `TOKEN`"),
        ("machine", {"client_id": "me"}, "`CLIENT_SECRET`, or `TOKEN`"),
        ("user", {}, "`USERNAME` and `PASSWORD`, or `TOKEN`"),
        ("user", {"username": "me"}, "`PASSWORD`, or `TOKEN`"),
        ("person", {}, "`CLIENT_ID`, or `TOKEN`"),
        ("implicit", {}, "`TOKEN`"),
        ("oidc", {"username": "me"}, "`PASSWORD`, or `TOKEN`"),
    ],
)
def test_what_to_set_for_a_token(secured, name, parts, hint):
    operation = secured([{name: []}], {**OAUTH, **OIDC})
    with pytest.raises(MissingCredentials) as raised:
        authorize(operation, "api", held(name, **parts), frozenset(), SERVER)
    assert raised.value.hint.replace(f"ARAZZO_AUTH_API_{name.upper()}_", "") == f"set {hint}"


def test_a_certificate_is_no_variable(secured):
    with pytest.raises(MissingCredentials) as raised:
        authorize(secured([{"tls": []}]), "api", Credentials())
    assert (raised.value.hint, raised.value.variables) == (
        "set `--cert` and `--key`",
        ("--cert", "--key"),
    )
    assert (
        authorize(secured([{"tls": []}]), "api", Credentials(certificate=True)) == Authorization()
    )


def test_other_places_are_asked_for_what_one_way_needs(api):
    asked = []
    known = {"CLIENT_ID": "me", "CLIENT_SECRET": "s"}

    def more(name):
        kind = name.removeprefix("ARAZZO_AUTH_API_MACHINE_")
        asked.append(kind)
        return known.get(kind)

    schemes = [api(components={"securitySchemes": OAUTH}).schemes["machine"]]
    found = credentials_from({}, "api", schemes, {}, more)
    assert found.of("api", "machine") == {"client_id": "me", "client_secret": "s"}
    assert asked == ["TOKEN", "CLIENT_ID", "CLIENT_SECRET"]
    asked.clear()
    credentials_from({"ARAZZO_AUTH_API_MACHINE_TOKEN": "t"}, "api", schemes, {}, more)
    assert asked == []


def test_a_client_may_have_its_secret_elsewhere(api):
    schemes = [api(components={"securitySchemes": OAUTH}).schemes["person"]]
    environment = {"ARAZZO_AUTH_API_PERSON_CLIENT_ID": "me"}
    found = credentials_from(
        environment, "api", schemes, {}, {"ARAZZO_AUTH_API_PERSON_CLIENT_SECRET": "s"}.get
    )
    assert found.of("api", "person") == {"client_id": "me", "client_secret": "s"}


def test_nothing_is_found_anywhere(api):
    schemes = [api(components={"securitySchemes": OAUTH}).schemes["machine"]]
    assert credentials_from({}, "api", schemes, {}).of("api", "machine") == {}


@pytest.mark.parametrize(
    ("requirement", "given", "expected"),
    [
        (["basic"], [], [("basic", "authorization")]),
        (["bearer"], [], [("bearer", "authorization")]),
        (["custom"], [], [("custom", "authorization")]),
        (["oauth"], [], [("oauth", "authorization")]),
        (["oidc"], [], [("oidc", "authorization")]),
        (["head", "basic"], [], [("head", "x-key"), ("basic", "authorization")]),
        (["head", "basic"], [("header", "authorization")], [("head", "x-key")]),
        (["head", "query", "cookie"], [], [("head", "x-key")]),
        (["inCookie"], [], []),
        (["digest"], [], []),
        (["digest", "bearer"], [], []),
        (["tls", "bearer"], [], [("bearer", "authorization")]),
    ],
)
def test_what_other_origins_may_be_sent(secured, requirement, given, expected):
    """Only what one scheme alone puts into a header, and what means something elsewhere."""
    schemes = {**SCHEMES, "inCookie": {"type": "apiKey", "in": "header", "name": "Cookie"}}
    parts = {"username": "u", "password": "p", "token": "t", "key": "k"}
    held = Credentials({("api", name): parts for name in schemes}, certificate=True)
    operation = secured([{name: [] for name in requirement}], schemes)
    found = authorize(operation, "api", held, frozenset(given))
    assert found.carriers == tuple(expected)


@pytest.mark.parametrize(
    ("type_", "scheme", "location", "flows", "words"),
    [
        ("http", "basic", None, {}, "HTTP basic"),
        ("apiKey", None, "query", {}, "API key in the query `key`"),
        ("oauth2", None, None, {}, "OAuth2"),
        ("oauth2", None, None, {"password": {}, "x-a": 1}, "OAuth2: password"),
        ("openIdConnect", None, None, {}, "OpenID Connect"),
        ("mutualTLS", None, None, {}, "mutual TLS, with `--cert` and `--key`"),
        ("other", None, None, {}, "other"),
    ],
)
def test_what_a_scheme_is_called(type_, scheme, location, flows, words):
    key = "key" if location else None
    one = SecurityScheme("s", type_, scheme, location, key, flows, None, PLACE)
    assert scheme_label(one) == words
