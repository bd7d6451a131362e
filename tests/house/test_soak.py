"""A short run of `scripts/soak`, with generous bounds, and that it sees what grows."""

import runpy
from pathlib import Path

import pytest

SOAKER = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "soaker.py"))


def test_neither_memory_nor_descriptors_grow():
    with SOAKER["faulty_server"](0.1) as url:
        found, ends = SOAKER["soak"](url, 600, samples=6)
    assert sum(ends.values()) >= 50
    assert found[-1].memory - found[1].memory < 20 * 2**20
    assert found[-1].descriptors - found[1].descriptors <= 5


@pytest.mark.parametrize(("each", "expected"), [(0, 0), (100, 1_000_000)])
def test_the_slope_is_that_of_the_later_samples(each, expected):
    """The first third, in which caches are filled, does not count."""
    found = [SOAKER["Sample"](at * 1000, at * 1000 * each, 5) for at in range(1, 10)]
    found[0] = SOAKER["Sample"](1000, 10**9, 5)
    assert SOAKER["slope"](found) == pytest.approx(expected)
