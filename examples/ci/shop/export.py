"""Writes the API description of the app to openapi.json: `python -m shop.export`."""

import json
from pathlib import Path

from shop.app import app

FILE = Path(__file__).parents[1] / "openapi.json"


def description() -> str:
    """The API description as it belongs into the file."""
    return json.dumps(app.openapi(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(description(), encoding="utf-8")
