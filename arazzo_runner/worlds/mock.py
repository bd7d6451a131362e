"""``--mock``: a world that responds to every request from the API descriptions, in process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from typing import Final, TypeVar

from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.plan import Plan, step_text
from arazzo_runner.executor.world import (
    OpenCall,
    PublishCall,
    PublishedMessage,
    ReceiveCall,
    ReceivedMessage,
    SendCall,
    TransportFailure,
)
from arazzo_runner.expression.query.limits import QueryError, with_checkpoint
from arazzo_runner.http.errors import messaging_failure
from arazzo_runner.http.settings import Deadline
from arazzo_runner.mock.api import MockApi
from arazzo_runner.mock.channels.broker import MockChannels
from arazzo_runner.mock.channels.expectations import ChannelExpectations, channel_expectations
from arazzo_runner.mock.generate.flatten import NoExample
from arazzo_runner.mock.generate.time_budget import within_seconds
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.mock.steps.expectations import (
    NO_EXPECTATION,
    Expectations,
    expectations_of,
)
from arazzo_runner.mock.steps.flow import value_flow
from arazzo_runner.mock.template_store import CompiledTemplates
from arazzo_runner.openapi.lookup import find_by_pointer
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.model import ApiDescription

T = TypeVar("T")

MAX_SECONDS: Final = 5.0
"""Of work for one response."""
LEAST_SECONDS: Final = 1.0
"""A limit of a step below this is for servers: the mock may take so long at any rate."""
_EXAMPLE_HINT: Final = "document an `example` of the response"


class MockWorld:
    """A world without a network; what a run creates is kept as long as the world.

    ``descriptions`` are the OpenAPI descriptions by the names of their sources. The same ``seed``
    gives the same responses. Waiting takes no time: ``slept`` is how many seconds were asked for.
    ``expected`` is what the steps expect (``mock_world``), ``on_channels`` those that send and
    receive messages; ``lenient`` responds to requests too that are not as documented, with a note.
    """

    def __init__(
        self,
        descriptions: Mapping[str, ApiDescription],
        seed: int = 0,
        expected: Expectations | None = None,
        on_channels: ChannelExpectations | None = None,
        *,
        lenient: bool = False,
    ) -> None:
        self.descriptions = descriptions
        self.expected = expected or {}
        self.apis = {
            name: MockApi(seed, lenient=lenient, compiled=_shared_templates(one))
            for name, one in descriptions.items()
        }
        self.channels = MockChannels(on_channels or {}, seed, is_lenient=lenient)
        self.slept = 0.0

    async def send(self, call: SendCall) -> HttpResponse | TransportFailure:
        """Answer from the description of the operation; never fails to connect."""
        return replace(self._answer(call), in_process=True)

    def _answer(self, call: SendCall) -> HttpResponse | TransportFailure:
        source, method, path = call.operation
        description = self.descriptions[source]
        operation = find_by_pointer(description, ("paths", path, method.lower()))
        operation = operation or find_by_pointer(
            description, ("paths", path, "additionalOperations", method)
        )
        if operation is None:
            return _refused_failure(f"`{source}` does not describe `{method} {path}`")
        expected = self.expected.get(step_text(call.key), NO_EXPECTATION)
        answer = partial(self.apis[source].answer, operation, call.request, expected, call.key)
        limit = inf if call.timeout is None else max(call.timeout, LEAST_SECONDS)
        deadline = Deadline(limit)
        try:
            return with_checkpoint(
                partial(_seconds_left, deadline), partial(within_seconds, MAX_SECONDS, answer)
            )
        except (NoExample, QueryError) as reason:
            if deadline.passed():
                return _late_failure(f"{method} {path}", limit)
            return _refused_failure(
                f"no response of `{method} {path}` could be generated: {reason}"
            )
        except DocumentError as reason:
            return _refused_failure(f"the description of `{method} {path}` is invalid: {reason}")
        except RecursionError:
            return _refused_failure(f"the schemas of `{method} {path}` are nested too deeply")

    async def sleep(self, key: str, seconds: float) -> None:  # noqa: ARG002
        """Let no time pass."""
        self.slept += seconds

    async def open_channels(self, call: OpenCall) -> TransportFailure | None:
        """Refuse where there are no channels here; they need no more."""
        known = self.channels.expected
        strange = (one for one in call.channels if one.step not in known)
        return next(map(messaging_failure, strange), None)

    async def publish(self, call: PublishCall) -> PublishedMessage | TransportFailure | None:
        """Judge a message by the description of its channel, and remember it."""
        if step_text(call.key) not in self.channels.expected:
            return messaging_failure(call)
        return _within_time(f"the channel `{call.channel}`", partial(self.channels.publish, call))

    async def receive(self, call: ReceiveCall) -> ReceivedMessage | TransportFailure:
        """A message that is made from the description of the channel."""
        if step_text(call.key) not in self.channels.expected:
            return messaging_failure(call)
        return _within_time(f"the channel `{call.channel}`", partial(self.channels.receive, call))


def _within_time(channel: str, answer: Callable[[], T]) -> T | TransportFailure:
    """What the mock does about a channel, or why it could not, or not in time."""
    try:
        return within_seconds(MAX_SECONDS, answer)
    except (NoExample, QueryError) as reason:
        message = f"no message of {channel} could be generated: {reason}"
    except DocumentError as reason:
        message = f"the description of {channel} is invalid: {reason}"
    except RecursionError:
        message = f"the schemas of {channel} are nested too deeply"
    return TransportFailure("refused", message, "document an `example` of the message")


def mock_world(
    plan: Plan, descriptions: Mapping[str, ApiDescription], settings: MockSettings
) -> MockWorld:
    """The world for one run of a plan: its answers have what the steps ask for and read."""
    flow = value_flow(plan)
    expected = expectations_of(plan, flow, settings.cases)
    on_channels = channel_expectations(plan, flow, settings.cases)
    return MockWorld(
        descriptions, settings.seed, expected, on_channels, lenient=settings.is_lenient
    )


def _shared_templates(description: ApiDescription) -> CompiledTemplates:
    found: CompiledTemplates = description.memo.setdefault(("mock", "templates"), {})
    return found


def _seconds_left(deadline: Deadline) -> float:
    try:
        return deadline.left()
    except TimeoutError:
        raise QueryError(f"it takes longer than {deadline.limit:g} s") from None


def _late_failure(operation: str, limit: float) -> TransportFailure:
    message = f"the mock generated no response of `{operation}` within {limit:g} s"
    return TransportFailure("timeout", message, _EXAMPLE_HINT)


def _refused_failure(message: str) -> TransportFailure:
    return TransportFailure("refused", message, _EXAMPLE_HINT)
