"""Certificates for one source alone."""

import ssl

import pytest
import trustme

import arazzo_runner
from arazzo_runner.cli import main as command_line
from arazzo_runner.errors import UsageError
from arazzo_runner.http.client import check_settings
from arazzo_runner.http.settings import HttpSettings, SourceTls

API = b"""openapi: 3.1.0
info: {title: API, version: "1"}
paths: {/%s: {get: {operationId: %s, responses: {"200": {description: OK}}}}}
"""
DOCUMENT = """arazzo: 1.0.1
info: {title: Orders, version: "1"}
sourceDescriptions:
  - {name: shop, url: "%s/shop.yaml", type: openapi}
  - {name: bank, url: "%s/bank.yaml", type: openapi}
workflows:
  - workflowId: pay
    steps: [{stepId: order, operationId: order}, {stepId: pay, operationId: pay}]
"""


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.fixture(scope="module")
def authorities():
    return {"shop": trustme.CA(), "bank": trustme.CA()}


@pytest.fixture
def folder(serve, authorities, tmp_path, monkeypatch):
    """Two servers, each of an authority of its own; that of the bank demands a certificate."""
    servers = {}
    for name, authority in authorities.items():
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # it is refused in the handshake
        if name == "bank":
            context.verify_mode = ssl.CERT_REQUIRED
            authority.configure_trust(context)
        operation = {"shop": b"order", "bank": b"pay"}[name]
        servers[name] = serve([ok(API % (operation, operation))], tls=context)
        authority.cert_pem.write_to_path(tmp_path / f"{name}-ca.pem")
    own = authorities["bank"].issue_cert("client.example")
    own.private_key_pem.write_to_path(tmp_path / "client.key")
    own.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    text = DOCUMENT % (servers["shop"].url, servers["bank"].url)
    (tmp_path / "pay.arazzo.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


TABLE = """[sources.bank]
cacert = "bank-ca.pem"
cert = "client.pem"
key = "client.key"
"""


@pytest.mark.parametrize("words", [["run", "-q"], ["validate"]], ids=lambda words: words[0])
def test_descriptions_and_steps_of_one_source(folder, words, capsys) -> None:
    (folder / "arazzo.toml").write_text(TABLE)
    assert command_line.main([*words, "pay.arazzo.yaml", "--cacert", "shop-ca.pem"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[sources.shop]\ncert = "client.pem"\nkey = "client.key"\n', "is not trusted"),
        ('[sources.bank]\ncacert = "bank-ca.pem"\n', "the server refused the handshake"),
    ],
)
def test_the_certificate_of_another_source_is_not_shown(folder, table, message, capsys) -> None:
    (folder / "arazzo.toml").write_text(table)
    assert command_line.main(["run", "pay.arazzo.yaml", "--cacert", "shop-ca.pem"]) != 0
    assert message in capsys.readouterr().err


def test_in_python(folder) -> None:
    bank = SourceTls(cacert="bank-ca.pem", cert="client.pem", key="client.key")
    http = HttpSettings(cacert="shop-ca.pem", source_tls={"bank": bank})
    assert arazzo_runner.run("pay.arazzo.yaml", http=http).passed


LOGIN = b"""openapi: 3.1.0
info: {title: API, version: "1"}
servers: [{url: "%(url)s"}]
paths: {/pay: {get: {operationId: pay, security: [{login: [all]}], responses: {"200": {description: OK}}}}}
components:
  securitySchemes: {login: %(scheme)s}
"""
SCHEMES = {
    "described": b'{type: oauth2, flows: {clientCredentials: {tokenUrl: "%s/t", scopes: {all: ""}}}}',
    "discovered": b'{type: openIdConnect, openIdConnectUrl: "%s/metadata"}',
}
LOGGING_IN = """arazzo: 1.0.1
info: {title: Orders, version: "1"}
sourceDescriptions: [{name: %s, url: login.yaml, type: openapi}]
workflows: [{workflowId: pay, steps: [{stepId: pay, operationId: pay}]}]
"""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("source", ["bank", "shop"])
def test_tokens_for_one_source(serve, folder, authorities, monkeypatch, scheme, source) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authorities["bank"].issue_cert("127.0.0.1").configure_cert(context)
    authorities["bank"].configure_trust(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    token = [ok(b'{"access_token": "t0ken", "token_type": "Bearer"}')]
    metadata: list[bytes] = []
    server = serve(*([metadata] if scheme == "discovered" else []), token, [ok(b"{}")], tls=context)
    url = server.url.encode()
    metadata.append(ok(b'{"token_endpoint": "%s/t"}' % url))
    description = LOGIN % {b"url": url, b"scheme": SCHEMES[scheme] % url}
    (folder / "login.yaml").write_bytes(description)
    (folder / "login.arazzo.yaml").write_text(LOGGING_IN % source)
    for part in ("CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"ARAZZO_AUTH_{source.upper()}_LOGIN_{part}", "s3cret")
    bank = SourceTls(cacert="bank-ca.pem", cert="client.pem", key="client.key")
    http = HttpSettings(source_tls={"bank": bank})
    result = arazzo_runner.run("login.arazzo.yaml", http=http)
    assert result.passed is (source == "bank")
    assert bool(server.requests) is (source == "bank")


def test_what_is_not_in_the_table_is_as_for_all_others() -> None:
    settings = HttpSettings(cacert="ca", cert="c", key="k", key_password="p")
    tables = {"a": SourceTls(cacert="own"), "b": SourceTls(cert="own")}
    settings = HttpSettings(cacert="ca", cert="c", key="k", key_password="p", source_tls=tables)
    a, b, c = (settings.of_source(one) for one in "abc")
    assert (a.cacert, a.cert, a.key, a.key_password) == ("own", "c", "k", "p")
    assert (b.cacert, b.cert, b.key, b.key_password) == ("ca", "own", None, None)
    assert c is settings
    assert "own" not in repr(tables)


def test_files_that_cannot_be_used_name_the_table(folder) -> None:
    tables = {"bank": SourceTls(cert="client.pem")}
    with pytest.raises(UsageError) as raised:
        check_settings(HttpSettings(source_tls=tables))
    (one,) = raised.value.diagnostics
    assert one.message == (
        "`cert client.pem` of `[sources.bank]` cannot be used: it contains no private key"
    )
    assert one.help == "name the file of the key with `key` of `[sources.bank]`"
