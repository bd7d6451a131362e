"""How costs grow with the number of steps, rounds and workflows, and with what is passed on."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from contenders import running, serving
from documents import (
    get_item,
    get_item_after_another,
    passing_on,
    turns,
    write_document,
    write_workflows,
)
from measure import Figures, further, rounds, table

Write = Callable[[Path, int], Path]


def linear(count: int) -> None:
    """How the cost of a step that reads another one's output changes with their number."""
    costs = _costs(
        max(2, count // 8),
        (100, 1000, 5000),
        "{} steps",
        lambda folder, size: write_document(folder, size, get_item_after_another),
    )
    table("One step of 100, 1,000, 5,000", costs, "about 1: linear")


def loop(count: int) -> None:
    """What a round of a `goto` loop costs, by the number of rounds."""
    write: Write = lambda folder, size: write_document(folder, 1, turns(size))  # noqa: E731
    costs = _costs(max(2, count // 4), (100, 1000, 10_000), "goto, {} rounds", write)
    table("One round of a goto loop of 100, 1,000, 10,000", costs, "about 1: linear")


def workflows(count: int) -> None:
    """What a workflow of ten steps costs, by the number of workflows in its document."""
    write: Write = lambda folder, size: write_workflows(folder, size, 10, get_item)  # noqa: E731
    costs = _costs(max(2, count // 4), (10, 100, 500), "{} workflows", write)
    table("One workflow of ten steps, of 10, 100, 500", costs, "about 1: linear")


def passing(count: int) -> None:
    """What it costs to pass an output on through 1,000 steps, small and of 10 MB."""
    runs = max(2, count // 8)
    with serving() as url, tempfile.TemporaryDirectory() as name:
        contenders = [
            running(
                f"{size:,} bytes, {steps} steps",
                write_document(Path(name), steps, passing_on(size)),
                url,
            )
            for size in (1_000, 10_000_000)
            for steps in (2, 1000)
        ]
        figures = rounds(contenders, runs)
    small_few, small_many, large_few, large_many = figures.values()
    costs = {
        "1,000 bytes": further(small_many, small_few, 998),
        "10,000,000 bytes": further(large_many, large_few, 998),
    }
    table("Passing an output on, once of 1,000 times", costs, "about 1 in time")
    grown = min(one.memory for one in large_many) - min(one.memory for one in large_few)
    print(f"  memory for 998 more steps that hold 10 MB each: {grown:.1f} MiB")


def _costs(
    runs: int, sizes: tuple[int, ...], name: str, write: Write
) -> Mapping[str, list[Figures]]:
    """What each unit costs at these sizes: a long run without what a run of one costs anyway."""
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        documents = {size: write(Path(folder), size) for size in (1, *sizes)}
        contenders = [
            running(name.format(size), document, url) for size, document in documents.items()
        ]
        figures = rounds(contenders, runs)
    one, *others = figures.items()
    return {
        name: further(many, one[1], size - 1)
        for (name, many), size in zip(others, sizes, strict=True)
    }
