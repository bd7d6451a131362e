"""`arazzo validate --fix`: what becomes of the files."""

import io
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arazzo_runner.cli.main import main

API = """\
openapi: 3.0.3
info: {title: Shop, version: '1'}
servers: [{url: 'https://api.example.com'}]
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '201':
          description: it
          content: {application/json: {schema: {type: object}}}
"""

DOCUMENT = """\
arazzo: 1.0.1   # kept
info: {title: Orders, version: '1'}

sourceDescriptions:
  - {name: shop, url: shop.yaml, type: openapi}
workflows:
  - workflowId: main
    steps:
      - stepId: get
        operationId: 'getorder'
        parameters: [{name: id, in: path, value: x}]
        outputs:
          id: $response.body/id
"""
MENDED = DOCUMENT.replace("getorder", "getOrder").replace("body/id", "body#/id")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "shop.yaml").write_text(API)
    return tmp_path


def fix(file: Path, *flags: str) -> int:
    return main(["validate", "--fix", *flags, str(file)])


@pytest.mark.parametrize(
    "spell",
    [
        lambda text: text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: "\ufeff---\r\n" + text.replace("\n", "\r\n") + "...\r\n",
        lambda text: text + "\n# ä \u2028 end   \n\n",
    ],
)
def test_every_other_byte_stays(spell: Any, folder: Path) -> None:
    file = folder / "a.yaml"
    file.write_bytes(spell(DOCUMENT).encode())
    fix(file)
    assert file.read_bytes() == spell(MENDED).encode()


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files as POSIX has them")
def test_mode_and_links_stay(folder: Path) -> None:
    file, link = folder / "a.yaml", folder / "link.yaml"
    file.write_text(DOCUMENT)
    file.chmod(0o640)
    link.symlink_to("a.yaml")
    fix(link)
    assert link.is_symlink()
    assert file.read_text() == MENDED
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_file_without_a_fix_is_not_written(folder: Path) -> None:
    file = folder / "a.yaml"
    file.write_text(MENDED)
    os.utime(file, (1, 1))
    fix(file)
    assert file.stat().st_mtime == 1


def test_unwritable_folder_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "a.yaml"
    file.write_text(DOCUMENT)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("arazzo_runner.report.files._write_new", refuse)
    assert fix(file) == 2
    assert f"the document `{file}` cannot be written: permission denied" in capsys.readouterr().err
    assert file.read_text() == DOCUMENT


@pytest.mark.parametrize("text", ["arazzo: [\n", "", "\xff", "x: 1\n"])
def test_what_cannot_be_read_is_told(text: str, folder: Path) -> None:
    file = folder / "a.yaml"
    file.write_bytes(text.encode("latin-1"))
    assert fix(file) == 3
    assert file.read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"\xff", "AZ102"), (DOCUMENT.replace("shop.yaml", "lost.yaml").encode(), "AZ201")],
)
def test_standard_input_is_read_once(
    data: bytes,
    said: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for flags in (["--diff"], []):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        main(["validate", *flags, "--format", "text", "-"])
    assert f"error[{said}]" in capsys.readouterr().out


def test_source_that_moved_to_the_folder_that_was_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "apis").mkdir()
    (folder / "shop.yaml").rename(folder / "apis" / "shop.yaml")
    (folder / "old").mkdir()
    (folder / "old" / "shop.yaml").write_text(API)
    file = folder / "a.yaml"
    file.write_text(DOCUMENT)
    assert fix(file) == 3
    assert "url: shop.yaml" in file.read_text(), "two candidates"
    assert fix(file, "--source-dir", "apis") == 0
    assert file.read_text() == MENDED.replace("url: shop.yaml", "url: apis/shop.yaml")
    assert "1 document: 1 hint; 2 fixed" in capsys.readouterr().out


