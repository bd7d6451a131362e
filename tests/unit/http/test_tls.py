"""TLS: whom a world trusts, what it tells of others, and when it looks."""

import os
import socket
import ssl
import threading
from datetime import UTC, datetime

import pytest
import trustme

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http import errors as http_errors
from arazzo_runner.http import tls
from arazzo_runner.http.client import AsyncHttpWorld, HttpSettings, HttpWorld
from arazzo_runner.http.origin import Origin
from arazzo_runner.openapi.message import HttpResponse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def cacert(authority, tmp_path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def secured(authority: trustme.CA, name: str = "127.0.0.1", **options) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name, **options).configure_cert(context)
    return context


def test_a_trusted_server_and_its_connection_kept(serve, ask, authority, cacert) -> None:
    server = serve([OK, OK], tls=secured(authority))
    outcomes = ask(server.url, server.url, settings=HttpSettings(cacert=cacert))
    assert [one.body for one in outcomes if isinstance(one, HttpResponse)] == [b"ok", b"ok"]
    assert server.accepted == 1


@pytest.mark.skipif(os.name == "nt", reason="pipes as POSIX has them")
def test_authorities_in_a_pipe(serve, ask, authority, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    content = "Müller's authority\n".encode() + authority.cert_pem.bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    server = serve([OK], tls=secured(authority))
    (response,) = ask(server.url, settings=HttpSettings(cacert=str(tmp_path / "pipe")))
    writer.join()
    assert isinstance(response, HttpResponse), response


def test_without_the_check(serve, ask, authority) -> None:
    server = serve([OK], tls=secured(authority, "other.example"))
    (response,) = ask(server.url, settings=HttpSettings(insecure=True))
    assert isinstance(response, HttpResponse)


TRUST = "`--cacert FILE` trusts another authority; `--insecure` skips the check"


@pytest.mark.parametrize(
    ("name", "options", "trusted", "words"),
    [
        ("127.0.0.1", {}, False, "unable to get local issuer certificate"),
        ("127.0.0.2", {}, True, "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        (
            "127.0.0.1",
            {"not_after": datetime(2020, 1, 1, tzinfo=UTC)},
            True,
            "certificate has expired",
        ),
    ],
    ids=["unknown authority", "another host", "expired"],
)
def test_certificates_that_prove_nothing(
    serve, ask, authority, cacert, name, options, trusted, words
) -> None:
    server = serve([OK], tls=secured(authority, name, **options))
    (failure,) = ask(server.url, settings=HttpSettings(cacert=cacert if trusted else None))
    message = f"the certificate of `127.0.0.1:{server.port}` is not trusted: {words}"
    assert isinstance(failure, TransportFailure)
    assert (failure.code, failure.message, failure.hint) == ("tls", message, TRUST)
    assert server.requests == []


def test_a_self_signed_certificate(serve, ask, authority, tmp_path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.private_key_pem.write_to_path(tmp_path / "key.pem")
    authority.cert_pem.write_to_path(tmp_path / "cert.pem")
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    (failure,) = ask(serve([OK], tls=context).url)
    assert failure.code == "tls"
    assert "self-signed certificate" in failure.message


def test_a_server_without_tls(ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answer = threading.Thread(target=answer_in_the_clear, args=[listener])
        answer.start()
        port = listener.getsockname()[1]
        (failure,) = ask(f"https://127.0.0.1:{port}/")
        answer.join()
    assert failure.code == "tls"
    assert failure.message == f"`127.0.0.1:{port}` does not speak TLS: it may be an http server"


def answer_in_the_clear(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_an_old_protocol_version(serve, ask, authority, cacert) -> None:
    context = secured(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = serve([OK], tls=context)
    (failure,) = ask(server.url, settings=HttpSettings(cacert=cacert))
    assert failure.code == "tls"
    assert failure.message.startswith(f"no TLS connection to `127.0.0.1:{server.port}`: ")


def test_an_end_without_goodbye_may_be_a_truncation(serve, ask, authority, cacert) -> None:
    server = serve([b"HTTP/1.0 200 OK\r\n\r\nall of it?"], tls=secured(authority))
    (failure,) = ask(server.url, settings=HttpSettings(cacert=cacert))
    assert isinstance(failure, TransportFailure)
    assert failure.code == "protocol"
    assert failure.message == (
        f"`{server.url}` closed the connection without TLS close_notify, perhaps incomplete"
    )


def test_a_client_certificate(serve, ask, authority, cacert, tmp_path) -> None:
    context = secured(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    authority.configure_trust(context)
    server = serve([OK], tls=context)
    own = authority.issue_cert("client.example")
    own.private_key_pem.write_to_path(tmp_path / "key.pem")
    own.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    with_own = HttpSettings(
        cacert=cacert, cert=str(tmp_path / "cert.pem"), key=str(tmp_path / "key.pem")
    )
    (response,) = ask(server.url, settings=with_own)
    assert isinstance(response, HttpResponse)
    (failure,) = ask(server.url, settings=HttpSettings(cacert=cacert))
    assert isinstance(failure, TransportFailure)
    assert failure.code == "tls"


def test_tls_1_3_misses_the_client_certificate_when_the_request_is_sent() -> None:
    reason = ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] …")
    reason.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    failure = http_errors.broken_connection_error(
        Origin("https", "api.example", 443), reason
    ).failure
    assert failure == TransportFailure(
        "tls",
        "the TLS connection to `https://api.example` broke: the server requires a client certificate",
        "name the client's certificate with `--cert` and `--key`",
    )


def test_tls_that_breaks() -> None:
    reason = ssl.SSLError(1, "bad")
    failure = http_errors.broken_connection_error(
        Origin("https", "api.example", 443), reason
    ).failure
    assert (failure.code, failure.hint) == ("tls", None)


@pytest.mark.parametrize("kind", [HttpWorld, AsyncHttpWorld])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cacert": "no.pem"}, "`--cacert no.pem` cannot be used: No such file or directory"),
        ({"cacert": "."}, "`--cacert .` cannot be used: Is a directory"),
        ({"cacert": "/dev/null"}, "`--cacert /dev/null` cannot be used: it is not PEM"),
        ({"cacert": "ca.key"}, "`--cacert ca.key` cannot be used: it contains no certificate"),
        ({"cert": "no.pem"}, "`--cert no.pem` cannot be used: No such file or directory"),
        ({"cert": "locked.pem"}, "`--cert locked.pem` cannot be used: its key has a password"),
        ({"cert": "ca.key"}, "`--cert ca.key` cannot be used: it is not PEM"),
        (
            {"cert": "locked.pem", "key": "no.pem"},
            "`--key no.pem` cannot be used: No such file or directory",
        ),
        ({"key": "ca.key"}, "`--key` needs the certificate it belongs to"),
    ],
)
def test_files_that_cannot_be_used_are_known_at_once(
    kind, settings, message, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ca.key").write_text("not a certificate")
    (tmp_path / "locked.pem").write_text(
        "-----BEGIN CERTIFICATE-----\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
    )
    with pytest.raises(UsageError) as raised:
        kind(HttpSettings(**settings), {})
    assert raised.value.diagnostics[0].message.startswith(message)


def test_the_context_is_strict() -> None:
    context = tls.client_context(HttpSettings())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


class NoStore:
    capath = None


@pytest.mark.parametrize(
    ("folder", "names", "expected"), [(False, [], False), (True, [], False), (True, ["x.0"], True)]
)
def test_where_the_system_trusts_no_one(monkeypatch, tmp_path, folder, names, expected) -> None:
    for name in names:
        (tmp_path / name).touch()
    paths = NoStore()
    paths.capath = str(tmp_path) if folder else None
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    empty = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr(ssl, "create_default_context", lambda: empty)
    context = tls.client_context(HttpSettings())
    assert (context.cert_store_stats()["x509_ca"] > 0) is not expected
