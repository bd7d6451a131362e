"""`find_operations`: operations by words, tag, method and path, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from arazzo_runner.portal.model import ToolResult
from arazzo_runner.portal.operations import ListedOperation, OperationList
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import did_you_mean, shorten

LIMIT: Final = 10
MOST: Final = 50
_SUMMARY: Final = 120
_TAGS: Final = 30


def find_operations(listing: OperationList, arguments: Mapping[str, Any]) -> ToolResult:
    """The operations that have the words of the query and fit the other arguments."""
    query, limit = arguments.get("query", ""), arguments.get("limit", LIMIT)
    found = [one for one in listing.search(query) if _is_within(one, arguments)]
    if not found:
        return ToolResult("\n".join(_hint_lines(listing, arguments)), _data([], 0))
    lines = [_line(one) for one in found[:limit]]
    left = len(found) - len(lines)
    if left:
        lines.append(f"{left:,} more; narrow the query, or pass a `tag`, `method` or `path`")
    return ToolResult("\n".join(lines), _data(found[:limit], len(found)))


def _is_within(operation: ListedOperation, arguments: Mapping[str, Any]) -> bool:
    tag, method = arguments.get("tag"), arguments.get("method")
    return (
        (tag is None or tag.casefold() in (one.casefold() for one in operation.tags))
        and (method is None or method.upper() == operation.entry.method.upper())
        and arguments.get("path", "").casefold() in operation.entry.path.casefold()
    )


def _line(operation: ListedOperation) -> str:
    name = "" if operation.name == operation.title else f"{operation.name}: "
    summary = f" - {shorten(operation.summary, _SUMMARY)}" if operation.summary else ""
    return escape(f"{name}{operation.title}{summary}")


def _data(operations: Sequence[ListedOperation], total: int) -> dict[str, Any]:
    return {"operations": [_entry(one) for one in operations], "total": total}


def _entry(operation: ListedOperation) -> dict[str, Any]:
    return {
        "operation": operation.name,
        "source": operation.source.name,
        "method": operation.entry.method,
        "path": operation.entry.path,
        "summary": shorten(operation.summary, _SUMMARY),
        "tags": list(operation.tags),
    }


def _hint_lines(listing: OperationList, arguments: Mapping[str, Any]) -> Iterator[str]:
    """What can be asked for instead."""
    yield f"none of the {len(listing.operations):,} operations fits"
    tags = listing.all_tags
    tag = arguments.get("tag")
    if tag is not None and tag not in tags:
        hint = did_you_mean(tag, tags)
        yield f"no operation has the tag `{escape(shorten(tag))}`" + (f"; {hint}" if hint else "")
    if tags:
        more = f", and {len(tags) - _TAGS:,} more" if len(tags) > _TAGS else ""
        yield escape(f"help: other words, or one of the tags: {', '.join(tags[:_TAGS])}{more}")
