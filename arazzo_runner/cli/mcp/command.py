"""`arazzo mcp DOCUMENT…`"""

from __future__ import annotations

import signal
import sys
from typing import Any

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of


@click.command("mcp", cls=SectionedCommand, short_help="offer workflows to agents as tools")
@click.argument("named", metavar="DOCUMENT…", nargs=-1, required=True)
@flags_of("mcp")
def command(named: tuple[str, ...], **given: Any) -> int:
    """Offer the workflows of each DOCUMENT as tools, by the Model Context Protocol.

    A folder stands for all documents in it. The client talks over standard input and output, or
    with --http over HTTP. Credentials and secret inputs are read from the environment, a profile
    or the keyring, and are never shown to the client.
    """
    from arazzo_runner.mcp.installation import check_installation

    check_installation()
    from arazzo_runner.cli.bug import report_bug
    from arazzo_runner.cli.mcp.documents import offered_workflows
    from arazzo_runner.mcp.offer import Offer
    from arazzo_runner.mcp.run_tools import RunTools
    from arazzo_runner.mcp.runs import Runs
    from arazzo_runner.mcp.server import new_server
    from arazzo_runner.mcp.stdio import serve_stdio
    from arazzo_runner.report.safe_text import count_text

    def tell_bug(bug: Exception) -> None:
        report_bug(bug, sys.argv[1:])

    tools = offered_workflows(named, given)
    if not tools:
        sys.stderr.write("there is no workflow to offer: none of these can run and is allowed\n")
        return 5
    runs = Runs(tell_bug)
    offer = Offer(tools, RunTools(runs, reaches_servers=not given["mock"]), "Arazzo workflows")
    workflows = count_text(len(tools), "workflow")
    server = new_server(offer, runs, tell_bug)
    sys.stderr.write(f"arazzo mcp: {workflows}, over standard input and output\n")
    ended_by = serve_stdio(server)
    # Ctrl-C is how a server is ended; who terminates it otherwise asks for 128 + 15.
    return 0 if ended_by in (0, signal.SIGINT) else 128 + ended_by
