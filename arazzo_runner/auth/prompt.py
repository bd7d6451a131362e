"""Asking somebody at the terminal for what is not set; what is typed is not shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from getpass import getpass
from typing import Final

# A name is not secret, and is typed better where it can be seen.
_SHOWN: Final = ("_USERNAME", "_CLIENT_ID")


def is_terminal(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody can be asked: a terminal to read from and to write to, and no CI."""
    return not environment.get("CI") and sys.stdin.isatty() and sys.stderr.isatty()


def prompt_for(message: str, names: Sequence[str]) -> dict[str, str]:
    """The values of variables as they were typed; one that is left empty is not given."""
    sys.stderr.write(f"{message}\n")
    typed = {name: _ask(name) for name in names}
    return {name: value for name, value in typed.items() if value}


def _ask(name: str) -> str:
    question = f"  {name}: "
    try:
        if not name.endswith(_SHOWN):
            return getpass(question)
        sys.stderr.write(question)
        sys.stderr.flush()
        return sys.stdin.readline().rstrip("\r\n")
    except EOFError:
        return ""
