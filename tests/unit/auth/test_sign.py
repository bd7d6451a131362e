import sys
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from arazzo_runner.auth import sign
from arazzo_runner.auth.world import AuthorizingWorld
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import SendCall, TransportFailure, run_coroutine
from arazzo_runner.expression.value import FileBody
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.security.credentials import Credentials
from arazzo_runner.openapi.security.token_need import SignNeed

EXAMPLE = Path(__file__).parents[3] / "examples" / "plugins" / "hmac-signer"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
GOOD = """
class Signer:
    needs, may, secrets, headers = ("key",), (), ("key",), ("X-Signature",)
    def sign(self, request, credential):
        {}
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Packages in a folder of their own: the name, the module's text, the entry points."""
    monkeypatch.syspath_prepend(str(tmp_path))
    sign.load_signer.cache_clear()

    def put(package: str, text: str, *points: str) -> None:
        (tmp_path / f"{package}.py").write_text(dedent(text))
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = "".join(f"{one} = {package}:Signer\n" for one in points)
        (info / "entry_points.txt").write_text(f"[arazzo.signers]\n{lines}")
        sys.modules.pop(package, None)

    yield put
    sign.load_signer.cache_clear()


def _sign(signer: str, learned: list[str], body: bytes = b"x"):
    need = SignNeed("shop", "login", signer)
    request = HttpRequest("post", "https://shop.example/", (("X-Signature", "old"),), body)
    return sign.sign_request(need, request, {"key": "k"}, NOW, learned.extend)


def test_what_a_signer_returns_takes_the_place_of_other_fields(install):
    install("acme", GOOD.format('return {"X-Signature": f"{request.method} {credential}"}'), "acme")
    learned: list[str] = []
    signed = _sign("acme", learned)
    assert signed.headers == (("X-Signature", "POST {'key': 'k'}"),)
    assert learned == ["POST {'key': 'k'}"]
    assert sign.signer_names() == ["aws-sigv4", "acme"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("return {'Cookie': 'a'}", "ValueError: the header field `Cookie` is not one of its"),
        ("return {'X-Signature': 'a\\nb'}", "cannot be sent"),
        ("return {'X-Signature': 'é'}", "cannot be sent"),
        ("return {'X-Signature': 4}", "cannot be sent"),
        ("return None", "TypeError: `sign` has to return a mapping"),
        ("return credential['other']", "KeyError: 'other'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
    ],
)
def test_a_signer_that_does_not_sign_is_named_with_its_package(install, line, message):
    install("acme", GOOD.format(line), "acme")
    failure = _sign("acme", [])
    assert isinstance(failure, TransportFailure)
    assert failure.code == "credentials"
    assert "the signer `acme` of the package `acme 1.0` cannot be used" in failure.message
    assert message in failure.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("Other = 4", "AttributeError"),
        ("Signer = 4", "`needs` has to be a tuple of names"),
        (GOOD.format("pass").replace('("key",), ()', '["key"], ()'), "`needs` has to be"),
        (GOOD.format("pass").replace('("key",), ()', '("KEY",), ()'), "`needs` has to be"),
        (GOOD.format("pass").replace('"X-Signature"', '"X Signature"'), "`headers` has to be"),
        (GOOD.format("pass").replace("def sign", "def other"), "it has no method `sign`"),
        ("class Signer:\n    def __init__(self, a): pass", "TypeError"),
    ],
)
def test_a_package_that_cannot_be_used_is_named(install, text, message):
    install("acme", text, "acme")
    with pytest.raises(UsageError) as raised:
        sign.signer_parts("acme")
    (finding,) = raised.value.diagnostics
    assert finding.code == "AZ906"
    assert "`acme` of the package `acme 1.0` cannot be used" in finding.message
    assert message in finding.message


def test_two_packages_with_one_name(install):
    install("acme", GOOD.format("pass"), "twice")
    install("other", GOOD.format("pass"), "twice")
    with pytest.raises(UsageError, match=r"`twice` is in `acme 1\.0` and `other 1\.0`"):
        sign.load_signer("twice")


def test_a_name_that_there_is_not(install):
    install("acme", GOOD.format("pass"), "acme")
    with pytest.raises(UsageError) as raised:
        sign.load_signer("nothing-like-it")
    assert raised.value.diagnostics[0].help == "there are `aws-sigv4`, `acme`"


def test_files_are_signed_by_their_content(install, tmp_path):
    install("acme", GOOD.format('return {"X-Signature": request.body.decode()}'), "acme")
    path = tmp_path / "a.bin"
    path.write_bytes(b"content")
    body = FileBody(str(path), "a.bin", 7, None, "")
    assert _sign("acme", [], body).header("X-Signature") == "content"
    path.unlink()
    assert "cannot be signed" in _sign("acme", [], body).message


class _World:
    def __init__(self) -> None:
        self.sent: list[HttpRequest] = []

    async def send(self, call: SendCall) -> HttpResponse:
        self.sent.append(call.request)
        return HttpResponse(200, (), b"")


def test_each_attempt_is_signed_anew(install):
    install("acme", GOOD.format('return {"X-Signature": str(request.time.second)}'), "acme")
    world, times = _World(), iter([NOW.replace(second=1), NOW.replace(second=2)])
    held = Credentials({("shop", "login"): {"key": "k"}})
    signing = AuthorizingWorld(
        world, held, _NoTokens(), lambda: "", lambda _secrets: None, lambda: next(times)
    )
    call = SendCall("w/s#1@1", HttpRequest("GET", "https://a.example/"), None, ("shop", "get", "/"))
    call = type(call)(
        call.key, call.request, None, call.operation, (SignNeed("shop", "login", "acme"),)
    )
    for _ in range(2):
        run_coroutine(signing.send(call))
    assert [one.header("X-Signature") for one in world.sent] == ["1", "2"]


class _NoTokens:
    def take_exchanges(self) -> tuple[()]:
        return ()


def test_the_example_is_a_signer(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLE))
    sys.modules.pop("arazzo_hmac_signer", None)
    from arazzo_hmac_signer import HmacSigner

    for member in ("needs", "may", "secrets", "headers"):
        assert isinstance(getattr(HmacSigner(), member), tuple)
