"""The documents that references of API descriptions lead to: read when one is followed, each once.

They count with the source descriptions, and may reach as far as the document that refers to them.
"""

from __future__ import annotations

from arazzo_runner.document.library import DocumentStore, ParsedDocument
from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import SourceFile


class ReferencedDocuments:
    """Reads the documents of a library; ``room`` is how many more there may be."""

    def __init__(self, library: DocumentStore, room: int) -> None:
        self._library = library
        self._room = room
        self._requested: set[str] = set()

    def read(self, uri: str, asking: str) -> tuple[SourceFile, Value]:
        """The document at an absolute URI, to which the one that came from ``asking`` refers.

        Raises DocumentError: AZ214, AZ216 and AZ109, and those of its text.
        """
        text = self._library.at_hand(uri, asking) or self._retrieve(uri, asking)
        return text.file, text.value

    def _retrieve(self, uri: str, asking: str) -> ParsedDocument:
        self._requested.add(uri)
        if len(self._requested) > self._room:
            message = "the API descriptions refer to more documents than may be read"
            help_ = "if you trust them, raise the limit with `--max-sources`"
            raise DocumentError(error("AZ109", message, help=help_))
        try:
            return self._library.retrieve(uri, asking)
        except RetrieveError as failure:
            code = "AZ214" if failure.code == "AZ201" else failure.code
            raise DocumentError(error(code, failure.message, help=failure.hint)) from None
