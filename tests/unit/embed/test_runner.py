"""A runner keeps documents, plans and connections, and nothing of one run for the next."""

import asyncio
import gc
import itertools
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn

import arazzo_runner as arazzo
from arazzo_runner.embed import cache
from arazzo_runner.embed.documents import load_path
from unit.embed.shop import DOCUMENT, asgi, wsgi

INPUTS = {"name": "cup"}


class Shop:
    """The shop on a port of 127.0.0.1; ``connections`` are the clients' ports."""

    def __init__(self) -> None:
        self.connections: list[int] = []
        self.cookies: list[str | None] = []
        config = uvicorn.Config(
            self.app, port=0, ws="none", log_level="critical", lifespan="off", interface="asgi3"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    async def app(self, scope, receive, send) -> None:
        self.connections.append(scope["client"][1])
        self.cookies.append(dict(scope["headers"]).get(b"cookie"))

        async def with_cookie(message) -> None:
            if "headers" in message:
                message["headers"].append((b"set-cookie", b"session=1"))
            await send(message)

        await asgi(scope, receive, with_cookie)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"


@pytest.fixture
def server() -> Iterator[Shop]:
    shop = Shop()
    shop.thread.start()
    while not shop.server.started:
        assert shop.thread.is_alive()
        shop.thread.join(0.01)
    yield shop
    shop.server.should_exit = True
    shop.thread.join()


def test_connections_are_kept_within_a_block(server, description) -> None:
    with arazzo.Runner(server=server.url) as runner:
        for _ in range(3):
            runner.run(description, inputs=INPUTS).raise_for_status()
    assert len(set(server.connections)) == 1
    runner.run(description, inputs=INPUTS).raise_for_status()
    runner.run(description, inputs=INPUTS).raise_for_status()
    assert len(set(server.connections)) == 3


def test_connections_are_kept_within_an_event_loop(server, description) -> None:
    async def main() -> None:
        async with arazzo.Runner(server=server.url) as runner:
            for _ in range(3):
                (await runner.arun(description, inputs=INPUTS)).raise_for_status()
            assert len(set(server.connections)) == 1
            await asyncio.gather(*(runner.arun(description, inputs=INPUTS) for _ in range(3)))
        await runner.arun(description, inputs=INPUTS)

    asyncio.run(main())
    assert len(set(server.connections)) == 4


def test_event_loops_share_no_connections(server, description) -> None:
    runner = arazzo.Runner(server=server.url)

    async def main() -> None:
        async with runner:
            (await runner.arun(description, inputs=INPUTS)).raise_for_status()

    asyncio.run(main())
    asyncio.run(main())
    with runner:
        runner.run(description, inputs=INPUTS, cancel=threading.Event()).raise_for_status()
        runner.run(description, inputs=INPUTS, cancel=threading.Event()).raise_for_status()
    assert len(set(server.connections)) == 3


def test_cookies_belong_to_one_run(server, description) -> None:
    with arazzo.Runner(server=server.url, http=arazzo.HttpSettings(cookies=True)) as runner:
        runner.run(description, inputs=INPUTS)
        runner.run(description, inputs=INPUTS)
    assert server.cookies == [None, b"session=1"] * 2


def test_threads_share_a_runner(server, description) -> None:
    with arazzo.Runner(server=server.url) as runner, ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(runner.run, description, inputs=INPUTS) for _ in range(40)]
        assert all(one.result().passed for one in runs)
    assert len(set(server.connections)) <= 8


def test_a_block_is_entered_once(description) -> None:
    runner = arazzo.Runner(mock=True)
    with runner, pytest.raises(RuntimeError, match="in a `with` block already"):
        runner.__enter__()
    with runner:
        assert runner.run(description, inputs=INPUTS).passed

    async def main() -> None:
        async with runner:
            with pytest.raises(RuntimeError, match="in an `async with` block already"):
                await runner.__aenter__()

    asyncio.run(main())


def test_the_mock_begins_anew_with_each_run(description) -> None:
    with arazzo.Runner(mock=True) as runner:
        assert len({runner.run(description, inputs=INPUTS).outputs["id"] for _ in range(3)}) == 1


def test_what_is_given_to_one_run(description) -> None:
    first: list[object] = []
    own: list[object] = []
    runner = arazzo.Runner(app=wsgi, on_event=first.append)
    runner.run(description, inputs=INPUTS, on_event=own.append)
    assert (first, len(own) > 0) == ([], True)
    runner.run(description, inputs=INPUTS)
    assert len(first) == len(own)


