"""`arazzo lsp` on a document of 2,000 lines: diagnostics behind a key, completions and hovers."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from contenders import ARAZZO, HERE

ROOT = HERE.parent
STUDIO = ROOT / "workflows" / "twilio-studio-trigger-execution-track-steps-workflow.yml"
LINES = 2_000
TICK = 1 / 100
"""Seconds of CPU time in a tick of the system."""


def lsp(count: int) -> None:
    """Editors: `arazzo lsp`, diagnostics behind a key, completion, hover, in 2,000 lines."""
    keys = max(40, 5 * count)
    print("\n`arazzo lsp`, over standard input and output")
    with tempfile.TemporaryDirectory() as folder:
        text = _document()
        editor = _Editor(Path(folder), text)
        lines = text.split("\n")
        row = max(at for at, line in enumerate(lines) if "operationId:" in line)
        print(f"  {len(lines)} lines; first diagnostics after {editor.opened * 1e3:.0f} ms")
        spans, used = editor.timed(lambda: editor.type(row, len(lines[row])), keys)
        _print("diagnostics behind a key", spans, used, "150 for 95 of 100")
        spans, used = editor.timed(lambda: editor.type_and_complete(row, len(lines[row])), keys)
        _print("completion at once behind a key", spans, used, "50")
        value = {"line": row, "character": lines[row].index(":") + 4}
        body = max(at for at, line in enumerate(lines) if "$response.body" in line)
        pointer = {"line": body, "character": lines[body].index("$response") + 12}
        for name, position in (("operationId", value), ("expression", pointer)):
            for method in ("completion", "hover"):
                spans, used = editor.timed(
                    lambda method=method, position=position: editor.ask(method, position), keys
                )
                _print(f"{method} on an {name}", spans, used, "50")
        editor.end()


def _print(what: str, spans: list[float], used: float, wanted: str) -> None:
    spans.sort()
    middle, most = spans[len(spans) // 2], spans[int(len(spans) * 0.95)]
    print(f"  {what}: median {middle * 1e3:.1f} ms, 95 of 100 within {most * 1e3:.1f},", end=" ")
    print(f"CPU {used * 1e3:.0f} ms each (wanted: {wanted})")


def _document() -> str:
    """The Studio workflows, with other names again and again."""
    text = STUDIO.read_text("utf-8")
    ids = [one["workflowId"] for one in yaml.safe_load(text)["workflows"]]
    head, _, body = text.partition("workflows:\n")
    copies = [head, "workflows:\n"]
    while sum(one.count("\n") for one in copies) < LINES:
        copy = body.rstrip() + "\n"
        for name in ids:
            copy = copy.replace(name, f"{name}-{len(copies)}")
        copies.append(copy)
    return "".join(copies)


class _Editor:
    """Speaks the protocol by hand; the document is open."""

    def __init__(self, folder: Path, text: str) -> None:
        (folder / "openapi").symlink_to(ROOT / "openapi")
        (folder / "workflows").mkdir()
        self._uri = (folder / "workflows" / "big.arazzo.yaml").as_uri()
        self._process = subprocess.Popen(
            [ARAZZO, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._count = 0
        self._version = 1
        self._request("initialize", {"rootUri": folder.as_uri(), "capabilities": {}})
        self._send({"method": "initialized", "params": {}})
        item = {"uri": self._uri, "languageId": "yaml", "version": 1, "text": text}
        begun = time.perf_counter()
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": item}})
        self._diagnostics()
        self.opened = time.perf_counter() - begun

    def timed(self, act: Callable[[], None], count: int) -> tuple[list[float], float]:
        """The seconds of each time, and the CPU time of the server for one."""
        act()
        before, spans = self._cpu(), []
        for _ in range(count):
            begun = time.perf_counter()
            act()
            spans.append(time.perf_counter() - begun)
        return spans, (self._cpu() - before) / count

    def type(self, line: int, character: int) -> None:
        """A blank, and the wait for what is found then."""
        self._change(line, character)
        self._diagnostics()

    def type_and_complete(self, line: int, character: int) -> None:
        """A blank, and the wait for the completions that are asked for at once."""
        self._change(line, character)
        self.ask("completion", {"line": line, "character": character})

    def _change(self, line: int, character: int) -> None:
        self._version += 1
        at = {"line": line, "character": character}
        document = {"uri": self._uri, "version": self._version}
        changes = [{"range": {"start": at, "end": at}, "text": " "}]
        params = {"textDocument": document, "contentChanges": changes}
        self._send({"method": "textDocument/didChange", "params": params})

    def ask(self, method: str, position: dict[str, int]) -> None:
        """A request about a position."""
        document = {"uri": self._uri}
        params = {"textDocument": document, "position": position}
        assert self._request(f"textDocument/{method}", params)

    def end(self) -> None:
        """End the server."""
        self._request("shutdown", None)
        self._send({"method": "exit", "params": None})
        self._process.wait(30)

    def _cpu(self) -> float:
        fields = (
            Path(f"/proc/{self._process.pid}/stat")
            .read_text(encoding="utf-8")
            .rpartition(")")[2]
            .split()
        )
        return (int(fields[11]) + int(fields[12])) * TICK

    def _request(self, method: str, params: Any) -> Any:
        self._count += 1
        self._send({"id": self._count, "method": method, "params": params})
        while (message := self._read()).get("id") != self._count:
            pass
        return message["result"]

    def _diagnostics(self) -> None:
        while (message := self._read()).get("method") != "textDocument/publishDiagnostics" or (
            message["params"].get("version") != self._version
        ):
            pass

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline()).strip():
            if line.lower().startswith(b"content-length"):
                length = int(line.split(b":")[1])
        if not length:
            sys.exit("error: the server has ended")
        found: dict[str, Any] = json.loads(stream.read(length))
        return found
