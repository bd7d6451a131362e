"""The TLS context of a run: verified, 1.2 or newer, unless the user says otherwise.

The system's store decides whom to trust (``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` move it); where the
system has none, certifi's list does. ``--cacert`` takes the place of both, as curl does it.
"""

from __future__ import annotations

import shlex
import ssl
from pathlib import Path

from arazzo_runner.errors import UsageError
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.text.diagnostic import error


def client_context(settings: HttpSettings) -> ssl.SSLContext:
    """A context for all connections of a run; UsageError when a file cannot be used."""
    context = _trusting_context(settings.cacert)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2", "http/1.1"] if settings.http2 else ["http/1.1"])
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    _load_client_certificate(context, settings)
    return context


def _trusting_context(cacert: str | None) -> ssl.SSLContext:
    if cacert is None:
        context = ssl.create_default_context()
        if not _has_store(context):
            import certifi

            context.load_verify_locations(certifi.where())
        return context
    try:
        return ssl.create_default_context(cafile=cacert)
    except OSError as reason:
        raise _file_error("--cacert", cacert, reason) from None


def _has_store(context: ssl.SSLContext) -> bool:
    """Whether the system trusts anyone: certificates are loaded, or in a folder read on demand."""
    if context.cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath
    return folder is not None and any(Path(folder).iterdir())


def _load_client_certificate(context: ssl.SSLContext, settings: HttpSettings) -> None:
    """The client's own certificate."""
    if settings.cert is None:
        if settings.key is not None:
            raise UsageError(
                error(
                    "AZ906",
                    "`--key` needs the certificate it belongs to",
                    help="name it with `--cert`",
                )
            )
        return
    try:
        context.load_cert_chain(settings.cert, settings.key, password=_no_password)
    except OSError as reason:
        raise _key_error(settings.cert, settings.key, reason) from None


def _no_password() -> str:
    """Asked for an encrypted key's password; without this, OpenSSL would ask the terminal."""
    return ""


# OpenSSL's reasons that are more than a matter of form.
_REASONS = {
    "NO_CERTIFICATE_OR_CRL_FOUND": "it contains no certificate",
    "KEY_VALUES_MISMATCH": "the key belongs to another certificate",
}


def _key_error(cert: str, key: str | None, reason: OSError) -> UsageError:
    """What is wrong with the key, which is in a file of its own or in the certificate's."""
    if not isinstance(reason, ssl.SSLError) or reason.reason in _REASONS:
        return _file_error("--cert", cert, reason)
    flag, path = ("--cert", cert) if key is None else ("--key", key)
    content = Path(path).read_bytes()
    if b"PRIVATE KEY-----" not in content and b"-----BEGIN" in content:
        way_out = "name the file of the key with `--key`"
        return _unusable_file_error(flag, path, "it contains no private key", way_out)
    if b"ENCRYPTED" in content:
        command = f"openssl pkey -in {shlex.quote(path)} -out key.pem"
        way_out = f"write it without: `{command}`, then `--key key.pem`"
        return _unusable_file_error(flag, path, "its key has a password", way_out)
    return _file_error(flag, path, reason)


def _file_error(flag: str, path: str, reason: OSError) -> UsageError:
    words = reason.strerror
    if isinstance(reason, ssl.SSLError):
        words = _REASONS.get(reason.reason or "", "it is not PEM")
    return _unusable_file_error(flag, path, words, "it must be a readable PEM file")


def _unusable_file_error(flag: str, path: str, why: str | None, way_out: str) -> UsageError:
    message = f"`{flag} {path}` cannot be used: {why}"
    return UsageError(error("AZ906", message, help=way_out))
