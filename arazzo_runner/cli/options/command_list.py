"""The commands of `arazzo`: for each its module, and what it does. Nothing is imported for it."""

from __future__ import annotations

from typing import Final

COMMANDS: Final = {
    "run": ("arazzo_runner.cli.run.command", "run a document's workflows"),
    "validate": (
        "arazzo_runner.cli.validate.command",
        "check documents against the specification and their API descriptions",
    ),
    "new": ("arazzo_runner.cli.new", "write workflows from an API description"),
    "mock": (
        "arazzo_runner.cli.mock.command",
        "serve mock responses of API descriptions on a port",
    ),
    "mcp": ("arazzo_runner.cli.mcp.command", "offer workflows to agents as tools"),
    "lsp": ("arazzo_runner.cli.lsp.command", "serve editors: the language server"),
    "demo": ("arazzo_runner.cli.demo.command", "show a run, without files or a network"),
    "resume": ("arazzo_runner.cli.journal.resume", "go on with a run from its journal"),
    "journal": ("arazzo_runner.cli.journal.command", "list, show or prune the runs of a journal"),
    "replay": ("arazzo_runner.cli.replay", "replay a recorded run, without a server"),
    "auth": (
        "arazzo_runner.cli.auth",
        "show which credentials a document needs, and which are set",
    ),
    "list": ("arazzo_runner.cli.list", "list a document's workflows, their inputs and steps"),
    "explain": ("arazzo_runner.cli.explain", "explain a diagnostic code and how to fix it"),
    "schema": ("arazzo_runner.cli.schema", "print the JSON Schema of documents or reports"),
    "completion": (
        "arazzo_runner.cli.completion.command",
        "print a completion script for bash, zsh, fish or PowerShell",
    ),
}
