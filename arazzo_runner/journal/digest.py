"""The digest of a request: by it a run that is resumed knows that it asks what it asked before."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.report.secrets import Masker

SIZE: Final = 16


def request_digest(request: HttpRequest, masker: Masker) -> bytes:
    """The first 16 bytes of the SHA-256 of method, URL, header fields and body.

    Secrets are masked in all of them: they may be others when a run is resumed, and nobody can try
    them out on a journal.
    """
    found = sha256()
    fields = [request.method, masker.text(request.url)]
    for name, value in masker.headers(request.headers):
        fields += name.lower(), value
    for one in fields:
        spelled = one.encode("utf-8", "surrogatepass")
        found.update(len(spelled).to_bytes(8, "big") + spelled)
    found.update(masker.value(request.body))
    return found.digest()[:SIZE]
