"""Client certificates as people have them: PEM, DER and PKCS#12, with passwords and without."""

import ssl
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http import errors as http_errors
from arazzo_runner.http.client import HttpSettings, HttpWorld
from arazzo_runner.http.origin import Origin
from arazzo_runner.openapi.message import HttpResponse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PLAIN = serialization.NoEncryption()
SECRET = serialization.BestAvailableEncryption(b"secret")
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS8 = serialization.PrivateFormat.PKCS8


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def folder(authority, tmp_path_factory) -> Path:
    """All forms of one certificate and its key."""
    folder = tmp_path_factory.mktemp("certificates")
    own, other = authority.issue_cert("client.example"), authority.issue_cert("other.example")
    key = serialization.load_pem_private_key(own.private_key_pem.bytes(), None)
    cert = x509.load_pem_x509_certificate(own.cert_chain_pems[0].bytes())
    pem = cert.public_bytes(PEM)
    locked = key.private_bytes(PEM, PKCS8, SECRET)
    files = {
        "ca.pem": authority.cert_pem.bytes(),
        "cert.pem": pem,
        "cert.der": cert.public_bytes(DER),
        "own.key": key.private_bytes(PEM, PKCS8, PLAIN),
        "locked.key": locked,
        "der.key": key.private_bytes(DER, PKCS8, PLAIN),
        "other.key": other.private_key_pem.bytes(),
        "both.pem": locked + pem,
        "cut.key": b"-----BEGIN PRIVATE KEY-----\nAAAA\n",
        "text.pem": b"not a key",
        "locked.p12": pkcs12.serialize_key_and_certificates(b"me", key, cert, None, SECRET),
        "open.p12": pkcs12.serialize_key_and_certificates(b"me", key, cert, None, PLAIN),
        "bare.p12": pkcs12.serialize_key_and_certificates(b"me", None, cert, None, PLAIN),
        "keyless.p12": pkcs12.serialize_key_and_certificates(b"me", key, None, None, PLAIN),
        "cut.p12": pkcs12.serialize_key_and_certificates(b"me", key, cert, None, PLAIN)[:400],
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def settings(folder: Path, **given: str) -> HttpSettings:
    return HttpSettings(cacert=str(folder / "ca.pem"), **given)


@pytest.fixture
def demanding(serve, authority):
    """A server that wants a certificate of the client."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    return serve([OK], tls=context)


@pytest.mark.parametrize(
    "given",
    [
        {"cert": "cert.pem", "key": "own.key"},
        {"cert": "cert.pem", "key": "own.key", "key_password": "of no use"},
        {"cert": "cert.pem", "key": "locked.key", "key_password": "secret"},
        {"cert": "both.pem", "key_password": "secret"},
        {"cert": "locked.p12", "key_password": "secret"},
        {"cert": "open.p12"},
    ],
    ids=lambda given: "-".join(given.values()),
)
def test_forms_of_a_certificate(demanding, ask, folder, monkeypatch, given) -> None:
    monkeypatch.chdir(folder)
    (response,) = ask(demanding.url, settings=settings(folder, **given))
    assert isinstance(response, HttpResponse)


@pytest.mark.skipif(sys.platform == "win32", reason="devices as POSIX has them")
@pytest.mark.parametrize(
    ("given", "message", "help_"),
    [
        ({"cert": "no.pem"}, "`--cert no.pem` cannot be used: No such file or directory", "it must be a readable PEM file"),
        ({"cert": "cert.pem", "key": "no.key"}, "`--key no.key` cannot be used: No such file or directory", "it must be a readable PEM file"),
        ({"cert": "."}, "`--cert .` cannot be used: it is not a regular file", "write it to a file: OpenSSL reads it from its path, and twice"),
        ({"cert": "cert.pem", "key": "/dev/zero"}, "`--key /dev/zero` cannot be used: it is not a regular file", "write it to a file: OpenSSL reads it from its path, and twice"),
        ({"cert": "text.pem"}, "`--cert text.pem` cannot be used: it is not PEM", "it must be a readable PEM file"),
        ({"cert": "cert.pem", "key": "text.pem"}, "`--key text.pem` cannot be used: it is not PEM", "it must be a readable PEM file"),
        ({"cert": "cert.der", "key": "own.key"}, "`--cert cert.der` cannot be used: it is DER, and not PEM", "convert it: `openssl x509 -inform der -in cert.der -out cert.pem`, then `--cert cert.pem`"),
        ({"cert": "cert.pem", "key": "der.key"}, "`--key der.key` cannot be used: it is DER, and not PEM", "convert it: `openssl pkey -inform der -in der.key -out key.pem`, then `--key key.pem`"),
        ({"cert": "cert.pem"}, "`--cert cert.pem` cannot be used: it contains no private key", "name the file of the key with `--key`"),
        ({"cert": "own.key"}, "`--cert own.key` cannot be used: it contains no certificate", "name the file of the certificate with `--cert`, that of the key with `--key`"),
        ({"cert": "cert.pem", "key": "cert.pem"}, "`--key cert.pem` cannot be used: it contains no private key", "name the file of the key with `--key`"),
        ({"cert": "cert.pem", "key": "cut.key"}, "`--key cut.key` cannot be used: its PEM is malformed", "is the file complete?"),
        ({"cert": "cert.pem", "key": "other.key"}, "`--key other.key` cannot be used: the key belongs to another certificate", "name the key of `cert.pem` with `--key`"),
        ({"cert": "cert.pem", "key": "locked.key"}, "`--key locked.key` cannot be used: its key has a password", "pass it: `--key-password`"),
        ({"cert": "both.pem"}, "`--cert both.pem` cannot be used: its key has a password", "pass it: `--key-password`"),
        ({"cert": "both.pem", "key_password": "Secret"}, "`--cert both.pem` cannot be used: its password is not that of `--key-password`", "check it: a space or a line end counts too"),
        ({"cert": "both.pem", "key_password": "s" * 2000}, "`--cert both.pem` cannot be used: its password is not that of `--key-password`", "check it: a space or a line end counts too"),
        ({"cert": "locked.p12"}, "`--cert locked.p12` cannot be used: its key has a password", "pass it: `--key-password`"),
        ({"cert": "locked.p12", "key_password": "Secret"}, "`--cert locked.p12` cannot be used: its password is not that of `--key-password`", "check it: a space or a line end counts too"),
        ({"cert": "bare.p12"}, "`--cert bare.p12` cannot be used: it contains no private key", "export the certificate together with its key"),
        ({"cert": "keyless.p12"}, "`--cert keyless.p12` cannot be used: it contains no certificate that belongs to its key", "export the certificate together with its key"),
        ({"cert": "cut.p12"}, "`--cert cut.p12` cannot be used: its PKCS#12 is malformed", "is the file complete?"),
        ({"cert": "open.p12", "key": "own.key"}, "`--key own.key` cannot be used: `open.p12` is PKCS#12 and has its key", "omit it"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(folder, monkeypatch, given, message, help_) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(UsageError) as raised:
        HttpWorld(HttpSettings(**given), {})
    (finding,) = raised.value.diagnostics
    assert (finding.code, finding.message, finding.help) == ("AZ906", message, help_)


def test_pkcs12_without_the_package_names_the_extra(folder, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    for name in [one for one in sys.modules if one.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(UsageError, match="is PKCS#12, which needs the package") as raised:
        HttpWorld(HttpSettings(cert="open.p12"), {})
    assert raised.value.diagnostics[0].help == "pip install 'arazzo[pkcs12]'"


def test_a_key_of_pkcs12_is_never_on_disk_in_the_clear(folder, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    written: list[tuple[int, bytes]] = []

    class Context:
        def load_cert_chain(self, file, password) -> None:
            written.append((file.parent.stat().st_mode & 0o077, file.read_bytes()))

    from arazzo_runner.http.client_certificate import load_client_certificate

    load_client_certificate(Context(), HttpSettings(cert="open.p12"))
    ((others, content),) = written
    assert others == 0
    assert content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert b"BEGIN PRIVATE KEY" not in content
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_in_no_representation() -> None:
    assert (
        repr(HttpSettings(cert="a.pem", key_password="secret"))
        == "HttpSettings(cert, key_password)"
    )


def test_an_expired_certificate_is_what_the_server_says(
    demanding, ask, authority, folder, tmp_path
) -> None:
    old = authority.issue_cert("old.example", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    demanding.tls.maximum_version = ssl.TLSVersion.TLSv1_2  # later ones tell it after the handshake
    old.private_key_and_cert_chain_pem.write_to_path(tmp_path / "old.pem")
    (failure,) = ask(demanding.url, settings=settings(folder, cert=str(tmp_path / "old.pem")))
    assert isinstance(failure, TransportFailure)
    assert failure.code == "tls"
    words = "the server refused the client certificate, which has expired"
    assert failure.message == f"no TLS connection to `127.0.0.1:{demanding.port}`: {words}"


@pytest.mark.parametrize(
    ("alert", "words", "has_hint"),
    [
        ("SSLV3_ALERT_BAD_CERTIFICATE", "the server refused the client certificate", True),
        ("TLSV1_ALERT_UNKNOWN_CA", "the server does not trust the authority of the client certificate", True),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "the server refused the handshake", True),
    ],
)  # fmt: skip
def test_alerts_in_the_handshake(alert, words, has_hint) -> None:
    reason = ssl.SSLError(1, "…")
    reason.reason = alert
    failure = http_errors.tls_error(Origin("https", "api.example", 443), reason).failure
    assert failure.message == f"no TLS connection to `api.example:443`: {words}"
    assert (failure.hint is not None) is has_hint