def test_what_another_document_reads_is_read_anew(folder: Path) -> None:
    """`b` calls an output that `c` has only once it is mended."""
    caller = DOCUMENT.replace(
        "{name: shop, url: shop.yaml, type: openapi}", "{name: c, url: c.yaml, type: arazzo}"
    )
    caller = (
        caller[: caller.index("        operationId")]
        + "        workflowId: $sourceDescriptions.c.main\n"
    )
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(caller)
    (folder / "c.yaml").write_text(DOCUMENT)
    assert main(["validate", "--fix", "a.yaml", "c.yaml", "b.yaml"]) == 3, "`a` came before `c`"
    assert main(["validate", "a.yaml", "b.yaml"]) == 0


def test_only_what_is_reported_is_mended(folder: Path) -> None:
    file = folder / "a.yaml"
    file.write_text(DOCUMENT)
    fix(file, "--select", "AZ119")
    assert file.read_text() == DOCUMENT.replace("body/id", "body#/id")


# --- fixing is the same twice, and changes nothing but what it says -------------------------------

CONDITIONS = st.sampled_from(
    ["$statusCode = 201", "$statusCode == 200", "$response.body/a == open", "{$statusCode} === 201",
     "$response.body.a == \"x\"", "$statusCode == 201", "$response.body#/a == 'it''s'", "$inputs.tok != null"]
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "Bearer $inputs.token",
        "$inputs.Token",
        "x: y",
        "{$inputs.token}",
        "$response.headers.X-A",
        "plain",
    ]
)
STYLES = st.sampled_from([None, "'", '"', "|", ">"])


class Styled(str):
    """A string in the style of YAML that it is to be written in."""

    style: str | None


def styled(text: str, style: str | None) -> Styled:
    one = Styled(text)
    one.style = style
    return one


class Dumper(yaml.SafeDumper):
    pass


Dumper.add_representer(
    Styled,
    lambda dumper, one: dumper.represent_scalar("tag:yaml.org,2002:str", str(one), one.style),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    steps = [
        {
            "stepId": f"step{number}",
            "operationId": styled(
                draw(st.sampled_from(["getOrder", "getorder", "getOrdr"])), draw(STYLES)
            ),
            "parameters": [
                {"name": "id", "in": "path", "value": styled(draw(VALUES), draw(STYLES))},
            ],
            "successCriteria": [
                {"condition": styled(draw(CONDITIONS), draw(STYLES))}
                for _ in range(draw(st.integers(0, 2)))
            ],
            "outputs": {
                "id": styled(
                    draw(st.sampled_from(["$response.body/a", "$response.body.a[0]"])), draw(STYLES)
                )
            },
        }
        for number in range(draw(st.integers(1, 3)))
    ]
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "Orders", "version": "1.0"},
        "sourceDescriptions": [{"name": "shop", "url": "shop.yaml", "type": "openapi"}],
        "workflows": [{
            "workflowId": "main",
            "inputs": {"type": "object", "properties": {"token": {"type": "string"}}},
            "steps": steps,
        }],
    }  # fmt: skip
    if draw(st.booleans()):
        return json.dumps(document, indent=draw(st.sampled_from([None, 2])))
    flow = draw(st.sampled_from([True, False, None]))
    return str(
        yaml.dump(document, Dumper=Dumper, sort_keys=False, default_flow_style=flow, width=40)
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=documents(), flags=st.sampled_from([(), ("--unsafe-fixes",)]))
def test_fixing_twice_is_fixing_once(text: str, flags: tuple[str, ...], folder: Path) -> None:
    file = folder / "a.yaml"
    file.write_text(text)
    before = yaml.safe_load(text)
    fix(file, *flags)
    once = file.read_text()
    fix(file, *flags)
    assert file.read_text() == once
    assert _shape(yaml.safe_load(once)) == _shape(before)


def _shape(value: Any) -> Any:
    """Data without the strings that fixes are about."""
    if isinstance(value, dict):
        return {key: _shape(one) for key, one in value.items()}
    return [_shape(one) for one in value] if isinstance(value, list) else type(value)
