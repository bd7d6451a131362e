"""Bundles: an Arazzo document that has all the documents which it needs in `x-bundle`.

Arazzo Specification 1.1.0, "Specification Extensions" and "Source Description Object": `url`
identifies a document, which may be supplied in another way than by reading it there. A bundle is
as a folder: the document itself stands at ``path`` in it, and relative URIs mean what is beside
that. So no reference is written otherwise than by its author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.document.retrieval import (
    DocumentAccess,
    Retrieve,
    RetrievedDocument,
    RetrieveError,
)
from arazzo_runner.document.uris import base_uri, resolve_reference, split_uri, without_fragment
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, describe
from arazzo_runner.http_semantics.user_information import without_logins
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, SourceFile

BUNDLE: Final = "x-bundle"
INDENT: Final = " " * 6
"""What stands before each line of a document in a bundle, which is written in YAML."""

# YAML 1.2.2, section 9.1: they stand at the beginning of a line, so no document in another has one.
_MARKS: Final = lazy_pattern(r"^(?:---|\.\.\.|%)", re.MULTILINE)
_FIRST_MARK: Final = lazy_pattern(r"\A(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*(?=\n|#)")


class Bundle(Struct, frozen=True):
    """What is in a bundle: ``documents`` by their URIs, all that may be asked for.

    ``uri`` is where the bundle itself was read, ``root`` the folder that it is as one, and
    ``base_uri`` what its references are relative to.
    """

    uri: str
    root: str
    base_uri: str
    documents: Mapping[str, RetrievedDocument]


def open_bundle(
    document: ArazzoDocument, access: DocumentAccess
) -> tuple[ArazzoDocument, DocumentAccess, tuple[Diagnostic, ...]]:
    """The document with the base URI that it has in its bundle, and the ways to what is in there.

    With them what is wrong with a bundle that cannot be read: AZ112, AZ113.
    """
    try:
        bundle = _read_bundle(document)
    except DocumentError as reason:
        return document, access, reason.diagnostics
    base = base_uri(document.self_uri, bundle.base_uri)
    return replace(document, base_uri=base), _bundled_access(access, bundle), ()


def _bundled_access(access: DocumentAccess, bundle: Bundle) -> DocumentAccess:
    def retrieve_for(asking: str) -> Retrieve:
        # What a bundle says that it read elsewhere has no more rights than the bundle.
        is_own = without_fragment(asking) in bundle.documents
        retrieve = access.retrieve_for(bundle.uri if is_own else asking)

        def read(uri: str) -> RetrievedDocument:
            key = bundle_key(uri)
            if key not in bundle.documents and key.startswith(bundle.root):
                message = f"`{key.removeprefix(bundle.root)}` is not in the bundle"
                raise RetrieveError(message, "let `arazzo bundle` write it again")
            return bundle.documents.get(key) or retrieve(uri)

        return read

    return replace(access, retrieve_for=retrieve_for)


def bundle_key(uri: str) -> str:
    """A URI as bundles name it: without a fragment, and without user information."""
    return without_logins(without_fragment(uri))


def _read_bundle(document: ArazzoDocument) -> Bundle:
    source = document.source
    place = Place(source, (BUNDLE,))
    node = _object(document.raw[BUNDLE], place)
    root = str(replace(split_uri(source.uri), query=None, fragment=None)).rstrip("/") + "/"
    path = place.at("path")
    here = _document_uri(root, _text(node.get("path", ""), path), path)
    found = {here: RetrievedDocument(source.text.encode(), source.name, here)}
    for name, text, at in _texts(node, "documents", place):
        uri = _document_uri(root, name, at)
        found[uri] = _document(text, uri, name, source)
    for name, target, at in _texts(node, "moved", place):
        known = found.get(resolve_reference(root, target))
        if known is None:
            message = f"`{target}` is no document of this bundle"
            raise DocumentError(error("AZ113", message, at, "not in `documents`"))
        found[_document_uri(root, name, at)] = known
    return Bundle(source.uri, root, here, found)


def _texts(node: dict[str, Value], name: str, place: Place) -> Iterator[tuple[str, str, Place]]:
    at = place.at(name)
    for key, value in _object(node.get(name, {}), at).items():
        yield key, _text(value, at.at(key)), at.at(key)


def _document_uri(root: str, name: str, place: Place) -> str:
    if split_uri(name).scheme not in (None, "http", "https"):
        message = f"a document of a bundle has a path or an http(s) URL, not `{name}`"
        raise DocumentError(error("AZ113", message, place.key()))
    return resolve_reference(root, name)


def _document(text: str, uri: str, name: str, source: SourceFile) -> RetrievedDocument:
    """A document as it stands in the bundle, so that its lines are those of the bundle."""
    placed = placed_text(text, source.text)
    if placed is not None:
        return RetrievedDocument(_octets(placed), source.name, uri, text)
    shown = name if split_uri(name).scheme else f"{source.name}/{name}"
    return RetrievedDocument(_octets(text), shown, uri)


def _octets(text: str) -> bytes:
    """Halves of surrogate pairs, which JSON can have, become what is no UTF-8: that is reported."""
    return text.encode("utf-8", "surrogatepass")


def indented_text(text: str) -> str:
    """A text with what stands before its lines in a bundle; empty lines stay empty."""
    return "\n".join(f"{INDENT}{line}" if line else "" for line in text.split("\n"))


def placed_text(text: str, whole: str) -> str | None:
    """A document below as many blank lines as are above it in a bundle, and as far to the right.

    None where it is not written like that, or would not be the same YAML there.
    """
    content = _FIRST_MARK.sub(lambda mark: mark[0][: mark[0].rindex("---")], text)
    if _MARKS.search(content):
        return None
    at = whole.find(f"\n{indented_text(text)}")
    return None if at < 0 else "\n" * whole.count("\n", 0, at + 1) + indented_text(content)


def _object(value: Value, place: Place) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise _type_error("an object", value, place)


def _text(value: Value, place: Place) -> str:
    if isinstance(value, str):
        return value
    raise _type_error("a string", value, place)


def _type_error(wanted: str, value: Value, place: Place) -> DocumentError:
    message = f"`{place.pointer[-1]}` of a bundle has to be {wanted}, not {describe(value)}"
    help_ = "let `arazzo bundle` write it again"
    return DocumentError(error("AZ112", message, place, "", help_))
