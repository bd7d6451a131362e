"""What API descriptions of growing size cost: to read, to recall, to bind a step, and a request."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders import ARAZZO, HERE
from measure import Contender, rounds, table


def openapi(count: int) -> None:
    """Real API descriptions from 0.3 to 13 MB, fetched from npm's registry."""
    from published import fetched  # needs the environment, as `--help` does not

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = [(shown, path, measured(path, folder)) for shown, path in fetched()]
        if not costs:
            return
        print("\nOne step over published descriptions (least of 5, in one process)")
        print(f"  {'':36}{'size':>9}{'read':>11}{'recalled':>11}{'bind':>10}{'request':>11}")
        for shown, path, cost in costs:
            print(f"  {shown:36}{path.stat().st_size / 1e6:6.1f} MB{line(cost)}")
        print("  wanted: one cost of a request, bind under 30 ms, recalled under a third of read")
        cold(costs[-1][1], folder, max(3, count // 4))


def line(cost: dict[str, float]) -> str:
    times = "".join(f"{cost[key] * 1e3:8.1f} ms" for key in ("read", "recalled"))
    return f"{times}{cost['bind'] * 1e3:7.2f} ms{cost['request'] * 1e6:8.0f} µs"  # noqa: RUF001


def measured(path: Path, folder: Path) -> dict[str, float]:
    """The costs of one description, in a process of its own, which keeps nothing for others."""
    command = [sys.executable, str(HERE / "describing.py"), str(path), str(folder)]
    kept = {"ARAZZO_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(command, env=os.environ | kept, capture_output=True, check=True)
    costs: dict[str, float] = json.loads(done.stdout)
    return costs


def cold(path: Path, folder: Path, count: int) -> None:
    document = str(folder / f"{path.name}-1.arazzo.json")  # written for the measurement
    server = ["--server", "https://api.example"]  # the documented one may be relative
    command = [ARAZZO, "run", document, "--dry-run", *server]
    kept = {"ARAZZO_CACHE_DIR": str(folder / "cold")}
    contenders = [
        Contender("arazzo --version", [ARAZZO, "--version"]),
        Contender("arazzo run --no-cache", [*command, "--no-cache"]),
        Contender("arazzo run", command, kept),
    ]
    title = f"A cold run of one step over {path.stat().st_size / 1e6:.1f} MB ({count} rounds)"
    table(title, rounds(contenders, count))
