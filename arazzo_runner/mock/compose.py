"""An answer that is documented or generated, made true for one resource by what is known of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.mock.generate.flatten import flatten
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.resources import Facts, Resource, is_noun, normalized_name, timestamp
from arazzo_runner.mock.response import ENVELOPES
from arazzo_runner.mock.routes import MockRoute
from arazzo_runner.mock.steps.reads import value_at
from arazzo_runner.mock.templates import ResponseTemplate

SHORTEST: Final = 6
"""A shorter text is not looked for in other texts of an example: it may be there by chance."""
MAX_DIGITS: Final = 19
OWN_URLS: Final = ("url", "self", "href")
FETCHES_PER_STATE: Final = 2
"""How often a resource shows each of its states before the next one."""


def compose_body(
    frame: ResponseTemplate,
    resource: Resource,
    identity: Facts,
    url: str,
    dice: SeededChoice,
    envelope: tuple[str, ...] = (),
    beside: Collection[str] = (),
) -> Value:
    """The body for a resource: ``identity`` are the facts of its path, ``url`` is its own.

    Each fact is taken over unless the schema does not allow it there. ``envelope`` is the way to
    the resource, where the body itself is not it, and ``beside`` are the plain names of what is
    round it. Raises NoExample.
    """
    if not envelope:
        return _compose(frame, resource, identity, url, dice, beside)
    base = frame.base(dice)
    if not isinstance(base, dict):
        return base
    name, *rest = envelope
    beside = {*beside, *(normalized_name(one) for one in frame.members if one != name)}
    inner_dice, further = dice.at(name), tuple(rest)
    part = frame.part(name)
    inner = compose_body(part, resource, identity, url, inner_dice, further, beside)
    body = {**base, name: inner}
    if not frame.fits(body):
        return base
    held = _names_along(inner, further)
    facts = {name: one for name, one in resource.facts.items() if name in resource.fixed - held}
    return with_facts(frame, body, facts)


def _names_along(value: Value, way: tuple[str, ...]) -> set[str]:
    """The plain names of an object's members, and of those of the objects on a way into it."""
    if not isinstance(value, dict):
        return set()
    own = {normalized_name(one) for one in value}
    return own | (_names_along(value.get(way[0]), way[1:]) if way else set())


def _compose(
    frame: ResponseTemplate,
    resource: Resource,
    identity: Facts,
    url: str,
    dice: SeededChoice,
    beside: Collection[str] = (),
) -> Value:
    base = frame.base(dice, resource.facts)
    if not isinstance(base, dict):
        return base
    base = _rename_ids(base, identity)
    if frame.is_open:
        # Nothing is documented: what is known is shown, by the names that a client wrote.
        shown = _facts_by_spelling(resource).items()
        base = {**base, **{name: one for name, one in shown if normalized_name(name) not in beside}}
    return with_facts(
        frame, base, {**_resource_facts(frame, base, resource, url), **resource.facts}
    )


def _facts_by_spelling(resource: Resource) -> dict[str, Value]:
    return {
        name: resource.facts[plain]
        for plain, name in resource.spelling.items()
        if plain in resource.facts
    }


def with_facts(frame: ResponseTemplate, body: dict[str, Value], facts: Facts) -> dict[str, Value]:
    """The body with each fact that it has a member for and that leaves it valid."""
    for name in dict.fromkeys((*body, *frame.members)):
        value = facts.get(normalized_name(name), MISSING)
        if value is MISSING or (name in body and body[name] == value):
            continue
        for one in _fact_forms(body.get(name), value):
            changed = {**body, name: one}
            if frame.fits(changed):
                body = changed
                break
    return body


def _fact_forms(held: Value, value: Value) -> Iterator[Value]:
    """A fact, and an object with what the server adds to it; a number or text in the other form."""
    if isinstance(held, dict) and isinstance(value, dict) and held.keys() - value.keys():
        yield value
        yield _merge(held, value)
        return
    yield value
    if isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, str) and value.isdecimal() and len(value) < MAX_DIGITS:
        yield int(value)


def _merge(held: dict[str, Value], value: dict[str, Value]) -> dict[str, Value]:
    both = {
        name: _merge(held[name], one)
        if isinstance(held.get(name), dict) and isinstance(one, dict)
        else one
        for name, one in value.items()
    }
    return {**held, **both}


