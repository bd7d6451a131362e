"""`arazzo completion SHELL`"""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Final

import click

from arazzo_runner.cli.completion.candidates import SHELLS

_ROOM: Final = "arazzo_runner.cli.completion"
# The character \b before a paragraph keeps click from joining its lines.
_HELP: Final = """Print a script that completes arazzo's command lines in SHELL: bash, zsh, fish or
powershell.

The script completes commands, flags, paths, report kinds, diagnostic codes and profiles, and
of the document on the line its workflows, steps, inputs and source descriptions. To have it
in each new shell:

\b
  bash  echo 'eval "$(arazzo completion bash)"' >> ~/.bashrc
  zsh   echo 'source <(arazzo completion zsh)' >> ~/.zshrc    # behind compinit
  fish  arazzo completion fish > ~/.config/fish/completions/arazzo.fish
  powershell  'arazzo completion powershell | Out-String | Invoke-Expression' >> $PROFILE
"""


@click.command(
    "completion",
    help=_HELP,
    short_help="print a completion script for bash, zsh, fish or PowerShell",
)
@click.argument("shell", type=click.Choice(SHELLS, case_sensitive=False))
def command(shell: str) -> int:
    """Print the completion script of a shell."""
    name = f"{shell}.ps1" if shell == "powershell" else f"{shell}.sh"
    sys.stdout.write(files(_ROOM).joinpath(name).read_text(encoding="utf-8"))
    return 0
