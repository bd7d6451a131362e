"""Large texts to plain data: remembered from run to run, and parsed without collecting garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final

from arazzo_runner.document.retrieval import ParseCache
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile
from arazzo_runner.text.yaml import ParsedText, parse

LARGE: Final = 256 * 1024
"""The bytes of a text from which on it is worth a file to remember what it was parsed to."""


def read_text(
    file: SourceFile, data: bytes, limits: DocumentLimits, memory: ParseCache | None
) -> ParsedText:
    """The plain data of a text, whose bytes are ``data``; keys that stand twice are warnings.

    Raises DocumentError like ``parse``. What there is something to say about is parsed each time.
    """
    if len(data) < LARGE:
        return parse(file, limits, Severity.WARNING)
    with _gc_paused():
        if memory is None:
            return parse(file, limits, Severity.WARNING)
        return _read_cached(file, _key(file, data, limits), limits, memory)


def _read_cached(
    file: SourceFile, key: str, limits: DocumentLimits, memory: ParseCache
) -> ParsedText:
    known = memory.recall(key)
    if known is not None:
        return ParsedText(known, ())
    parsed = parse(file, limits, Severity.WARNING)
    if not parsed.diagnostics:
        memory.keep(key, parsed.value)
    return parsed


def _key(file: SourceFile, data: bytes, limits: DocumentLimits) -> str:
    """All that the plain data depends on, apart from this program.

    The end of the name tells JSON from YAML.
    """
    digest = sha256(f"{file.uri[-5:].lower()} {limits}\n".encode())
    digest.update(data)
    return digest.hexdigest()


@contextmanager
def _gc_paused() -> Iterator[None]:
    """All that a parser makes is kept: to look for what could go takes a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
