"""Writing a bundle: the text of an Arazzo document with `x-bundle` at its end.

What the author wrote stays as it is, with its comments, wherever the result reads as the same data;
each document is one string, so that nothing in it is read and written anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.document.uris import relative_reference
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline.bundle import (
    BUNDLE,
    bundle_key,
    indented_text,
    placed_text,
)
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.outline import is_json_start
from arazzo_runner.text.parse import parse
from arazzo_runner.text.source import SourceFile

_COMMENT: Final = (
    "# All documents that this one needs, by `arazzo bundle`; other tools pass over them."
)
_ROOM: Final = 100
"""A bundle is so many times as large as what may be read at most; what is read of it has limits."""
# What YAML takes for the end of a line, or does not allow as it is (YAML 1.2.2, sections 5.1, 5.4).
_LINE_ENDS: Final = frozenset("\r\x85\u2028\u2029\ufeff")


class BundleContents(Struct, frozen=True):
    """``documents`` are texts by their places in the bundle, ``path`` is the place of its own.

    ``moved`` are places by what is asked for where the document was found elsewhere.
    """

    path: str
    documents: Mapping[str, str]
    moved: Mapping[str, str]

    def value(self) -> dict[str, Value]:
        """The extension as data."""
        moved: dict[str, Value] = {"moved": dict(self.moved)} if self.moved else {}
        return {"path": self.path, "documents": dict(self.documents), **moved}


def bundle_contents(
    entry: SourceFile, files: Mapping[str, SourceFile], overrides: Mapping[str, str]
) -> BundleContents:
    """What a bundle has to hold: ``files`` by the URI that was asked for.

    ``overrides`` are the URIs of files by those of source descriptions, for which others stand in.
    """
    own = {file.uri: file for file in files.values() if file.uri != entry.uri}
    local = [uri for uri in (entry.uri, *files, *overrides, *own) if uri.startswith("file:")]
    root = _common_folder(local)

    def place(uri: str) -> str:
        return relative_reference(root, uri) if uri.startswith("file:") else bundle_key(uri)

    asked = {**{uri: file.uri for uri, file in files.items()}, **overrides}
    moved = {
        place(uri): place(target)
        for uri, target in asked.items()
        if target in own and place(uri) != place(target)
    }
    documents = {place(uri): file.text for uri, file in sorted(own.items())}
    return BundleContents(place(entry.uri), documents, moved)


def _common_folder(uris: Iterable[str]) -> str:
    """The innermost folder that all files are in, as a URI with a slash at its end."""
    paths = [uri.split("/")[:-1] for uri in uris]
    shared: list[str] = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join([*shared, ""])


def bundle_text(document: ArazzoDocument, contents: BundleContents, *, as_json: bool) -> str:
    """The text of the bundle; in JSON where that is asked for, or nothing else is the same data."""
    wanted = {**document.raw, BUNDLE: contents.value()}
    for text in () if as_json else _candidates(document.source.text, contents):
        if _value(text) == wanted:
            return text
    return json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"


def _candidates(text: str, contents: BundleContents) -> Iterator[str]:
    if is_json_start(text):
        inner = text.rstrip()[:-1].rstrip()
        comma = "" if inner.endswith("{") else ","
        value = json.dumps(contents.value(), indent=2, ensure_ascii=False).replace("\n", "\n  ")
        yield f'{inner}{comma}\n  "{BUNDLE}": {value}\n}}\n'
        return
    head = "\n".join([text.rstrip("\n"), "", _COMMENT, f"{BUNDLE}:"])
    yield f"{head}\n{''.join(_yaml_lines(contents, head))}"


def _yaml_lines(contents: BundleContents, head: str) -> Iterator[str]:
    yield f"  path: {_quoted(contents.path)}\n"
    yield "  documents:\n" if contents.documents else "  documents: {}\n"
    for place, text in contents.documents.items():
        yield f"    {_quoted(place)}: {_scalar(text, place, head)}"
    if contents.moved:
        yield "  moved:\n"
    for place, target in contents.moved.items():
        yield f"    {_quoted(place)}: {_quoted(target)}\n"


def _scalar(text: str, place: str, head: str) -> str:
    """A text as a literal block (YAML 1.2.2, section 8.1.2) where it reads the same in its place.

    Else in quotes, which hold everything.
    """
    body = indented_text(text)
    placed = placed_text(text, f"{head}\n\n{body}")
    if not _is_literal(text) or placed is None or not _is_same(text, placed, place):
        return f"{_quoted(text)}\n"
    end = len(text) - len(text.rstrip("\n"))
    mark = "-" if end == 0 else "" if end == 1 else "+"
    return f"|2{mark}\n{body}" + ("" if end else "\n")


def _is_literal(text: str) -> bool:
    return bool(text.strip()) and all(
        one.isprintable() or one in "\n\t" for one in set(text) - {" "}
    ) and _LINE_ENDS.isdisjoint(text)  # fmt: skip


def _is_same(text: str, placed: str, place: str) -> bool:
    value = _value(text, place)
    return value is not None and value == _value(placed, place)


def _value(text: str, name: str = "") -> Value:
    """What a text is parsed to; None where it is malformed."""
    limits = DocumentLimits()
    limits = replace(limits, max_bytes=limits.max_bytes * _ROOM, max_nodes=limits.max_nodes * _ROOM)
    try:
        found: Value = parse(SourceFile(name, text, name), limits, Severity.WARNING).value
    except DocumentError:
        return None
    return found


def _quoted(text: str) -> str:
    """A string in double quotes, as JSON and YAML have it alike (YAML 1.2.2, section 7.3.1)."""
    return json.dumps(text)
