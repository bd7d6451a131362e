"""Which of many errors explain best why a value does not fit: the relevance of jsonschema.

jsonschema-rs finds the errors and knows their places; jsonschema weighs them. It prefers what is
wrong further up, what is no choice between schemas, and what is of the right type; where a choice
fails, the branch that got furthest (``jsonschema.exceptions.relevance`` and ``best_match``). It is
imported only where there is something to weigh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.references import value_at
from arazzo_runner.openapi.schema.standalone import DEFINITION
from arazzo_runner.openapi.schema.walk import CHOICES

MOST: Final = 1_000
"""So many errors are weighed."""


def relevant_errors(errors: Iterable[Any], schema: Value) -> list[Any]:
    """Errors of a validator by relevance, those of a choice narrowed to the branch that was meant.

    ``schema`` is the root of the schema that was broken. What is as relevant stays in its order.
    """
    few = list(islice(errors, MOST))
    return [one for error in _ranked(few, schema) for one in _narrow_errors(error, schema)]


def _ranked(errors: list[Any], schema: Value) -> list[Any]:
    if len(errors) < 2:
        return errors
    from jsonschema.exceptions import relevance

    return sorted(errors, key=lambda one: relevance(_weighed(one, schema)), reverse=True)


def _weighed(error: Any, schema: Value) -> Any:
    """An error as jsonschema has it, as far as relevance asks."""
    from jsonschema import Draft202012Validator, ValidationError

    return ValidationError(
        error.message,
        validator=error.kind.name,
        # How deep it is counts. Where it is there, would put later items before earlier ones.
        path=(0,) * len(error.instance_path),
        instance=error.instance,
        schema=_schema_around(error, schema),
        type_checker=Draft202012Validator.TYPE_CHECKER,
    )


def _schema_around(error: Any, schema: Value) -> Any:
    """The schema object whose keyword an error is of."""
    try:
        node, _ = value_at(schema, tuple(error.schema_path[:-1]))
    except LookupError:  # of a keyword that stands for others
        return {}
    return node


def _narrow_errors(error: Any, schema: Value) -> Iterator[Any]:
    """The errors of the one branch that was meant, where a choice of schemas fails.

    The discriminator tells which; without one, a constant member, else the best match.
    """
    branches: list[list[Any]] = getattr(error.kind, "context", [])
    index = None
    if error.kind.name in CHOICES and branches:
        index = _discriminated_branch(error, schema, len(branches))
        if index is None:
            index = _tagged_branch(error, branches)
        if index is None:
            index = _best_branch(branches, schema)
    if index is None or not branches[index]:
        yield error
        return
    for one in _ranked(branches[index], schema):
        yield from _narrow_errors(one, schema)


def _tagged_branch(error: Any, branches: list[list[Any]]) -> int | None:
    """The number of the only branch that the value can be meant for by its constant members.

    Such as `kind: card`: all others want another constant there, and the one an object as well.
    """
    base = list(error.instance_path)
    tags = [{_tag(one, base) for one in branch} - {None} for branch in branches]
    fit = [at for at, found in enumerate(tags) if not found]
    others = [found for found in tags if found]
    if len(fit) != 1 or not others or not set.intersection(*others):
        return None
    is_other_type = any(
        one.kind.name == "type" and list(one.instance_path) == base for one in branches[fit[0]]
    )
    return None if is_other_type else fit[0]


def _tag(error: Any, base: list[Any]) -> str | None:
    """The member whose constant a value does not have; OpenAPI 3.0 has `enum` alone for it."""
    kind, path = error.kind, list(error.instance_path)
    is_constant = kind.name == "const" or (kind.name == "enum" and len(kind.options) == 1)
    return str(path[-1]) if is_constant and path[:-1] == base and len(path) > len(base) else None


def _best_branch(branches: list[list[Any]], schema: Value) -> int | None:
    """The number of the branch that fits best by what is most wrong in each; None for a draw."""
    if not all(branches):
        return None  # several fit
    from jsonschema.exceptions import ValidationError, best_match

    heads = [_weighed(_ranked(one, schema)[0], schema) for one in branches]
    best = best_match([ValidationError("", validator=CHOICES[0], context=heads)])
    return next((at for at, head in enumerate(heads) if head is best), None)


def _discriminated_branch(error: Any, schema: Value, count: int) -> int | None:
    """The number of the branch that the value's discriminator names."""
    try:
        parent, _ = value_at(schema, tuple(error.schema_path[:-1]))
        tag = error.instance[parent["discriminator"]["propertyName"]]
        mapping = parent["discriminator"].get("mapping", {})
        wanted = mapping.get(tag, f"{DEFINITION}{tag}")
        references = [one.get("$ref") for one in parent[error.schema_path[-1]]]
        index = references.index(wanted)
    except (LookupError, TypeError, ValueError, AttributeError):
        # No discriminator, or one that names no branch: nothing to go by.
        return None
    return index if index < count else None
