"""The names of workflows where only some characters are allowed: as tools of models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arazzo_runner.text.pattern import lazy_pattern

_OTHER: Final = lazy_pattern(r"[^A-Za-z0-9_-]")
LONGEST: Final = 64
"""Characters of a name; the models that take fewest take so many."""


def tool_names(
    workflow_ids: Sequence[str], suffix: str = "", others: Sequence[str] = ()
) -> list[str]:
    """A name for each workflow: its workflowId, other characters as ``_``, each name once.

    What is too long or taken, also by ``others``, ends in ``suffix`` (of the document), and in a
    number where that is taken as well.
    """
    taken: list[str] = [*others]
    for workflow_id in workflow_ids:
        name = _OTHER.sub("_", workflow_id) or "_"
        if len(name) > LONGEST or name in taken:
            name = _free_name(name, _OTHER.sub("_", suffix), taken)
        taken.append(name)
    return taken[len(others) :]


def _free_name(name: str, suffix: str, taken: Sequence[str]) -> str:
    numbers = (f"_{number}" for number in range(2, len(taken) + 3))
    endings = (f"_{suffix}"[: LONGEST // 2] if suffix else "", *numbers)
    names = (name[: LONGEST - len(ending)] + ending for ending in endings)
    return next(one for one in names if one not in taken)
