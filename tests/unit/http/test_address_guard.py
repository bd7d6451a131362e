import pytest

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.executor.world import run_coroutine
from arazzo_runner.http import network
from arazzo_runner.http.address_guard import (
    ANYWHERE,
    LOOPBACK,
    PUBLIC,
    AddressPolicy,
    GuardedNetwork,
    address_zone,
    system_zone,
)
from arazzo_runner.http.origin import Origin

USER = AddressPolicy(LOOPBACK, ANYWHERE)
STRANGER = AddressPolicy(LOOPBACK, PUBLIC)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", "public"),
        ("2606:2800:220:1::1", "public"),
        ("127.0.0.1", "loopback"),
        ("127.8.9.1", "loopback"),
        ("::1", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("255.255.255.255", "private"),
        ("fd00:ec2::254", "private"),
        ("169.254.169.254", "never"),
        ("fe80::1%1", "never"),
        ("224.0.0.1", "never"),
        ("ff02::1", "never"),
        ("0.0.0.0", "never"),
        ("::", "never"),
        # IPv6 addresses that stand for IPv4 ones
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "never"),
        ("::ffff:8.8.8.8", "public"),
        ("64:ff9b::10.0.0.1", "private"),
        ("::127.0.0.1", "loopback"),
        ("2002:a00:1::", "private"),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "private"),
        ("::ffff:7f00:1", "loopback"),
        ("::8.8.8.8", "public"),
        ("64:ff9b::8.8.8.8", "public"),
        ("64:ff9b::169.254.169.254", "never"),
        ("64:ff9b::127.0.0.1", "private"),
        ("64:ff9b:1::8.8.8.8", "private"),
        ("64:ff9b:1:2:3::169.254.169.254", "never"),
        ("::ffff:0:8.8.8.8", "public"),
        ("::ffff:0:10.0.0.1", "private"),
        ("2002:a9fe:a9fe::1", "never"),
        ("2002:808:808::1", "public"),
        ("2001:0:a9fe:a9fe:8000:63bf:f7f7:f7f7", "never"),
        ("2001:0:808:808:8000:63bf:5601:5601", "never"),
        ("2606:4700::5efe:a9fe:a9fe", "never"),
        ("2606:4700::200:5efe:10.0.0.1", "private"),
        ("2606:4700::200:5efe:8.8.8.8", "public"),
        ("fe80::5efe:8.8.8.8", "never"),
        # Blocks of IANA's registries, and addresses beside them
        ("0.1.2.3", "private"),
        ("192.0.0.8", "private"),
        ("192.0.0.9", "public"),
        ("192.0.0.10", "public"),
        ("192.0.0.11", "private"),
        ("192.88.99.1", "private"),
        ("192.0.2.1", "private"),
        ("192.0.3.1", "public"),
        ("192.31.196.1", "public"),
        ("198.17.255.255", "public"),
        ("198.18.0.1", "private"),
        ("198.19.255.255", "private"),
        ("198.51.100.1", "private"),
        ("203.0.113.1", "private"),
        ("223.255.255.255", "public"),
        ("239.255.255.255", "never"),
        ("240.0.0.1", "private"),
        ("100.63.255.255", "public"),
        ("100.127.255.255", "private"),
        ("100::1", "private"),
        ("100:0:0:1::1", "private"),
        ("2001:1::1", "public"),
        ("2001:1::4", "private"),
        ("2001:2::1", "private"),
        ("2001:4:112::1", "public"),
        ("2001:10::1", "private"),
        ("2001:20::1", "public"),
        ("2001:db8::1", "private"),
        ("2001:200::1", "public"),
        ("2620:4f:8000::1", "public"),
        ("3fff::1", "private"),
        ("4000::1", "private"),
        ("5f00::1", "private"),
        ("fc00::1", "private"),
        ("fec0::1", "private"),
    ],
)
def test_zones(address, expected):
    assert address_zone(address) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "loopback"),
        ("127.0.0.1.", "loopback"),
        ("127.1", "loopback"),
        ("2130706433", "loopback"),
        ("0x7f000001", "loopback"),
        ("0177.0.0.1", "loopback"),
        ("0x7f.0.0.1", "loopback"),
        ("2852039166", "never"),
        ("0251.0376.0251.0376", "never"),
        ("0xa9.254.0xa9fe", "never"),
        ("0", "never"),
        ("localhost.", "loopback"),
        ("api.localhost", "loopback"),
        ("::ffff:169.254.169.254", "never"),
        ("8.8.8.8", "public"),
        ("example.com", None),
        ("256.1.1.1", None),
        ("1.2.3.4.5", None),
    ],
)
def test_how_a_host_is_written(host, expected):
    assert system_zone(host) == expected


