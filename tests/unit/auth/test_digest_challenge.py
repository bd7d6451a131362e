"""`WWW-Authenticate` as servers write it, and as nobody should."""

import pytest

from arazzo_runner.auth.digest import parse_challenges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Basic", [("basic", {})]),
        ('Basic realm="a b"', [("basic", {"realm": "a b"})]),
        (r'Digest realm="say \"hi\"", NONCE=n1, qop="auth, auth-int"',
         [("digest", {"realm": 'say "hi"', "nonce": "n1", "qop": "auth, auth-int"})]),
        ('Basic realm="a", Digest realm = "b" , nonce="c"',
         [("basic", {"realm": "a"}), ("digest", {"realm": "b", "nonce": "c"})]),
        ('Negotiate YWJj==, Digest nonce="c"', [("negotiate", {}), ("digest", {"nonce": "c"})]),
        ('realm="nobody"', []),
        ('Digest realm="open, nonce=c', [("digest", {"nonce": "c"})]),
        (" , ,Digest , , nonce=c,,", [("digest", {"nonce": "c"})]),
    ],
)  # fmt: skip
def test_challenges(text, expected):
    assert [(one.scheme, dict(one.parameters)) for one in parse_challenges(text)] == expected


def test_a_hostile_header_is_read_as_far_as_a_server_may_ask():
    assert parse_challenges("Digest " + 'a="' * 40_000)[0].scheme == "digest"
    far = parse_challenges('Digest realm="' + "x" * 4_000 + '", near=1, ' + "," * 100 + "late=1")
    assert [sorted(one.parameters) for one in far] == [["near", "realm"]]
