"""The documents of the editor's folders that are not open, and name one that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from arazzo_runner.lsp.workspace.texts import OpenText, OpenTexts
from arazzo_runner.retrieve.files import file_uri, find_documents


def unopened_texts(
    folders: Iterable[str], texts: OpenTexts, names: Iterable[str]
) -> Iterator[OpenText]:
    """The texts of documents that are not open and hold one of these names of files.

    Whether they mean the same file is known when they are read. What cannot be read is left out.
    """
    wanted = [one for one in names if one]
    for path in find_documents(folders):
        uri = file_uri(path)
        if texts.get(uri) is not None:
            continue
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, ValueError):
            continue
        if any(one in text for one in wanted):
            yield OpenText(uri, uri, 0, text)
