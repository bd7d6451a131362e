"""`arazzo lsp`"""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of

if TYPE_CHECKING:
    from arazzo_runner.lsp.workspace.documents import WorkspaceSettings


@click.command("lsp", cls=SectionedCommand, short_help="serve editors: the language server")
@flags_of("lsp")
def command(**_given: Any) -> int:
    """Serve an editor over standard input and output, by the Language Server Protocol.

    Editors start it: docs/editor.md says how. Documents are validated as `arazzo validate` does
    it, by the `[validate]` table of the configuration in the folder that the editor has opened.
    """
    from arazzo_runner.lsp.installation import check_installation

    check_installation()
    from arazzo_runner.lsp.server import new_server

    # The library logs what clients send.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = new_server(read_settings)
    # Data is made and dropped with each key, hardly any of it in circles.
    gc.set_threshold(10_000, 50, 100)
    gc.freeze()
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Nothing but messages of the protocol may be written to what the client reads.
    sys.stdout = sys.stderr
    server.start_io(stdout=output)
    return server.exit_code


def read_settings() -> WorkspaceSettings:
    """The settings of `arazzo validate` in the working directory, from environment and file."""
    from arazzo_runner.cli.options.command_list import COMMANDS
    from arazzo_runner.cli.options.config_file import flags_for
    from arazzo_runner.cli.validate.command import command as validate

    try:
        return _settings(flags_for("validate", validate, COMMANDS))
    except click.UsageError as mistake:
        return _settings({}, mistake.format_message())


def _settings(defaults: dict[str, Any], problem: str = "") -> WorkspaceSettings:
    from arazzo_runner.cli.options.settings import load_limits, retrieve_settings
    from arazzo_runner.cli.validate.command import command as validate
    from arazzo_runner.cli.validate.many import selection
    from arazzo_runner.lsp.workspace.documents import WorkspaceSettings
    from arazzo_runner.pipeline.validate import ValidateOptions

    # A document has to be named; which one makes no difference to the settings.
    with validate.make_context("validate", ["-"], default_map=defaults) as context:
        given = context.params
        chosen = selection(given, 1) if not problem else selection({**given, "ignore": ()}, 1)
        options = ValidateOptions(given["sources"], load_limits(given), chosen)
        return WorkspaceSettings(retrieve_settings(given), options, problem)
