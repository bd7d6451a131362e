"""What a batch costs, and what it keeps when workers, databases and rows die: bars B1 to B12."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any
from uuid import uuid4

from contenders import ARAZZO

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from journaling import API, ORDERS  # noqa: E402
from postgres_server import MISSING, Server, programs, serve  # noqa: E402

ROWS = 2_000
SERVER = """
import asyncio, json, sys
posts = open(sys.argv[2], 'ab', buffering=0)
async def answer(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b'\\r\\n\\r\\n')
            size = next((int(line[15:]) for line in head.lower().split(b'\\r\\n')
                         if line.startswith(b'content-length:')), 0)
            body = await reader.readexactly(size) if size else b''
            is_post = head.startswith(b'POST')
            at = asyncio.get_running_loop().time()
            entry = [at, 'POST' if is_post else 'GET', body.decode()]
            posts.write(json.dumps(entry).encode() + b'\\n')
            await asyncio.sleep(0.02)
            status = 201 if is_post else 200
            writer.write(b'HTTP/1.1 %d OK\\r\\nContent-Length: 0\\r\\n\\r\\n' % status)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(answer, '127.0.0.1', int(sys.argv[1]), backlog=1000)
    print('ready', flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Site:
    """A folder with the documents and rows, the server that counts, and a database."""

    def __init__(self, folder: Path, postgres: Server, url: str) -> None:
        self.folder = folder
        self.postgres = postgres
        self.database = postgres.new_database()
        api = {**API, "servers": [{"url": url}]}
        (folder / "api.json").write_text(json.dumps(api))
        (folder / "orders.json").write_text(json.dumps(ORDERS))
        self.arazzo("init")

    def write_rows(self, count: int) -> None:
        self.log.write_bytes(b"")
        text = "row\n" + "\n".join(f"r{at}" for at in range(count)) + "\n"
        (self.folder / "rows.csv").write_text(text)

    @property
    def log(self) -> Path:
        return self.folder / "requests"

    def requests(self) -> list[tuple[float, str, str]]:
        return [tuple(json.loads(line)) for line in self.log.read_bytes().splitlines()]

    def posts(self) -> Counter[str]:
        return Counter(body for _, method, body in self.requests() if method == "POST")

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "ARAZZO_DATABASE": self.database, "ARAZZO_NO_CACHE": "1", **more}

    def arazzo(self, *words: str) -> str:
        done = subprocess.run(
            [ARAZZO, "batch", *words], cwd=self.folder, env=self.environment(), check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip() or done.stderr

    def start(self, rows: int, *more: str) -> str:
        self.write_rows(rows)
        return self.arazzo("start", "orders.json", "--cases", "rows.csv", *more)

    @contextmanager
    def workers(
        self, count: int, *more: str, program: tuple[str, ...] = (ARAZZO,), **env: str
    ) -> Iterator[list[subprocess.Popen[bytes]]]:
        command = [*program, "batch", "work", *more]
        made = [
            subprocess.Popen(
                command, cwd=self.folder, env=self.environment(**env), stderr=subprocess.DEVNULL
            )
            for _ in range(count)
        ]
        try:
            yield made
        finally:
            for one in made:
                with suppress(ProcessLookupError):
                    one.send_signal(signal.SIGCONT)
                    one.terminate()
                one.wait(30)

    def status(self, batch: str) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.arazzo("status", batch, "--json"))
        return status

    def select(self, query: str) -> Any:
        import psycopg

        with psycopg.connect(self.database) as connection:
            row = connection.execute(query.encode()).fetchone()
            return row[0] if row else None

    def wait(self, is_so: Callable[[], bool], seconds: float = 120) -> float:
        """How long it took until something was so."""
        begun = time.monotonic()
        while not is_so():
            if time.monotonic() - begun > seconds:
                raise TimeoutError
            time.sleep(0.05)
        return time.monotonic() - begun

    def is_over(self, batch: str) -> bool:
        return bool(self.select(f"select state = 'done' from arazzo.batches where batch = {batch}"))

    def doubt(self, batch: str) -> list[str]:
        lines = self.arazzo("results", batch, "--doubt").splitlines()
        return [key for line in lines for key in json.loads(line)["in_doubt"]]


