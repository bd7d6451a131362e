"""AWS's published examples: the test suite of Signature Version 4, and those for Amazon S3."""

from datetime import UTC, datetime

import pytest

from arazzo_runner.auth.sigv4 import SigV4Signer
from arazzo_runner.plugins import SignableRequest, SigningError

SUITE = {
    "access_key_id": "AKIDEXAMPLE",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "region": "us-east-1",
    "service": "service",
}
S3 = {
    "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "region": "us-east-1",
    "service": "s3",
}
THEN = datetime(2015, 8, 30, 12, 36, 0, tzinfo=UTC)
HOST = "https://example.amazonaws.com"
LETTERS = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "*/*"))


def _sign(method, url, credential, headers=(), body=b"", time=THEN):
    return SigV4Signer().sign(SignableRequest(method, url, headers, body, time), credential)


@pytest.mark.parametrize(
    ("method", "url", "signature"),
    [
        ("GET", f"{HOST}/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("GET", HOST, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("GET", f"{HOST}:443/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            "GET",
            f"{HOST}/example/..",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        ("GET", f"{HOST}/./", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", f"{HOST}/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            f"{HOST}/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            f"{HOST}/?{LETTERS}={LETTERS}",
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
        ),
        (
            "GET",
            f"{HOST}/{LETTERS}",
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ),
        (
            "GET",
            f"{HOST}//example//",
            "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
        ),
    ],
)
def test_the_published_test_suite(method, url, signature):
    fields = _sign(method, url, SUITE)
    assert fields == {
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
        f"aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}",
    }


def test_a_form():
    line = _sign("POST", f"{HOST}/", SUITE, FORM, b"Param1=value1")["Authorization"]
    assert line.endswith(
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    )


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_s3(query, signature):
    url = f"https://examplebucket.s3.amazonaws.com/?{query}"
    line = _sign("GET", url, S3, time=datetime(2013, 5, 24, tzinfo=UTC))["Authorization"]
    names = "host;x-amz-content-sha256;x-amz-date"
    assert line.endswith(f"SignedHeaders={names}, Signature={signature}")


@pytest.mark.parametrize(
    ("sent", "encoded"),
    [
        ("/?$filter=a:b&f[x]=1", "/?%24filter=a%3Ab&f%5Bx%5D=1"),
        ("/?b=%7e&a%5b=%c3%a9", "/?a%5B=%C3%A9&b=~"),
        ("/?a*=1&a%2A=0", "/?a%2A=0&a%2A=1"),
        ("/k(1)=a:b", "/k%281%29%3Da%3Ab"),
    ],
)
def test_what_is_sent_in_other_characters_has_one_signature(sent, encoded):
    """AWS decodes and encodes names and values of the query anew."""
    host = "https://examplebucket.s3.amazonaws.com"
    assert _sign("GET", host + sent, S3) == _sign("GET", host + encoded, S3)


def test_a_session_token_takes_the_place_of_another_one():
    old = (("X-Amz-Security-Token", "old"), ("x-amz-meta-a", " b   c "))
    one = _sign("GET", HOST, {**SUITE, "session_token": "new"}, old)
    other = _sign("GET", HOST, {**SUITE, "session_token": "new"}, old[1:])
    assert one == other
    assert "host;x-amz-date;x-amz-meta-a;x-amz-security-token" in one["Authorization"]


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("abc.execute-api.eu-west-1.amazonaws.com", "eu-west-1/execute-api"),
        ("sts.cn-north-1.amazonaws.com.cn", "cn-north-1/sts"),
        ("lambda.us-gov-west-1.amazonaws.com:8443", "us-gov-west-1/lambda"),
    ],
)
def test_region_and_service_of_a_host(host, scope):
    keys = {name: SUITE[name] for name in ("access_key_id", "secret_access_key")}
    assert f"/{scope}/aws4_request" in _sign("GET", f"https://{host}/", keys)["Authorization"]


@pytest.mark.parametrize("host", ["bucket.s3.amazonaws.com", "[::1]:80", "eu-west-1.amazonaws.com"])
def test_a_host_without_region(host):
    keys = {name: SUITE[name] for name in ("access_key_id", "secret_access_key")}
    with pytest.raises(SigningError, match="set `REGION` and `SERVICE`"):
        _sign("GET", f"https://{host}/", keys)


def test_an_address_with_a_port():
    assert "Signature" in _sign("GET", "http://[::1]:8080/a b", SUITE)["Authorization"]
