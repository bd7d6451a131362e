"""A run as an iterator of its events: no further than they are taken, and closed with it."""

import asyncio

import anyio
import pytest

import arazzo_runner as arazzo
from unit.embed.shop import DOCUMENT, WAITING, asgi, wsgi

INPUTS = {"name": "cup"}


class Recording(arazzo.WrappedWorld):
    """Notes what is sent, in one list with what the reader takes."""

    def __init__(self, world, notes) -> None:
        super().__init__(world)
        self.notes = notes

    async def send(self, call):
        self.notes.append("sent")
        return await super().send(call)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("given", [{"app": asgi}, {"app": wsgi}, {"mock": True}])
def test_all_events_and_the_result(given, backend, description) -> None:
    async def main() -> None:
        stream = arazzo.stream(description, "make", inputs=INPUTS, **given)
        with pytest.raises(RuntimeError, match="after the last event"):
            _ = stream.result
        told = []
        direct = await arazzo.arun(description, inputs=INPUTS, on_event=told.append, **given)
        assert [repr(one) async for one in stream] == [repr(one) for one in told]
        assert stream.result.outputs == direct.outputs
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    anyio.run(main, backend=backend)


def test_nothing_is_sent_before_what_was_told_has_been_taken(description) -> None:
    notes: list[str] = []

    def note(event) -> None:
        notes.append(type(event).__name__)

    async def main() -> None:
        world = Recording(arazzo.MockWorld(description.apis()), notes)
        stream = arazzo.stream(description, inputs=INPUTS, world=world)
        async for event in stream:
            note(event)

    asyncio.run(main())
    around = [notes[index - 1 : index + 2] for index, one in enumerate(notes) if one == "sent"]
    assert around == [["RequestSent", "sent", "ResponseReceived"]] * 2


def test_who_stops_taking_them_ends_the_run(description) -> None:
    notes: list[str] = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            notes.append("shut down")
            await send({"type": "lifespan.shutdown.complete"})
            return
        notes.append(scope["method"])
        await asgi(scope, receive, send)

    async def main() -> None:
        async with arazzo.stream(description, inputs=INPUTS, app=app) as stream:
            async for event in stream:
                if isinstance(event, arazzo.ResponseReceived):
                    break
        assert notes == ["POST", "shut down"]
        with pytest.raises(RuntimeError):
            _ = stream.result

    asyncio.run(main())


def test_what_a_hook_raises_ends_it(description) -> None:
    def refuse(request):
        raise LookupError("no key")

    async def main() -> None:
        stream = arazzo.stream(description, inputs=INPUTS, app=asgi, before_request=refuse)
        with pytest.raises(LookupError, match="no key"):
            async for _ in stream:
                pass

    asyncio.run(main())


def test_a_call_that_is_wrong_is_told_with_the_first_event(shop) -> None:
    async def main() -> None:
        with pytest.raises(arazzo.InputError):
            await anext(arazzo.stream(shop, mock=True, mock_inputs="off"))

    asyncio.run(main())


def test_a_wait_that_is_cancelled(shop) -> None:
    description = arazzo.load_text(WAITING, base=shop.parent)

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async for event in arazzo.stream(description, app=asgi):
                if isinstance(event, arazzo.StepRetried):
                    scope.cancel()
        assert scope.cancelled_caught

    asyncio.run(main())


RETRYING = """
- stepId: look
  operationId: getThing
  parameters: [{name: id, in: path, value: 7}]
  onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 1}]
"""


def test_the_world_of_a_stream_gets_the_keys_of_calls_and_waits(shop) -> None:
    text = DOCUMENT.partition("    steps:")[0] + "    steps:" + RETRYING.replace("\n", "\n      ")
    shop.write_text(text.rstrip() + "\n", encoding="utf-8")
    keys: list[str] = []

    class Remembering(arazzo.WrappedWorld):
        async def send(self, call):
            keys.append(call.key)
            return arazzo.TransportFailure("connect", "it is down")

        async def sleep(self, key, seconds):
            keys.append(key)

    async def main() -> None:
        async for _ in arazzo.stream(shop, inputs=INPUTS, mock=True, wrap=Remembering):
            pass

    asyncio.run(main())
    assert keys == ["make/look#1@1", "make/look#1@1/wait", "make/look#1@2"]
