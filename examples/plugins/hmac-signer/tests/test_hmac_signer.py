import hmac
from datetime import UTC, datetime

import pytest
from arazzo_hmac_signer import HmacSigner

from arazzo_runner.plugins import SignableRequest, SigningError

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_signature():
    request = SignableRequest("POST", "https://shop.example/o?a=1", (), b"{}", TIME)
    fields = HmacSigner().sign(request, {"secret": "s3cret"})
    moment = str(int(TIME.timestamp()))
    wanted = hmac.new(b"s3cret", f"POST\n/o?a=1\n{moment}\n{{}}".encode(), "sha256").hexdigest()
    assert fields == {"X-Timestamp": moment, "X-Signature": wanted}


def test_plain_http_is_refused():
    request = SignableRequest("GET", "http://shop.example/", (), b"", TIME)
    with pytest.raises(SigningError):
        HmacSigner().sign(request, {"secret": "s3cret"})
