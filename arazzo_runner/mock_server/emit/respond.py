"""`POST /__arazzo/emit`: sends a webhook, callback or event, and says what came back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.asyncapi.model import AsyncOperation, WebhookSignature
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.value import Value
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.messaging.endpoint import signature_scheme
from arazzo_runner.messaging.webhooks.event_modes import EventContent
from arazzo_runner.messaging.webhooks.message import WebhookRequest
from arazzo_runner.messaging.webhooks.sign import signature_headers, signed_query
from arazzo_runner.messaging.webhooks.signatures import SignatureCheck
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.seeded import SeededChoice
from arazzo_runner.mock.generate.time_budget import within_seconds
from arazzo_runner.mock.problem import Problem, ProblemError
from arazzo_runner.mock.resources import Facts
from arazzo_runner.mock_server.emit.callbacks import CallbackCalls, callback_url
from arazzo_runner.mock_server.emit.message import EmitContent, build_content
from arazzo_runner.mock_server.emit.order import EmitOrder, read_order
from arazzo_runner.mock_server.emit.send import EmitSender, Receiver, encoded_url
from arazzo_runner.mock_server.emit.targets import EmitSources, EmitTarget
from arazzo_runner.mock_server.service import MAX_SECONDS
from arazzo_runner.mock_server.traffic import MAX_BODY, traffic_masker
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.security.credentials import credentials_from, variable_name
from arazzo_runner.recording.body import body_to_json
from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import Masker

MAX_ORDER: Final = 2**20
PREFIX: Final = "/__arazzo"


class Sent(Struct, frozen=True):
    """A request that was sent, and what came back."""

    request: HttpRequest
    response: HttpResponse


def _ignore_line(_line: str) -> None:
    """Print nothing of what is sent."""


class Emitter:
    """What a server sends by itself; ``environment`` has the secrets of signatures.

    ``log`` is told of each request. All messages are counted, so that each has an id of its own.
    """

    def __init__(self, seed: int, environment: Mapping[str, str]) -> None:
        self.calls = CallbackCalls()
        self._dice = SeededChoice(seed)
        self._environment = environment
        self._number = 0
        self.log: Callable[[str], None] = _ignore_line

    def restart(self) -> None:
        """Be as at the beginning."""
        self.calls.clear()
        self._number = 0

    async def emit(self, sources: EmitSources, body: Any) -> Value:
        """Follow an order. Raises ProblemError and ValueError with what is wrong with it."""
        order = read_order(body)
        target = sources.find(order)
        try:
            operation = sources.operation_of(target)
            receiver, facts = self._receiver(order, target)
            content = within_seconds(
                MAX_SECONDS, lambda: self._content(order, target, operation, facts)
            )
        except DocumentError as reason:
            detail = f"the description of `{target.name}` is invalid: {reason}"
            raise ProblemError(Problem(500, detail)) from None
        except NoExample as reason:
            detail = f"no message of `{target.name}` could be generated: {reason}"
            raise ProblemError(Problem(500, detail)) from None
        check = self._check(order, target, operation.channel.signature)
        number, self._number = self._number, self._number + content.events
        masker = traffic_masker(sources.apis.values())
        masker.learn([check.secret] if check is not None else [])
        signer = EmitSigner(order, target.method, receiver.url, check, number)
        sent: list[Value] = []
        async for one in self._send(signer, receiver, content):
            sent.append(_sent_json(one, masker))
            self.log(_sent_line(one, target, masker))
        notes: list[Value] = [masker.text(one) for one in content.notes]
        named = {**target.as_json(), "message": content.message or None}
        return {**named, "notes": notes, "sent": sent}

    def _receiver(self, order: EmitOrder, target: EmitTarget) -> tuple[Receiver, Facts]:
        """Where it goes, and what is known of what it is an answer to."""
        call = (
            self.calls.last(target.source, target.entry)
            if target.entry and target.kind == "callback"
            else None
        )
        if order.url:
            receiver = Receiver(order.url)
        elif target.kind != "callback":
            raise ValueError(
                f"`url` is missing: the description does not say where a {target.kind} is sent to"
            )
        elif call is None or target.entry is None:
            raise ValueError(
                f"no request that succeeded has said where the callback `{target.name}` is sent: "
                "send one, or say `url`"
            )
        else:
            receiver = Receiver(callback_url(target.entry, call), call.is_local)
        receiver.check(PREFIX)
        return receiver, call.facts() if call else {}

    def _content(
        self, order: EmitOrder, target: EmitTarget, operation: AsyncOperation, facts: Facts
    ) -> EmitContent:
        dice = self._dice.at("emit", target.source, target.name, target.method)
        return build_content(order, target, operation, facts, dice, self._number + 1)

    def _check(
        self, order: EmitOrder, target: EmitTarget, signature: WebhookSignature | None
    ) -> SignatureCheck | None:
        """The signature that is described, with its secret. Raises ValueError without one."""
        if signature is None or not order.is_signed:
            return None
        scheme = signature_scheme(signature)
        try:
            held = credentials_from(self._environment, target.source, [scheme], {})
        except UsageError as reason:
            raise ValueError(reason.diagnostics[0].message) from None
        secret = held.of(target.source, scheme.name).get(signature.part)
        if not secret:
            variable = variable_name(target.source, scheme.name, signature.part)
            raise ValueError(
                f"`{target.name}` is signed, and the secret is missing: set `{variable}` before "
                'the server begins, or say `"sign": false`'
            )
        return SignatureCheck(signature.scheme, secret)

    async def _send(
        self, signer: EmitSigner, receiver: Receiver, content: EmitContent
    ) -> AsyncIterator[Sent]:
        """One request after the other. Raises ProblemError 502 where one gets no response."""
        sender = EmitSender(receiver)
        try:
            for at, one in enumerate(content.requests, 1):
                request = signer.request(one, at)
                outcome = await sender.send(request)
                if isinstance(outcome, TransportFailure):
                    total = len(content.requests)
                    which = f" to request {at} of {total}" if total > 1 else ""
                    raise ProblemError(Problem(502, f"no response{which}: {outcome.message}"))
                yield Sent(request, outcome)
        finally:
            await sender.aclose()


class EmitSigner(Struct, frozen=True):
    """Makes the requests of an order; ``number`` is how many messages were sent before it."""

    order: EmitOrder
    method: str
    url: str
    check: SignatureCheck | None
    number: int

    def request(self, content: EventContent, at: int) -> HttpRequest:
        """The request, signed; a field that the order has stays as it is."""
        url, headers = encoded_url(self.url), content.headers
        check = self.check
        if check is None:
            return HttpRequest(self.method, url, headers, content.body)
        if check.scheme.kind == "standard-webhooks" and not header_value(headers, "webhook-id"):
            headers = (*headers, ("webhook-id", f"msg_{self.number + at}"))
        lower = tuple((name.lower(), text) for name, text in headers)
        bare = WebhookRequest(self.method, "", lower, content.body)
        query = signed_query(check, bare)
        known = encoded_url(self.order.signed_url or self.url)
        signed = signature_headers(check, bare, _with_query(known, query), time.time())
        own = {name.lower() for name, _ in self.order.headers}
        fresh = tuple(one for one in signed if one[0].lower() not in own)
        return HttpRequest(
            self.method, _with_query(url, query), _replace_headers(headers, fresh), content.body
        )


def _replace_headers(headers: Headers, fresh: Headers) -> Headers:
    names = {name.lower() for name, _ in fresh}
    return (*(one for one in headers if one[0].lower() not in names), *fresh)


def _with_query(url: str, query: str) -> str:
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _sent_line(one: Sent, target: EmitTarget, masker: Masker) -> str:
    """`emit newPet POST http://127.0.0.1:8085/pets 204 1.3 ms`, without secrets and controls."""
    request, response = one.request, one.response
    url = escape(masker.text(request.url))
    time_ = f"{response.duration * 1e3:.1f} ms"
    return f"emit {escape(target.name)} {request.method} {url} {response.status} {time_}"


def _sent_json(one: Sent, masker: Masker) -> dict[str, Value]:
    request, response = one.request, one.response
    body = response.body[:MAX_BODY]
    return {
        "method": request.method,
        "url": masker.text(request.url),
        "headers": [[name, value] for name, value in masker.headers(request.headers)],
        "body": body_to_json(request.body[:MAX_BODY], request.headers, masker),
        "response": {
            "status": response.status,
            "headers": [[name, value] for name, value in masker.headers(response.headers)],
            "body": body_to_json(body, response.headers, masker),
        },
        "duration": round(response.duration, 6),
    }
