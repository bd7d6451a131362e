"""XPath 1.0 to 3.1 on XML text, within limits: no DTD, entity, file, network or environment.

elementpath evaluates. Nothing can interrupt it, so its tokens and axes count what they do
(``xpath_limits.py``), and a document with more nodes than the limit is refused.
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite, isnan
from sys import maxsize
from typing import Any, Final, TypeAlias
from xml.etree.ElementTree import Comment, Element, ParseError, TreeBuilder, XMLParser

from elementpath.datatypes import UntypedAtomic
from elementpath.exceptions import ElementPathError
from elementpath.xpath_nodes import (
    CommentNode,
    EtreeDocumentNode,
    ProcessingInstructionNode,
    XPathNode,
)
from elementpath.xpath_tokens import XPathArray, XPathMap
from msgspec import Struct

from arazzo_runner.expression.query.limits import Budget, QueryError
from arazzo_runner.expression.query.xpath_limits import BoundedContext, parser_class
from arazzo_runner.expression.value import MaybeValue, Value
from arazzo_runner.text.number import parse_number

MAX_DEPTH: Final = 512
"""How deep elements may nest."""


class XmlDocument(Struct, frozen=True):
    """The root element, and the namespaces by prefix; of two declarations the first counts.

    ``before`` and ``after`` are the comments and processing instructions outside of the root. The
    empty prefix is the default namespace of the root element: names without a prefix mean it
    in XPath 2.0 and later; XPath 1.0 has no such default.
    """

    root: Element
    namespaces: dict[str, str]
    before: tuple[Element, ...] = ()
    after: tuple[Element, ...] = ()


def parse_xml(text: str | bytes, budget: Budget) -> XmlDocument:
    """Parse XML. Raises :class:`QueryError`: not well-formed, a DTD, too deep or too large."""
    target = _Target(budget)
    parser = XMLParser(target=target)  # noqa: S314 - the target refuses DTDs, thus entities
    try:
        parser.feed(text)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as problem:
        raise QueryError(f"the value is not well-formed XML: {problem}") from None
    before = tuple(target.outside[: target.before])
    return XmlDocument(root, target.namespaces, before, tuple(target.outside[target.before :]))


def is_element(node: Element) -> bool:
    """Whether a node of the tree is an element: the tags of the others are functions."""
    return isinstance(node.tag, str)


def without_comments(root: Element) -> None:
    """Take comments and processing instructions out of a tree, and join the text round them."""
    for holder in root.iter():
        if not all(map(is_element, holder)):
            _join_text(holder)


def _join_text(holder: Element) -> None:
    last: Element | None = None
    for node in list(holder):
        if is_element(node):
            last = node
            continue
        tail = node.tail or ""
        holder.remove(node)
        if last is None:
            holder.text = (holder.text or "") + tail
        else:
            last.tail = (last.tail or "") + tail


class _Target(TreeBuilder):
    """Builds the tree while it counts, and notes the prefixes, which the tree does not keep."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(insert_comments=True, insert_pis=True)
        self.budget = budget
        self.depth = 0
        self.before = 0
        self.outside: list[Element] = []
        self.namespaces: dict[str, str] = {}

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        if self.depth == 0:
            self.before = len(self.outside)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryError(f"the XML is nested deeper than {MAX_DEPTH} elements")
        self.budget.spend(1 + len(attrs))
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)

    def comment(self, text: str | None, /) -> Element:
        self.budget.spend()
        return self._with_outside(super().comment(text))

    def pi(self, target: str, text: str | None = None, /) -> Element:
        self.budget.spend()
        return self._with_outside(super().pi(target, text))

    def _with_outside(self, node: Element) -> Element:
        if self.depth == 0:
            self.outside.append(node)
        return node

    def start_ns(self, prefix: str, uri: str) -> None:
        """Called by the parser for each namespace declaration."""
        if prefix or self.depth == 0:
            self.namespaces.setdefault(prefix or "", uri)

    def doctype(self, *_: str | None) -> None:
        """Called by the parser before it reads a DTD."""
        raise QueryError("the XML has a document type declaration, which is not allowed")


MAX_TEXT: Final = 4_000
"""The longest XPath, in bytes."""

UNITS_PER_NODE: Final = 4
"""A visit is counted by the axis, the tokens of its step, and what they yield."""

Item: TypeAlias = Any  # a node or an atomic value, as elementpath has them


def xpath_values(text: str | bytes, query: str, version: str, seconds: float) -> list[Value]:
    """What an XPath selects from XML: a node is its string value, an atomic value itself.

    An array of XPath 3.1 is a list, a map an object: within them, a sequence has the shape that
    :func:`unwrap_sequence` gives it. Raises :class:`QueryError`: the XML or the XPath is invalid,
    the version is unknown, the evaluation fails or does more work than ``seconds`` are worth.
    """
    _, items = xpath_items(text, query, version, seconds)
    return [_value(item) for item in items]


