"""How documents come in: callables handed in from outside, for the core reads no file itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from arazzo_runner.errors import ArazzoError, UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import error


class RetrieveError(ArazzoError):
    """A document cannot be had: ``message`` says where it was looked for, ``hint`` the way out.

    ``code`` is AZ201, or AZ216 where a guard refused to look.
    """

    def __init__(
        self, message: str, hint: str | None = None, code: Literal["AZ201", "AZ216"] = "AZ201"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def as_usage(self, what: str) -> UsageError:
        """The error of the user who named ``what``."""
        code = "AZ101" if self.code == "AZ201" else self.code
        return UsageError(error(code, f"{what} cannot be read: {self.message}", help=self.hint))


class RetrievedDocument(Struct, frozen=True):
    """The bytes of a document, the name that messages show, and the URI it came from in the end.

    After redirects that is the last URI (RFC 3986, section 5.1.3). ``original`` is the text that
    was written where ``data`` has it moved to its place in another file, as in a bundle.
    """

    data: bytes
    name: str
    uri: str
    original: str | None = None


Retrieve: TypeAlias = Callable[[str], RetrievedDocument]
"""Read the document at an absolute URI. Raises :class:`RetrieveError`."""


class ParseCache(Protocol):
    """Keeps what large texts were parsed to, from run to run.

    A key says all that a value depends on; what is kept may be gone at any time.
    """

    def recall(self, key: str) -> Value:
        """The plain data kept under a key, None when there is none."""
        ...

    def keep(self, key: str, value: Value) -> None:
        """Keep plain data, if it can be kept."""
        ...


class DocumentAccess(Struct, frozen=True):
    """All ways to a document.

    ``retrieve_for`` gives what a document may read that came from this URI: less than its user
    may. ``open`` reads the path or URL that the user named. ``find`` gives the path of a file by
    the path in its URI, from the folders that the user named, or None. ``memory`` spares the
    parsing of large texts. ``expect`` is told of the URLs of source descriptions by name, before
    they are read.
    """

    retrieve_for: Callable[[str], Retrieve]
    open: Retrieve
    find: Callable[[str], str | None]
    memory: ParseCache | None = None
    expect: Callable[[Mapping[str, str]], None] = lambda _urls: None
