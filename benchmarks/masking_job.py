"""So many runs of a job of three steps, without a network, as the Python API makes them.

The arguments: which credentials, how many runs, and whether each is `told` or just `run`.
"""

import json
import sys
import tempfile
from pathlib import Path

import arazzo_runner as arazzo
from arazzo_runner.embed.job import job_of, run_blocking
from arazzo_runner.embed.options import parse_options
from arazzo_runner.executor.world import SendCall
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.pipeline import run as pipeline
from documents import DESCRIPTION, get_item, write_document

TOKEN = "".join(f"{number:x}Gk-_." for number in range(1_000))[:1200]
LONG_TOKEN = "".join(f"{number:x}Gk-_." for number in range(20_000))[:100_000]
CREDENTIALS = {
    "basic": {"username": "AC0", "password": "hunter2-hunter2"},
    "token": {"token": TOKEN},
    "long": {"token": LONG_TOKEN},
}
SCHEMES = {
    "basic": {"type": "http", "scheme": "basic"},
    "token": {"type": "http", "scheme": "bearer"},
    "long": {"type": "http", "scheme": "bearer"},
}


class Scripted:
    """A world that answers at once; in a secret header field, where a token is to be learned."""

    def __init__(self, field: str) -> None:
        self._headers = (("Content-Type", "application/json"), (field, TOKEN))

    async def send(self, call: SendCall) -> HttpResponse:
        number = call.request.url.rpartition("/")[2]
        body = f'{{"id": {number}, "name": "It is the one that has that number"}}'
        return HttpResponse(200, self._headers, body.encode())

    async def sleep(self, key: str, seconds: float) -> None: ...


def load(folder: Path, case: str) -> arazzo.Description:
    """The job; its API description asks for the credentials."""
    document = write_document(folder, 3, get_item)
    if case in SCHEMES:
        secured = {
            "security": [{"key": []}],
            "components": {"securitySchemes": {"key": SCHEMES[case]}},
        }
        (folder / "items.json").write_text(json.dumps(DESCRIPTION | secured), encoding="utf-8")
    return arazzo.load(document)


def main(case: str, runs: int, mode: str) -> None:
    world = Scripted("X-Auth-Token" if case == "learned" else "X-Other")
    scheme = {"items": {"key": CREDENTIALS[case]}} if case in CREDENTIALS else {}
    chosen = parse_options({"world": world, "credentials": scheme})
    with tempfile.TemporaryDirectory() as folder:
        description = load(Path(folder), case)
        plan, _ = pipeline.plan_run(
            description, pipeline.select_workflows(description, ()), chosen.options
        )
        for _ in range(runs):
            prepared = pipeline.with_inputs(description, plan, {})
            result = run_blocking(job_of(prepared, chosen), lambda _description: world)
            if mode == "told":
                result.raise_for_status()
                str(result), result.to_json()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
