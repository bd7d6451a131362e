"""The packages in `examples/plugins` do what they show: their own tests, and a command with each.

They are put into a folder as an installer would, without one: no network is needed.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from house.markdown import ROOT

EXAMPLES = sorted((ROOT / "examples" / "plugins").iterdir())
KEY = "a secret of nobody else"


def install(example: Path, folder: Path) -> None:
    """Put the modules of an example there, with what its entry points are found by."""
    project = tomllib.loads((example / "pyproject.toml").read_text("utf-8"))["project"]
    for module in example.glob("*.py"):
        (folder / module.name).write_bytes(module.read_bytes())
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def run(folder: Path, *words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=cwd,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )


def test_their_own_tests_pass(tmp_path):
    for example in EXAMPLES:
        install(example, tmp_path)
    folders = [str(example / "tests") for example in EXAMPLES]
    words = ("pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, *folders)
    ran = run(tmp_path, *words, cwd=tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert ran.returncode == 0, ran.stdout + ran.stderr


SIGNED = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://127.0.0.1:9"}],
    "security": [{"login": []}],
    "paths": {
        "/o": {"get": {"operationId": "getOrder", "responses": {"200": {"description": ""}}}}
    },
    "components": {"securitySchemes": {"login": {"type": "http", "scheme": "x-shop"}}},
}
FLOW = """\
arazzo: 1.0.1
info: {title: Orders, version: 1.0.0}
sourceDescriptions: [{name: shop, url: shop.json, type: openapi}]
workflows:
- workflowId: order
  steps: [{stepId: get, operationId: getOrder, successCriteria: [{condition: $statusCode == 200}]}]
