"""What messages say of flags, said of keyword arguments."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from arazzo_runner.text.diagnostic import Diagnostic

_FLAG: Final = re.compile(r"`(?P<flag>--?[a-z][a-z0-9-]*)(?:[ =](?P<value>[^`]*))?`")

_NAMED: Final = {
    "-i": "inputs",
    "--server": "server",
    "--server-var": "server_variables",
    "--source": "sources",
    "--source-dir": "source_dir",
    "--timeout": "timeout",
    "--until": "until",
    "--allow-read": "allow_read=True",
    "--allow-http": "allow_http=True",
    "--allow-net": "allow_net=True",
    "--workflow": "workflow",
    "--secret": "secrets",
    "--max-query-time": "limits=Limits(query_seconds=…)",
    "--max-json-depth": "limits=Limits(json_depth=…)",
    "--max-sources": "limits=LoadLimits(…)",
}
_GROUPS: Final = {
    "limits=Limits({}=…)": ("max-steps", "max-depth", "max-retries", "max-wait", "run-timeout"),
    "http=HttpSettings({}=…)": (
        "max-response-size", "follow-redirects", "cacert", "cert", "key", "proxy",
    ),
    "http=HttpSettings({}=True)": ("insecure", "http2", "cookies"),
    "limits=LoadLimits(…)": ("max-document-size", "max-document-depth", "max-document-nodes"),
}  # fmt: skip
_KEYWORDS: Final = {
    f"--{flag}": form.format(flag.replace("-", "_"))
    for form, flags in _GROUPS.items()
    for flag in flags
} | _NAMED


def in_python(text: str) -> str:
    """The text with keyword arguments in place of the flags that stand for them."""
    return _FLAG.sub(_keyword, text)


def _keyword(found: re.Match[str]) -> str:
    keyword = _KEYWORDS.get(found["flag"])
    if keyword is None:
        return found[0]
    value = found["value"]
    if value is None or "=" in keyword:
        return f"`{keyword}`"
    name, equals, given = value.partition("=")
    if not equals:
        return f"`{keyword}={_quoted(value)}`"
    plural = "servers" if keyword == "server" else keyword
    return f"`{plural}={{{_quoted(name)}: {_quoted(given)}}}`"


def _quoted(text: str) -> str:
    return text if text in ("…", "...") else f'"{text}"'


def told_to_program(diagnostic: Diagnostic) -> Diagnostic:
    """A finding as a program is told it."""
    help_ = in_python(diagnostic.help) if diagnostic.help else None
    return replace(diagnostic, message=in_python(diagnostic.message), help=help_)


def explained(text: str) -> str:
    """What is said of a failure, with its ways out as a program is told them."""
    lines = text.splitlines()
    return "\n".join(in_python(one) if one.startswith("help: ") else one for one in lines)
