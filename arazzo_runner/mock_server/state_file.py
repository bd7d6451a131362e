"""The state of a mock server as JSON: of ``--state FILE`` and of ``/__arazzo/state``.

A file that a person writes needs no more than ids and facts:
``{"sources": {"pets": {"resources": {"/pets": [{"id": "1", "facts": {"name": "Rex"}}]}}}}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from arazzo_runner.errors import UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.mock.resources import MockState, Resource, normalized_name
from arazzo_runner.mock_server.service import BOUND
from arazzo_runner.report.files import write_atomically
from arazzo_runner.retrieve.pipe import read_file
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.json_write import INDENTED, write_json
from arazzo_runner.text.number import parse_number

SCHEMA_VERSION: Final = "1.0"


class _Resource(Struct, frozen=True):
    id: str
    facts: dict[str, Any] = field(default_factory=dict)
    born: int = -60
    fetches: int = 0
    fixed: tuple[str, ...] | None = None
    spelling: dict[str, str] | None = None


class _Source(Struct, frozen=True):
    resources: dict[str, tuple[_Resource, ...]] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    paged: tuple[str, ...] = ()
    write_only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    outdated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    clock: int = 0


class _State(Struct, frozen=True):
    sources: dict[str, _Source]
    schema_version: str = SCHEMA_VERSION


def state_json(states: Mapping[str, MockState]) -> dict[str, Value]:
    """The states of sources by name as plain data."""
    return {"schema_version": SCHEMA_VERSION, "sources": source_states(states)}


def source_states(states: Mapping[str, MockState]) -> dict[str, Value]:
    """The part of it by source."""
    return {name: _source_json(state) for name, state in states.items()}


def _source_json(state: MockState) -> dict[str, Value]:
    return {
        "resources": {
            collection: [_resource_json(one) for one in known.values()]
            for collection, known in state.collections.items()
        },
        "deleted": list(state.gone),
        "written": sorted(state.written),
        "paged": sorted(state.paged),
        "write_only": {name: sorted(one) for name, one in state.write_only.items()},
        "tags": dict(state.tags),
        "outdated": {path: sorted(one) for path, one in state.outdated.items()},
        "clock": state.clock,
    }


def _resource_json(one: Resource) -> dict[str, Value]:
    return {
        "id": one.id,
        "facts": {one.spelling.get(plain, plain): value for plain, value in one.facts.items()},
        "born": one.born,
        "fetches": one.fetches,
        "fixed": sorted(one.fixed),
        "spelling": dict(one.spelling),
    }


def states_from_json(value: Value) -> dict[str, MockState]:
    """The states in plain data. Raises ValueError, whose text says what is wrong and where."""
    read = msgspec.convert(value, _State)
    if read.schema_version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise ValueError(f"its `schema_version` is `{read.schema_version}`, not `{SCHEMA_VERSION}`")
    return {name: _state(one) for name, one in read.sources.items()}


def _state(read: _Source) -> MockState:
    state = MockState(BOUND)
    for collection, resources in read.resources.items():
        state.collections.setdefault(collection, {})
        for one in resources:
            state.put(collection, _resource(one))
    state.gone.update(dict.fromkeys(read.deleted))
    state.written.update(read.written)
    state.paged.update(read.paged)
    state.write_only.update((name, set(one)) for name, one in read.write_only.items())
    state.tags.update(read.tags)
    state.outdated.update((path, set(one)) for path, one in read.outdated.items())
    state.clock = read.clock
    return state


def _resource(read: _Resource) -> Resource:
    names = {normalized_name(name): name for name in read.facts}
    facts = {normalized_name(name): value for name, value in read.facts.items()}
    # Who writes no `fixed` wants the values as they stand there.
    fixed = frozenset(names if read.fixed is None else read.fixed)
    spelling = names if read.spelling is None else read.spelling
    return Resource(read.id, facts, read.born, fixed, read.fetches, spelling)


class ReadState(Struct, frozen=True):
    """The states of a file by source, and ``plain``, the same as they stand there."""

    states: dict[str, MockState] = field(default_factory=dict)
    plain: dict[str, Value] = field(default_factory=dict)


def read_state(path: str | Path) -> ReadState:
    """The states of a file; none where there is no file yet. Raises UsageError AZ906."""
    try:
        value = json.loads(read_file(path), parse_float=parse_number)
        return ReadState(states_from_json(value), value["sources"])
    except FileNotFoundError:
        return ReadState()
    except OSError as reason:
        raise _state_error(path, (reason.strerror or str(reason)).lower()) from None
    except RecursionError:
        raise _state_error(path, "it is nested too deeply") from None
    except ValueError as reason:  # no JSON, no UTF-8, or of another form
        raise _state_error(path, str(reason)) from None


def _state_error(path: str | Path, why: str) -> UsageError:
    message = f"the state `{path}` cannot be used: {why[:1].lower()}{why[1:]}"
    hint = "`arazzo mock --state FILE` writes one where there is none; docs/mock.md has its form"
    return UsageError(error("AZ906", message, help=hint))


def write_state(
    path: str | Path, states: Mapping[str, MockState], unserved: Mapping[str, Value]
) -> None:
    """Put the states into a file, whole or not at all. Raises UsageError AZ907.

    ``unserved`` are those of sources that are not served, as plain data.
    """
    sources = {**unserved, **source_states(states)}
    text = write_json({**state_json({}), "sources": sources}, INDENTED)
    write_atomically(path, f"{text}\n".encode("utf-8", "backslashreplace"), "state")
