"""Options of `arazzo validate`, and of commands that have one or two of their own."""

from __future__ import annotations

from arazzo_runner.options.model import Option

_VALIDATE = ("validate",)

VALIDATE = (
    Option(
        "format",
        "How findings are written; on GitHub Actions also as annotations when none is chosen.",
        _VALIDATE,
        kind="choice",
        key="form",
        choices=("text", "json", "github", "sarif", "junit"),
    ),
    Option("output", "Write the findings, or the diff, to a file.", _VALIDATE, metavar="FILE"),
    Option("fix", "Mend what can be mended, in place.", _VALIDATE, kind="switch"),
    Option(
        "diff",
        "Show what `--fix` would change, and write nothing.",
        _VALIDATE,
        kind="switch",
    ),
    Option(
        "unsafe-fixes",
        "Mend also by fixes that change what a document means.",
        _VALIDATE,
        kind="switch",
    ),
    Option(
        "select",
        "Report these codes alone: AZ304, or AZ3 for all that begin so.",
        _VALIDATE,
        kind="codes",
        metavar="CODES",
        is_repeatable=True,
    ),
    Option(
        "ignore",
        "Leave out these codes.",
        _VALIDATE,
        kind="codes",
        metavar="CODES",
        is_repeatable=True,
    ),
    Option("baseline", "Leave out the findings that this file holds.", _VALIDATE, metavar="FILE"),
    Option("write-baseline", "Record all findings in the baseline file.", _VALIDATE, kind="switch"),
    Option("strict", "Let warnings count as errors.", _VALIDATE, kind="switch"),
    Option(
        "jobs",
        "Processes to work with.",
        _VALIDATE,
        kind="processes",
        metavar="N",
        default=1,
    ),
)

OTHERS = (
    Option("test", "Fetch the tokens, and send one harmless GET each.", ("auth",), kind="switch"),
    Option("json", "As JSON on standard output.", ("auth",), kind="switch", key="as_json"),
    Option(
        "json",
        "As JSON on standard output.",
        ("list",),
        kind="switch",
        key="as_json",
        has_variable=False,
    ),
    # In the environment, `ARAZZO_FORMAT` is that of `validate`.
    Option(
        "format",
        "How it is written.",
        ("explain",),
        kind="choice",
        key="form",
        choices=("text", "json"),
        default="text",
        has_variable=False,
    ),
)
