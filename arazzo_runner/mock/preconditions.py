"""Conditional requests (RFC 9110, section 13), where entity tags are documented.

A documented `ETag` tells one version of a resource from the next. `If-Match` with the tag of an
earlier version is a 412, `If-None-Match` with that of this version a 304, or a 412 where the
request would change something. What the mock never gave a tag it cannot compare.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import header_value
from arazzo_runner.mock.generate.flatten import EXAMPLES, NoExample, flatten, schema_part
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.value import generate_value
from arazzo_runner.mock.request import ParsedRequest
from arazzo_runner.mock.resources import MockState, path_text, resource_path
from arazzo_runner.mock.response import DocumentedResponse, response_with, status_response
from arazzo_runner.mock.routes import MockRoute
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.model import Header
from arazzo_runner.openapi.schema.compile import standalone_schema
from arazzo_runner.text.pattern import lazy_pattern

NOT_MODIFIED: Final = 304
FAILED: Final = 412
PLAIN: Final = frozenset(("type", "description", "title"))
READS: Final = ("GET", "HEAD")
_TAG: Final = lazy_pattern(r'(?:W/)?"[^"]*"|[^\s,]+')


def precondition_response(
    state: MockState, incoming: ParsedRequest, route: MockRoute
) -> DocumentedResponse | None:
    """The 304 or 412 for a request whose condition fails, where that is documented or named."""
    path = resource_path(route.collection, route.name)
    status, reason = _failed_condition(state, incoming, route, path)
    if not status:
        return None
    answer = status_response(incoming.operation, status)
    if str(status) not in {one.status for one in incoming.operation.responses}:
        if not incoming.expected.names(status):
            return None
        answer = answer or response_with(incoming.operation, None, status)
    note = f"the mock returns {status}: {reason}"
    return replace(answer, status=status, note=note) if answer else None


def _failed_condition(
    state: MockState, incoming: ParsedRequest, route: MockRoute, path: str
) -> tuple[int, str]:
    """The status for the condition that fails, and why; 0 where none does (section 13.2.2)."""
    current = state.tags.get(path)
    match = header_value(incoming.headers, "If-Match")
    if match is not None and match.strip() != "*":
        given = set(_tags(match))
        is_outdated = given <= state.outdated.get(path, set())
        if given and current not in given and (current is not None or is_outdated):
            return FAILED, f"`If-Match: {match}` is not the resource's `ETag`"
    none_match = header_value(incoming.headers, "If-None-Match")
    if none_match is None:
        return 0, ""
    if none_match.strip() == "*":
        is_there = state.get(route.collection, route.name) is not None
    else:
        # Compared weakly (section 13.1.2): what W/ says is left aside on both sides.
        weak = {one.removeprefix("W/") for one in _tags(none_match)}
        is_there = current is not None and current.removeprefix("W/") in weak
    if not is_there:
        return 0, ""
    status = NOT_MODIFIED if incoming.operation.method in READS else FAILED
    return status, f"`If-None-Match: {none_match}` is what there is"


def _tags(text: str) -> list[str]:
    """The entity tags of a field, as they are written; commas may stand in them.

    Some servers forget the quotes, so do their descriptions.
    """
    return _TAG.findall(text)


def with_entity_tag(
    response: HttpResponse,
    answer: DocumentedResponse,
    incoming: ParsedRequest,
    state: MockState,
    path: str,
    dice: SeededChoice,
) -> HttpResponse:
    """The response with the tag of the version that it shows, where an `ETag` is documented."""
    header = next((one for one in answer.headers if one.name.lower() == "etag"), None)
    if header is None:
        return response
    tag = state.tags.get(path)
    if tag is None:
        version = len(state.outdated.get(path, ()))
        tag = _new_tag(header, response.header(header.name), incoming, dice, version)
        state.tags[path] = tag
    others = tuple(one for one in response.headers if one[0].lower() != "etag")
    return replace(response, headers=(*others, (header.name, tag)))


def _new_tag(
    header: Header, first: str | None, incoming: ParsedRequest, dice: SeededChoice, version: int
) -> str:
    """The tag of a version: of the first the documented one, then others of its kind."""
    if version == 0 and first:
        return first
    place = dice.at("etag", version)
    plain = f'"{place.below(16**8):08x}"'
    if header.schema is None:
        return plain
    schema = standalone_schema(header.schema, incoming.operation.description, "response")
    try:
        flat = flatten(schema, schema, (), 0).schema
        bare: dict[str, Value] = {key: one for key, one in flat.items() if key not in EXAMPLES}
        is_free = bare.get("type", "string") == "string" and not bare.keys() - PLAIN
        tag = path_text(generate_value(schema_part(bare, schema), place))
    except NoExample:
        return plain
    return plain if is_free else tag


def note_change(state: MockState, path: str) -> None:
    """A resource was changed: its tag is outdated from now on."""
    tag = state.tags.pop(path, None)
    if tag is not None:
        state.outdated.setdefault(path, set()).add(tag)
