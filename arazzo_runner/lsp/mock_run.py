"""A workflow run with mock responses from within an editor: the lens above it, and its command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lsprotocol import types
from msgspec import Struct

from arazzo_runner.lsp.draft import Draft
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.overlay import text_bytes
from arazzo_runner.lsp.workspace.texts import OpenText
from arazzo_runner.text.positions import extent_of

COMMAND: Final = "arazzo.runMock"
"""The command of the lens, with the URI of the document and the workflowId."""

_LONGEST: Final = 120.0
"""Seconds that a run may take."""


class MockRun(Struct, frozen=True):
    """What came of a run: the exit code of `arazzo run`, and all that it has printed."""

    exit_code: int
    output: str

    @property
    def verdict(self) -> str:
        """The last line of the output."""
        return next((one for one in reversed(self.output.splitlines()) if one.strip()), "no output")

    def to_json(self) -> dict[str, Any]:
        """The result of the command."""
        return {"exitCode": self.exit_code, "output": self.output}


def code_lenses(analysis: Analysis) -> Iterator[types.CodeLens]:
    """A lens above each workflow that runs it with `--mock`."""
    if not analysis.text.is_file:
        return
    draft = Draft(analysis.data, ())
    for at, one in enumerate(draft.at("workflows")):
        name = one.get("workflowId") if isinstance(one, dict) else None
        extent = extent_of(analysis.source, ("workflows", at, "workflowId"))
        if isinstance(name, str) and extent is not None:
            arguments = [analysis.text.uri, name]
            command = types.Command("Run with mock", COMMAND, arguments=arguments)
            yield types.CodeLens(analysis.index.range(extent.start, extent.end), command)


async def run_with_mock(text: OpenText, workflow: str) -> MockRun:
    """Run a workflow of an open document, as it is in the editor, in a process of its own."""
    path = Path(text.path)
    is_saved = _file_bytes(path) == text_bytes(text.text)
    named, folder = (str(path), None) if is_saved else ("-", path.parent)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "arazzo_runner", "run", named, "--workflow", workflow),
        *("--mock", "--color", "never"),
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    sent = None if is_saved else text_bytes(text.text)
    try:
        output, _ = await asyncio.wait_for(process.communicate(sent), _LONGEST)
    except TimeoutError:
        process.kill()
        await process.wait()
        return MockRun(4, f"the run was ended after {_LONGEST:g} seconds")
    return MockRun(process.returncode or 0, output.decode("utf-8", "replace"))


def _file_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
