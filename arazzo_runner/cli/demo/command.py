"""`arazzo demo`"""

from __future__ import annotations

import os
import sys
from copy import copy
from pathlib import Path
from typing import Any, Final

import click

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.overwrite import check_output_folder
from arazzo_runner.report.curl import shell_quote
from arazzo_runner.report.safe_text import escape

_DOCUMENT: Final = "studio.arazzo.yaml"
_DESCRIPTION: Final = "studio.openapi.yaml"
_INPUTS: Final = "inputs.yaml"
_FILES: Final = {
    _DOCUMENT: "the workflow, three calls of an API",
    _DESCRIPTION: "the OpenAPI description of that API",
    _INPUTS: "the inputs of the run",
}
_HOME: Final = Path(__file__).parent


@click.command("demo", cls=SectionedCommand, short_help="show a run, without files or a network")
@flags_of("demo")
def command(eject: str | None, force: bool, **given: Any) -> int:  # noqa: FBT001 - click's way
    """Run a workflow that comes with this program, and show the command that does it.

    It starts a Twilio Studio execution, fetches it, and lists its steps. Nothing is sent: all
    responses are mock responses from the API description, so no server or account is needed.
    With --eject, its files are written to DIR instead, to run and change them.
    """
    if eject is None:
        if force:
            raise click.UsageError("`--force` overwrites the files of `--eject DIR`; add that")
        return _run(given)
    check_output_folder("--eject", eject, tuple(_FILES), is_forced=force)
    _write(eject)
    sys.stdout.write(_ejected(eject))
    return 0


def _run(given: dict[str, Any]) -> int:
    """Run, with the command before it and what to do next behind it."""
    out = sys.stderr if given["as_json"] else sys.stdout
    words = [str(_HOME / _DOCUMENT), "--mock", "--inputs", str(_HOME / _INPUTS)]
    words += ["-v"] * given["verbose"] + ["-q"] * given["quiet"] + ["--json"] * given["as_json"]
    if not given["quiet"]:
        out.write(f"$ {_shell_line('run', *words)}\n\n")
        out.flush()
    code = _invoke_run(words)
    if not given["quiet"]:
        out.write(_NEXT)
    return code


_NEXT: Final = """
Nothing was sent: with `--mock`, responses come from the API description. Next:
  arazzo demo --eject arazzo-demo             # its files, to run and change them
  arazzo new openapi.yaml -o flow.arazzo.yaml # a workflow for your API, from its description
  arazzo run --help                           # all that a run can do
"""


def _invoke_run(words: list[str]) -> int:
    """Run as the command line does, but for the user's configuration and environment."""
    from arazzo_runner.cli.run.command import command as run_command

    plain = copy(run_command)
    plain.params = [_without_variable(one) for one in run_command.params]
    group = click.get_current_context().parent
    with plain.make_context("run", words, parent=group, default_map={}) as context:
        code: int = plain.invoke(context)
    return code


def _without_variable(param: click.Parameter) -> click.Parameter:
    plain = copy(param)
    plain.envvar = None
    return plain


def _write(folder: str) -> None:
    from arazzo_runner.report.files import write_pieces

    for name in _FILES:
        write_pieces(Path(folder, name), ((_HOME / name).read_bytes(),), "demo")


def _ejected(folder: str) -> str:
    """What was written, and commands to try with it."""
    home = f"./{folder}" if folder.startswith("-") else folder  # no flag of the commands
    paths = {name: os.path.join(home, name) for name in _FILES}  # noqa: PTH118 - keeps `./`
    width = max(len(escape(path)) for path in paths.values())
    written = [f"  {escape(paths[name]):{width}}  {text}\n" for name, text in _FILES.items()]
    run = ("run", paths[_DOCUMENT], "--mock", "--inputs", paths[_INPUTS])
    tries = {
        "the run of `arazzo demo`": run,
        "a run that fails, and why": (*run, "-i", "flowSid=unknown"),
        "the requests, sending nothing": ("run", paths[_DOCUMENT], "--dry-run", *run[3:]),
        "its workflow, inputs and steps": ("list", paths[_DOCUMENT]),
        "whether it fits the API description": ("validate", paths[_DOCUMENT]),
        "workflows written from the description": ("new", paths[_DESCRIPTION]),
    }
    lines = [f"  # {text}\n  {_shell_line(*words)}\n" for text, words in tries.items()]
    return "".join(["Written:\n", *written, "\nTry next:\n", *lines])


def _shell_line(*words: str) -> str:
    return " ".join(["arazzo", *map(shell_quote, words)])
