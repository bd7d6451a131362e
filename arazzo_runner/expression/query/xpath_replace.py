"""Replacing what an XPath selects in XML text; all other text stays as it is written.

Arazzo 1.1.0, "Payload Replacement Object".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias
from xml.etree.ElementTree import Element
from xml.parsers.expat import ParserCreate
from xml.sax.saxutils import escape, quoteattr

from elementpath.xpath_nodes import AttributeNode, ElementNode, TextNode

from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.query.xpath import Item, xpath_items
from arazzo_runner.text.pattern import lazy_pattern

ByteEdit: TypeAlias = tuple[int, int, bytes]
"""A range of bytes and what stands there instead."""

ByteSpan: TypeAlias = tuple[int, int]

# JSON strings may hold half of a surrogate pair.
_UTF_8: Final = ("utf-8", "surrogatepass")
_START_TAG: Final = lazy_pattern(rb"""<[^\s/>]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE: Final = lazy_pattern(rb"""\s(?!xmlns[:\s=])[^\s=/>]+\s*=\s*("[^"]*"|'[^']*')""")


def replace_xpath(text: str, target: str, new: str, version: str, seconds: float) -> str:
    """XML text in which what ``target`` selects holds ``new``, escaped.

    The content of a selected element is replaced, or the value of a selected attribute. Raises
    :class:`QueryError`: the text is no XML, or the target is invalid or selects nothing.
    """
    document, items = xpath_items(text, target, version, seconds)
    if not items:
        raise QueryError(f"`{target}` selects nothing")
    order = {element: place for place, element in enumerate(document.root.iter())}
    content = text.encode(*_UTF_8)
    spans = _spans(content)
    edits = [_edit(item, content, spans[order[_element(item)]], new) for item in items]
    return _apply_edits(content, edits).decode(*_UTF_8)


def _element(item: Item) -> Element:
    """The element that an edit of this node is in."""
    match item:
        case ElementNode():
            node: Item = item
        case AttributeNode() | TextNode():
            node = item.parent
        case _:
            raise QueryError("the target selects neither elements nor attributes nor text")
    element: Element = node.value
    return element


def _spans(text: bytes) -> list[ByteSpan]:
    """Where each element begins, and where its end tag does, in document order."""
    starts: list[int] = []
    ends: dict[int, int] = {}
    open_: list[int] = []
    parser = ParserCreate("utf-8")

    def start(*_: object) -> None:
        open_.append(len(starts))
        starts.append(parser.CurrentByteIndex)

    def end(*_: object) -> None:
        ends[open_.pop()] = parser.CurrentByteIndex

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(text, True)  # noqa: FBT003 - it takes no keywords
    return [(at, ends[place]) for place, at in enumerate(starts)]


def _edit(item: Item, text: bytes, span: ByteSpan, new: str) -> ByteEdit:
    if isinstance(item, AttributeNode):
        place = [*_element(item).attrib].index(str(item.name))
        return _attribute_edit(text, span, place, new)
    return _content_edit(text, span, new)


def _content_edit(text: bytes, span: ByteSpan, new: str) -> ByteEdit:
    tag = _start_tag(text, span)
    after = span[0] + len(tag)
    content = escape(new).encode(*_UTF_8)
    if not tag.endswith(b"/>"):
        return after, span[1], content
    name = re.split(rb"[\s/]", tag[1:], maxsplit=1)[0]
    return after - 2, after, b">" + content + b"</" + name + b">"


def _attribute_edit(text: bytes, span: ByteSpan, place: int, new: str) -> ByteEdit:
    found = list(_ATTRIBUTE.finditer(_start_tag(text, span)))[place]
    return span[0] + found.start(1), span[0] + found.end(1), quoteattr(new).encode(*_UTF_8)


def _start_tag(text: bytes, span: ByteSpan) -> bytes:
    found = _START_TAG.match(text, span[0])
    assert found is not None  # expat has read a start tag here
    return found.group()


def _apply_edits(text: bytes, edits: Iterable[ByteEdit]) -> bytes:
    """The text with all edits done; of two that overlap, the outer one counts."""
    out: list[bytes] = []
    done = 0
    for start, end, new in sorted(edits):
        if start >= done:
            out += [text[done:start], new]
            done = end
    return b"".join([*out, text[done:]])
