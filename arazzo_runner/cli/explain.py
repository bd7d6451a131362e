"""`arazzo explain [CODE]`"""

from __future__ import annotations

import sys

import click

from arazzo_runner.cli.options.color import terminal_style
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.explain import pages
from arazzo_runner.explain.pages import read_explanation
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import nearest


def _check_code(_ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """A code in any case, also without its `AZ`."""
    if text is None:
        return None
    code = text.strip().upper()
    code = f"AZ{code}" if code.isdecimal() else code
    if code in CODES:
        return code
    match = nearest(code, CODES)
    hint = f"did you mean `{match}`?" if match else "`arazzo explain` lists them"
    raise click.BadParameter(f"no diagnostic code is called `{text}`; {hint}", param=param)


@click.command("explain", short_help="explain a diagnostic code and how to fix it")
@click.argument("code", required=False, callback=_check_code)
@flags_of("explain")
def command(code: str | None, form: str) -> int:
    """Explain a diagnostic CODE: what it means and how to fix it; without CODE, list all.

    The example of a mistake and its fixed form are tested with each version of this program.
    """
    sys.stdout.write(_render_all(form) if code is None else _render_code(code, form))
    return 0


def _render_code(code: str, form: str) -> str:
    found = read_explanation(code)
    if form == "json":
        return pages.render_json(found)
    return pages.render_text(found, terminal_style(sys.stdout))


def _render_all(form: str) -> str:
    every = [read_explanation(code) for code in CODES]
    if form == "json":
        return pages.render_list_json(every)
    return pages.render_list(every, terminal_style(sys.stdout))
