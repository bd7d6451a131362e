"""The digest of a request: by it a run that is resumed knows that it asks what it asked before."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arazzo_runner.expression.value import FileBody
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.request.multipart import pieces_of
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

SIZE: Final = 16
_BOUNDARY: Final = lazy_pattern(r"\barazzo-[0-9a-f]{40}\b")
_CHUNK: Final = 1 << 16


def request_digest(request: HttpRequest, masker: Masker) -> bytes:
    """The first 16 bytes of the SHA-256 of method, URL, header fields and body.

    Secrets are masked in all of them: they may be others when a run is resumed, and nobody can try
    them out on a journal. Of a file it is the content; a boundary, another one each time, is left
    out.
    """
    found = sha256()
    boundary = _boundary(request)
    fields = [request.method, masker.text(request.url)]
    for name, value in masker.headers(request.headers):
        fields += name.lower(), value.replace(boundary, "") if boundary else value
    for one in fields:
        spelled = one.encode("utf-8", "surrogatepass")
        found.update(len(spelled).to_bytes(8, "big") + spelled)
    for piece in pieces_of(request.body):
        if isinstance(piece, FileBody):
            _add_file(found, piece)
        else:
            found.update(masker.value(piece.replace(boundary.encode(), b"") if boundary else piece))
    return found.digest()[:SIZE]


def _boundary(request: HttpRequest) -> str:
    """The boundary that was made for a body; none where the document has one."""
    made = _BOUNDARY.search(request.header("Content-Type") or "")
    return made[0] if made else ""


def _add_file(found: Hash, file: FileBody) -> None:
    try:
        with Path(file.path).open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                found.update(chunk)
    except OSError:  # it is said where the file is to be sent
        found.update(b"\0missing")
