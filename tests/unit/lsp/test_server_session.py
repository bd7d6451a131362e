"""A session with Neovim 0.7.2, headless: what it sent is sent again, and means what it meant.

It opens the document, types a mistake, takes the code action, asks for a hover, a definition,
completions, references, symbols, renames a step, formats, breaks the text, completes and ends.
`$FOLDER` stands for the URI of the folder, `$PATH` for its path.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from unit.lsp.client import Client
from unit.lsp.project import write_project

SESSION = Path(__file__).with_name("sessions") / "neovim.jsonl"


def messages(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    text = SESSION.read_text("utf-8")
    text = text.replace("$FOLDER", folder.as_uri()).replace("$PATH", str(folder))
    lines = map(json.loads, text.splitlines())
    return [(one["from"], one["message"]) for one in lines]


def is_answer_to(recorded: dict[str, Any], message: dict[str, Any]) -> bool:
    """Whether a message of the server comes where another one came."""
    if "id" in recorded:
        return message.get("id") == recorded["id"] and "method" not in message
    if message.get("method") != recorded.get("method"):
        return False
    names = ("uri", "version")
    return all(message["params"].get(one) == recorded["params"].get(one) for one in names)


def meaning(message: dict[str, Any]) -> Any:
    """What counts of a message: texts may be worded otherwise, positions and names may not."""
    if "params" in message:
        found = message["params"]["diagnostics"]
        return [(one["code"], one["severity"], one["range"]) for one in found]
    return without_words(message.get("result"))


def without_words(value: Any) -> Any:
    if isinstance(value, list):
        return [without_words(one) for one in value]
    if not isinstance(value, dict):
        return value
    words = ("message", "codeDescription", "documentation", "detail", "value", "serverInfo")
    return {key: without_words(one) for key, one in value.items() if key not in words}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path)


def test_a_recorded_session_goes_as_it_went(folder: Path) -> None:
    client = Client(folder, begins=False)
    asked = 0
    for sender, message in messages(folder):
        if sender == "client":
            client.send({key: one for key, one in message.items() if key != "jsonrpc"})
            asked += "id" in message
            continue
        answer = client.wait(lambda one, recorded=message: is_answer_to(recorded, one))
        assert meaning(answer) == meaning(message)
    assert asked > 10
    assert client.exit() == 0
