"""Rows found by words, the best first."""

import gc
import sqlite3

import pytest

from arazzo_runner.portal.search import WordIndex, index_words

ROWS = [
    ("createFlowExecution", "Trigger a flow"),
    ("list_flows", "All flows of an account"),
    ("DELETE /HTTPServers/{serverId}", "Remove a café, that is all there is to say of it"),
    ("größe", "東京"),
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("execution", [0]),
        ("Executions", [0]),
        ("createflowexecution", [0]),
        ("flow", [0, 1]),
        ("http server", [2]),
        ("CAFE", [2]),
        ("GROSSE große größe", [3]),
        ("東京", [3]),
        ("zebra", []),
        ("", []),
        ("!? - *", []),
        ('" OR NEAR(a b) NOT flow*', [0, 1]),
        ("remove of the a an is", [2]),
        ("of", [1, 2]),
        ("flow " + "zebra " * 1000, [0, 1]),
        ("\ud800", []),
    ],
)
def test_rows_by_words(query: str, rows: list[int]) -> None:
    assert WordIndex(ROWS, (4.0, 1.0)).search(query) == rows


def test_the_first_text_weighs_more() -> None:
    rows = [("x", "pen"), ("pen", "x")]
    assert WordIndex(rows, (5.0, 1.0)).search("pen") == [1, 0]
    assert WordIndex(rows, (1.0, 5.0)).search("pen") == [0, 1]


def test_its_database_is_closed_when_nobody_has_it_any_more(monkeypatch) -> None:
    """Python 3.13 and later warn of one that is open still; with `-W error` that ends a program."""
    closed = []

    class Noted(sqlite3.Connection):
        def close(self) -> None:
            closed.append(self)
            super().close()

    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *words, **named: connect(*words, **named, factory=Noted)
    )
    index = WordIndex(ROWS, (4.0, 1.0))
    assert index.search("zebra") == []
    assert not closed
    del index
    gc.collect()
    assert len(closed) == 1


def test_the_words_of_names() -> None:
    assert list(index_words("v2/Flows/{FlowSid} get_it")) == [
        "v2", "flows", "flowsid", "flow", "sid", "get", "it"
    ]  # fmt: skip