def is_xpath_true(text: str | bytes, query: str, version: str, seconds: float) -> bool:
    """The effective boolean value of an XPath on XML. Raises :class:`QueryError`.

    XPath 1.0, section 4.3 (boolean); 2.0 to 3.1, section 2.4.3: they agree on node-sets and on
    single booleans, numbers and strings, and the later ones refuse everything else.
    """
    _, items = xpath_items(text, query, version, seconds)
    match items:
        case []:
            return False
        case [XPathNode(), *_]:
            return True
        case [bool() | int() | float() | Decimal() as number]:
            return number != 0 and not isnan(number)
        case [str() | UntypedAtomic() as string]:
            return str(string) != ""
        case _:
            raise QueryError("the XPath yields neither nodes nor one boolean, number or string")


def check_xpath(query: str, version: str) -> None:
    """Raise :class:`QueryError` for an XPath that is none in its version.

    Prefixes and types are not judged: they are those of the XML.
    """
    _check_size(query)
    parser = parser_class(version)()
    parser.budget = Budget.of(1.0, UNITS_PER_NODE)
    try:
        parser.parse(query)
    except RecursionError:
        raise QueryError("the XPath is nested too deeply") from None
    except OverflowError:  # `math:exp(1000)`, which like `1 idiv 0` may never be evaluated
        return
    except ElementPathError as problem:
        if str(problem.code).endswith("XPST0003"):
            raise QueryError(f"the XPath failed: {problem}") from None


def _check_size(query: str) -> None:
    size = len(query.encode("utf-8", "replace"))
    if size > MAX_TEXT:
        raise QueryError(f"the XPath has {size:,} bytes; {MAX_TEXT:,} are allowed")


def xpath_items(
    text: str | bytes, query: str, version: str, seconds: float
) -> tuple[XmlDocument, list[Item]]:
    """The document, and what an XPath selects from it. Raises :class:`QueryError`."""
    _check_size(query)
    budget = Budget.of(seconds, UNITS_PER_NODE)
    document = parse_xml(text, budget)
    try:
        return document, _evaluate(document, query, version, budget)
    except RecursionError:
        raise QueryError("the XPath is nested too deeply") from None
    except (ElementPathError, ArithmeticError, LookupError, TypeError, ValueError) as problem:
        # elementpath lets some of Python's own errors through.
        raise QueryError(f"the XPath failed: {problem}") from None


def _evaluate(document: XmlDocument, query: str, version: str, budget: Budget) -> list[Item]:
    parser = parser_class(version)(document.namespaces)
    parser.budget = budget
    context = BoundedContext(document.root, namespaces=document.namespaces, fragment=False)
    context.budget = budget
    _place_outside(document, context.root)
    # elementpath leaves out of string values what follows a comment; its nodes are made by now.
    without_comments(document.root)
    return list(parser.parse(query).select(context))


def _place_outside(document: XmlDocument, holder: Item) -> None:
    """Put comments and processing instructions round the root element into the document node.

    Positions are the document order; the root element has the first.
    """
    (root,) = holder.children
    holder.__class__ = _Document
    holder.position = -len(document.before) - 1
    for at, one in enumerate(document.before):
        _outside(one, holder, at - len(document.before))
    holder.children.remove(root)
    holder.children.append(root)
    for at, one in enumerate(document.after):
        _outside(one, holder, maxsize + at)


class _Document(EtreeDocumentNode):
    """A document node; the library counts comments round the root element to its string value."""

    __slots__ = ()

    @property
    def string_value(self) -> str:
        return str(self.getroot().string_value)

    @property
    def compat_string_value(self) -> str:
        return str(self.getroot().compat_string_value)


def _outside(node: Element, holder: Item, position: int) -> None:
    tag: object = node.tag
    if tag is Comment:
        CommentNode(node, holder, position)
    else:
        ProcessingInstructionNode(node, None, holder, position)


def unwrap_sequence(values: list[Value], empty: MaybeValue = None) -> MaybeValue:
    """A sequence of values as one: ``empty`` for none, one as itself, several as a list.

    XPath 3.1, section 2: an item is the same as a sequence of it alone.
    """
    match values:
        case []:
            return empty
        case [one]:
            return one
        case _:
            return values


def _value(item: Item) -> Value:
    match item:
        case XPathNode():
            return item.string_value
        case XPathArray():
            return [_member(one) for one in item.items()]
        case XPathMap():
            return {str(_value(key)): _member(one) for key, one in item.items()}
        case bool() | int() | str():
            return item
        case float():
            # JSON has no NaN and no infinity.
            return item if isfinite(item) else str(item)
        case Decimal():
            return _number(item)
        case _:
            return str(item)


def _member(member: Item) -> Value:
    """A member of an array or map, which is a sequence."""
    sequence = member if isinstance(member, list) else [member]
    return unwrap_sequence([_value(one) for one in sequence])


def _number(decimal: Decimal) -> Value:
    whole = int(decimal)
    return whole if whole == decimal else parse_number(f"{decimal:f}".rstrip("0"))
