"""Every limit with a case for the command line holds for Python and pytest too, with the same words."""

import re
from itertools import pairwise
from typing import Any

import pytest
import yaml  # noqa: F401 - its C parser is loaded once a process: not within a run of pytester

import arazzo_runner as arazzo
from arazzo_runner.document.store import SourceLimits
from arazzo_runner.text.limits import DESCRIPTION_LIMITS, DocumentLimits
from case_runner.case import ROOT, Case, load
from case_runner.expected import MEASURED
from case_runner.server import ScriptedServer

LIMITS = ROOT / "limits"
CASES = [
    f"{path.parent.parent.name}/{path.parent.name}"
    for path in sorted(LIMITS.glob("*/*/case.yaml"))
    if (path.parent / "orders.arazzo.yaml").is_file()
]
HTTP = {"--follow-redirects": "follow_redirects"}
RUN = {
    "--max-steps": "max_steps", "--max-depth": "max_depth", "--max-retries": "max_retries", "--max-wait": "max_wait",
    "--run-timeout": "run_timeout", "--max-query-time": "query_seconds", "--max-json-depth": "json_depth",
}  # fmt: skip
DOCUMENT = {
    "--max-document-depth": "max_depth",
    "--max-document-nodes": "max_nodes",
    "--max-document-size": "max_bytes",
}


def seconds(text: str) -> float | int:
    """What a flag says, as Python takes it."""
    number, unit = re.fullmatch(r"(\d+)(ms|s|)", text).groups()
    return {"ms": int(number) / 1000, "s": float(number), "": int(number)}[unit]


def flags(case: Case) -> dict[str, str]:
    """The flags of the case that set a limit."""
    words = case.run
    return {one: two for one, two in pairwise(words) if one in (*HTTP, *RUN, *DOCUMENT, *OTHERS)}


OTHERS = ("--timeout", "--max-sources", "--max-response-size")


def options(given: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keyword arguments of `load`, and those of `run`."""
    limits = {RUN[name]: seconds(text) for name, text in given.items() if name in RUN}
    http = {HTTP[name]: int(text) for name, text in given.items() if name in HTTP}
    if size := int(given.get("--max-response-size", 0)):
        http |= {"max_response_size": size, "max_decoded_size": 5 * size}
    document = {DOCUMENT[name]: int(text) for name, text in given.items() if name in DOCUMENT}
    sources = SourceLimits(int(given.get("--max-sources", 100)), description=DESCRIPTION_LIMITS)
    run = {"limits": arazzo.Limits(**limits), "http": arazzo.HttpSettings(**http)}
    if "--timeout" in given:
        run["timeout"] = seconds(given["--timeout"])
    return {"limits": arazzo.LoadLimits(DocumentLimits(**document), sources)}, run


@pytest.mark.parametrize("name", [one for one in CASES if not one.startswith("secrets")])
def test_python(name: str) -> None:
    case = load(LIMITS / name)
    loading, running = options(flags(case))
    expected = "".join(
        one.read_text()
        for one in (case.expected("stdout"), case.expected("stderr"))
        if one.exists()
    )
    with ScriptedServer(case.replies or (), case.folder) as server:
        try:
            description = arazzo.load(case.folder / "orders.arazzo.yaml", **loading)
            result = arazzo.run(
                description, server=f"http://{server.authority}", environment=case.env, **running
            )
        except arazzo.DocumentError as error:
            assert case.exit == 3
            assert error.diagnostics[0].message in expected
            return
    assert result.exit_code == case.exit
    assert [
        message for message in messages(result) if _plain(message, server.authority) not in expected
    ] == []


def messages(result: arazzo.Result) -> list[str]:
    """What is said of steps that failed."""
    errors = [
        one.error
        for workflow in result.workflows
        for step in workflow.steps
        for one in step.attempts
    ]
    return [one.message for one in errors if one is not None]


def _plain(message: str, authority: str) -> str:
    return MEASURED.sub(
        "<time>", message.replace(f"http://{authority}", "$SERVER").replace(authority, "$HOST")
    )


PYTEST = [
    "steps/at", "steps/past", "timeout/past", "response-size/past", "json-depth/past", "document-depth/past", "workflow-depth/past",
    "redirects/past", "retries/past", "sources/past",
]  # fmt: skip


@pytest.mark.parametrize("name", PYTEST)
def test_pytest(name: str, pytester: pytest.Pytester) -> None:
    """The limits are flags of `[run]` in `arazzo.toml`."""
    case = load(LIMITS / name)
    folder = pytester.mkdir("limits") / "case"
    folder.mkdir()
    for path in (*LIMITS.glob("*.yaml"), *case.folder.glob("*.arazzo.yaml")):
        (folder.parents[1] if path.parent == LIMITS else folder).joinpath(path.name).write_bytes(
            path.read_bytes()
        )
    lines = [
        f"{flag.removeprefix('--')} = {text if text.isdecimal() else repr(text)}"
        for flag, text in flags(case).items()
    ]
    (pytester.path / "arazzo.toml").write_text("\n".join(["[run]", *lines, ""]))
    with ScriptedServer(case.replies or (), case.folder) as server:
        result = pytester.runpytest_inprocess(
            "-p",
            "no:cacheprovider",
            "-p",
            "no:hypothesispytest",
            "--arazzo-server",
            f"http://{server.authority}",
            "limits/case/orders.arazzo.yaml",
        )
    failed = sum(result.parseoutcomes().get(kind, 0) for kind in ("failed", "error", "errors"))
    assert failed == (case.exit != 0)
    assert int(result.ret) in ((0,) if case.exit == 0 else (1, 2))
