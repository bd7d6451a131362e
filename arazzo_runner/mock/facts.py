"""What the mock knows of a resource: values by plain names, so that `FlowSid` is `flow_sid`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from arazzo_runner.expression.value import Value

Facts: TypeAlias = Mapping[str, Value]
"""Values by plain name."""


def normalized_name(name: str) -> str:
    """A name without case, underscores, hyphens and dots."""
    return "".join(one for one in name.casefold() if one.isalnum())


def facts_of(value: Value) -> dict[str, Value]:
    """The members of an object as facts; nothing of any other value."""
    if not isinstance(value, dict):
        return {}
    return {normalized_name(name): member for name, member in value.items()}


def path_text(value: Value) -> str:
    """A value as it stands in a path."""
    return value if isinstance(value, str) else json.dumps(value)


COMMON_IDS = ("id", "sid", "uuid", "key", "name", "slug")


def id_field(names: Iterable[str], parameter: str) -> str | None:
    """The member that holds what a path parameter names: for `petId`, `petId`, `pet_id`, or `id`.

    The member of the parameter's name, else the longest that the parameter's name ends with, else
    one that is called as ids often are.
    """
    by_plain = {normalized_name(name): name for name in names}
    wanted = normalized_name(parameter)
    if wanted in by_plain:
        return by_plain[wanted]
    endings = [name for name in by_plain if name and wanted.endswith(name)]
    if endings:
        return by_plain[max(endings, key=len)]
    return next((by_plain[name] for name in COMMON_IDS if name in by_plain), None)
