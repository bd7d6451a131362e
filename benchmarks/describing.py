"""What one API description costs, measured within this process: prints one JSON object.

Writes workflows that call one of its operations into a folder, `<name>-<steps>.arazzo.json`.

Seconds: `read` with nothing remembered, `recalled` from disk, `bind` for a workflow of one step,
and `request` for each further step, whose answer costs nothing.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml

from arazzo_runner.executor.world import SendCall
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description, LoadLimits, load_from
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.worlds.mock import MockWorld

T = TypeVar("T")
ROUNDS, STEPS = 5, 500
OPTIONS = pipeline.RunConfig(servers={"": "http://127.0.0.1"}, needs_credentials=False)


class Answering(MockWorld):
    """Nothing is behind it."""

    async def send(self, call: SendCall) -> HttpResponse:
        del call
        return HttpResponse(404, (), b"")


def load(path: str, *, remember: bool) -> Description:
    access = document_access(RetrieveSettings(remember=remember), os.environ)
    return load_from(access, path, {}, LoadLimits())


def least(work: Callable[[], T]) -> tuple[float, T]:
    """The shortest time of several, and what came of it."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        made = work()
        times.append(time.perf_counter() - begun)
    return min(times), made


def least_of_new(path: str) -> float:
    """The least time to bind a description of which nothing has been looked at."""
    times = []
    for _ in range(ROUNDS):
        description = load(path, remember=True)
        begun = time.perf_counter()
        pipeline.prepare_run(description, {}, (), OPTIONS)
        times.append(time.perf_counter() - begun)
    return min(times)


def execute(description: Description) -> float:
    prepared = pipeline.prepare_run(description, {}, (), OPTIONS)
    world = Answering(description.apis())
    return least(lambda: pipeline.execute_run(prepared, world, OPTIONS))[0]


def write(path: Path, folder: Path, steps: int) -> Path:
    """A workflow of so many steps, all of which call one operation of the description."""
    operation, names = callable_operation(path)
    parameters = [{"name": name, "in": "path", "value": "1"} for name in names]
    content = {
        "arazzo": "1.0.1",
        "info": {"title": "one operation", "version": "1.0.0"},
        "sourceDescriptions": [{"name": "api", "url": path.as_uri(), "type": "openapi"}],
        "workflows": [
            {
                "workflowId": "w",
                "steps": [
                    {
                        "stepId": f"s{number}",
                        **operation,
                        "parameters": parameters,
                        "successCriteria": [{"condition": "$statusCode == 404"}],
                    }
                    for number in range(steps)
                ],
            }
        ],
    }
    document = folder / f"{path.name}-{steps}.arazzo.json"
    document.write_text(json.dumps(content))
    return document


def callable_operation(path: Path) -> tuple[dict[str, str], list[str]]:
    """The last GET that needs nothing but what stands in its path: how a step names it, and those.

    Some descriptions have no operationIds.
    """
    text = path.read_text(encoding="utf-8")
    api: dict[str, Any] = (
        json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=yaml.CSafeLoader)
    )
    found = None
    for template, item in api["paths"].items():
        get = item.get("get", {})
        if "get" in item and not _asks(get, item):
            names = [one.partition("}")[0] for one in template.split("{")[1:]]
            pointer = f"#/paths/{template.replace('~', '~0').replace('/', '~1')}/get"
            by_path = {"operationPath": "{$sourceDescriptions.api.url}" + pointer}
            by_id = {"operationId": get["operationId"]} if "operationId" in get else None
            found = (by_id or by_path, names)
    assert found is not None
    return found


def _asks(get: dict[str, Any], item: dict[str, Any]) -> bool:
    every = [*get.get("parameters", ()), *item.get("parameters", ())]
    return any(one.get("required") and one.get("in") != "path" for one in every)


def main(path: Path, folder: Path) -> None:
    short, long = (str(write(path, folder, steps)) for steps in (1, STEPS))
    read, _ = least(lambda: load(short, remember=False))
    load(short, remember=True)
    recalled, description = least(lambda: load(short, remember=True))
    bind = least_of_new(short)
    further = load(long, remember=True)
    request = (execute(further) - execute(description)) / (STEPS - 1)
    figures = {"read": read, "recalled": recalled, "bind": bind, "request": request}
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
