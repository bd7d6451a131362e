"""The commands of `arazzo`: for each its module, and what it does. Nothing is imported for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

COMMANDS: Final = {
    "run": ("arazzo_runner.cli.run.command", "run a document's workflows"),
    "validate": (
        "arazzo_runner.cli.validate.command",
        "check documents against the specification and their API descriptions",
    ),
    "new": ("arazzo_runner.cli.new", "write workflows from an API description"),
    "bundle": ("arazzo_runner.cli.bundle.command", "write a document and all it needs into a file"),
    "mock": (
        "arazzo_runner.cli.mock.command",
        "serve mock responses of API descriptions on a port",
    ),
    "mcp": ("arazzo_runner.cli.mcp.command", "offer workflows to agents as tools"),
    "lsp": ("arazzo_runner.cli.lsp.command", "serve editors: the language server"),
    "demo": ("arazzo_runner.cli.demo.command", "show a run, without files or a network"),
    "resume": ("arazzo_runner.cli.journal.resume", "go on with a run from its journal"),
    "journal": ("arazzo_runner.cli.journal.command", "list, show or prune the runs of a journal"),
    "batch": (
        "arazzo_runner.cli.batch.command",
        "run very many rows on many machines, by a database",
    ),
    "batch init": (
        "arazzo_runner.cli.batch.init",
        "make the tables of batches, or bring them up to date",
    ),
    "batch start": ("arazzo_runner.cli.batch.start", "begin a batch, and print its id"),
    "batch work": ("arazzo_runner.cli.batch.work", "run the rows of batches until it is stopped"),
    "batch status": ("arazzo_runner.cli.batch.status", "show how far a batch is"),
    "batch results": ("arazzo_runner.cli.batch.results", "print the rows of a batch as JSON lines"),
    "batch cancel": (
        "arazzo_runner.cli.batch.cancel",
        "end a batch; rows that have not ended are skipped",
    ),
    "batch pause": (
        "arazzo_runner.cli.batch.pause",
        "let no row of a batch begin until it is resumed",
    ),
    "batch resume": (
        "arazzo_runner.cli.batch.resume",
        "go on with a batch that was paused or cancelled",
    ),
    "batch retry": (
        "arazzo_runner.cli.batch.retry",
        "run rows again that failed, or decide calls in doubt",
    ),
    "batch prune": (
        "arazzo_runner.cli.batch.prune",
        "remove batches that finished, or the calls of rows that passed",
    ),
    "load": ("arazzo_runner.cli.load.command", "run workflows by many users at once"),
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


def joined_words(words: Sequence[str]) -> list[str]:
    """The words of a command line, with the two that name an action of a command as one."""
    name = " ".join(words[:2])
    return [name, *words[2:]] if len(words) > 1 and name in COMMANDS else [*words]


def actions_of(command: str) -> dict[str, str]:
    """The actions of a command, such as `start` of `batch`, and what they do."""
    begin = f"{command} "
    return {
        name.removeprefix(begin): text
        for name, (_, text) in COMMANDS.items()
        if name.startswith(begin)
    }
