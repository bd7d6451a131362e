"""Unified diffs."""

import subprocess
from pathlib import Path

import pytest

from arazzo_runner.report.diagnostics.diff import diff_text, render_diff
from arazzo_runner.report.terminal.style import ANSI, PLAIN


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nc\n"),
        ("a\nb", "a\nc"),
        ("a\nb", "a\nb\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\x0cb\x85\u2028c\n", "a\x0cb\x85\u2028d\n"),
        ("", "a\n"),
        ("a\n", "a\n"),
    ],
)
def test_patch_applies_it(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(before.encode())
    diff = diff_text("a.yaml", before, after)
    if diff:
        command = ["git", "apply", "-p0", "--unidiff-zero", "-"]
        subprocess.run(command, input=diff.encode(), cwd=tmp_path, check=True)
    assert file.read_bytes().decode() == after


def test_terminal_gets_colours_and_nothing_that_steers_it() -> None:
    diff = diff_text("a.yaml", "a\x1b[31m\r\n", "b\n")
    assert render_diff(diff, PLAIN) == "--- a.yaml\n+++ a.yaml\n@@ -1 +1 @@\n-a\\x1b[31m\n+b\n"
    assert "\x1b[32m+b\x1b[0m\n" in render_diff(diff, ANSI)
