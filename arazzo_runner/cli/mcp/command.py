"""`arazzo mcp DOCUMENT…`"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.signals import signal_code

if TYPE_CHECKING:
    from arazzo_runner.mcp.offer import Offer
    from arazzo_runner.mcp.runs import Runs


@click.command("mcp", cls=SectionedCommand, short_help="offer workflows to agents as tools")
@click.argument("named", metavar="DOCUMENT…", nargs=-1, required=True)
@flags_of("mcp")
def command(named: tuple[str, ...], **given: Any) -> int:
    """Offer the workflows of each DOCUMENT as tools, by the Model Context Protocol.

    A folder stands for all documents in it; an OpenAPI description is offered as documentation.
    The client talks over standard input and output, or with --http over HTTP. Credentials and
    secret inputs are read from the environment, a profile or the keyring, and are never shown to
    the client.
    """
    from arazzo_runner.mcp.installation import check_installation

    # The SDK makes so many objects, all of which stay, that looking through them takes 0.1 s.
    gc.disable()
    check_installation()
    from arazzo_runner.cli.bug import report_bug
    from arazzo_runner.cli.mcp.address import listening_address
    from arazzo_runner.mcp.runs import Runs

    address = listening_address(given)
    runs = Runs(lambda bug: _ignore(report_bug(bug, sys.argv[1:])))
    offer, what = _offer(named, given, runs)
    if offer is None:
        sys.stderr.write("there is no workflow to offer: none of these can run and is allowed\n")
        return 5
    from arazzo_runner.mcp.server import new_server

    server = new_server(offer, runs)
    gc.enable()
    gc.freeze()
    if address is None:
        from arazzo_runner.mcp.stdio import serve_stdio

        _say(f"{what}, over standard input and output")
        ended_by = serve_stdio(server)
    else:
        from arazzo_runner.mcp.http import PATH, serve_http

        began = partial(_say, f"{what}, at {address.url}{PATH}")
        ended_by = serve_http(server, runs, address, began)
    # Ctrl-C is how a server is ended; who terminates it otherwise asks for 128 + 15.
    return 0 if ended_by in (0, signal.SIGINT) else signal_code(ended_by)


def _say(text: str) -> None:
    sys.stderr.write(f"arazzo mcp: {text}\n")
    sys.stderr.flush()


def _ignore(_code: int) -> None:
    """A bug in one call does not end the server."""


def _offer(named: Sequence[str], given: Mapping[str, Any], runs: Runs) -> tuple[Offer | None, str]:
    """What is offered, and in a few words; nothing where there is nothing to offer."""
    from arazzo_runner.cli.mcp.documents import read_offer
    from arazzo_runner.mcp.documentation import listed_documentation
    from arazzo_runner.mcp.offer import Offer
    from arazzo_runner.mcp.run_tools import RunTools
    from arazzo_runner.report.safe_text import count_text

    read = read_offer(named, given)
    others = listed_documentation(read.documentation)
    if not read.tools and not others:
        return None, ""
    running = RunTools(runs, reaches_servers=not given["mock"])
    counts = [
        *([count_text(len(read.tools), "workflow")] if read.tools else []),
        *([count_text(len(others), "documentation tool")] if others else []),
    ]
    return Offer(read.tools, running, read.title, others), " and ".join(counts)
