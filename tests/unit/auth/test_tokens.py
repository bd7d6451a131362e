"""Tokens: fetched once, renewed in time, and the reasons why there is none."""

import pytest

from arazzo_runner.auth.oauth2 import discover, server_text
from arazzo_runner.auth.tokens import no_terminal_failure
from arazzo_runner.executor.world import TransportFailure, run_coroutine
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from unit.auth.scripted import World, reply

CLIENT = {"client_id": "me", "client_secret": "s3cret!"}
USER = {"username": "ada", "password": "p4ss"}


def value(tokens, need, timeout=None):
    return run_coroutine(tokens.value(need, timeout))


def test_a_token_serves_until_shortly_before_its_end(need):
    world = World(
        reply(access_token="t1", expires_in=3600), reply(access_token="t2", expires_in=100)
    )
    tokens = world.tokens(**CLIENT)
    seen = []
    for now in (1000, 1000 + 3569, 1000 + 3570, 1000 + 3570 + 89):
        world.now = now
        seen.append(value(tokens, need()))
    assert seen == ["t1", "t1", "t2", "t2"]
    assert len(world.endpoints.asked) == 2
    assert world.learned == ["t1", "t2"]


@pytest.mark.parametrize(
    "lifetime", [b"null", b'"never"', b"-5", b'"Infinity"', b"[]", b'"NaN"', b'"1_0"']
)
def test_a_lifetime_that_is_none_is_endless(need, lifetime):
    body = b'{"access_token": "t", "expires_in": %s}' % lifetime
    world = World(HttpResponse(200, (), body))
    tokens = world.tokens(**CLIENT)
    value(tokens, need())
    world.now = 1e12
    assert value(tokens, need()) == "t"


def test_the_requests_of_each_grant(need):
    world = World(*(reply(access_token="t") for _ in range(3)))
    value(world.tokens(**CLIENT), need("clientCredentials", "a", "b"), 7.0)
    value(world.tokens(**USER), need("password", "a"))
    value(world.tokens(refresh_token="r0", client_id="me"), need("refreshToken", "a"))
    token = "https://id.example/token?tenant=s3cret"
    assert world.endpoints.asked == [
        ("POST", token, {"grant_type": "client_credentials", "scope": "a b"}),
        ("POST", token, {"grant_type": "password", **USER, "scope": "a"}),
        ("POST", "https://id.example/refresh",
         {"grant_type": "refresh_token", "refresh_token": "r0", "client_id": "me"}),
    ]  # fmt: skip
    assert world.endpoints.timeouts == [7.0, None, None]


def test_each_need_has_a_token_of_its_own(need):
    world = World(reply(access_token="t1"), reply(access_token="t2"))
    tokens = world.tokens(**CLIENT)
    found = [value(tokens, need("clientCredentials", scope)) for scope in ("a", "b", "a")]
    assert found == ["t1", "t2", "t1"]


def test_a_refresh_token_may_change_or_stay(need):
    world = World(
        reply(access_token="t1", expires_in=0, refresh_token="r1"),
        reply(access_token="t2", expires_in=0),
        reply(access_token="t3", expires_in=0, refresh_token="r2"),
        reply(access_token="t4"),
    )
    tokens = world.tokens(**USER)
    assert [value(tokens, need("password")) for _ in range(4)] == ["t1", "t2", "t3", "t4"]
    assert [one[2].get("refresh_token") for one in world.endpoints.asked] == [
        None,
        "r1",
        "r1",
        "r2",
    ]
    assert "r2" in world.learned


def test_a_refresh_token_that_cannot_be_used_is_no_end(need):
    world = World(
        reply(access_token="t1", expires_in=0, refresh_token="r1"),
        reply(400, error="invalid_grant"),
        reply(access_token="t2"),
    )
    tokens = world.tokens(**USER)
    assert [value(tokens, need("password")) for _ in range(2)] == ["t1", "t2"]


def test_a_refresh_that_fails_otherwise_is_told(need):
    world = World(
        reply(access_token="t1", expires_in=0, refresh_token="r1"),
        reply(400, error="invalid_scope"),
    )
    tokens = world.tokens(**USER)
    value(tokens, need("password"))
    assert value(tokens, need("password")).code == "credentials"


