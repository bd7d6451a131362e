"""`arazzo explain [CODE]`"""

from __future__ import annotations

import json
import sys

import click

from arazzo_runner.cli.options.color import terminal_style
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.explain import pages
from arazzo_runner.explain.pages import read_explanation
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import nearest


def _check_code(_ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """A code in any case, also without its `AZ`."""
    if text is None:
        return None
    code = text.strip().upper()
    code = f"AZ{code}" if code.isdecimal() else code
    if code in CODES or _rule_text(code, "text"):
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


def _rule_text(code: str, form: str) -> str:
    """What a rule of another package says of its code; empty where there is none."""
    from arazzo_runner.explain.package_rules import find_rule

    rule = find_rule(code)
    if rule is None:
        return ""
    value = rule.value
    if form == "json":
        found = {"code": code, "title": value.title, "severity": value.severity}
        return json.dumps({**found, "meaning": value.explanation, "package": rule.package}) + "\n"
    lines = [f"{code}: {value.title}", f"severity: {value.severity}", "", value.explanation.strip()]
    package = f"the rule `{rule.name}` of the package `{rule.package}`: `--rule {rule.name}`"
    return "".join(f"{escape(one)}\n" for one in "\n".join([*lines, "", package]).split("\n"))


def _render_code(code: str, form: str) -> str:
    if code not in CODES:
        return _rule_text(code, form)
    found = read_explanation(code)
    if form == "json":
        return pages.render_json(found)
    return pages.render_text(found, terminal_style(sys.stdout))


def _render_all(form: str) -> str:
    every = [read_explanation(code) for code in CODES]
    if form == "json":
        return pages.render_list_json(every)
    return pages.render_list(every, terminal_style(sys.stdout))
