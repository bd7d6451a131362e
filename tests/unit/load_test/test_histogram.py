"""Percentiles of classes, beside those of the raw durations."""

from random import Random
from statistics import mean, quantiles

import pytest

from arazzo_runner.load_test.histogram import Histogram


def durations(kind: str, count: int) -> list[float]:
    random = Random(7)
    match kind:
        case "uniform":
            return [random.uniform(0.001, 2.0) for _ in range(count)]
        case "lognormal":
            return [random.lognormvariate(-2.0, 0.8) for _ in range(count)]
        case _:  # two places far apart, as where some requests wait
            return [
                random.choice((0.1, 0.1, 0.1, 5.0)) + random.random() / 50 for _ in range(count)
            ]


@pytest.mark.parametrize("count", [2, 11, 500, 20_000])
@pytest.mark.parametrize("kind", ["uniform", "lognormal", "two"])
def test_percentiles_are_within_one_percent_of_the_raw_ones(kind: str, count: int) -> None:
    raw = durations(kind, count)
    histogram = Histogram()
    for one in raw:
        histogram.add(one)
    # As numpy.percentile has them.
    cuts = quantiles(raw, n=100, method="inclusive")
    for share, at in ((0.5, 49), (0.95, 94), (0.99, 98)):
        assert histogram.percentile(share) == pytest.approx(cuts[at], rel=0.01)
    assert histogram.longest == max(raw)
    assert histogram.mean == pytest.approx(mean(raw))
    assert histogram.percentile(1.0) <= max(raw)


def test_parts_add_up() -> None:
    raw = durations("lognormal", 1000)
    whole, first, second = Histogram(), Histogram(), Histogram()
    for number, one in enumerate(raw):
        whole.add(one)
        (first if number % 3 else second).add(one)
    first.merge(Histogram.from_data(second.to_data()))
    assert first.classes == whole.classes
    assert first.total == pytest.approx(whole.total)
    assert first.longest == whole.longest


def test_nothing_and_no_time_at_all() -> None:
    assert (Histogram().percentile(0.5), Histogram().mean, Histogram().count) == (0.0, 0.0, 0)
    histogram = Histogram()
    histogram.add(0.0)
    assert (histogram.percentile(0.5), histogram.count) == (0.0, 1)
