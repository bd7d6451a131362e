"""What OpenAPI 2.0 and 3.0, and older drafts, say otherwise than JSON Schema 2020-12.

OpenAPI Specification 3.0.4, section "Schema Object"; JSON Schema Validation draft-07, section 6.4.
"""

from __future__ import annotations

from typing import Final

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.schema.walk import Relation, keywords, with_rest_items
from arazzo_runner.text.pattern import lazy_pattern

_COMBINING: Final = frozenset(keywords(Relation.ALL, Relation.CHOICE))

# A class like `\w` cannot begin a range, yet many patterns have `[\w-.]`; ECMAScript's annex B
# reads the hyphen as itself, the engine here wants it escaped.
_LOOSE_HYPHEN: Final = lazy_pattern(r"(?<!\\)((?:\\\\)*\\[wWdDsS])-(?=[^\]])")


def translate_schema(
    version: tuple[int, int], node: dict[str, Value], written: dict[str, Value]
) -> dict[str, Value]:
    """A schema in the words of 2020-12: ``node`` as described, ``written`` so far converted."""
    for name, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(written.get(name), bool):
            exclusive = written.pop(name)
            if exclusive and plain in written:
                written[name] = written.pop(plain)
    written = with_rest_items(node, written)
    if written.get("type") == "file":
        written["type"] = "string"
    if isinstance(written.get("pattern"), str):
        written["pattern"] = _LOOSE_HYPHEN.sub(r"\1\\-", written["pattern"])
    is_nullable = node.get("nullable") is True or node.get("x-nullable") is True
    return _translate_nullable(written) if is_nullable and version < (3, 1) else written


def _translate_nullable(written: dict[str, Value]) -> dict[str, Value]:
    """3.0: ``nullable`` adds null to the type, and so to what the type's ``enum`` lists.

    Without a type the specification gives it no meaning; beside ``allOf`` and the like it is
    taken as it is meant everywhere, that the whole may be null.
    """
    kind, choices = written.get("type"), written.get("enum")
    if kind is None:
        combined = not _COMBINING.isdisjoint(written)
        return {"anyOf": [{"type": "null"}, written]} if combined else written
    if isinstance(kind, str):
        written["type"] = [kind, "null"]
    if isinstance(choices, list) and None not in choices:
        written["enum"] = [*choices, None]
    return written
