"""From a method and a path to the operation: a tree of path segments for each place of a source.

OpenAPI 3.2.0, Paths Object: what is written out goes before templates. Each source is below its
name, and without it where no other one has the same method and path; both with and without the base
path of its server.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from arazzo_runner.errors import DocumentError
from arazzo_runner.mock.request import literal_pattern
from arazzo_runner.openapi.lookup import build_operation, operation_entries
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.openapi.servers import base_path


class MockTarget(Struct, frozen=True):
    """An operation and where it is: ``template`` are the segments of its path.

    ``query`` are the parameters that the path template itself asks for (`/{bucket}?cors`).
    """

    source: str
    operation: Operation
    template: tuple[str, ...]
    query: tuple[tuple[str, str], ...] = ()


class RouteMatch(Struct, frozen=True):
    """``path`` is the path of the request as the template spells it, still percent-encoded."""

    target: MockTarget
    path: str


class NoRoute(Struct, frozen=True):
    """No operation: ``allowed`` are the methods of the path, empty where there is none.

    ``sources`` have the operation where it is in several.
    """

    allowed: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class _Node:
    """The paths that begin alike; ``rest`` takes one segment or more."""

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.patterns: dict[str, tuple[re.Pattern[str], _Node]] = {}
        self.parameter: _Node | None = None
        self.rest: _Node | None = None
        self.targets: dict[str, list[MockTarget]] = {}

    def child(self, segment: str) -> _Node:
        """The node of a further segment of a template."""
        if "{" not in segment:
            return self.literals.setdefault(unquote(segment), _Node())
        name = segment[1:-1]
        if not (segment.startswith("{") and segment.endswith("}")) or {*name} & {*"{}"}:
            if segment not in self.patterns:
                self.patterns[segment] = (_segment_pattern(segment), _Node())
            return self.patterns[segment][1]
        if name.startswith("+") or name.endswith(("+", "*")):
            self.rest = self.rest or _Node()
            return self.rest
        self.parameter = self.parameter or _Node()
        return self.parameter

    def add(self, segments: Iterable[str], target: MockTarget) -> None:
        """Put a target at the end of a path; of one source the first stays."""
        node = self
        for segment in segments:
            node = node.child(segment)
        held = node.targets.setdefault(target.operation.method, [])
        if all((one.source, one.query) != (target.source, target.query) for one in held):
            held.append(target)

    def walk(self, segments: Sequence[str]) -> Iterator[tuple[_Node, tuple[str, ...]]]:
        """The nodes that a path leads to, the most exact first, with the texts of its segments."""
        waiting: list[tuple[_Node, int, tuple[str, ...]]] = [(self, 0, ())]
        while waiting:
            node, at, texts = waiting.pop()
            if at < len(segments):
                raw = segments[at]
                ways = [(child, at + 1, (*texts, raw)) for child in node.children(raw)]
                if node.rest is not None:
                    for end in range(at + 1, len(segments) + 1):
                        text = "/".join(segments[at:end])
                        ways.append((node.rest, end, (*texts, text)))
                waiting.extend(reversed(ways))
            elif node.targets:
                yield node, texts

    def children(self, raw: str) -> Iterator[_Node]:
        """The nodes of a further segment of a path."""
        literal = self.literals.get(unquote(raw) if "%" in raw else raw)
        if literal is not None:
            yield literal
        for pattern, node in self.patterns.values():
            if pattern.fullmatch(raw):
                yield node
        if self.parameter is not None and raw:
            yield self.parameter


def _segment_pattern(segment: str) -> re.Pattern[str]:
    """What a segment with text beside its parameters matches: `{id}.json`, `{a},{b}`."""
    pieces = re.split(r"\{[^}]*\}", segment)
    return re.compile("(.+?)".join(map(literal_pattern, pieces)))


class MockRoutes:
    """The operations of all sources; ``broken`` is what is wrong with those that are left out."""

    def __init__(self, descriptions: Mapping[str, ApiDescription]) -> None:
        self._root = _Node()
        self._mounts = {name: _Node() for name in descriptions}
        self.operations: dict[str, int] = {}
        self.broken: list[DocumentError] = []
        for name, description in descriptions.items():
            self._add_source(name, description)

    def _add_source(self, name: str, description: ApiDescription) -> None:
        count = 0
        for entry in operation_entries(description):
            try:
                operation = build_operation(description, entry)
            except DocumentError as reason:
                self.broken.append(reason)
                continue
            count += 1
            path, _, query = operation.path.partition("#")[0].partition("?")
            segments = tuple(path.split("/")[1:])
            asked = tuple(parse_qsl(query, keep_blank_values=True))
            target = MockTarget(name, operation, segments, asked)
            base = tuple(base_path(operation).split("/")[1:])
            for node in (self._root, self._mounts[name]):
                node.add(segments, target)
                node.add((*base, *segments), target)
        self.operations[name] = count

    def find(self, method: str, path: str, query: str = "") -> RouteMatch | NoRoute:
        """The operation for a request; ``path`` and ``query`` are percent-encoded."""
        segments = path.split("/")[1:]
        mount = self._mounts.get(unquote(segments[0])) if segments else None
        found = _find(mount, segments[1:], method, query) if mount else NoRoute()
        if isinstance(found, RouteMatch):
            return RouteMatch(found.target, f"/{segments[0]}{found.path}")
        without = _find(self._root, segments, method, query)
        return found if isinstance(without, NoRoute) and found.allowed else without

    def shared_operations(self) -> list[str]:
        """The operations that several sources have, as the first one spells them."""
        found: dict[str, None] = {}
        todo = [self._root]
        while todo:
            node = todo.pop()
            for held in node.targets.values():
                if len({one.source for one in held}) > 1:
                    found[held[0].operation.title] = None
            inner = (child for _, child in node.patterns.values())
            todo += [*node.literals.values(), *inner]
            todo += [one for one in (node.parameter, node.rest) if one is not None]
        return sorted(found)

    def methods_of(self, path: str, query: str = "") -> tuple[str, ...]:
        """The methods of a path; none where there is no such path."""
        # No operation has a method without a name.
        found = self.find("", path, query)
        return found.allowed if isinstance(found, NoRoute) else ()


def _find(root: _Node, segments: Sequence[str], method: str, query: str) -> RouteMatch | NoRoute:
    ends = list(root.walk(segments))
    asked = parse_qsl(query, keep_blank_values=True) if query else []
    for wanted in (method, "GET") if method == "HEAD" else (method,):
        for node, texts in ends:
            held = _targets_of_query(node.targets.get(wanted, ()), asked)
            if len(held) > 1:
                return NoRoute(sources=tuple(one.source for one in held))
            if held:
                return RouteMatch(held[0], _path_of(held[0], texts, segments))
    methods = {name for node, _ in ends for name in node.targets}
    return NoRoute(_allowed_methods(methods)) if methods else NoRoute()


def _targets_of_query(
    targets: Iterable[MockTarget], asked: Collection[tuple[str, str]]
) -> list[MockTarget]:
    """The targets whose own query the request has, of each source the one that asks for most."""
    best: dict[str, MockTarget] = {}
    for one in targets:
        if not all(
            any(name == key and value in ("", text) for key, text in asked)
            for name, value in one.query
        ):
            continue
        if one.source not in best or len(one.query) > len(best[one.source].query):
            best[one.source] = one
    return list(best.values())


def _allowed_methods(methods: Iterable[str]) -> tuple[str, ...]:
    """The methods of a path (RFC 9110, section 10.2.1), HEAD with GET, and OPTIONS."""
    known = {*methods, "OPTIONS"}
    return tuple(sorted(known | {"HEAD"} if "GET" in known else known))


def _path_of(target: MockTarget, texts: Sequence[str], segments: Sequence[str]) -> str:
    """The path, with the text of the template where that is no parameter."""
    ahead = len(texts) - len(target.template)
    own = (
        raw if "{" in segment else segment
        for segment, raw in zip(target.template, texts[ahead:], strict=True)
    )  # fmt: skip
    return "/" + "/".join([*texts[:ahead], *own]) if segments else "/"