def refusal(reach: AddressPolicy, url: str, where: str) -> str | None:
    found = reach.refusal(Origin(*url.split("://"), 443), where)
    return found and f"{found.code} {found.message} | {found.hint}"


@pytest.mark.parametrize(
    ("reach", "url", "where", "expected"),
    [
        (USER, "https://h", "public", None),
        (USER, "https://h", "private", None),
        (USER, "http://h", "loopback", None),
        (USER, "http://h", "public", "AZ216 `http://h:443` is not encrypted, and not on this machine | use https, or allow it with `--allow-http`"),
        (USER, "http://h", "private", "AZ216 `http://h:443` is not encrypted, and not on this machine | use https, or allow it with `--allow-http`"),
        (USER, "https://h", "never", "AZ216 `h` is a link-local, multicast or unspecified address, from which no document is read | None"),
        (STRANGER, "https://h", "public", None),
        (STRANGER, "https://h", "private", "AZ216 `h` is a private address, which a document from a URL may not reach | `--allow-net` allows it"),
        (STRANGER, "http://h", "loopback", "AZ216 `h` is a loopback address, which a document from a URL may not reach | `--allow-net` allows it"),
        (AddressPolicy(ANYWHERE, ANYWHERE), "http://h", "public", None),
        (AddressPolicy(ANYWHERE, ANYWHERE), "http://h", "never", "AZ216 `h` is a link-local, multicast or unspecified address, from which no document is read | None"),
    ],
)  # fmt: skip
def test_how_far_a_request_goes(reach, url, where, expected):
    assert refusal(reach, url, where) == expected


@pytest.mark.parametrize(
    ("reach", "host", "expected"),
    [
        (USER, "169.254.169.254", "is a link-local, multicast or unspecified address"),
        (STRANGER, "localhost", "is a loopback address"),
        (STRANGER, "api.localhost", "is a loopback address"),
        (STRANGER, "example.com", "cannot be checked through a proxy"),
        (USER, "example.com", None),
    ],
)
def test_through_a_proxy_only_what_is_written_can_be_judged(reach, host, expected):
    found = reach.refusal_unseen(Origin("https", host, 443))
    assert (found is None) if expected is None else (expected in found.message)


@pytest.mark.parametrize(
    ("reach", "found", "allowed"),
    [
        (USER, ["10.0.0.1", "::1"], ["10.0.0.1", "::1"]),
        (STRANGER, ["10.0.0.1", "8.8.8.8"], ["8.8.8.8"]),
        (STRANGER, [], []),
        (STRANGER, ["10.0.0.1", "127.0.0.1"], RetrieveError),
        (USER, ["169.254.169.254"], RetrieveError),
    ],
)
def test_the_resolved_address_decides(monkeypatch, reach, found, allowed):
    addresses = [(2, (one, 443)) for one in found]
    monkeypatch.setattr(network, "resolve_host", lambda *_: addresses)
    guarded = GuardedNetwork(network.BlockingNetwork(), reach, Origin("https", "example.com", 443))
    if allowed is RetrieveError:
        with pytest.raises(RetrieveError):
            run_coroutine(guarded.resolve("example.com", 443, 1.0))
        return
    resolved = run_coroutine(guarded.resolve("example.com", 443, 1.0))
    assert [where[0] for _, where in resolved] == allowed
