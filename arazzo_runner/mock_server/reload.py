"""New descriptions in place of old ones, while the server runs; their state stays where it can."""

from __future__ import annotations

import re
from collections.abc import Iterable

from arazzo_runner.mock.resources import MockState
from arazzo_runner.mock.response import path_stems
from arazzo_runner.mock_server.runtime import ServerRuntime
from arazzo_runner.mock_server.service import MockService
from arazzo_runner.mock_server.state_file import source_states, states_from_json
from arazzo_runner.openapi.model import ApiDescription


def replace_service(runtime: ServerRuntime, service: MockService) -> None:
    """Go on with another service, and with the state of the one before.

    The state of a source that goes is kept for when it comes back, and for the file.
    """
    before = runtime.service
    carry_states(before, service)
    back = {name: runtime.unserved.pop(name) for name in service.apis if name in runtime.unserved}
    for name, state in states_from_json({"sources": back}).items():
        service.apis[name].state = state
    gone = {name: api.state for name, api in before.apis.items() if name not in service.apis}
    runtime.unserved.update(source_states(gone))
    runtime.service = service


def carry_states(old: MockService, new: MockService) -> None:
    """Let the new sources go on with the state of the old ones of the same names.

    What stands below a path template that the new description does not have is dropped.
    """
    for name, api in new.apis.items():
        known = old.apis.get(name)
        if known is not None:
            before, now = old.descriptions[name], new.descriptions[name]
            drop_other_paths(known.state, _templates(before) & _templates(now))
            api.state = known.state


def _templates(description: ApiDescription) -> set[str]:
    """The path templates, and those of the collections that they lead through."""
    found: set[str] = set()
    for stem in path_stems(description):
        pieces = stem.split("/")
        found.update("/".join(pieces[:end]) for end in range(1, len(pieces) + 1))
    return found


def path_pattern(templates: Iterable[str]) -> re.Pattern[str]:
    """What matches the concrete paths of path templates."""
    patterns = (_concrete_pattern(one) for one in sorted(templates))
    return re.compile("|".join(patterns) or r"(?!)")


def _concrete_pattern(template: str) -> str:
    pieces = re.split(r"(\{[^}]*\})", template)
    # `{path+}` spans several segments.
    names = (".*" if one.endswith(("+}", "*}")) else "[^/]*" for one in pieces[1::2])
    fixed = map(re.escape, pieces[::2])
    return next(fixed) + "".join(name + text for name, text in zip(names, fixed, strict=True))


def unknown_path(state: MockState, description: ApiDescription) -> str | None:
    """A path of a state that the description has no template for; None where it has all."""
    known = path_pattern(_templates(description))
    paths = (*state.collections, *state.gone)
    return next((one for one in paths if known.fullmatch(one) is None), None)


def drop_other_paths(state: MockState, templates: Iterable[str]) -> None:
    """Forget what is at no concrete path of these templates, and how lists showed the rest."""
    known = path_pattern(templates)
    state.keep(lambda path: known.fullmatch(path) is not None)
    # The forms of items are those of the old description.
    state.shown.clear()
