"""Lines of PowerShell, what its script gets, and the text of that script."""

import json
import re
from base64 import b64encode
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from arazzo_runner.cli.completion.powershell import (
    powershell_reply,
    quote_for_powershell,
    split_powershell_line,
)
from arazzo_runner.cli.main import main

DOCUMENT = """
workflows:
- workflowId: order things
  summary: Order what is in the basket.
  inputs: {properties: {size: {enum: [small, "it's large"]}, note: {description: A note.}}}
  steps: [{stepId: find}]
- workflowId: order
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "w.yaml").write_text(DOCUMENT)
    (tmp_path / "w of things.yaml").write_text(DOCUMENT)
    (tmp_path / "values.json").write_text("")
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / ".hidden").write_text("")
    (tmp_path / "vault" / "a b.json").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def reply(capsys: pytest.CaptureFixture[str], line: str) -> dict[str, Any]:
    assert main(["__complete", "powershell", b64encode(line.encode()).decode()]) == 0
    printed = capsys.readouterr().out
    assert printed.isascii() and printed.count("\n") == 1
    read: dict[str, Any] = json.loads(printed)
    return read


@pytest.mark.parametrize(
    ("line", "words", "cut"),
    [
        ("arazzo", [""], 0),
        ("arazzo ", [""], 0),
        ("arazzo val", ["val"], 0),
        ("arazzo run  a", ["run", "a"], 0),
        ("arazzo run a ", ["run", "a", ""], 0),
        ("& 'C:\\Program Files\\arazzo.exe' run a", ["run", "a"], 0),
        (".\\arazzo.exe run a", ["run", "a"], 0),
        ("arazzo run 'a b' c` d \"e `\" ' f\" ''", ["run", "a b", "c d", "e \" ' f", ""], 0),
        ("arazzo run 'it''s' \"a \"\" b\" '' 'c`d'", ["run", "it's", 'a " b', "", "c`d"], 0),
        ("arazzo run 'a' 'b", ["run", "a", "b"], 0),
        ("arazzo run 'a'\"b\"", ["run", "ab"], 0),
        ("arazzo run \u2018a b\u2019 \u201cc d\u201d", ["run", "a b", "c d"], 0),
        ("arazzo run 'a b", ["run", "a b"], 0),
        ('arazzo run -i note="b c', ["run", "-i", "note=b c"], 0),
        ("arazzo run `\n  a", ["run", "a"], 0),
        ("arazzo run a`\r\n b", ["run", "a", "b"], 0),
        ("arazzo run 'a\nb'", ["run", "a\nb"], 0),
        ("arazzo run $home/a", ["run", "$home/a"], 0),
        ("arazzo validate --select AZ1,AZ2", ["validate", "--select", "AZ1,AZ2"], 4),
        ("arazzo validate --select 'AZ1,AZ2", ["validate", "--select", "AZ1,AZ2"], 0),
        ("arazzo run a,b c", ["run", "a,b", "c"], 0),
    ],
)
def test_split(line: str, words: list[str], cut: int) -> None:
    assert split_powershell_line(line) == (words, cut)


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("AZ101", "AZ101"),
        ("--inputs=a.json", "--inputs=a.json"),
        ("-i", "-i"),
        ("-inote=a.json", "'-inote=a.json'"),
        ("note=", "note="),
        ("größe=", "größe="),
        ("", "''"),
        ("order things", "'order things'"),
        ("it's", "'it''s'"),
        ("it\u2019s", "'it\u2019\u2019s'"),
        ('"', "'\"'"),
        ("$home", "'$home'"),
        ("a`b", "'a`b'"),
        ("@a", "'@a'"),
        ("a;b|c&d", "'a;b|c&d'"),
        ("a,b", "'a,b'"),
        ("~/a", "'~/a'"),
        ("C:\\a", "C:\\a"),
    ],
)
def test_quotes(word: str, quoted: str) -> None:
    assert quote_for_powershell(word) == quoted


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("arazzo val", ["validate"]),
        ("arazzo run w.yaml --mock-len", ["--mock-lenient"]),
        ("arazzo run w.yaml --workflow o", ["'order things'", "order"]),
        ("arazzo run w.yaml --workflow 'order t", ["'order things'"]),
        ("arazzo run 'w of things.yaml' --workflow order` t", ["'order things'"]),
        ("arazzo run w.yaml -i size=", ["size=small", "'size=it''s large'"]),
        ("arazzo run w.yaml -i 'size=i", ["'size=it''s large'"]),
        ("arazzo run w.yaml --until=f", ["--until=find"]),
        ("arazzo run w.yaml -i note=@vau", ["'note=@vault/'"]),
        ("arazzo run w.yaml -i note=@vault/", ["'note=@vault/a b.json'"]),
        ("arazzo run --inputs=va", ["--inputs=values.json", "--inputs=vault/"]),
        ("arazzo run --report html=val", ["html=values.json"]),
        ("arazzo demo --eject va", ["vault/"]),
        ("arazzo demo --eject nowhere/", []),
        ("arazzo explain AZ902", ["AZ902"]),
        ("arazzo validate --select AZ101,AZ902", ["AZ902"]),
        ("arazzo completion p", ["powershell"]),
        ("arazzo explain val", []),
    ],
)
def test_candidates(capsys: pytest.CaptureFixture[str], line: str, texts: list[str]) -> None:
    found = reply(capsys, line)
    assert found["paths"] is False
    assert [one["text"] for one in found["words"]] == texts


def test_list_and_tooltip(capsys: pytest.CaptureFixture[str]) -> None:
    assert reply(capsys, "arazzo run w.yaml --workflow o")["words"] == [
        {
            "text": "'order things'",
            "shown": "order things",
            "tip": "Order what is in the basket.",
        },
        {"text": "order", "shown": "order", "tip": "order"},
    ]


@pytest.mark.parametrize("line", ["arazzo run w", "arazzo run w.yaml --inputs v"])
def test_paths_are_left_to_powershell(capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert reply(capsys, line) == {"paths": True, "words": []}


def test_letters_beyond_ascii_and_control_characters(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    text = 'workflows: [{workflowId: "a\\e[2J"}, {workflowId: aß, summary: "x\\eb"}]'
    (folder / "ü.yaml").write_text(text, encoding="utf-8")
    found = reply(capsys, "arazzo run ü.yaml --workflow a")
    assert found["words"] == [{"text": "aß", "shown": "aß", "tip": "aß"}]


@pytest.mark.parametrize("encoded", ["", "not base64!", b64encode(b"\xff").decode()])
def test_what_no_script_asks(encoded: str) -> None:
    found = powershell_reply(encoded)
    assert found is None or json.loads(found)["words"]


def test_script(capsys: pytest.CaptureFixture[str]) -> None:
    """Its form alone: PowerShell is not at hand where the tests run."""
    assert main(["completion", "PowerShell"]) == 0
    script = capsys.readouterr().out
    path = files("arazzo_runner.cli.completion").joinpath("powershell.ps1")
    assert script == path.read_text(encoding="utf-8") and script.isascii()
    code = re.sub(r"^\s*#.*$", "", script, flags=re.MULTILINE)
    bare = re.sub(r"'[^'\n]*'", "", code)
    assert "'" not in bare and '"' not in bare and "`" not in bare
    for opening, closing in ("{}", "()", "[]"):
        assert bare.count(opening) == bare.count(closing) > 0
    assert re.search(r"param\(\$wordToComplete, \$commandAst, \$cursorPosition\)", code)
    given = set(re.findall(r"\$(?:reply|word)\.(\w+)", code))
    shown = json.loads(powershell_reply(b64encode(b"arazzo val").decode()) or "")
    assert given == {*shown, *shown["words"][0]}