"""


@pytest.fixture
def project(tmp_path):
    import json

    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "shop.json").write_text(json.dumps(SIGNED))
    (folder / "flow.arazzo.yaml").write_text(FLOW)
    return folder


def test_the_signer_signs_and_no_report_shows_what_with(project, tmp_path):
    packages = tmp_path / "packages"
    packages.mkdir()
    install(ROOT / "examples" / "plugins" / "hmac-signer", packages)
    words = ["arazzo_runner", "run", "flow.arazzo.yaml", "--signer", "login=hmac-sha256", "-vv"]
    words += ["--report", "json=r.json", "--report", "har=r.har", "--record", "r.recording"]
    words += ["--retry-connect", "1"]
    ran = run(packages, *words, cwd=project, ARAZZO_AUTH_SHOP_LOGIN_SECRET=KEY)
    assert ran.returncode == 4, ran.stderr
    assert "X-Signature: ***" in ran.stdout
    written = "".join(one.read_text("utf-8") for one in project.glob("r.*"))
    assert "x-signature" in written.lower()
    assert KEY not in written + ran.stdout + ran.stderr


def test_auth_knows_what_the_signer_needs(project, tmp_path):
    packages = tmp_path / "packages"
    packages.mkdir()
    install(ROOT / "examples" / "plugins" / "hmac-signer", packages)
    words = ["arazzo_runner", "auth", "flow.arazzo.yaml", "--signer", "login=hmac-sha256"]
    shown = run(packages, *words, cwd=project).stdout
    assert "signature by `hmac-sha256`" in shown
    assert "ARAZZO_AUTH_SHOP_LOGIN_SECRET  not set" in shown


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A folder for packages, of which this process knows too."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    forget_packages()


def forget_packages() -> None:
    from arazzo_runner.explain.package_rules import load_rule
    from arazzo_runner.report.package_format import _load

    load_rule.cache_clear()
    _load.cache_clear()
    for name in ("arazzo_csv_report", "arazzo_description_rule"):
        sys.modules.pop(name, None)


@pytest.fixture
def arazzo(project, monkeypatch, capsys):
    """Run a command in this process: its exit code, and what it prints on each stream."""
    monkeypatch.chdir(project)

    def call(*words: str) -> tuple[int, str, str]:
        from arazzo_runner.cli.main import main

        forget_packages()
        code = main(words)
        return (code, *capsys.readouterr())

    return call


def test_the_report_is_written(project, packages):
    install(ROOT / "examples" / "plugins" / "csv-report", packages)
    ran = run(
        packages, *("arazzo_runner", "run", "flow.arazzo.yaml", "--mock", "--no-auth", "all"),
        *("--report", "csv", "--report", "csv=-"), cwd=project,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    written = (project / "arazzo-report.csv").read_text("utf-8").splitlines()
    assert written[0] == "workflow,step,status,seconds"
    assert written[1].startswith("order,get,passed,")
    assert ran.stdout.splitlines() == written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import nowhere", "No module named 'nowhere'"),
        ("class CsvReport: pass", "`file_name` has to be a name"),
        ("class CsvReport:\n  def __init__(self, a): pass", "TypeError"),
        ("class CsvReport:\n  file_name = 'r.csv'", "it has no method `pieces`"),
        (
            "class CsvReport:\n  file_name = 'r.csv'\n  def pieces(self, report): return [1]",
            "bytes",
        ),
        ("class CsvReport:\n  file_name = 'r.csv'\n  def pieces(self, report): report['x']", "'x'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
    ],
)
def test_what_a_broken_report_is_called(packages, arazzo, text, why):
    install(ROOT / "examples" / "plugins" / "csv-report", packages)
    (packages / "arazzo_csv_report.py").write_text(text)
    code, _, shown = arazzo("run", "flow.arazzo.yaml", "--mock", "--no-auth=all", "--report=csv")
    assert code == 2
    assert "`csv` of the package `arazzo-csv-report 1.0` cannot be used" in shown
    assert why in shown


def test_a_mistyped_kind(packages, arazzo):
    install(ROOT / "examples" / "plugins" / "csv-report", packages)
    code, _, shown = arazzo("run", "flow.arazzo.yaml", "--mock", "--report", "cvs")
    assert (code, "did you mean `csv`?" in shown) == (2, True)


RULE = ("--rule", "step-descriptions")


def test_the_rule_finds_and_is_explained(project, packages, arazzo):
    install(ROOT / "examples" / "plugins" / "description-rule", packages)
    words = ("validate", "flow.arazzo.yaml")
    shown = arazzo(*words, *RULE)[1]
    assert "warning[DOC001]: the step `get` has no description" in shown
    assert "flow.arazzo.yaml:6:20" in shown
    assert "DOC001" not in arazzo(*words)[1]
    assert "DOC001" not in arazzo(*words, *RULE, "--ignore", "DOC001")[1]
    assert arazzo(*words, *RULE, "--strict")[0] == 3
    assert '"a step has no description"' in arazzo(*words, *RULE, "--format", "sarif")[1]
    page = arazzo("explain", "doc001")[1]
    assert page.startswith("DOC001: a step has no description\nseverity: warning\n")
    assert "`arazzo-description-rule 1.0`" in page
    assert (
        '"package": "arazzo-description-rule 1.0"'
        in arazzo("explain", "DOC001", "--format=json")[1]
    )
    assert arazzo("explain", "DOC002")[0] == 2
    text = (project / "flow.arazzo.yaml").read_text()
    (project / "flow.arazzo.yaml").write_text(f"{text.rstrip()} # arazzo: ignore[DOC001]\n")
    assert "DOC001" not in arazzo(*words, *RULE)[1]


def test_the_configuration_names_rules_for_all_processes(project, packages):
    install(ROOT / "examples" / "plugins" / "description-rule", packages)
    (project / "arazzo.toml").write_text('[validate]\nrule = ["step-descriptions"]\njobs = 2\n')
    (project / "other.arazzo.yaml").write_text(FLOW)
    ran = run(packages, "arazzo_runner", "validate", ".", cwd=project)
    assert ran.stdout.count("warning[DOC001]") == 2


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"DOC001"', '"AZ001"', "`code` has to be like `ACME001`"),
        ('"warning"', '"fatal"', "`severity` has to be"),
        ("title =", "name =", "`title` has to be a text"),
        ("def check", "def judge", "it has no method `check`"),
        ("def check", "def __init__(self, a): ...\n    def check", "TypeError"),
        ("yield RuleFinding(", "yield (", "`check` has to give findings, not tuple"),
        ("yield RuleFinding(message", "yield RuleFinding(4", "has to be a text"),
        ("document.get", "document.got", "AttributeError"),
        (
            "yield RuleFinding(message",
            "yield RuleFinding(message, [{}]) or (message",
            "of keys and indexes",
        ),
        (
            "def check(",
            "def check(*_: object): raise SystemExit(0)\n    def judge(",
            "SystemExit: 0",
        ),
    ],
)
def test_what_a_broken_rule_is_called(packages, arazzo, old, new, why):
    install(ROOT / "examples" / "plugins" / "description-rule", packages)
    module = packages / "arazzo_description_rule.py"
    module.write_text(module.read_text("utf-8").replace(old, new))
    code, _, shown = arazzo("validate", "flow.arazzo.yaml", *RULE)
    assert code == 2
    assert "`step-descriptions` of the package `arazzo-description-rule 1.0`" in shown
    assert why in shown
