"""The operations of the offered API descriptions: names by which one is told, and search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.description import optional_text
from arazzo_runner.openapi.lookup import OperationEntry, operation_entries
from arazzo_runner.openapi.references import reference_of
from arazzo_runner.portal.documents import OfferedApi, OfferedDocuments
from arazzo_runner.portal.search import WordIndex, index_words
from arazzo_runner.text.diagnostic import did_you_mean

_WEIGHTS: Final = (8.0, 8.0, 3.0, 2.0, 1.0, 0.3)
"""Of name, summary, path, tags, parameters and description: the shorter, the more it tells."""


_NAMESAKES: Final = 10
_DESCRIBED: Final = 200
"""Characters of a description that are searched: BM25 takes long rows for vague ones."""


class ListedOperation(Struct, frozen=True):
    """An operation in the list of all: ``name`` tells it from all others that are offered.

    ``has_unique_id``: no other operation of its description has the same operationId.
    """

    name: str
    source: OfferedApi
    entry: OperationEntry
    summary: str
    tags: tuple[str, ...]
    has_unique_id: bool

    @property
    def title(self) -> str:
        """Its method and path: ``GET /pets/{id}``."""
        return f"{self.entry.method} {self.entry.path}"


class OperationList:
    """All operations that are offered; read, and indexed for search, when first needed."""

    def __init__(self, offered: OfferedDocuments) -> None:
        self._offered = offered

    @cached_property
    def operations(self) -> tuple[ListedOperation, ...]:
        """All of them, in the order of the descriptions."""
        entries = [(one, entry) for one in self._offered.apis for entry in _entries(one)]
        ids = Counter(optional_text(entry.node, "operationId") for _, entry in entries)
        own = Counter(
            (one.name, optional_text(entry.node, "operationId")) for one, entry in entries
        )
        titles = Counter(_title(entry) for _, entry in entries)
        return tuple(
            ListedOperation(
                _name(source, entry, ids, titles),
                source,
                entry,
                _summary(entry.node),
                tuple(_texts(entry.node.get("tags"))),
                own[source.name, optional_text(entry.node, "operationId")] == 1,
            )
            for source, entry in entries
        )

    @cached_property
    def _index(self) -> WordIndex:
        return WordIndex(map(_row, self.operations), _WEIGHTS)

    @cached_property
    def _summaries(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(index_words(one.summary)) for one in self.operations)

    @cached_property
    def _names(self) -> Mapping[str, ListedOperation]:
        """The operations by all that may name one; what comes first keeps a name."""
        names: dict[str, ListedOperation] = {}
        for spell in (_unique_name, _operation_id, _sourced_id, _titled, _sourced_title):
            for one in self.operations:
                names.setdefault(spell(one), one)
        return names

    def search(self, query: str) -> list[ListedOperation]:
        """Those that have any of the words, the best first; all of them where there is no word."""
        if not query.strip():
            return list(self.operations)
        words = frozenset(index_words(query))
        # What is called exactly so comes before what is called so among other words.
        ranked = sorted(self._index.search(query), key=lambda at: self._summaries[at] != words)
        return [self.operations[at] for at in ranked]

    def find(self, name: str) -> ListedOperation | None:
        """The operation of an operationId, ``source.operationId``, or ``METHOD /path``."""
        method, _, path = name.strip().partition(" ")
        return self._names.get(name.strip()) or self._names.get(f"{method.upper()} {path.strip()}")

    def namesakes(self, operation: ListedOperation) -> list[str]:
        """The names of the other operations with its operationId."""
        own = _operation_id(operation)
        return [
            one.name
            for one in self.operations
            if one is not operation and _operation_id(one) == own
        ][:_NAMESAKES]

    def hint(self, name: str) -> str:
        """What to call instead of a name that no operation has."""
        return did_you_mean(name, self._names) or "`find_operations` finds operations by words"

    @property
    def all_tags(self) -> tuple[str, ...]:
        """All tags, each once."""
        return tuple(dict.fromkeys(tag for one in self.operations for tag in one.tags))


def _entries(source: OfferedApi) -> Iterator[OperationEntry]:
    try:
        yield from operation_entries(source.api)
    except DocumentError:
        return  # `paths` itself is broken: there are none


def _name(
    source: OfferedApi,
    entry: OperationEntry,
    ids: Mapping[str | None, int],
    titles: Mapping[str, int],
) -> str:
    name = optional_text(entry.node, "operationId")
    if name is not None:
        return name if ids[name] == 1 else f"{source.name}.{name}"
    title = _title(entry)
    return title if titles[title] == 1 else f"{source.name}.{title}"


def _title(entry: OperationEntry) -> str:
    return f"{entry.method} {entry.path}"


def _unique_name(operation: ListedOperation) -> str:
    return operation.name


def _operation_id(operation: ListedOperation) -> str:
    return optional_text(operation.entry.node, "operationId") or operation.title


def _sourced_id(operation: ListedOperation) -> str:
    return f"{operation.source.name}.{_operation_id(operation)}"


def _titled(operation: ListedOperation) -> str:
    return operation.title


def _sourced_title(operation: ListedOperation) -> str:
    return f"{operation.source.name}.{operation.title}"


def _summary(node: dict[str, Value]) -> str:
    """A line about an operation: its summary, else the first sentence of its description."""
    text = text_of(node, "summary") or text_of(node, "description").partition(". ")[0]
    return " ".join(text.split())


def text_of(node: Mapping[str, Any], name: str) -> str:
    """A text of a node; empty where there is none."""
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _texts(value: Value) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _row(operation: ListedOperation) -> tuple[str, ...]:
    entry = operation.entry
    item, _ = entry.item
    parameters = (*_parameter_names(item), *_parameter_names(entry.node))
    return (
        _operation_id(operation),
        operation.summary,
        operation.title,
        " ".join(operation.tags),
        " ".join(parameters),
        text_of(entry.node, "description")[:_DESCRIBED],
    )


def _parameter_names(node: dict[str, Value]) -> Iterator[str]:
    """The names of parameters; of one that stands elsewhere, what the reference calls it."""
    listed = node.get("parameters")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield (reference_of(one) or text_of(one, "name")).rpartition("/")[2]
