"""Documents of servers whose authority is not known, and that want to know who asks."""

import ssl

import pytest
import trustme

import arazzo_runner
from arazzo_runner.cli import main as command_line
from arazzo_runner.errors import DocumentError
from arazzo_runner.http.settings import HttpSettings

API = b"""openapi: 3.1.0
info: {title: Shop, version: "1"}
paths: {/orders: {get: {operationId: listOrders, responses: {"200": {description: OK}}}}}
"""
DOCUMENT = """arazzo: 1.0.1
info: {title: Orders, version: "1"}
sourceDescriptions: [{name: shop, url: "%s/api.yaml", type: openapi}]
workflows: [{workflowId: look, steps: [{stepId: list, operationId: listOrders}]}]
"""


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(serve, authority, tmp_path, monkeypatch):
    """A server that wants a certificate, in front of a description; a document that names it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # it is refused in the handshake
    authority.configure_trust(context)
    server = serve([ok(API)], tls=context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    own = authority.issue_cert("client.example")
    own.private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    (tmp_path / "orders.arazzo.yaml").write_text(DOCUMENT % server.url)
    monkeypatch.chdir(tmp_path)
    return server


@pytest.mark.parametrize(
    "words",
    [
        ["run", "orders.arazzo.yaml", "--mock"],
        ["validate", "orders.arazzo.yaml"],
        ["list", "orders.arazzo.yaml"],
        ["auth", "orders.arazzo.yaml"],
    ],
    ids=lambda words: words[0],
)
def test_a_client_certificate_is_shown_for_a_description(server, words, capsys) -> None:
    trusted = [*words, "--cacert", "ca.pem"]
    assert command_line.main(trusted) in (2, 3)
    assert "no TLS connection to `127.0.0.1:" in "".join(capsys.readouterr())
    assert server.requests == []
    assert command_line.main([*trusted, "--cert", "client.pem"]) == 0
    assert server.requests[0].startswith(b"GET /api.yaml ")


def test_a_client_certificate_is_shown_for_a_document(serve, server, capsys) -> None:
    server.connections = [[ok((DOCUMENT % server.url).encode())], [ok(API)]]
    words = ["run", f"{server.url}/orders.yaml", "--mock", "--cacert", "ca.pem"]
    assert command_line.main([*words, "--cert", "client.pem"]) == 0
    assert [one.split(b" ")[1] for one in server.requests] == [b"/orders.yaml", b"/api.yaml"]


def test_in_python_too(server) -> None:
    http = HttpSettings(cacert="ca.pem", cert="client.pem")
    with pytest.raises(DocumentError, match="no TLS connection"):
        arazzo_runner.load("orders.arazzo.yaml", http=HttpSettings(cacert="ca.pem"))
    assert arazzo_runner.load("orders.arazzo.yaml", http=http).workflow_ids == ("look",)
    result = arazzo_runner.run("orders.arazzo.yaml", mock=True, http=http)
    assert result.passed