def _resource_facts(
    frame: ResponseTemplate, base: dict[str, Value], resource: Resource, url: str
) -> dict[str, Value]:
    """What a resource says of itself: where it is and when it was made."""
    found: dict[str, Value] = {}
    for name, value in base.items():
        if not isinstance(value, str):
            continue
        if _tells_time(name) and value[4:5] == "-" and "T" in value:
            found[normalized_name(name)] = timestamp(resource.born)
        elif normalized_name(name) in OWN_URLS and not frame.examples and "://" in value:
            found[normalized_name(name)] = url
    return found


def _tells_time(name: str) -> bool:
    return any(word in normalized_name(name) for word in ("creat", "updat", "modif"))


def touched_facts(frame: ResponseTemplate, clock: int) -> dict[str, Value]:
    """The facts that a change leaves behind: when it was, where the schema has a member for it."""
    return {
        normalized_name(name): timestamp(clock)
        for name, member in frame.members.items()
        if "creat" not in normalized_name(name)
        and _tells_time(name)
        and flatten(member, frame.schema, (), 0).schema.get("format") == "date-time"
    }


def advance_states(frame: ResponseTemplate, resource: Resource) -> dict[str, Value]:
    """The states that a fetch finds: each is shown twice, then the next one, until the last.

    So a workflow that polls comes to its end. A state that a client has set stays.
    """
    if resource.fetches <= FETCHES_PER_STATE or resource.fetches % FETCHES_PER_STATE == 0:
        return {}
    found: dict[str, Value] = {}
    for (name, *rest), states in frame.states.items():
        plain = normalized_name(name)
        held = found.get(plain, resource.facts.get(plain, MISSING))
        members = held if isinstance(held, dict) else {}
        now = members.get(rest[0], MISSING) if rest else held
        if plain in resource.fixed or now not in states[:-1]:
            continue
        later = states[states.index(now) + 1]
        found[plain] = {**members, rest[0]: later} if rest else later
    return found


def echoed_facts(sent: Value, answered: Value, body: Value) -> dict[str, Value]:
    """Facts that the documented examples pair: a text of the request that the answer repeats.

    An example request with `To: +1800…` and its answer with `contact_channel_address: +1800…` tell
    that the one becomes the other.
    """
    if not (isinstance(sent, dict) and isinstance(answered, dict) and isinstance(body, dict)):
        return {}
    found: dict[str, Value] = {}
    for name in sent.keys() & body.keys():
        names = [other for other, value in answered.items() if value == sent[name]]
        if isinstance(sent[name], str) and len(sent[name]) >= SHORTEST and len(names) == 1:
            found[normalized_name(names[0])] = body[name]
    return found


def sent_envelope(
    body: dict[str, Value], frame: ResponseTemplate, route: MockRoute
) -> tuple[str, ...]:
    """The way to the resource in a request, where the body itself is not it."""
    own = frame.envelope(route)
    ways = [own[start:end] for start in range(len(own)) for end in range(len(own), start, -1)]
    way = next((one for one in ways if isinstance(value_at(body, one), dict)), ())
    if way:
        return way
    for name, inner in body.items() if len(body) == 1 else ():
        if isinstance(inner, dict) and is_noun(name, route.noun):
            return (name,)
        if isinstance(inner, dict) and normalized_name(name) in ENVELOPES:
            return (name, *sent_envelope(inner, frame, route)[:1])
    return ()


def _rename_ids(base: dict[str, Value], identity: Facts) -> dict[str, Value]:
    """The example with its ids replaced, also where they stand in URLs."""
    names: dict[str, str] = {}
    for name, value in base.items():
        new = identity.get(normalized_name(name))
        if isinstance(value, str) and isinstance(new, str) and len(value) >= SHORTEST:
            names[value] = new
    return {name: _replace(value, names) for name, value in base.items()} if names else base


def _replace(value: Value, names: Mapping[str, str]) -> Value:
    match value:
        case str():
            for old, new in names.items():
                value = value.replace(old, new)
            return value
        case dict():
            return {name: _replace(member, names) for name, member in value.items()}
        case list():
            return [_replace(item, names) for item in value]
        case _:
            return value
