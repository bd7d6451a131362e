"""The expected files of a case: compared with what came, or rewritten from it.

Text is compared line by line, JSON and YAML as a subset: an object may hold more members than
the expected one. What differs from run to run is replaced first.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from case_runner.case import Case
from case_runner.outcome import Outcome
from case_runner.server import Request

# A time that was measured: `0.123 s`, `12 ms`. Limits are written without decimals and stay.
MEASURED = re.compile(r"\b(\d+\.\d+ ?m?s|\d+ ms)\b")
XML_TIMES = re.compile(r'\b(time|timestamp)="[^"]*"')
# Where a body has files, nobody can know its boundary before.
BOUNDARY = re.compile(r"\barazzo-[0-9a-f]{40}\b")
VERSION = re.compile(r"\barazzo[ /]\d+\.\d+\.\d+\w*")
NAMED_VERSION = re.compile(r'("name": "arazzo",\s+"version": )"[^"]+"')
# Members of reports whose values differ from run to run, or with every edit of a description.
VOLATILE = {
    "at": "<seconds>",
    "duration": "<seconds>",
    "started_at": "<instant>",
    "sha256": "<sha256>",
    "tool": "<tool>",
    "startedDateTime": "<instant>",
    "time": "<milliseconds>",
    "timings": "<timings>",
}
# Headers that say nothing about the request.
DULL = {"host", "user-agent", "accept-encoding", "connection", "content-length"}


def differences(case: Case, outcome: Outcome) -> list[str]:
    """What is not as expected, each as a readable paragraph."""
    found = list(outcome.problems)
    if outcome.exit != case.exit:
        found.insert(0, f"exit code is {outcome.exit}, expected {case.exit}")
    for path, actual in _results(case, outcome):
        if path.exists():
            found += _compare(path, actual)
    return found


def update(case: Case, outcome: Outcome) -> None:
    """Rewrite the expected files that are there; a case that has none gets its output."""
    results = list(_results(case, outcome))
    is_new = not any(path.exists() for path, _ in results)
    for path, actual in results:
        if path.exists() or (is_new and path.name in ("stdout", "stderr") and actual):
            _write(path, actual)


def _results(case: Case, outcome: Outcome) -> Iterator[tuple[Path, Any]]:
    """Every expected file that a case can have, with what came: text, or a value."""
    shown = _shower(outcome)
    yield case.expected("stdout"), shown(outcome.stdout)
    yield case.expected("stderr"), shown(outcome.stderr)
    if case.expected("stdout.json").exists():
        yield case.expected("stdout.json"), _steady(json.loads(outcome.stdout), shown)
    if case.expected("requests.yaml").exists():
        requests = [_describe(request) for request in outcome.requests]
        yield case.expected("requests.yaml"), _steady(requests, shown)
    yield from _written(case, outcome, shown)


def _written(
    case: Case, outcome: Outcome, shown: Callable[[str], str]
) -> Iterator[tuple[Path, Any]]:
    """The files that the command wrote to `$TMP`, and those that it should have written."""
    wanted = [path for path in case.expected("written").rglob("*") if path.is_file()]
    names = [path.relative_to(case.expected("written")) for path in wanted]
    if case.expected("report.json").exists():
        names.append(Path("report.json"))
    for name in names:
        path = case.expected(str(name) if name == Path("report.json") else f"written/{name}")
        source = outcome.written / name
        text = source.read_text(encoding="utf-8") if source.exists() else "<not written>"
        if not source.exists() or path.suffix not in (".json", ".ndjson"):
            yield path, shown(text)
            continue
        value = json.loads(text) if path.suffix == ".json" else _value(path, text)
        yield path, _steady(value, shown)


def _value(path: Path, text: str) -> Any:
    """What a file holds: a value, or where a line is one, the list of them."""
    if path.suffix == ".ndjson":
        return [json.loads(line) for line in text.splitlines()]
    return yaml.safe_load(text)


def _describe(request: Request) -> dict[str, Any]:
    described = {
        "method": request.method,
        "target": request.target,
        "headers": {name: value for name, value in request.headers if name not in DULL},
    }
    kind = (request.header("content-type") or "").partition(";")[0]
    is_json = kind.endswith(("application/json", "+json"))
    return (
        described | {"body": request.content if is_json else request.text}
        if request.body
        else described
    )


def _shower(outcome: Outcome) -> Callable[[str], str]:
    def shown(text: str) -> str:
        for place, name in outcome.places.items():
            text = text.replace(place, name)
        text = VERSION.sub(lambda match: f"{match[0][:7]}<version>", text)
        text = NAMED_VERSION.sub(r'\1"<version>"', text)
        text = BOUNDARY.sub("<boundary>", text)
        return XML_TIMES.sub(r'\1="<time>"', MEASURED.sub("<time>", text))

    return shown


def _steady(value: Any, shown: Callable[[str], str]) -> Any:
    """A JSON value without what differs from run to run."""
    if isinstance(value, dict):
        return {
            key: VOLATILE[key] if key in VOLATILE and one is not None else _steady(one, shown)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_steady(one, shown) for one in value]
    return shown(value) if isinstance(value, str) else value


def _compare(path: Path, actual: Any) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if isinstance(actual, str):
        diff = difflib.unified_diff(
            text.splitlines(), actual.splitlines(), f"{path.name} expected", "actual", lineterm=""
        )
        return ["\n".join(diff)] if text.strip("\n") != actual.strip("\n") else []
    return [f"{path.name}: {one}" for one in beyond(_value(path, text), actual)]


def beyond(expected: Any, actual: Any, place: str = "") -> list[str]:
    """Where `actual` does not hold what `expected` asks for; `<any>` asks for nothing."""
    if expected == "<any>":
        return []
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            line
            for key, value in expected.items()
            for line in (
                beyond(value, actual[key], f"{place}/{key}")
                if key in actual
                else [f"{place}/{key} is missing, expected {json.dumps(value)}"]
            )
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for i, (one, other) in pairs for line in beyond(one, other, f"{place}/{i}")]
    if _spelled(expected) == _spelled(actual):
        return []
    return [f"{place or 'all'} is {json.dumps(actual)}, expected {json.dumps(expected)}"]


def _spelled(value: Any) -> str:
    """Tells `1`, `1.0`, `true` and `"1"` apart."""
    return json.dumps(value, sort_keys=True)


def _write(path: Path, actual: Any) -> None:
    if isinstance(actual, str):
        text = actual
    else:
        kept = narrowed(_value(path, path.read_text(encoding="utf-8")), actual)
        text = _spelling(path, kept)
    path.write_text(text, encoding="utf-8")


def _spelling(path: Path, value: Any) -> str:
    if path.suffix == ".ndjson":
        return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in value)
    return _as_json(value) if path.suffix == ".json" else yaml.safe_dump(value, sort_keys=False)


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def narrowed(expected: Any, actual: Any) -> Any:
    """`actual` with no more members than `expected` asks for; an empty file asks for all."""
    if expected == "<any>":
        return expected
    if isinstance(expected, dict) and isinstance(actual, dict) and expected:
        return {key: narrowed(expected[key], actual[key]) for key in expected if key in actual}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [narrowed(one, other) for one, other in zip(expected, actual, strict=True)]
    return actual