def test_refused_credentials_are_not_sent_again(need):
    world = World(reply(400, error="unauthorized_client"))
    tokens = world.tokens(**CLIENT)
    first = value(tokens, need())
    assert value(tokens, need()) is first
    assert first == TransportFailure(
        "credentials",
        "no token for `login` of `shop`: `https://id.example/token` refuses: `unauthorized_client`",
        "check `ARAZZO_AUTH_SHOP_LOGIN_CLIENT_ID` and `ARAZZO_AUTH_SHOP_LOGIN_CLIENT_SECRET`",
    )


def test_a_failure_of_the_way_is_not_for_ever(need):
    world = World(TransportFailure("connect", "nobody is there", "call"), reply(access_token="t"))
    tokens = world.tokens(**CLIENT)
    first = value(tokens, need())
    assert (first.code, first.hint) == ("connect", "call")
    assert first.message == "no token for `login` of `shop`: nobody is there"
    assert value(tokens, need()) == "t"


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (reply(401), "credentials", "`https://id.example/token` returns status 401"),
        (reply(404), "protocol", "`https://id.example/token` returns status 404"),
        (reply(429, error="slow_down"), "protocol", "returns status 429"),
        (reply(500, error="server_error"), "protocol", "returns status 500"),
        (reply(302), "protocol", "status 302: a redirect is not followed, since the request has"),
        (reply(400, error=["x"]), "protocol", "returns status 400"),
        (reply(200, error="bad"), "credentials", "refuses: `bad`"),
        (reply(200, access_token=""), "protocol", "returns no usable `access_token`"),
        (reply(200, access_token="a b"), "protocol", "returns no usable `access_token`"),
        (reply(200, access_token=7), "protocol", "returns no usable `access_token`"),
        (reply(200, access_token="t", token_type="DPoP"), "protocol", "of type `DPoP`"),
        (HttpResponse(200, (), b"t"), "protocol", "does not return a JSON object"),
        (HttpResponse(200, (), b"[" * 40 + b"]" * 40), "protocol", "does not return a JSON object"),
        (HttpResponse(200, (), b""), "protocol", "does not return a JSON object"),
    ],
)  # fmt: skip
def test_answers_without_a_token(need, answer, code, words):
    failure = value(World(answer).tokens(username="ada", password="p"), need("password"))
    assert failure.code == code
    assert words in failure.message
    assert "s3cret" not in failure.message


@pytest.mark.parametrize(
    ("first", "tried"),
    [
        (reply(401, error="invalid_client"), 2),
        (reply(400, error="invalid_request"), 2),
        (HttpResponse(401, (), b"no"), 2),
        (reply(400, error="invalid_scope"), 1),
        (reply(403, error="invalid_client"), 1),
    ],
)
def test_a_client_that_is_not_known_by_its_header_is_told_in_the_body(need, first, tried):
    world = World(first, reply(access_token="t"))
    value(world.tokens(**CLIENT), need())
    assert len(world.endpoints.asked) == tried
    headers = [dict(one.headers).get("Authorization") for one in world.endpoints.requests]
    assert headers == ["Basic bWU6czNjcmV0JTIx", None][:tried]
    if tried == 2:
        assert world.endpoints.asked[1][2] == {"grant_type": "client_credentials", **CLIENT}


def test_a_rejected_token_is_renewed_once(need):
    world = World(reply(access_token="t1"), reply(access_token="t2"))
    tokens = world.tokens(**CLIENT)
    assert tokens.reject(need(), "t0") is False
    assert value(tokens, need()) == "t1"
    assert tokens.reject(need(), "t1") is True
    assert value(tokens, need()) == "t2"
    # Another request had still the old one.
    assert tokens.reject(need(), "t1") is True
    assert tokens.reject(need(), "t2") is False
    assert value(tokens, need()) == "t2"


def test_a_later_end_of_a_renewed_token_is_renewed_too(need):
    world = World(*(reply(access_token=f"t{n}", expires_in=100) for n in range(1, 5)))
    tokens = world.tokens(**CLIENT)
    tokens.reject(need(), value(tokens, need()))
    value(tokens, need())
    world.now += 100
    assert value(tokens, need()) == "t3"


@pytest.mark.parametrize(("refresh", "again"), [(None, False), ("r", True)])
def test_a_person_is_not_asked_again_for_a_rejected_token(need, refresh, again):
    person = Person(state="r4ndom-1", code="c")
    world = World(reply(access_token="t", refresh_token=refresh), person=person)
    tokens = world.tokens(client_id="me")
    rejected = value(tokens, need("authorizationCode"))
    assert tokens.reject(need("authorizationCode"), rejected) is again


