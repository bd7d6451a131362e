"""A signer of requests for arazzo: an HMAC of method, path, time and body."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from arazzo_runner.plugins import SignableRequest, SigningError


class HmacSigner:
    """Sets `X-Timestamp` (seconds since 1970) and `X-Signature` (hexadecimal)."""

    needs = ("secret",)
    may = ()
    secrets = ("secret",)
    headers = ("X-Timestamp", "X-Signature")

    def sign(self, request: SignableRequest, credential: Mapping[str, str]) -> Mapping[str, str]:
        """The header fields of one attempt."""
        url = urlsplit(request.url)
        if url.scheme != "https" and url.hostname not in ("localhost", "127.0.0.1"):
            raise SigningError("it is not sent over https")
        moment = str(int(request.time.timestamp()))
        target = f"{url.path}?{url.query}" if url.query else url.path
        text = "\n".join((request.method, target, moment)).encode() + b"\n" + request.body
        signature = hmac.new(credential["secret"].encode(), text, "sha256").hexdigest()
        return {"X-Timestamp": moment, "X-Signature": signature}
