"""The TLS context of a run: verified, 1.2 or newer, unless the user says otherwise.

The system's store decides whom to trust (``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` move it); where the
system has none, certifi's list does. ``--cacert`` takes the place of both, as curl does it.
"""

from __future__ import annotations

import ssl
from errno import EINVAL
from pathlib import Path

from arazzo_runner.errors import UsageError
from arazzo_runner.http.client_certificate import (
    load_client_certificate,
    unusable_file_error,
    with_table_keys,
)
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.retrieve.pipe import read_file


def client_context(settings: HttpSettings) -> ssl.SSLContext:
    """A context for all connections of a run; UsageError when a file cannot be used."""
    try:
        return _client_context(settings)
    except UsageError as reason:
        if settings.tls_table:
            raise with_table_keys(reason, settings.tls_table) from None
        raise


def broker_context(settings: HttpSettings) -> ssl.SSLContext:
    """A context for connections to brokers, which negotiate no version of HTTP."""
    try:
        return _verifying_context(settings)
    except UsageError as reason:
        if settings.tls_table:
            raise with_table_keys(reason, settings.tls_table) from None
        raise


def _client_context(settings: HttpSettings) -> ssl.SSLContext:
    context = _verifying_context(settings)
    context.set_alpn_protocols(["h2", "http/1.1"] if settings.http2 else ["http/1.1"])
    return context


def _verifying_context(settings: HttpSettings) -> ssl.SSLContext:
    context = _trusting_context(settings.cacert)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    load_client_certificate(context, settings)
    return context


def _trusting_context(cacert: str | None) -> ssl.SSLContext:
    if cacert is None:
        context = ssl.create_default_context()
        if not _has_store(context):
            import certifi

            context.load_verify_locations(certifi.where())
        return context
    try:
        if Path(cacert).is_file():
            return ssl.create_default_context(cafile=cacert)
        return ssl.create_default_context(cadata=_pem_of(read_file(cacert)))
    except OSError as reason:
        raise unusable_file_error("--cacert", cacert, reason) from None


def _pem_of(content: bytes) -> str:
    """The ASCII of a text: what PEM consists of, comments aside. Raises OSError without any."""
    text = content.decode("ascii", "ignore")
    if "-----BEGIN" not in text:
        raise OSError(EINVAL, "it is not PEM")
    return text


def _has_store(context: ssl.SSLContext) -> bool:
    """Whether the system trusts anyone: certificates are loaded, or in a folder read on demand."""
    if context.cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath
    return folder is not None and any(Path(folder).iterdir())
