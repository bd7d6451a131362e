"""Faults and latency as they are typed, and whom they hit."""

import pytest

from arazzo_runner.mock_server.disturbance import (
    Disturbance,
    Fault,
    Latency,
    parse_faults,
    parse_latency,
)


@pytest.mark.parametrize(
    ("texts", "faults"),
    [
        (["503:5%"], (Fault(503, 50_000),)),
        (["reset:0.5%", " 429:100% "], None),
        (["reset:0.5%", "429:99.5%"], (Fault(None, 5_000), Fault(429, 995_000))),
        (["503:101%"], None),
        (["99:1%"], None),
        (["101:1%"], None),
        (["503"], None),
        (["503:5"], None),
        (["503:-5%"], None),
    ],
)
def test_faults(texts, faults):
    if faults is None:
        with pytest.raises(ValueError, match="%"):
            parse_faults(texts)
    else:
        assert parse_faults(texts) == faults
        assert parse_faults(one.text() for one in faults) == faults


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        ("100ms", Latency(0.1, 0.1)),
        ("50ms..0.2s", Latency(0.05, 0.2)),
        ("1s..60s", Latency(1.0, 60.0)),
        ("200ms..50ms", None),
        ("61s", None),
        ("5", None),
        ("..5ms", None),
    ],
)
def test_latency(text, latency):
    if latency is None:
        with pytest.raises(ValueError, match=text.replace(".", r"\.")):
            parse_latency(text)
    else:
        assert parse_latency(text) == latency
        assert parse_latency(latency.text()) == latency


def test_shares_are_kept_and_each_has_its_own():
    disturbance = Disturbance(1, parse_faults(["503:20%", "reset:10%"]))
    found = [
        (fault and fault.status) or fault for fault, _ in (disturbance.next() for _ in range(2_000))
    ]
    assert 330 < found.count(503) < 470
    assert 150 < found.count(Fault(None, 100_000)) < 250


def test_nothing_is_counted_without_faults():
    assert Disturbance(1).next() == (None, 0.0)
