"""`arazzo mock`: how soon it answers, how much, and what it holds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from contenders import ARAZZO, HERE

DESCRIPTION = HERE.parent / "openapi" / "studio-openapi-original.yml"
EXECUTIONS = f"/v2/Flows/FW{'a' * 32}/Executions"
CONNECTIONS = 16
UNKNOWN = 100_000
TICKS = os.sysconf("SC_CLK_TCK")


def mock_server(count: int) -> None:
    """The mock server: start, lists and fetches a second, memory, and 100,000 unknown ids."""
    print("\nThe mock server, on Studio's description")
    readies = [ready for _ in range(max(3, count // 4)) for ready in _ready()]
    print(f"  ready after {median(readies) * 1e3:.0f} ms (wanted: 700)")
    with _serving() as (process, port):
        for name, path, requests, wanted in (
            ("lists of 6", f"{EXECUTIONS}?PageSize=6", 4_000, 1_000),
            ("lists of 20", f"{EXECUTIONS}?PageSize=20", 2_000, None),
            ("fetches", f"{EXECUTIONS}/FN{'a' * 32}", 10_000, 2_500),
        ):
            _load(port, path, 100)
            used = _cpu(process.pid)
            rate = _load(port, path, requests)
            each = (_cpu(process.pid) - used) / requests * 1e3
            bar = f" (wanted: {wanted})" if wanted else ""
            print(f"  {name:12}{rate:8.0f}/s{bar}, {each:.2f} ms of CPU each")
        before = _memory(process.pid)
        print(f"  memory {before:.0f} MiB (wanted: under 80)")
        _load(port, EXECUTIONS + "/FN{n}", UNKNOWN)
        grown = _memory(process.pid) - before
        print(f"  {UNKNOWN:,} unknown ids add {grown:.0f} MiB (wanted: under 50)")


def _ready() -> Iterator[float]:
    begun = time.perf_counter()
    with _serving():
        yield time.perf_counter() - begun


@contextmanager
def _serving() -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [ARAZZO, "mock", str(DESCRIPTION), "--port", "0", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            if not first:
                sys.exit("`arazzo mock` does not start")
            yield process, int(first.split()[0].rpartition(":")[2])
        finally:
            process.send_signal(signal.SIGINT)


def _load(port: int, path: str, requests: int) -> float:
    job = [sys.executable, str(HERE / "load_job.py"), str(port), path, str(CONNECTIONS)]
    done = subprocess.run([*job, str(requests)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _cpu(pid: int) -> float:
    """The seconds of CPU of a process, where the system tells (`/proc`)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> float:
    """What a process holds, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
