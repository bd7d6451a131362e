"""Write the `$defs` of events.schema.json: those of report.schema.json, so that it stands alone."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "arazzo_runner" / "report" / "formats"
EVENTS = FOLDER / "events.schema.json"
START = '  "$defs": {'


def event_schema() -> str:
    """The text of events.schema.json with the definitions of the report at its end."""
    report = (FOLDER / "report.schema.json").read_text(encoding="utf-8")
    definitions = report[report.index(f"\n{START}") :]
    events = EVENTS.read_text(encoding="utf-8").partition(f",\n{START}")[0].removesuffix("\n}\n")
    return f"{events},{definitions}"


if __name__ == "__main__":
    EVENTS.write_text(event_schema(), encoding="utf-8")
