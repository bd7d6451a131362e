"""XML text → an element tree, without DTDs and entities, its size counted."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from msgspec import Struct

from arazzo_runner.expression.budget import Budget, QueryError

MAX_DEPTH: Final = 512
"""How deep elements may nest."""


class XmlDocument(Struct, frozen=True):
    """The root element, and the namespaces by prefix; of two declarations the first counts.

    The empty prefix is the default namespace of the root element: names without a prefix mean it
    in XPath 2.0 and later; XPath 1.0 has no such default.
    """

    root: Element
    namespaces: dict[str, str]


def parse_xml(text: str | bytes, budget: Budget) -> XmlDocument:
    """Parse XML. Raises :class:`QueryError`: not well-formed, a DTD, too deep or too large."""
    target = _Target(budget)
    parser = XMLParser(target=target)  # noqa: S314 - the target refuses DTDs, thus entities
    try:
        parser.feed(text)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as problem:
        raise QueryError(f"the value is not well-formed XML: {problem}") from None
    return XmlDocument(root, target.namespaces)


class _Target(TreeBuilder):
    """Builds the tree while it counts, and notes the prefixes, which the tree does not keep."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self.budget = budget
        self.depth = 0
        self.namespaces: dict[str, str] = {}

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryError(f"the XML is nested deeper than {MAX_DEPTH} elements")
        self.budget.spend(1 + len(attrs))
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)

    def start_ns(self, prefix: str, uri: str) -> None:
        """Called by the parser for each namespace declaration."""
        if prefix or self.depth == 0:
            self.namespaces.setdefault(prefix or "", uri)

    def doctype(self, *_: str | None) -> None:
        """Called by the parser before it reads a DTD."""
        raise QueryError("the XML has a document type declaration, and those are refused")
