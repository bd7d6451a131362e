"""States of a resource that end: which values of which member are waited for."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.identifiers import split_words
from arazzo_runner.generate.openapi.schemas import DocumentedSchema

_NAMES: Final = ("status", "state", "phase", "lifecyclestate", "jobstatus", "jobstate", "runstatus")
_GOOD: Final = frozenset(
    {
        *("ended", "completed", "complete", "succeeded", "success", "successful", "done"),
        *("finished", "processed", "ready"),
    }
)
_WAITING: Final = frozenset(
    {
        *("active", "pending", "running", "queued", "enqueued", "inprogress", "progress"),
        *("processing", "waiting", "scheduled", "started", "starting", "created", "new"),
        *("initializing", "initiated", "provisioning", "creating", "building", "accepted"),
        *("submitted", "working", "executing", "preparing", "validating", "notstarted"),
        *("received", "importing", "exporting", "converting"),
    }
)


class EndState(Struct, frozen=True):
    """A member with the values that end well, and those of a resource that is still at work."""

    member: str
    good: tuple[str, ...]
    waiting: tuple[str, ...]


def state_member(schema: DocumentedSchema | None) -> str | None:
    """The member that holds the state of a resource."""
    by_plain = {_plain(name): name for name in schema.names} if schema else {}
    return next((by_plain[name] for name in _NAMES if name in by_plain), None)


def end_state(schema: DocumentedSchema | None) -> EndState | None:
    """The state that can be waited for; None where the description lists none that ends."""
    name = state_member(schema)
    inner = schema.member(name) if schema is not None and name is not None else None
    if name is None or inner is None:
        return None
    values = [one for one in inner.choices() if isinstance(one, str)]
    good = tuple(one for one in values if _plain(one) in _GOOD)
    waiting = tuple(one for one in values if _plain(one) in _WAITING)
    return EndState(name, good, waiting) if good and waiting else None


def is_settable(schema: DocumentedSchema | None, member: str) -> bool:
    """Whether a client gives the state itself when it creates the resource."""
    return schema is not None and any(_plain(one) == _plain(member) for one in schema.names)


def _plain(text: Value) -> str:
    return "".join(split_words(str(text)))
