"""The client of one call: what it can be asked, and what it is told while the call goes on."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from arazzo_runner.errors import ArazzoError

RequestContext: TypeAlias = ServerRequestContext[Any, Any]

_KEY: Final = "confirm"
_NOTHING: Final[dict[str, Any]] = {"type": "object", "properties": {}}
"""A form without fields: to submit it is to agree."""


class AnswerPending(ArazzoError):
    """The user has to be asked first: the client repeats the call with what it was told."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question

    def result(self) -> types.InputRequiredResult:
        """What the client gets; the state is sealed by the SDK, and bound to the arguments."""
        form = types.ElicitRequestFormParams(
            message=self.question, requested_schema=types.ElicitRequestedSchema(**_NOTHING)
        )
        asked: dict[str, types.InputRequest] = {_KEY: types.ElicitRequest(params=form)}
        return types.InputRequiredResult(input_requests=asked, request_state=_KEY)


class Client:
    """Who called, and by which version of the protocol."""

    def __init__(
        self, context: RequestContext, params: types.CallToolRequestParams | None = None
    ) -> None:
        self._context = context
        self._params = params

    @property
    def can_ask(self) -> bool:
        """Whether the client can ask its user (elicitation, as a form)."""
        capabilities = self._context.session.client_capabilities
        asking = capabilities.elicitation if capabilities else None
        return asking is not None and (asking.form is not None or asking.url is None)

    async def confirm(self, question: str) -> bool:
        """Ask the user to agree. Raises AnswerPending where the call is to be repeated for it.

        From 2026-07-28 on a server sends no requests; before, it asks while the call waits.
        """
        if self._context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            answer = await self._context.session.elicit_form(
                question, types.ElicitRequestedSchema(**_NOTHING), self._context.request_id
            )
            return answer.action == "accept"
        if self._params is None or self._params.request_state != _KEY:
            raise AnswerPending(question)
        given = (self._params.input_responses or {}).get(_KEY)
        return isinstance(given, types.ElicitResult) and given.action == "accept"

    async def tell_step(self, steps: int, text: str) -> None:
        """Say how many steps have ended, and how the last one did, if the client wants it."""
        await self._context.session.report_progress(steps, None, text)
