"""The texts that are open in the editor; they count in place of the files of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lsprotocol import types
from msgspec import Struct

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.lsp.workspace.line_index import DEFAULT_ENCODING, LineIndex
from arazzo_runner.retrieve.files import file_path, file_uri
from arazzo_runner.text.pattern import lazy_pattern

_ENDING: Final = lazy_pattern(r"\.arazzo\.(?:ya?ml|json)\Z")
_ROOT: Final = lazy_pattern(r"""^(?:\{\s*)?(?:  ?)?["']?arazzo["']?[ \t]*:""")


def document_uri(uri: str) -> str:
    """A URI of the editor as this program spells it: editors escape more than they have to.

    What is no file, such as a text without a name, stays as it is.
    """
    if not uri.lower().startswith("file:"):
        return uri
    try:
        return file_uri(file_path(uri))
    except RetrieveError:
        return uri


class OpenText(Struct, frozen=True):
    """One version of a text: ``uri`` is the editor's spelling, ``key`` that of this program."""

    uri: str
    key: str
    version: int
    text: str

    @property
    def path(self) -> str:
        """The path of the file; the URI of what is no file."""
        return file_path(self.key) if self.is_file else self.key

    @property
    def is_file(self) -> bool:
        """Whether it is the text of a file."""
        return self.key.startswith("file:")

    @property
    def is_arazzo(self) -> bool:
        """Whether it is an Arazzo document, by its name, or by a key at the root."""
        return bool(_ENDING.search(self.key) or _has_root_key(self.text))


def _has_root_key(text: str) -> bool:
    return any(_ROOT.match(line) for line in text[:_HEAD].splitlines())


_HEAD: Final = 16 * 1024
"""The field is looked for in so many characters."""


class OpenTexts:
    """All texts that are open, by their keys. Threads may read it."""

    def __init__(self) -> None:
        self._texts: dict[str, OpenText] = {}
        self.encoding: str = DEFAULT_ENCODING

    def __iter__(self) -> Iterator[OpenText]:
        return iter([*self._texts.values()])

    def get(self, key: str) -> OpenText | None:
        """The text of a key, where it is open."""
        return self._texts.get(key)

    def open(self, item: types.TextDocumentItem) -> OpenText:
        """A text was opened."""
        key = document_uri(item.uri)
        self._texts[key] = OpenText(item.uri, key, item.version, item.text)
        return self._texts[key]

    def change(
        self,
        document: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> OpenText | None:
        """A text was changed, each change after the one before; None for one that is not open."""
        key = document_uri(document.uri)
        before = self._texts.get(key)
        if before is None:
            return None
        text = before.text
        for one in changes:
            text = self._changed_text(text, one)
        self._texts[key] = OpenText(document.uri, key, document.version, text)
        return self._texts[key]

    def _changed_text(self, text: str, change: types.TextDocumentContentChangeEvent) -> str:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            return change.text
        index = LineIndex(text, self.encoding)
        start, end = index.offset(change.range.start), index.offset(change.range.end)
        return text[:start] + change.text + text[max(start, end) :]

    def close(self, uri: str) -> str:
        """A text was closed: from now on its file counts. Returns its key."""
        key = document_uri(uri)
        self._texts.pop(key, None)
        return key

    def uri_of(self, key: str) -> str:
        """A URI as the editor spells it, where it has told."""
        text = self._texts.get(key)
        return text.uri if text else key
