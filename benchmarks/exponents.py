"""How CPU grows where a document sets the size: twice as much may cost twice as much, no more."""

import json
import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from contenders import ARAZZO
from documents import DESCRIPTION, get_item, get_item_after_another
from measure import Contender, measure

Kind = tuple[str, int, Callable[[Path, int], Sequence[str]]]
"""A name, the larger count, and what writes the files and gives the arguments."""

RATIO = 2.3
"""The most that twice as much may cost."""


def growth(count: int) -> None:
    """The exponent of CPU by the number of steps, findings, criteria and the like."""
    runs = max(1, count // 10)
    print(f"\nCPU(n) and CPU(2n), each without that of a document of one ({runs} rounds)")
    print(f"  {'':34}{'2n':>9}{'CPU(n)':>10}{'CPU(2n)':>10}{'ratio':>7}{'exponent':>10}")
    for name, size, write in KINDS:
        _row(name, size, write, runs)
    print(f"  wanted: a ratio of at most {RATIO}")


def _row(
    name: str,
    size: int,
    write: Callable[[Path, int], Sequence[str]],
    runs: int,
) -> None:
    def cpu(many: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            arguments = write(Path(folder), many)
            contender = Contender(name, [ARAZZO, *arguments], {}, None)  # two of it may be no error
            return min(measure(contender).cpu for _ in range(runs))

    one = cpu(2)
    half, whole = cpu(size // 2) - one, cpu(size) - one
    ratio = whole / max(half, 0.001)
    exponent = math.log2(max(ratio, 0.001))
    mark = "" if ratio <= RATIO or whole < 0.3 else "  too much"
    row = f"  {name:34}{size:>9,}{half:8.2f} s{whole:8.2f} s{ratio:7.2f}{exponent:10.2f}{mark}"
    print(row, flush=True)


# --- documents ------------------------------------------------------------------------------------


def _write(folder: Path, workflows: list[dict[str, Any]], **more: Any) -> str:
    (folder / "items.json").write_text(json.dumps(DESCRIPTION))
    content = {
        "arazzo": "1.0.1",
        "info": {"title": "Growth", "version": "1.0.0"},
        "sourceDescriptions": [{"name": "items", "url": "items.json", "type": "openapi"}],
        "workflows": workflows,
        **more,
    }
    path = folder / "arazzo.json"
    path.write_text(json.dumps(content))
    return str(path)


def _flow(steps: list[dict[str, Any]], name: str = "w", **more: Any) -> dict[str, Any]:
    return {"workflowId": name, "steps": steps, **more}


RUN = ("--mock", "-q", "--max-steps", "1000000")


def validate_steps(folder: Path, count: int) -> Sequence[str]:
    return ["validate", _write(folder, [_flow([get_item_after_another(n) for n in range(count)])])]


def run_steps(folder: Path, count: int) -> Sequence[str]:
    return ["run", _write(folder, [_flow([_free(n) for n in range(count)])]), *RUN]


def _free(number: int) -> dict[str, Any]:
    """A step that passes whatever the mock generates."""
    step = get_item(number)
    step["successCriteria"] = step["successCriteria"][:1]
    return step


def run_reports(folder: Path, count: int) -> Sequence[str]:
    kinds = ("json", "junit", "har", "html", "ndjson", "markdown")
    reports = [word for kind in kinds for word in ("--report", f"{kind}={folder}/r.{kind}")]
    record = ["--record", f"{folder}/recording.json"]
    return [*run_steps(folder, count), *reports, *record]


def run_loop(folder: Path, count: int) -> Sequence[str]:
    """A workflow that goes to itself until the limit of steps."""
    step = _free(0) | {"onSuccess": [{"name": "again", "type": "goto", "stepId": "s0"}]}
    return ["run", _write(folder, [_flow([step])]), "--mock", "-q", "--max-steps", str(count)]


def steps_depending(folder: Path, count: int) -> Sequence[str]:
    steps = [_free(n) | ({"dependsOn": [f"s{n - 1}"]} if n else {}) for n in range(count)]
    return ["run", _write(folder, [_flow(steps)], arazzo="1.1.0"), *RUN]


def step_depending(folder: Path, count: int) -> Sequence[str]:
    """One step that depends on all others."""
    steps = [_free(n) for n in range(count)]
    steps.append(_free(count) | {"dependsOn": [f"s{n}" for n in range(count)]})
    return ["validate", _write(folder, [_flow(steps)], arazzo="1.1.0")]


def workflows_depending(folder: Path, count: int) -> Sequence[str]:
    """One workflow that depends on all others."""
    flows = [_flow([_free(0)], f"w{n}") for n in range(count)]
    flows.append(_flow([_free(0)], "last", dependsOn=[f"w{n}" for n in range(count)]))
    return ["run", _write(folder, flows), *RUN]


def outputs(folder: Path, count: int) -> Sequence[str]:
    made = {f"o{n}": "$response.body#/id" for n in range(count)}
    told = {f"o{n}": f"$steps.s0.outputs.o{n}" for n in range(count)}
    return ["run", _write(folder, [_flow([_free(0) | {"outputs": made}], outputs=told)]), *RUN]


def inputs(folder: Path, count: int) -> Sequence[str]:
    schema = {
        "type": "object",
        "properties": {f"i{n}": {"type": "integer", "default": n} for n in range(count)},
    }
    return ["run", _write(folder, [_flow([_free(0)], inputs=schema)]), *RUN]


def criteria(folder: Path, count: int) -> Sequence[str]:
    judged = [{"condition": f"$statusCode != {n + 1000}"} for n in range(count)]
    return ["run", _write(folder, [_flow([_free(0) | {"successCriteria": judged}])]), *RUN]


def compared_criteria(folder: Path, count: int) -> Sequence[str]:
    """Conditions all of which are different, about the status and the body."""
    judged = [
        {"condition": f"$statusCode == {200 + n % 400} || $response.body#/id == {n}"}
        for n in range(count)
    ]
    return ["validate", _write(folder, [_flow([_free(0) | {"successCriteria": judged}])])]


def actions(folder: Path, count: int) -> Sequence[str]:
    after = [
        {"name": f"a{n}", "type": "end", "criteria": [{"condition": f"$statusCode == {n + 1000}"}]}
        for n in range(count)
    ]
    return ["run", _write(folder, [_flow([_free(0) | {"onSuccess": after}])]), *RUN]


def parameters(folder: Path, count: int) -> Sequence[str]:
    unknown = [{"name": f"p{n}", "in": "query", "value": n} for n in range(count)]
    step = get_item(0)
    step["parameters"] += unknown
    return ["validate", _write(folder, [_flow([step])])]


def findings(form: str) -> Any:
    def write(folder: Path, count: int) -> Sequence[str]:
        shown = ["--format", form] if form != "text" else []
        return ["validate", *_misspelling(folder, count), *shown]

    return write


def refusals(kind: str) -> Any:
    """A run of a document that has so many findings, with a report of them."""

    def write(folder: Path, count: int) -> Sequence[str]:
        report = f"--report={kind}={folder}/report"
        return ["run", *_misspelling(folder, count), "--mock", "-q", report]

    return write


def _misspelling(folder: Path, count: int) -> Sequence[str]:
    path = _write(folder, [_flow([_free(0) | {f"f{n}": n for n in range(count)}])])
    return [path, "--max-findings", str(count + 1)]


def unknown_fields(folder: Path, count: int) -> Sequence[str]:
    return ["validate", _write(folder, [_flow([_free(0) | {f"f{n}": n for n in range(count)}])])]


def duplicate_keys(folder: Path, count: int) -> Sequence[str]:
    path = Path(_write(folder, [_flow([_free(0)])]))
    lines = "".join(f"  title: t{n}\n" for n in range(count))
    text = path.read_text(encoding="utf-8").replace(
        '"info": {"title": "Growth", "version": "1.0.0"}, ', ""
    )
    written = folder / "arazzo.yaml"
    head = "arazzo: 1.0.1\ninfo:\n  version: 1.0.0\n" + lines
    rest = json.loads(text)
    tail = "".join(f"{key}: {json.dumps(rest[key])}\n" for key in rest if key != "arazzo")
    written.write_text(head + tail)
    return ["validate", str(written)]


def json_duplicate_keys(folder: Path, count: int) -> Sequence[str]:
    path = Path(_write(folder, [_flow([_free(0)])]))
    many = ", ".join(f'"title": "t{n}"' for n in range(count))
    path.write_text(
        path.read_text(encoding="utf-8").replace('"title": "Growth"', many), encoding="utf-8"
    )
    return ["validate", str(path)]


def directives(line: str) -> Callable[[Path, int], Sequence[str]]:
    def write(folder: Path, count: int) -> Sequence[str]:
        path = Path(_write(folder, [_flow([_free(0)])]))
        written = folder / "arazzo.yaml"
        lines = "".join(line.format(n) + "\n" for n in range(count))
        written.write_text(f"{lines}---\n{path.read_text(encoding='utf-8')}\n")
        return ["validate", str(written)]

    return write


def misspelled_outputs(folder: Path, count: int) -> Sequence[str]:
    """So many names, and so many references that are none of them, but nearly."""
    made = {f"output-number-{n}": "$response.body#/id" for n in range(count)}
    told = {f"o{n}": f"$steps.s0.outputs.outptu-number-{n}" for n in range(count)}
    return ["validate", _write(folder, [_flow([_free(0) | {"outputs": made}], outputs=told)])]


def misspelled_steps(folder: Path, count: int) -> Sequence[str]:
    steps = [_free(n) | {"stepId": f"step-number-{n}"} for n in range(count)]
    told = {f"o{n}": f"$steps.setp-number-{n}.outputs.id" for n in range(count)}
    return ["validate", _write(folder, [_flow(steps, outputs=told)])]


def misspelled_workflows(folder: Path, count: int) -> Sequence[str]:
    """As many workflows as steps that call them by a name that is not quite theirs."""
    flows = [_flow([_free(0)], f"workflow{n}") for n in range(count)]
    calls = [{"stepId": f"s{n}", "workflowId": f"workflov{n}"} for n in range(count)]
    return ["validate", _write(folder, [*flows, _flow(calls)])]


def misspelled_inputs(folder: Path, count: int) -> Sequence[str]:
    schema = {"type": "object", "properties": {f"input-number-{n}": {} for n in range(count)}}
    told = {f"o{n}": f"$inputs.inptu-number-{n}" for n in range(count)}
    return ["validate", _write(folder, [_flow([_free(0)], inputs=schema, outputs=told)])]


def misspelled_operations(folder: Path, count: int) -> Sequence[str]:
    steps = [_free(n) | {"operationId": f"opreation-number-{n}"} for n in range(count)]
    path = _write(folder, [_flow(steps)])
    paths = {
        f"/p{n}": {"get": {"operationId": f"operation-number-{n}", "responses": {"200": {}}}}
        for n in range(count)
    }
    (folder / "items.json").write_text(json.dumps(DESCRIPTION | {"paths": paths}))
    return ["validate", path]


def misspelled_fields(folder: Path, count: int) -> Sequence[str]:
    steps = [_free(n) | {"sucessCriteria": []} for n in range(count)]
    return ["validate", _write(folder, [_flow(steps)])]


def sources(folder: Path, count: int) -> Sequence[str]:
    (folder / "items.json").write_text(json.dumps(DESCRIPTION))
    listed = [{"name": f"s{n}", "url": "items.json", "type": "openapi"} for n in range(count)]
    steps = [
        _free(n) | {"operationId": f"$sourceDescriptions.s{n % count}.getItem"}
        for n in range(10 * count)
    ]
    return ["run", _write(folder, [_flow(steps)], sourceDescriptions=listed), *RUN]


def schemas(schema: Callable[[int], dict[str, Any]], command: str, *flags: str) -> Any:
    def write(folder: Path, count: int) -> Sequence[str]:
        path = _write(folder, [_flow([_free(0)])])
        description = json.loads(json.dumps(DESCRIPTION))
        got = description["paths"]["/items/{id}"]["get"]["responses"]["200"]
        got["content"]["application/json"]["schema"] = schema(count)
        description["components"] = {"schemas": {f"S{n}": {"type": "object"} for n in range(count)}}
        (folder / "items.json").write_text(json.dumps(description))
        return [command, path, *flags]

    return write


def all_of(count: int) -> dict[str, Any]:
    return {"allOf": [{"properties": {f"p{n}": {"type": "integer"}}} for n in range(count)]}


def all_of_references(count: int) -> dict[str, Any]:
    return {"allOf": [{"$ref": f"#/components/schemas/S{n}"} for n in range(count)]}


def one_of(count: int) -> dict[str, Any]:
    return {"oneOf": [{"required": [f"p{n}"]} for n in range(count)]}


def properties(count: int) -> dict[str, Any]:
    return {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(count)}}


def rows(folder: Path, count: int) -> Sequence[str]:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    path = _write(folder, [_flow([_free(0)], inputs=schema)])
    cases = folder / "cases.csv"
    cases.write_text("n\n" + "".join(f"{n}\n" for n in range(count)))
    reports = ["--report", f"json={folder}/r.json", "--report", f"junit={folder}/r.xml"]
    return ["run", path, *RUN, "--cases", str(cases), *reports]


KINDS: list[Kind] = [
    ("validate: steps", 20_000, validate_steps),
    ("run: steps", 20_000, run_steps),
    ("run: steps, every report", 10_000, run_reports),
    ("run: rounds of a loop", 20_000, run_loop),
    ("run: steps after another", 20_000, steps_depending),
    ("a step after all others", 20_000, step_depending),
    ("run: a workflow after all others", 5_000, workflows_depending),
    ("run: outputs", 20_000, outputs),
    ("run: inputs", 20_000, inputs),
    ("run: criteria", 100_000, criteria),
    ("validate: criteria", 100_000, compared_criteria),
    ("run: actions", 20_000, actions),
    ("unknown parameters", 20_000, parameters),
    ("unknown fields", 100_000, unknown_fields),
    *(
        (f"findings as {form}", 100_000, findings(form))
        for form in ("text", "json", "github", "sarif", "junit")
    ),
    *(
        (f"run: findings in {kind}", 100_000, refusals(kind))
        for kind in ("json", "junit", "html", "markdown", "github", "ndjson")
    ),
    ("duplicate keys, YAML", 100_000, duplicate_keys),
    ("duplicate keys, JSON", 100_000, json_duplicate_keys),
    ("%TAG directives", 200_000, directives("%TAG !t{0}! tag:example.com,2000:{0}/")),
    ("unknown directives", 200_000, directives("%X{0} y")),
    ("misspelled outputs", 10_000, misspelled_outputs),
    ("misspelled steps", 10_000, misspelled_steps),
    ("misspelled workflows", 10_000, misspelled_workflows),
    ("misspelled inputs", 10_000, misspelled_inputs),
    ("misspelled operations", 10_000, misspelled_operations),
    ("misspelled fields", 20_000, misspelled_fields),
    ("run: sources", 100, sources),
    ("validate: allOf", 50_000, schemas(all_of, "validate")),
    ("run: allOf", 50_000, schemas(all_of, "run", *RUN)),
    ("validate: allOf of $ref", 50_000, schemas(all_of_references, "validate")),
    ("run: allOf of $ref", 50_000, schemas(all_of_references, "run", *RUN)),
    ("run: oneOf", 20_000, schemas(one_of, "run", *RUN)),
    ("run: properties", 50_000, schemas(properties, "run", *RUN)),
    ("run: rows of cases", 10_000, rows),
]
