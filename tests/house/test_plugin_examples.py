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


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name)
def test_its_own_tests_pass(example, tmp_path):
    install(example, tmp_path)
    words = ("pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(example / "tests"))
    ran = run(tmp_path, *words, cwd=tmp_path)
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
