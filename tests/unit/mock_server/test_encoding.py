"""Bodies that are encoded, and those that only say so."""

import gzip
import zlib

import pytest

from arazzo_runner.mock_server.app import MAX_BODY


def zipped(data):
    return gzip.compress(data, mtime=0)


REX = b'{"name": "Rex"}'


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", zipped(REX), 201),
        ("X-GZIP", zipped(REX[:5]) + zipped(REX[5:]), 201),
        ("deflate", zlib.compress(REX), 201),
        ("deflate, gzip", zipped(zlib.compress(REX)), 201),
        ("identity", REX, 201),
        ("gzip", REX, 400),
        ("gzip", zipped(REX)[:-5], 400),
        ("gzip", zipped(REX) + b"more", 400),
        ("gzip, deflate", zipped(zlib.compress(REX)), 400),
        ("br", REX, 415),
        ("gzip, gzip, gzip, gzip", REX, 415),
        ("gzip", zipped(REX.rjust(MAX_BODY)), 201),
        ("gzip", zipped(REX.rjust(MAX_BODY + 1)), 413),
    ],
)
def test_content_encodings(pets, encoding, body, status):
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    response = pets("POST", "/pets", content=body, headers=headers)
    assert response.status_code == status
    if status == 201:
        assert response.json()["name"] == "Rex"
    else:
        assert response.json()["detail"]
