"""Applications begin before their first request and end after their last."""

import anyio
import pytest

from arazzo_runner.worlds import asgi_lifespan
from arazzo_runner.worlds.asgi_lifespan import started_application


class App:
    """Says at its start and its end what it is told to; notes what it is called with."""

    def __init__(self, start=("complete",), end=("complete",), error=None) -> None:
        self.start, self.end, self.error = start, end, error
        self.notes: list[object] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "lifespan":
            self.notes.append(scope["state"])
            return
        scope["state"]["pool"] = "open"
        await self.say("startup", self.start, receive, send)
        if self.start[0] == "complete":
            await self.say("shutdown", self.end, receive, send)

    async def say(self, phase, words, receive, send) -> None:
        assert await receive() == {"type": f"lifespan.{phase}"}
        self.notes.append(phase)
        kind, *message = words
        await send(
            {"type": f"lifespan.{phase}.{kind}", **({"message": message[0]} if message else {})}
        )
        if self.error is not None and kind == "failed":
            raise self.error


def live(app, backend="asyncio") -> None:
    async def main() -> None:
        async with started_application(app) as begun:
            await begun({"type": "http"}, None, None)

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_life(backend) -> None:
    app = App()
    live(app, backend)
    assert app.notes == ["startup", {"pool": "open"}, "shutdown"]


def test_one_that_knows_none() -> None:
    async def app(scope, receive, send) -> None:
        assert scope["type"] == "http"

    live(app)


async def knows_no_end(scope, receive, send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})


def test_one_that_leaves_early() -> None:
    live(knows_no_end)


@pytest.mark.parametrize(
    ("app", "error", "message", "notes"),
    [
        (App(start=("failed", "no database")), RuntimeError, "no database", ["startup"]),
        (
            App(start=("failed",)),
            RuntimeError,
            "the application failed at its startup",
            ["startup"],
        ),
        (
            App(start=("failed", "x"), error=OSError("no database")),
            OSError,
            "no database",
            ["startup"],
        ),
        (
            App(end=("failed", "stuck")),
            RuntimeError,
            "stuck",
            ["startup", {"pool": "open"}, "shutdown"],
        ),
    ],
)
def test_what_keeps_it_is_raised(app, error, message, notes) -> None:
    with pytest.raises(error, match=message):
        live(app)
    assert app.notes == notes


def test_it_ends_though_the_block_is_cancelled() -> None:
    app = App()

    async def cancelled() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anyio.sleep_forever()

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with started_application(app):
                scope.cancel()
                await cancelled()

    anyio.run(main)
    assert app.notes == ["startup", "shutdown"]


def test_one_that_never_ends_is_left(monkeypatch) -> None:
    monkeypatch.setattr(asgi_lifespan, "_SHUTDOWN_SECONDS", 0.01)

    async def app(scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await anyio.sleep_forever()

    live(app)
