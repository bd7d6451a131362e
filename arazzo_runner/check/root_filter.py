"""AZ318: a JSONPath that begins with a filter, where the root is an object.

RFC 9535, section 2.3.5: a filter looks at the members of the root, never at the root itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.check.shapes import expression_shape
from arazzo_runner.check.view import StepContext
from arazzo_runner.document.model import QueryCriterion
from arazzo_runner.expression.common_mistakes import portable_filter
from arazzo_runner.openapi.schema.descend import SchemaShape, names_of
from arazzo_runner.text.diagnostic import Diagnostic, warning
from arazzo_runner.text.suggested_fix import change_text

_OBJECT: Final = frozenset({"object"})


def root_filter_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ318, where the schema says that the root is an object with members of its own."""
    for criterion in view.step.criteria:
        if not isinstance(criterion, QueryCriterion) or criterion.kind != "jsonpath":
            continue
        portable = portable_filter(criterion.text)
        shape = (
            expression_shape(criterion.context, view, view.answers) if criterion.context else None
        )
        if portable is not None and shape is not None and _is_record(shape):
            message = "this filter looks at the members of an object, never at the object itself"
            help_line = f"to ask about the object, write `{portable}`"
            place = criterion.place.at("condition")
            yield warning("AZ318", message, place, "", help_line, change_text(place, portable))


def _is_record(shape: SchemaShape) -> bool:
    is_named = any(names_of(one) for one in shape.alternatives or ())
    return is_named and shape.kinds == _OBJECT
