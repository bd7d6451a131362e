"""Search by words, ranked: SQLite's full-text index (FTS5) in memory, by BM25 with weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Final
from weakref import finalize

from arazzo_runner.generate.identifiers import split_words
from arazzo_runner.text.pattern import lazy_pattern

_WORD: Final = lazy_pattern(r"[^\W_]+")
_MOST_TERMS: Final = 32
"""Words of a query that count; a model may paste a page."""


_STOP_WORDS: Final = frozenset(
    ("a", "an", "and", "by", "for", "from", "in", "is", "it", "of", "on", "or", "the", "to", "with")
)
"""Words that nearly every text has, and that would rank the longest first."""


def index_words(text: str) -> Iterator[str]:
    """The words of a text in lower case: names are split at their humps, and are whole as well."""
    for word in _WORD.findall(text):
        yield word.lower()
        parts = split_words(word) if word.isascii() else ()
        if len(parts) > 1:
            yield from parts


class WordIndex:
    """Finds rows by words. Each row has as many texts as there are ``weights``, the gravest first.

    Words are compared by their stems (Porter's, for English) and without accents. Threads may share
    it. Raises sqlite3.OperationalError where Python's SQLite has no FTS5, which is rare.
    """

    def __init__(self, rows: Iterable[Sequence[str]], weights: Sequence[float]) -> None:
        from sqlite3 import connect

        self._lock = Lock()
        self._database = connect(":memory:", check_same_thread=False)
        finalize(self, self._database.close)  # or Python 3.13 and later warn where it goes
        columns = [f"c{at}" for at in range(len(weights))]
        tokenizer = "tokenize='porter unicode61 remove_diacritics 2'"
        self._database.execute(
            f"CREATE VIRTUAL TABLE words USING fts5({', '.join(columns)}, {tokenizer})"
        )
        marks = ", ".join("?" for _ in columns)
        self._database.executemany(
            f"INSERT INTO words(rowid, {', '.join(columns)}) VALUES (?, {marks})",  # noqa: S608
            ((at, *map(_spread, row)) for at, row in enumerate(rows)),
        )
        self._order = f"bm25(words, {', '.join(str(float(one)) for one in weights)}), rowid"

    def search(self, query: str) -> list[int]:
        """The numbers of the rows that have any of the words, the best first."""
        words = dict.fromkeys(index_words(query))
        terms = [one for one in words if one not in _STOP_WORDS or len(words) == 1][:_MOST_TERMS]
        if not terms:
            return []
        # In quotation marks a word is never one of the query language.
        wanted = " OR ".join(f'"{one}"' for one in terms)
        with self._lock:
            found = self._database.execute(
                f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY {self._order}",  # noqa: S608
                (wanted,),
            )
            return [number for (number,) in found]


def _spread(text: str) -> str:
    return " ".join(index_words(text))
