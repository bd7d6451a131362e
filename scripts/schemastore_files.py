"""Write the schema of documents as SchemaStore keeps schemas: `scripts/schemastore FOLDER`.

In the folder are then `src/schemas/json/arazzo.json`, `src/test/`, `src/negative_test/`
and `entry.json`, which goes into the list of its catalogue.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "arazzo_runner" / "document" / "document.schema.json"
ENTRY = ROOT / "editors" / "schemastore" / "entry.json"


def write(folder: Path) -> None:
    """Write all files into a folder."""
    entry = json.loads(ENTRY.read_text("utf-8"))
    schema = json.loads(SCHEMA.read_text("utf-8"))
    # There each schema is known by the URL that it is served at.
    published = {**schema, "$id": entry["url"]}
    _write(folder / "src" / "schemas" / "json" / "arazzo.json", published)
    _write(folder / "entry.json", entry)
    for number, example in enumerate(schema["examples"], start=1):
        _write(folder / "src" / "test" / "arazzo" / f"example-{number}.json", example)
    for name, wrong in _wrong(schema["examples"][0]).items():
        _write(folder / "src" / "negative_test" / "arazzo" / f"{name}.json", wrong)


def _wrong(example: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Documents with one mistake each."""
    [workflow, *_] = example["workflows"]
    [step, *_] = workflow["steps"]
    nothing = {key: one for key, one in step.items() if key != "operationId"}
    return {
        "version": {**example, "arazzo": "2.0.0"},
        "no-workflows": {**example, "workflows": []},
        "step-calls-nothing": {**example, "workflows": [{**workflow, "steps": [nothing]}]},
        "unknown-field": {**example, "workflow": []},
    }


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: scripts/schemastore FOLDER")
    write(Path(sys.argv[1]))