def test_what_went_over_the_wire_is_kept_until_it_is_taken(need):
    request = HttpRequest("POST", "https://id.example/token")
    exchange = WireExchange(request, None, 0.0, 0.0)
    answer = HttpResponse(200, (), b'{"access_token": "t"}', exchanges=(exchange,))
    tokens = World(answer).tokens(**CLIENT)
    value(tokens, need())
    assert tokens.take_exchanges() == (exchange,)
    assert tokens.take_exchanges() == ()


# --- flows that need a person ---------------------------------------------------------------------


class Person:
    """Comes back with what a test says; ``went_to`` are the URLs that it was shown."""

    url = "http://127.0.0.1:4711/callback"

    def __init__(self, **answer):
        self.given = answer or None
        self.went_to = []
        self.is_closed = False

    def redirect(self):
        return self

    async def answer(self, go_to):
        self.went_to.append(go_to)
        return self.given

    def close(self):
        self.is_closed = True

    def show_code(self, url, code):
        self.went_to.append((url, code))


# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def test_an_authorization_code_with_pkce(need):
    person = Person(state="st4te", code="c0de")
    world = World(reply(access_token="t"), person=person, random=["st4te", VERIFIER])
    assert value(world.tokens(client_id="my app"), need("authorizationCode", "a", "b")) == "t"
    (url,) = person.went_to
    assert url == (
        "https://id.example/authorize?theme=dark&response_type=code&client_id=my+app"
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fcallback&scope=a+b&state=st4te"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    )
    assert world.endpoints.asked[0][2] == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "http://127.0.0.1:4711/callback",
        "code_verifier": VERIFIER,
        "client_id": "my app",
    }
    assert person.is_closed
    assert world.learned == [VERIFIER, "c0de", "t"]


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ({}, "credentials", "the login in the browser was not completed in time"),
        ({"state": "other", "code": "c"}, "credentials", "returned with another `state`"),
        ({"state": "é", "code": "c"}, "credentials", "returned with another `state`"),
        ({"code": "c"}, "credentials", "returned with another `state`"),
        ({"state": "r4ndom-1", "error": "access_denied"}, "credentials",
         "`https://id.example/authorize` refuses: `access_denied`"),
        ({"state": "r4ndom-1", "error": "no", "error_description": "not\x1b[2J you"}, "credentials",
         r"refuses: `no` (not\x1b[2J you)"),
        ({"state": "r4ndom-1"}, "protocol", "redirects the browser back without a `code`"),
        ({"state": "r4ndom-1", "code": ""}, "protocol", "redirects the browser back without a `code`"),
    ],
)  # fmt: skip
def test_browsers_that_come_back_without_a_code(need, answer, code, words):
    person = Person(**answer)
    world = World(person=person)
    failure = value(world.tokens(client_id="me"), need("authorizationCode"))
    assert failure.code == code
    assert words in failure.message
    assert person.is_closed
    assert world.endpoints.asked == []


def test_a_browser_is_not_sent_where_the_document_may_not_reach(need):
    person = Person()
    forbidden = ["https://id.example/authorize?theme=dark"]
    world = World(person=person, forbidden=forbidden)
    failure = value(world.tokens(client_id="me"), need("authorizationCode"))
    assert (failure.code, failure.hint) == ("refused", "come nearer")
    assert person.went_to == []


@pytest.mark.parametrize("flow", ["authorizationCode", "deviceAuthorization"])
def test_without_a_person_nothing_is_sent(need, flow):
    world = World()
    failure = value(world.tokens(client_id="me"), need(flow))
    assert failure == no_terminal_failure(need(flow))
    assert "`ARAZZO_AUTH_SHOP_LOGIN_TOKEN`" in failure.hint
    assert world.endpoints.asked == []


DEVICE = {"device_code": "d0", "user_code": "AB\x1b-CD", "verification_uri": "https://id.example/d"}


