"""The requests of a Postman collection (2.0 and 2.1), in the order of its folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.errors import UsageError
from arazzo_runner.generate.identifiers import camel_case, kebab_case, split_words, unused_name
from arazzo_runner.generate.postman.auth import request_auth
from arazzo_runner.generate.postman.bodies import BodyReader, ClientBody
from arazzo_runner.generate.postman.fields import enabled_pairs, to_text
from arazzo_runner.generate.postman.responses import client_response
from arazzo_runner.generate.postman.scripts import TestScript, read_test_script
from arazzo_runner.generate.postman.urls import RequestUrl, UrlReader
from arazzo_runner.generate.postman.variables import VariableTable, bare_variables
from arazzo_runner.generate.traffic.calls import (
    CallScript,
    OmittedCall,
    Traffic,
    TrafficCall,
    traffic_error,
)
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.openapi.message import HttpRequest

_DEEPEST: Final = 30
_MOST_COMMENTS: Final = 20
_LONGEST: Final = 200


class CollectionRequest(Struct, frozen=True):
    """A request of the collection, with what its folders give to it."""

    node: Mapping[str, Any]
    place: str
    auth: Any
    events: tuple[Any, ...]

    @property
    def title(self) -> str:
        """Its name, or where it is."""
        name = self.node.get("name")
        return " ".join(name.split()) if isinstance(name, str) and name.strip() else self.place


def postman_traffic(name: str, collection: Mapping[str, Any]) -> Traffic:
    """The requests of a collection as one workflow. Raises UsageError for what is odd."""
    items = collection.get("item")
    if not isinstance(items, list):
        raise _odd_error(name, "`item` is no array")
    info = collection.get("info")
    title = info.get("name") if isinstance(info, dict) else None
    requests = [*_Folders(name).requests(collection, "item", None, (), 0)]
    bare = bare_variables(one.node.get("request") for one in requests)
    variables = VariableTable(enabled_pairs(collection.get("variable")), bare)
    workflow = kebab_case(split_words(title if isinstance(title, str) else name))
    reader = _RequestReader(name, variables, workflow)
    made = [reader.call(one) for one in requests]
    return Traffic(
        "Postman collection",
        tuple(one for one in made if isinstance(one, TrafficCall)),
        variables.sentinels(),
        tuple(one for one in made if isinstance(one, OmittedCall)),
        defaults=variables.defaults(),
    )


def _odd_error(name: str, why: str) -> UsageError:
    return traffic_error(f"`{name}` cannot be used: {why}")


class _Folders(Struct, frozen=True):
    name: str

    def requests(
        self, folder: Mapping[str, Any], at: str, auth: Any, events: tuple[Any, ...], depth: int
    ) -> Iterator[CollectionRequest]:
        """All requests of a folder, those of folders in it at their places."""
        if depth > _DEEPEST:
            raise _odd_error(self.name, f"`{at[:60]}…` is nested too deeply")
        auth = folder.get("auth") or auth
        events = (*events, *_events(folder))
        for index, node in enumerate(folder["item"]):
            place = f"{at}[{index}]"
            if not isinstance(node, dict):
                raise _odd_error(self.name, f"`{place}` is no object")
            if isinstance(node.get("item"), list):
                yield from self.requests(node, f"{place}.item", auth, events, depth + 1)
            else:
                own = (*events, *_events(node))
                yield CollectionRequest(node, place, node.get("auth") or auth, own)


def _events(node: Mapping[str, Any]) -> tuple[Any, ...]:
    events = node.get("event")
    return tuple(events) if isinstance(events, list) else ()


class _RequestReader:
    """Makes calls of requests, in their order: which variables are set changes on the way."""

    def __init__(self, name: str, variables: VariableTable, workflow: str) -> None:
        self._name = name
        self._variables = variables
        self._workflow = workflow
        self._steps: set[str] = set()
        self._set: set[str] = set()
        self._said: set[str] = set()

    def call(self, request: CollectionRequest) -> TrafficCall | OmittedCall:
        """The request with its saved response, or what its scripts say of the response."""
        node = self._node(request)
        method = node["method"].upper()
        url = UrlReader(self._variables).read(node.get("url"))
        if isinstance(url, str):
            return OmittedCall(f"{method} {request.title}", url)
        test = read_test_script(_script(request.events, "test"))
        auth = request_auth(node.get("auth") or request.auth, self._variables)
        body = BodyReader(self._variables).read(node.get("body"))
        remarks = (*auth.remarks, *body.remarks, *self._script_comments(request, test))
        headers = (*self._headers(node.get("header"), body), *auth.headers)
        sent = HttpRequest(method, _sent_url(url, auth.query), headers, body.data)
        wired = frozenset(self._variables.sentinel(one) for one in self._set)
        self._set |= {one.variable for one in test.outputs}
        return TrafficCall(
            request.place,
            sent,
            client_response(request.node, test),
            template=url.template,
            step=self._step_id(request.title),
            workflow=self._workflow,
            script=_call_script(test, remarks, request.title),
            wired=wired,
            secret_carriers=auth.carriers,
        )

    def _node(self, request: CollectionRequest) -> dict[str, Any]:
        node = request.node.get("request")
        if isinstance(node, str):
            node = {"url": node}
        if not isinstance(node, dict):
            raise _odd_error(self._name, f"`{request.place}` has no `request`")
        method = node.get("method") or "GET"
        if not isinstance(method, str):
            raise _odd_error(self._name, f"`{request.place}.request.method` is no string")
        return {**node, "method": method}

    def _step_id(self, title: str) -> str:
        step = unused_name(camel_case(split_words(title)), self._steps)
        self._steps.add(step)
        return step

    def _headers(self, node: Any, body: ClientBody) -> Headers:
        if isinstance(node, str):  # as 2.0 has it: lines
            rows = [line.partition(":") for line in node.splitlines()]
            node = [{"key": name.strip(), "value": text.strip()} for name, _, text in rows]
        headers = tuple(
            (name, self._variables.text(to_text(value)))
            for name, (value, _) in enabled_pairs(node).items()
        )
        if body.content_type and header_value(headers, "Content-Type") is None:
            return (*headers, ("Content-Type", body.content_type))
        return headers

    def _script_comments(self, request: CollectionRequest, test: TestScript) -> Iterator[str]:
        """What of the scripts is to be done by hand; what folders share is said once."""
        lines = [one.strip() for one in _script(request.events, "prerequest").splitlines()]
        before = [one for one in lines if one.strip("{}();, \t") and not one.startswith("//")]
        yield from self._lines(
            "Before it, Postman's script did this; do it by hand or in inputs:", before
        )
        yield from self._lines(
            "Postman's tests also did this; add criteria or outputs for it:", test.rest
        )

    def _lines(self, title: str, lines: list[str] | tuple[str, ...]) -> Iterator[str]:
        fresh = [one for one in lines if one not in self._said]
        self._said |= {*fresh}
        if fresh:
            yield title
            yield from (f"  {one[:_LONGEST]}" for one in fresh[:_MOST_COMMENTS])
        if len(fresh) > _MOST_COMMENTS:
            yield f"  and {len(fresh) - _MOST_COMMENTS} lines more"


def _sent_url(url: RequestUrl, more: str) -> str:
    query = "&".join(one for one in (url.query, more) if one)
    return url.server + url.path + (f"?{query}" if query else "")


def _call_script(test: TestScript, remarks: tuple[str, ...], title: str) -> CallScript:
    return CallScript(
        tuple((one.variable, one.expression, one.place) for one in test.outputs),
        test.statuses,
        tuple((one.place, one.value, one.text) for one in test.values),
        remarks,
        title[:_LONGEST],
    )


def _script(events: tuple[Any, ...], kind: str) -> str:
    """The scripts of a kind, those of folders first."""
    texts = []
    for one in events:
        if isinstance(one, dict) and one.get("listen") == kind:
            script = one.get("script")
            lines = script.get("exec") if isinstance(script, dict) else script
            texts.append(
                "\n".join(map(to_text, lines)) if isinstance(lines, list) else to_text(lines)
            )
    return "\n".join(texts)
