"""A client of the language server over pipes, as small as one can be: it waits for each answer."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

PATIENCE = 10.0
"""Seconds after which an answer is taken to never come."""


class Client:
    """A server in a process of its own, in ``folder``; it is greeted where the client ``begins``."""

    def __init__(self, folder: Path, *, begins: bool = True, **capabilities: Any) -> None:
        self.folder = folder
        self.messages: list[dict[str, Any]] = []
        self._answers: Queue[dict[str, Any]] = Queue()
        self._count = 0
        self._versions: dict[str, int] = {}
        environment = {key: one for key, one in os.environ.items() if not key.startswith("ARAZZO_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "arazzo_runner", "lsp", "--stdio"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not begins:
            return
        self.result = self.request(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities},
        )
        self.notify("initialized", {})

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._answers.put(json.loads(stream.read(length)))

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        """The result of a request. Raises AssertionError for an error."""
        self._count += 1
        self.send({"id": self._count, "method": method, "params": params})
        answer = self.wait(lambda one: one.get("id") == self._count and "method" not in one)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def wait(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message of a kind; others are kept, and requests of the server get null."""
        while True:
            message = self._answers.get(timeout=PATIENCE)
            self.messages.append(message)
            if is_wanted(message):
                return message
            if "id" in message and "method" in message:
                self.send({"id": message["id"], "result": None})

    # --- documents --------------------------------------------------------------------------------

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, language: str = "yaml") -> None:
        self._versions[name] = 1
        item = {"uri": self.uri(name), "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, name: str, *changes: dict[str, Any]) -> None:
        self._versions[name] += 1
        document = {"uri": self.uri(name), "version": self._versions[name]}
        self.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [*changes]}
        )

    def write(self, name: str, text: str) -> None:
        """The whole text anew."""
        self.change(name, {"text": text})

    def diagnostics(self, name: str) -> list[dict[str, Any]]:
        """Those of the last version that was sent."""
        published = self.wait(
            lambda one: (
                one.get("method") == "textDocument/publishDiagnostics"
                and one["params"]["uri"] == self.uri(name)
                and one["params"].get("version") in (None, self._versions.get(name))
            )
        )
        found: list[dict[str, Any]] = published["params"]["diagnostics"]
        return found

    def at(self, name: str, line: int, character: int) -> dict[str, Any]:
        """The parameters of a request about a position."""
        return {
            "textDocument": {"uri": self.uri(name)},
            "position": {"line": line, "character": character},
        }

    def close(self) -> int:
        """End the server; its exit code."""
        self.request("shutdown", None)
        return self.exit()

    def exit(self) -> int:
        """Have the server end; its exit code."""
        self.notify("exit", None)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        return code
