"""The digest of a request: what is another request, and what is the same though it looks otherwise."""

import pytest

from arazzo_runner.http.uploads import file_body
from arazzo_runner.journal.digest import request_digest
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.request.multipart import boundary_of, encode_multipart
from arazzo_runner.report.secrets import Masker

MASKER = Masker(["topsecret", "othersecret"])
REQUEST = HttpRequest("POST", "http://h/x?k=topsecret", (("X-A", "1"),), b"body topsecret")


def digest(request: HttpRequest) -> bytes:
    return request_digest(request, MASKER)


def test_a_secret_may_be_another_one() -> None:
    assert digest(REQUEST) == digest(
        HttpRequest("POST", "http://h/x?k=othersecret", (("x-a", "1"),), b"body othersecret")
    )


@pytest.mark.parametrize(
    "other",
    [
        HttpRequest("PATCH", REQUEST.url, REQUEST.headers, REQUEST.body),
        HttpRequest("POST", "http://h/y?k=topsecret", REQUEST.headers, REQUEST.body),
        HttpRequest("POST", REQUEST.url, (("X-A", "2"),), REQUEST.body),
        HttpRequest("POST", REQUEST.url, (), REQUEST.body),
        HttpRequest("POST", REQUEST.url, REQUEST.headers, b"another topsecret"),
    ],
)
def test_another_request(other) -> None:
    assert digest(REQUEST) != digest(other)


def multipart(file: bytes) -> HttpRequest:
    body = encode_multipart({"name": "a", "file": file}, None, None)
    kind = f"multipart/form-data; boundary={boundary_of(body)}"
    return HttpRequest("POST", "http://h/x", (("Content-Type", kind),), body)


def test_a_file_counts_by_its_content(tmp_path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 100_000)
    path = str(tmp_path / "f")
    alone = HttpRequest("POST", "http://h/x", (), file_body(path))
    first, second = multipart(file_body(path)), multipart(file_body(path))
    assert first.headers != second.headers  # the boundary is made anew
    assert digest(first) == digest(second)
    before = digest(first), digest(alone)
    (tmp_path / "f").write_bytes(b"x" * 99_999 + b"y")
    changed = digest(multipart(file_body(path))), digest(alone)
    (tmp_path / "f").unlink()
    gone = digest(first), digest(alone)
    assert len({*before, *changed, *gone}) == 6
