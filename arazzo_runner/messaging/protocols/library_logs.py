"""Silence for the logs of libraries: what they write in our threads goes nowhere.

They log each failure that is reported here as well, and on the level ``debug`` what they send,
credentials among it. A program that uses the same library in its own threads keeps its logs.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

_THREADS: Final[set[int]] = set()


class _ThreadFilter(logging.Filter):
    """Drops what is logged in the threads that have been silenced."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread not in _THREADS


_FILTER: Final = _ThreadFilter()


def silence(library: str) -> None:
    """Drop what a library that has been imported logs in this thread from now on."""
    _THREADS.add(threading.get_ident())
    names = [name for name in logging.root.manager.loggerDict if _is_of(name, library)]
    for name in (library, *names):
        logging.getLogger(name).addFilter(_FILTER)  # once, however often it is added


def _is_of(name: str, library: str) -> bool:
    return name.startswith(f"{library}.")
