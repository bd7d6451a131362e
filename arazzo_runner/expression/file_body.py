"""A file that the user named, as a value: binary whose content is read when it is sent.

Only the command line and programs make such values; no text of a document becomes one.
"""

from __future__ import annotations


class FileBody(bytes):
    """Binary that stays on disk; as bytes it is the label that reports show: ``@path (7 bytes)``.

    ``name`` is the file's own name, ``size`` what it had in bytes when it was named, ``media_type``
    a guess by its name or None. ``mark`` is known to nobody else: no file can hold a boundary that
    was made with it.
    """

    path: str
    name: str
    size: int
    media_type: str | None
    mark: str

    def __new__(
        cls, path: str, name: str, size: int, media_type: str | None = None, mark: str = ""
    ) -> FileBody:
        """Name a file; ``path`` is shown as it was typed."""
        label = f"@{path} ({size:,} bytes)".encode("utf-8", "replace")
        self = super().__new__(cls, label)
        self.path, self.name, self.size = path, name, size
        self.media_type, self.mark = media_type, mark
        return self

    @property
    def label(self) -> str:
        """What reports show."""
        return self.decode("utf-8")