def test_what_is_wrong_with_one_run(description) -> None:
    runner = arazzo.Runner(mock=True, mock_inputs="off")
    with pytest.raises(TypeError, match="`on_event` is of the type int"):
        runner.run(description, on_event=3)
    with pytest.raises(arazzo.InputError, match=r"error\[AZ902\]"):
        runner.check(description)
    runner.check(description, inputs=INPUTS)


@pytest.mark.parametrize("cancel", [None, threading.Event()])
def test_settings_that_cannot_be_used(cancel, description) -> None:
    runner = arazzo.Runner(server="http://x", http=arazzo.HttpSettings(proxy="socks://y"))
    with pytest.raises(arazzo.UsageError, match=r"error\[AZ906\](.|\n)*help: "):
        runner.run(description, inputs=INPUTS, cancel=cancel)


def test_a_representation_tells_no_secret(description) -> None:
    runner = arazzo.Runner(server="http://x", environment={"TOKEN": "s3cret"})
    job = runner._job(description, None, {"name": "cup", "pin": "s3cret-pin"}, None, None)
    assert "s3cret" not in repr((job, job.chosen, job.prepared, job.chosen.options))


# --- documents ------------------------------------------------------------------------------------


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The documents that were read."""
    paths: list[str] = []

    def load(path, *given):
        paths.append(path)
        return load_path(path, *given)

    monkeypatch.setattr(cache, "load_path", load)
    return paths


def test_documents_are_read_again_when_a_file_has_changed(shop, read) -> None:
    runner = arazzo.Runner(mock=True)
    for _ in range(2):
        assert runner.run(shop, inputs=INPUTS).passed
    assert len(read) == 1
    shop.write_text(DOCUMENT.replace("workflowId: make", "workflowId: build"), encoding="utf-8")
    assert runner.run(shop, inputs=INPUTS).workflows[0].workflow_id == "build"
    api = shop.parent / "shop.openapi.json"
    api.write_text(
        api.read_text(encoding="utf-8").replace("getThing", "fetchThing"), encoding="utf-8"
    )
    with pytest.raises(arazzo.DocumentError, match="getThing"):
        runner.run(shop, inputs=INPUTS)
    assert len(read) == 3


def test_only_the_latest_are_kept(description, shop, monkeypatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 2)
    keeping = cache.PlanCache(arazzo.Runner(mock=True)._chosen.options)
    for _ in range(4):
        keeping.prepared(arazzo.load(shop), [], INPUTS)
    assert len(keeping._plans) == 2
    assert (
        keeping.prepared(description, [], INPUTS).plan
        is keeping.prepared(description, [], INPUTS).plan
    )


# --- nothing is left ------------------------------------------------------------------------------


def descriptors() -> int:
    folder = Path("/proc/self/fd")  # where there is one
    return len(list(folder.iterdir())) if folder.is_dir() else 0


@pytest.mark.parametrize(
    "given",
    ["network", {"app": asgi}, {"app": wsgi}, {"mock": True}],
    ids=["network", "asgi", "wsgi", "mock"],  # the same in every process of pytest-xdist
)
def test_many_runs_leave_nothing(given, server, description) -> None:
    options = {"server": server.url} if given == "network" else given
    with arazzo.Runner(**options) as runner:

        def runs(count: int) -> tuple[int, int]:
            for _ in range(count):
                runner.run(description, inputs=INPUTS).raise_for_status()
            gc.collect()
            return len(gc.get_objects()), tracemalloc.get_traced_memory()[0]

        runs(10)
        held = descriptors(), threading.active_count()
        tracemalloc.start()
        figures = [runs(5), runs(60), runs(60), runs(60)]
        tracemalloc.stop()
        # What an earlier test has left may go meanwhile.
        assert descriptors() <= held[0]
        assert threading.active_count() <= held[1]
    # What a run left would be there after each 60; what only fills once (caches and free lists
    # of the interpreter, of other tests too) is not.
    grown = [
        (after[0] - before[0], after[1] - before[1])
        for before, after in itertools.pairwise(figures)
    ]
    assert min(objects for objects, _ in grown) < 60  # fewer than one for each run
    assert min(size for _, size in grown) < 60 * 1000  # one result is far more


def test_runs_of_their_own_leave_nothing_open(server, description) -> None:
    def runs(count: int) -> tuple[int, int]:
        for _ in range(count):
            arazzo.run(description, inputs=INPUTS, server=server.url).raise_for_status()
            arazzo.run(description, inputs=INPUTS, app=asgi).raise_for_status()
        return descriptors(), threading.active_count()

    assert runs(2) == runs(5)