def test_a_device_is_waited_for(need):
    person = Person()
    pending, slower = reply(400, error="authorization_pending"), reply(400, error="slow_down")
    answers = (reply(**DEVICE, interval=2), pending, slower, pending, reply(access_token="t"))
    world = World(*answers, person=person)
    assert value(world.tokens(client_id="me"), need("deviceAuthorization", "a")) == "t"
    assert person.went_to == [("https://id.example/d", r"AB\x1b-CD")]
    assert world.slept == [2, 2, 7, 7]
    assert world.endpoints.asked[0] == (
        "POST", "https://id.example/device", {"client_id": "me", "scope": "a"}
    )  # fmt: skip
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    asked = {"grant_type": grant, "device_code": "d0", "client_id": "me"}
    assert world.endpoints.asked[4][2] == asked
    assert "d0" in world.learned


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ([reply(**DEVICE), reply(400, error="access_denied")], "credentials", "`access_denied`"),
        ([reply(**DEVICE, expires_in=6), *[reply(400, error="authorization_pending")] * 2],
         "credentials", "`authorization_pending`"),
        ([reply(device_code="d")], "protocol", "has to return `device_code`, `user_code`"),
        ([reply(400, error="invalid_client")], "credentials", "`invalid_client`"),
        ([HttpResponse(200, (), b"no")], "protocol", "returns status 200"),
        ([TransportFailure("timeout", "slow")], "timeout", "slow"),
    ],
)  # fmt: skip
def test_devices_that_are_not_let_in(need, answers, code, words):
    world = World(*answers, person=Person())
    failure = value(world.tokens(client_id="me"), need("deviceAuthorization"))
    assert failure.code == code
    assert words in failure.message


# --- discovery ------------------------------------------------------------------------------------

DISCOVERY = "https://id.example/.well-known/openid-configuration?p=s3cret"


@pytest.fixture
def found(need):
    return need("password", discovery_url=DISCOVERY)


def test_discovery_is_asked_once(found, need):
    metadata = reply(token_endpoint="https://id.example/t", token_endpoint_auth_methods_supported=7)
    world = World(metadata, reply(access_token="t1"), reply(access_token="t2"))
    tokens = world.tokens(**USER)
    other = need("password", "more", discovery_url=DISCOVERY)
    assert [value(tokens, found), value(tokens, other)] == ["t1", "t2"]
    assert [one[1] for one in world.endpoints.asked] == [
        DISCOVERY, "https://id.example/t", "https://id.example/t"
    ]  # fmt: skip
    assert [one[2].get("scope") for one in world.endpoints.asked] == [None, "openid", "openid more"]


def test_openid_is_asked_for_once(need):
    world = World(reply(token_endpoint="https://id.example/t"), reply(access_token="t"))
    value(world.tokens(**USER), need("password", "openid", discovery_url=DISCOVERY))
    assert world.endpoints.asked[1][2]["scope"] == "openid"


@pytest.mark.parametrize(
    ("from_url", "url", "expected"),
    [
        (False, "https://id.example/t", False),
        (False, "https://ID.example:443/t", False),
        (False, "https://other.example/t", True),
        (False, "http://id.example/t", True),
        (False, "file:///etc/passwd", True),
        (True, "https://id.example/t", True),
    ],
)
def test_how_far_a_discovered_endpoint_may_be(need, from_url, url, expected):
    given = need("password", discovery_url=DISCOVERY, from_url=from_url)
    world = World(reply(token_endpoint=url))
    provider = run_coroutine(discover(given, world.endpoints, None))
    assert (provider.token.url, provider.token.from_url) == (url, expected)


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (TransportFailure("tls", "no trust"), "tls", "no trust"),
        (
            reply(404),
            "protocol",
            "`https://id.example/.well-known/openid-configuration` returns",
        ),
        (HttpResponse(200, (), b"[]"), "protocol", "does not return a JSON object"),
        (reply(token_endpoint=7), "protocol", "names no `token_endpoint`"),
    ],
)
def test_metadata_that_cannot_be_used(found, answer, code, words):
    failure = value(World(answer).tokens(**USER), found)
    assert failure.code == code
    assert words in failure.message
    assert "s3cret" not in failure.message


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        ("authorizationCode", "names no `authorization_endpoint`"),
        ("deviceAuthorization", "names no `device_authorization_endpoint`"),
    ],
)
def test_a_server_without_the_flow(need, flow, words):
    world = World(reply(token_endpoint="https://id.example/t"), person=Person())
    failure = value(world.tokens(client_id="me"), need(flow, discovery_url=DISCOVERY))
    assert words in failure.message


def test_what_a_server_says_is_short_and_plain():
    assert server_text("a\r\n\x1b[31m`b`") == r"a \x1b[31m'b'"
    assert server_text("x" * 500) == "x" * 199 + "…"


def test_nothing_shows_a_secret():
    from arazzo_runner.auth.oauth2 import AccessToken, TokenRequest

    shown = repr(
        [
            AccessToken("t0ken", "r3fresh"),
            TokenRequest({"grant_type": "password", "password": "p4ss"}),
        ]
    )
    assert shown == "[AccessToken(***), TokenRequest(password)]"