@contextmanager
def site() -> Iterator[Site]:
    """PostgreSQL as it is installed, and a server with 20 ms, each a process of its own."""
    with tempfile.TemporaryDirectory() as name, serve() as postgres:
        from postgres_server import free_port

        folder, port = Path(name), free_port()
        program = [sys.executable, "-c", SERVER, str(port), str(folder / "requests")]
        with subprocess.Popen(program, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            server.stdout.readline()
            try:
                yield Site(folder, postgres, f"http://127.0.0.1:{port}")
            finally:
                server.terminate()


def batch(count: int) -> None:
    """What `arazzo batch` costs, and what it keeps when workers and databases die."""
    if programs() is None:
        print(f"  {MISSING}")
        return
    chosen = os.environ.get("BARS", "").split(",")
    for bar in (cost, size, start_up, deaths, frozen, crashes, poison, twice, pauses, rate, scale):
        name = (bar.__doc__ or "").partition(":")[0]
        if chosen == [""] or name in chosen:
            with site() as here:
                bar(here)
    del count


def say(text: str, *, is_held: bool) -> None:
    print(f"  {'held  ' if is_held else 'MISSED'} {text}", flush=True)


def cost(here: Site) -> None:
    """B1: CPU and rows a second beside `arazzo run --cases`, and commits (B2)."""
    plain, kept, database = [], [], []
    for _ in range(3):
        here.write_rows(ROWS)
        command = [ARAZZO, "run", "orders.json", "--cases", "rows.csv", "--jobs", "50", "-q"]
        plain.append(timed(command, here))
        number = here.start(ROWS)
        commits, used = counts(here), postgres_cpu(here)
        kept.append(timed([ARAZZO, "batch", "work", "--until-done"], here))
        commits = counts(here) - commits
        database.append(postgres_cpu(here) - used)
        assert here.status(number)["rows"]["passed"] == ROWS
    cpu = median(one[1] for one in kept) / median(one[1] for one in plain)
    wall = median(one[0] for one in plain) / median(one[0] for one in kept)
    milliseconds = median(database) / ROWS * 1e3
    writes = 5 * ROWS
    say(f"B1 worker CPU {cpu:.2f} x (at most 1.35)", is_held=cpu <= 1.35)
    say(f"B1 PostgreSQL {milliseconds:.2f} ms a row (at most 0.6)", is_held=milliseconds <= 0.6)
    say(f"B1 rows/s {wall:.2f} x (at least 0.6), {ROWS / median(one[0] for one in kept):.0f}/s",
        is_held=wall >= 0.6)  # fmt: skip
    say(
        f"B2 commits {commits / writes:.3f} x writes (at most 0.1)", is_held=commits <= 0.1 * writes
    )


def timed(command: list[str], here: Site) -> tuple[float, float]:
    """Wall time and CPU of a command and those that it started."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        command, cwd=here.folder, env=here.environment(), check=False, capture_output=True
    )
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended - begun, cpu


def counts(here: Site) -> int:
    """Transactions of the database that wrote something."""
    found: int = here.select("select txid_current()::bigint")
    return found


def postgres_cpu(here: Site) -> float:
    """Seconds of CPU of the server and all that it started, those that have ended too."""
    tick = os.sysconf("SC_CLK_TCK")
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            pid, parent = int(path.parent.name), int(fields[1])
            if here.postgres.pid in (pid, parent):
                own = fields[11:15] if pid == here.postgres.pid else fields[11:13]
                total += sum(map(int, own))
    return total / tick


def size(here: Site) -> None:
    """B3: bytes a row, with calls and without."""
    number = here.start(ROWS)
    timed([ARAZZO, "batch", "work", "--until-done"], here)
    tables = f"pg_total_relation_size('arazzo.rows_{number}')"
    calls = f"pg_total_relation_size('arazzo.calls_{number}')"
    with_calls = here.select(f"select {tables} + {calls}") / ROWS
    here.arazzo("prune", number, "--passed")
    import psycopg

    with psycopg.connect(here.database, autocommit=True) as connection:
        for table in ("rows", "calls"):
            connection.execute(f"vacuum full arazzo.{table}_{number}".encode())
    without = here.select(f"select {tables} + {calls}") / ROWS
    say(f"B3 {with_calls:.0f} bytes a row with calls (at most 2,500)", is_held=with_calls <= 2500)
    say(f"B3 {without:.0f} bytes without (at most 600)", is_held=without <= 600)


def start_up(here: Site) -> None:
    """B4: how soon a worker has its first chunk."""
    times = []
    for _ in range(3):
        number = here.start(50)
        with here.workers(1):
            taken = f"select count(*) > 0 from arazzo.chunks where batch = {number} and fence > 0"
            times.append(here.wait(lambda taken=taken: here.select(taken)))
    say(f"B4 {median(times):.2f} s to the first chunk (at most 1.0)", is_held=median(times) <= 1.0)


def deaths(here: Site) -> None:
    """B5: kill -9 of one of two workers in the middle of 600 rows, never back, 5 times."""
    worst, sent_twice, unnamed, repeated = 0.0, 0, 0, 0
    for _ in range(5):
        number = here.start(600)
        with here.workers(2) as both:
            here.wait(lambda: len(here.posts()) > 200)
            both[0].kill()
            killed = time.monotonic()
            both[0].wait()
            here.wait(lambda number=number: here.is_over(number))
            worst = max(worst, time.monotonic() - killed)
        rows = here.status(number)["rows"]
        doubt = here.doubt(number)
        sent_twice += sum(one > 1 for one in here.posts().values())
        unnamed += 600 - rows["passed"] - len(doubt)
        gets = sum(method == "GET" for _, method, _ in here.requests())
        repeated = max(repeated, gets - 2 * rows["passed"] - rows["in_doubt"])
        print(f"    {rows}", flush=True)
    say(
        f"B5 all decided {worst:.1f} s after the death (at most 25 + the rest)", is_held=worst <= 32
    )
    say(f"B5 {sent_twice} POSTs twice, {unnamed} rows unnamed", is_held=not sent_twice + unnamed)
    say(f"B5 {repeated} GETs repeated (at most 50)", is_held=repeated <= 50)


def frozen(here: Site) -> None:
    """B6: SIGSTOP of one of two workers, SIGCONT after 60 s."""
    number = here.start(600)
    with here.workers(2) as both:
        here.wait(lambda: len(here.posts()) > 200)
        both[0].send_signal(signal.SIGSTOP)
        took = here.wait(lambda: here.is_over(number), 60)
        time.sleep(max(0.0, 60 - took))
        before = here.status(number)["rows"]
        both[0].send_signal(signal.SIGCONT)
        time.sleep(5)
        unknown = here.select(f"select count(*) from arazzo.calls_{number} where outcome is null")
        after = here.status(number)["rows"]
    more = sum(one > 1 for one in here.posts().values())
    say(f"B6 through after {took:.1f} s, before CONT", is_held=took < 60)
    say(f"B6 {more} twice, {unknown} without outcome", is_held=not more + unknown)
    say("B6 the frozen worker changed no row", is_held=before == after)


def crashes(here: Site) -> None:
    """B7: kill -9 of PostgreSQL, 12 s away, 3 times."""
    for _ in range(3):
        number = here.start(1_500)
        with here.workers(2) as both:
            here.wait(lambda: len(here.posts()) > 300)
            here.postgres.end(signal.SIGKILL)
            time.sleep(12)
            here.postgres.start()
            back = time.monotonic()
            sent = len(here.posts())
            here.wait(lambda sent=sent: len(here.posts()) > sent)
            again = time.monotonic() - back
            here.wait(lambda number=number: here.is_over(number))
            took = time.monotonic() - back
            is_alive = all(one.poll() is None for one in both)
        rows = here.status(number)["rows"]
        more = sum(one > 1 for one in here.posts().values())
        say(f"B7 {rows['passed']} passed {took:.1f} s after it was back (at most 15; going on after"
            f" {again:.1f} s, then no pause over {longest_pause(here, back + again):.1f} s; load"
            f" {os.getloadavg()[0]:.1f}), {rows['in_doubt']} in doubt, {more} twice,"
            f" alive: {is_alive}",
            is_held=is_alive and took <= 15 and rows["passed"] == 1_500 and not more)  # fmt: skip


def longest_pause(here: Site, since: float) -> float:
    """The seconds in which no request was sent: what is waited for, where the CPU is not."""
    moments = sorted(at for at, _, _ in here.requests() if at >= since)
    return max((after - at for at, after in pairwise(moments)), default=0.0)


_POISONED = """
import os, signal, sys
from arazzo_runner.journal.world import JournalWorld
send = JournalWorld.send
def poisoned(world, call):
    if b'"r77"' in call.request.body:
        os.kill(os.getpid(), signal.SIGKILL)
    return send(world, call)
JournalWorld.send = poisoned
from arazzo_runner.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def poison(here: Site) -> None:
    """B8: a row that ends its worker, which is begun again each time."""
    number = here.start(200)
    begun, died = time.monotonic(), 0
    while not here.is_over(number) and time.monotonic() - begun < 120:
        with here.workers(1, program=(sys.executable, "-c", _POISONED)) as (one,):
            here.wait(lambda one=one: one.poll() is not None or here.is_over(number), 100)
            died += one.poll() == -signal.SIGKILL
    took, rows = time.monotonic() - begun, here.status(number)["rows"]
    held = rows["dead"] == 1 and rows["open"] == 0 and died <= 3
    say(f"B8 {rows['dead']} dead letter after {died} deaths and {took:.0f} s (at most 75): {rows}",
        is_held=held and took <= 75)  # fmt: skip


def twice(here: Site) -> None:
    """B9: the same key twice, and every chunk in the queue twice."""
    number = here.start(600, "--key", "k")
    same = here.arazzo("start", "orders.json", "--cases", "rows.csv", "--key", "k")
    import psycopg

    with psycopg.connect(here.database) as connection:
        connection.execute(
            b"insert into arazzo.procrastinate_jobs(queue_name, task_name, lock, args) select"
            b" queue_name, task_name, lock, args from arazzo.procrastinate_jobs"
        )
    with here.workers(2):
        here.wait(lambda: here.is_over(number))
        time.sleep(3)
    fence = here.select(f"select max(fence) from arazzo.chunks where batch = {number}")
    more = sum(one > 1 for one in here.posts().values())
    rows = here.status(number)["rows"]
    say(f"B9 batch {same} again, {more} twice, highest fence {fence}, {rows['in_doubt']} in doubt",
        is_held=same == number and not more + rows["in_doubt"] and fence == 1)  # fmt: skip


def pauses(here: Site) -> None:
    """B10: no POST later than a second after a pause; going on sends nothing twice."""
    for action in ("pause", "cancel"):
        number = here.start(1_000)
        with here.workers(2):
            here.wait(lambda: len(here.posts()) > 150)
            here.arazzo(action, number)
            time.sleep(1)
            then = len(here.posts())
            time.sleep(2)
            late = len(here.posts()) - then
            here.arazzo("resume", number)
            here.wait(lambda number=number: here.is_over(number))
        more = sum(one > 1 for one in here.posts().values())
        rows = here.status(number)["rows"]
        say(f"B10 {action}: {late} POSTs late, then {rows['passed']} passed, {more} twice",
            is_held=not late + more and rows["passed"] == 1_000)  # fmt: skip


def rate(here: Site) -> None:
    """B11: 150 requests a second of two workers."""
    number = here.start(800, "--rate", "150/s")
    with here.workers(2):
        here.wait(lambda: here.is_over(number))
    moments = [at for at, _, _ in here.requests()]
    seconds = Counter(int(at - moments[0]) for at in moments)
    whole = [seconds[one] for one in range(1, max(seconds))]
    average = mean(whole)
    say(f"B11 {min(whole)} to {max(whole)} a second (120 to 180), {average:.1f} in the mean",
        is_held=min(whole) >= 120 and max(whole) <= 180 and abs(average - 150) <= 3)  # fmt: skip


def scale(here: Site) -> None:
    """B12: 200,000 empty chunks in a fresh database."""
    import psycopg

    from arazzo_runner.batch.batches import find_batch, status_of_batch
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import BatchSubmission
    from arazzo_runner.batch.store import BatchStore
    from arazzo_runner.cli.batch.refill import feed_queue
    from arazzo_runner.journal.model import RowRecord, RunRecord

    database = Database(here.database)
    begun = time.monotonic()
    store = BatchStore(database, 0, BatchSubmission(None, b"", b"", "0", 1))
    rows = (RowRecord(at, str(at), b"{}") for at in range(200_000))
    store.create(RunRecord(str(uuid4()), "w", {}, b"", time.time()), rows)
    feed_queue(database)
    took = time.monotonic() - begun
    record = find_batch(database, store.batch)
    assert record is not None
    begun = time.monotonic()
    status_of_batch(database, record)
    seen = time.monotonic() - begun
    database.close()
    with psycopg.connect(here.database, autocommit=True) as connection:
        # What the query takes, without the wait for the disk, which all commits have.
        connection.execute(b"set search_path = arazzo; set synchronous_commit = off")
        worker = connection.execute(b"select procrastinate_register_worker_v1()").fetchone()
        assert worker is not None
        begun = time.monotonic()
        for _ in range(100):
            connection.execute(b"select * from procrastinate_fetch_job_v2(null, 1)")
        fetch = (time.monotonic() - begun) * 10
    say(f"B12 start {took:.0f} s (at most 60)", is_held=took <= 60)
    say(f"B12 a fetch {fetch:.1f} ms without the disk (at most 5)", is_held=fetch <= 5)
    say(f"B12 `status` {seen:.2f} s (at most 0.5)", is_held=seen <= 0.5)
