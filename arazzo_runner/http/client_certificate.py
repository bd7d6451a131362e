"""The client's own certificate: PEM files with the key beside or in them, or a PKCS#12 file.

OpenSSL takes certificates from files alone, and asks the terminal for passwords unless it is given
them. A key of a PKCS#12 file is therefore on disk for a moment, and never without encryption.
"""

from __future__ import annotations

import os
import re
import shlex
import ssl
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from arazzo_runner.errors import UsageError
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.pattern import lazy_pattern


def load_client_certificate(context: ssl.SSLContext, settings: HttpSettings) -> None:
    """Put the certificate of the settings into a context; UsageError where it cannot be used."""
    cert, key = settings.cert, settings.key
    if cert is None:
        if key is not None:
            message = "`--key` needs the certificate it belongs to"
            raise UsageError(error("AZ906", message, help="name it with `--cert`"))
        return
    content = _read("--cert", cert)
    if _PKCS12.match(content):
        if key is not None:
            raise _unusable_error("--key", key, f"`{cert}` is PKCS#12 and has its key", "omit it")
        _load_pkcs12(context, cert, content, settings.key_password)
        return
    key_content = content if key is None else _read("--key", key)
    try:
        # Without a function that says so, OpenSSL would ask the terminal.
        context.load_cert_chain(cert, key, password=lambda: settings.key_password or "")
    except (OSError, ValueError) as reason:
        _check_form("--cert", cert, content)
        if key is None:
            raise _key_error("--cert", cert, content, settings, reason) from None
        _check_form("--key", key, key_content)
        raise _key_error("--key", key, key_content, settings, reason) from None


# RFC 7292, section 4: a sequence that begins with the integer 3; of a certificate it is another
# sequence (RFC 5280, section 4.1).
_PKCS12: Final = lazy_pattern(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03", re.DOTALL
)


def _read(flag: str, path: str) -> bytes:
    try:
        if Path(path).exists() and not Path(path).is_file():
            way_out = "write it to a file: OpenSSL reads it from its path, and twice"
            raise _unusable_error(flag, path, "it is not a regular file", way_out)
        return Path(path).read_bytes()
    except OSError as reason:
        raise unusable_file_error(flag, path, reason) from None


_FLAG: Final = lazy_pattern(r"`--(cacert|cert|key-password|key)( [^`]*)?`")


def with_table_keys(reason: UsageError, table: str) -> UsageError:
    """An error that names the keys of a table where others name flags."""
    keys = rf"`\1\2` of `{table}`"
    return UsageError(
        *(
            replace(
                one,
                message=_FLAG.sub(keys, one.message),
                help=one.help and _FLAG.sub(keys, one.help),
            )
            for one in reason.diagnostics
        )
    )


def unusable_file_error(flag: str, path: str, reason: OSError) -> UsageError:
    """A file of a flag that cannot be read, or is no PEM."""
    words = reason.strerror
    if isinstance(reason, ssl.SSLError):
        is_empty = reason.reason == "NO_CERTIFICATE_OR_CRL_FOUND"
        words = "it contains no certificate" if is_empty else "it is not PEM"
    return _unusable_error(flag, path, words, "it must be a readable PEM file")


def _unusable_error(flag: str, path: str, why: str | None, way_out: str) -> UsageError:
    message = f"`{flag} {path}` cannot be used: {why}"
    return UsageError(error("AZ906", message, help=way_out))


def _check_form(flag: str, path: str, content: bytes) -> None:
    """Raise UsageError for a file that is no PEM."""
    if b"-----BEGIN" in content:
        return
    if content[:1] != b"\x30":  # a sequence, which all that is meant here begins with
        raise _unusable_error(flag, path, "it is not PEM", "it must be a readable PEM file")
    kind, to = ("x509", "cert.pem") if flag == "--cert" else ("pkey", "key.pem")
    command = f"openssl {kind} -inform der -in {shlex.quote(path)} -out {to}"
    why, way_out = "it is DER, and not PEM", f"convert it: `{command}`, then `{flag} {to}`"
    raise _unusable_error(flag, path, why, way_out)


def _key_error(
    flag: str, path: str, content: bytes, settings: HttpSettings, reason: Exception
) -> UsageError:
    """What is wrong with the key, which is in a file of its own or in the certificate's."""
    said = getattr(reason, "reason", None)
    if said == "KEY_VALUES_MISMATCH":
        way_out = f"name the key of `{settings.cert}` with `--key`"
        return _unusable_error(flag, path, "the key belongs to another certificate", way_out)
    if flag == "--cert" and b"CERTIFICATE-----" not in content:
        way_out = "name the file of the certificate with `--cert`, that of the key with `--key`"
        return _unusable_error(flag, path, "it contains no certificate", way_out)
    if b"PRIVATE KEY-----" not in content:
        way_out = "name the file of the key with `--key`"
        return _unusable_error(flag, path, "it contains no private key", way_out)
    if b"ENCRYPTED" in content:
        return _password_error(flag, path, settings.key_password)
    return _unusable_error(flag, path, "its PEM is malformed", "is the file complete?")


def _password_error(flag: str, path: str, password: str | None) -> UsageError:
    if password is None:
        return _unusable_error(flag, path, "its key has a password", "pass it: `--key-password`")
    why = "its password is not that of `--key-password`"
    return _unusable_error(flag, path, why, "check it: a space or a line end counts too")


def _load_pkcs12(context: ssl.SSLContext, path: str, content: bytes, password: str | None) -> None:
    """Through a file of its own, which is gone at once; its key is encrypted even there."""
    from tempfile import TemporaryDirectory

    secret = os.urandom(32).hex()
    pem = _pem_of_pkcs12(path, content, password, secret.encode())
    with TemporaryDirectory() as folder:  # nobody else may enter it
        file = Path(folder, "client.pem")
        file.write_bytes(pem)
        context.load_cert_chain(file, password=secret)


def _pem_of_pkcs12(path: str, content: bytes, password: str | None, secret: bytes) -> bytes:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.serialization import pkcs12
    except ImportError:
        message = f"`--cert {path}` is PKCS#12, which needs the package `cryptography`"
        raise UsageError(error("AZ906", message, help="pip install 'arazzo[pkcs12]'")) from None
    given = None if password is None else password.encode()
    try:
        key, cert, others = pkcs12.load_key_and_certificates(content, given)
    except ValueError as reason:
        if "password" in str(reason):
            raise _password_error("--cert", path, password) from None
        why, way_out = "its PKCS#12 is malformed", "is the file complete?"
        raise _unusable_error("--cert", path, why, way_out) from None
    if key is None or cert is None:
        what = "private key" if key is None else "certificate that belongs to its key"
        way_out = "export the certificate together with its key"
        raise _unusable_error("--cert", path, f"it contains no {what}", way_out)
    encoding = serialization.Encoding.PEM
    encrypted = key.private_bytes(
        encoding,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secret),
    )
    return b"".join([encrypted, *(one.public_bytes(encoding) for one in (cert, *others))])
