"""AWS Signature Version 4 in the header `Authorization`, as API Gateway and AWS's services take it.

IAM User Guide, "Create a signed AWS API request". `host`, `content-type` and `x-amz-*` are signed:
what travels on the way may change the others.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

from arazzo_runner.plugins import SignableRequest, SigningError
from arazzo_runner.text.pattern import lazy_pattern

NAME: Final = "aws-sigv4"
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_UNRESERVED: Final = "-._~"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = lazy_pattern(
    r"(?:\A|\.)(?P<service>[a-z0-9-]+)\.(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com(?:\.cn)?\Z"
)


class SigV4Signer:
    """Signs with an access key; region and service are read from hosts of AWS where not set."""

    needs = ("access_key_id", "secret_access_key")
    may = ("session_token", "region", "service")
    secrets = ("secret_access_key", "session_token")
    headers = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256")

    def sign(self, request: SignableRequest, credential: Mapping[str, str]) -> Mapping[str, str]:
        """The header fields of the signature; raises SigningError without region or service."""
        url = urlsplit(request.url)
        region, service = _scope(url.hostname or "", credential)
        moment = request.time.strftime("%Y%m%dT%H%M%SZ")
        digest = sha256(request.body).hexdigest()
        added = {"X-Amz-Date": moment}
        if token := credential.get("session_token"):
            added["X-Amz-Security-Token"] = token
        if service == "s3":
            added["X-Amz-Content-Sha256"] = digest
        fields = _signed_fields(request, added, _host(request.url))
        names = ";".join(fields)
        canonical = "\n".join([
            request.method,
            _canonical_path(url.path, service),
            _canonical_query(url.query),
            *(f"{name}:{value}" for name, value in fields.items()),
            "",
            names,
            digest,
        ])  # fmt: skip
        scope = f"{moment[:8]}/{region}/{service}/aws4_request"
        text = "\n".join([_ALGORITHM, moment, scope, sha256(canonical.encode()).hexdigest()])
        key = _signing_key(credential["secret_access_key"], scope)
        signature = hmac.new(key, text.encode(), sha256).hexdigest()
        who = f"Credential={credential['access_key_id']}/{scope}"
        line = f"{_ALGORITHM} {who}, SignedHeaders={names}, Signature={signature}"
        return {**added, "Authorization": line}


def _scope(host: str, credential: Mapping[str, str]) -> tuple[str, str]:
    """Region and service: set, or as in ``….execute-api.eu-west-1.amazonaws.com``."""
    match = _HOST.search(host)
    region = credential.get("region") or (match["region"] if match else "")
    service = credential.get("service") or (match["service"] if match else "")
    lacking = [name for name, value in (("REGION", region), ("SERVICE", service)) if not value]
    if lacking:
        what = " and ".join(f"`{one}`" for one in lacking)
        raise SigningError(f"the host `{host}` does not have {what} in it; set {what}")
    return region, service


def _host(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port
    own = f":{port}" if port and port != _DEFAULT_PORTS.get(parts.scheme) else ""
    host = parts.hostname or ""
    return f"[{host}]{own}" if ":" in host else f"{host}{own}"


def _signed_fields(request: SignableRequest, added: Mapping[str, str], host: str) -> dict[str, str]:
    """The signed header fields in the order of their names, with single blanks in values."""
    found: dict[str, list[str]] = {"host": [host]}
    replaced = {one.lower() for one in added}
    for name, value in (*request.headers, *added.items()):
        key = name.lower()
        is_signed = key == "content-type" or key.startswith("x-amz-")
        if is_signed and (key not in replaced or added.get(name) == value):
            found.setdefault(key, []).append(" ".join(value.split()))
    return {name: ",".join(found[name]) for name in sorted(found)}


def _canonical_path(path: str, service: str) -> str:
    """The path: S3 takes it percent-encoded once; others without dots, and encoded once more."""
    if service == "s3":
        return quote(path or "/", safe=f"/%{_UNRESERVED}")
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    end = "/" if kept and path.endswith(("/", "/.", "/..")) else ""
    return quote(f"/{'/'.join(kept)}{end}", safe=f"/{_UNRESERVED}")


def _canonical_query(query: str) -> str:
    """The parameters in the order of their encoded names and values; without `=`, an empty one."""
    pairs = [one.partition("=") for one in query.split("&") if one]
    encoded = sorted((_encode(name), _encode(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encode(text: str) -> str:
    """Each octet but the unreserved percent-encoded in upper case, however it is sent."""
    return quote(unquote_to_bytes(text), safe=_UNRESERVED)


def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key
