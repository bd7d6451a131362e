"""The case runner itself, over a stand-in for the command line."""

import http.client
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from case_runner import expected, outcome
from case_runner.case import find, load
from case_runner.expected import beyond, narrowed

CASE = """
run: arazzo run doc.yaml --server $SERVER
exit: 0
stdin: three words
env: {TOKEN: t0}
replies:
  - expect: {method: POST, path: /pets, query: {a: "1"}, headers: {x-token: t0}, body: {id: 7}}
    status: 201
    headers: {location: $SERVER/pets/7}
    body: {id: 7}
"""
STDOUT = (
    '201 $SERVER/pets/7 {"id": 7} after <time> by arazzo <version>\nthree words from doc.yaml\n'
)


def stand_in(arguments: Sequence[str]) -> int:
    """Posts a pet to the last argument, and reports it in more or fewer words."""
    address = http.client.HTTPConnection(arguments[3].removeprefix("http://"))
    headers = {"content-type": "application/json", "x-token": os.environ["TOKEN"]}
    address.request("POST", "/pets?a=1", json.dumps({"id": 7}), headers)
    response = address.getresponse()
    body = response.read().decode()
    address.close()
    print(f"{response.status} {response.headers['location']} {body} after 0.123 s by arazzo 1.2.3")
    print(sys.stdin.read(), "from", *(path.name for path in Path.cwd().glob("doc.*")))
    if "--report" in arguments:
        report = {"duration": 0.123, "status": "passed", "steps": [{"n": 1, "m": 2}]}
        Path(arguments[-1].removeprefix("json=")).write_text(json.dumps(report))
    return 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "cases" / "area" / "case"
    folder.mkdir(parents=True)
    (folder / "case.yaml").write_text(CASE)
    (folder / "doc.yaml").write_text("arazzo: 1.0.1\n")
    return folder


def judge(folder: Path, temporary: Path) -> list[str]:
    case = load(folder)
    return expected.differences(case, outcome.run(case, stand_in, temporary))


def test_finds_cases(folder: Path) -> None:
    assert find(folder.parent.parent) == ["area/case"]


def test_passes(folder: Path, tmp_path: Path) -> None:
    (folder / "stdout").write_text(STDOUT)
    (folder / "stderr").write_text("")
    (folder / "report.json").write_text('{"status": "passed", "steps": [{"n": 1}]}')
    (folder / "requests.yaml").write_text("[{method: POST, target: '/pets?a=1', body: {id: 7}}]")
    assert judge(folder, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("exit: 0", "exit: 3", "exit code is 0, expected 3"),
        ("path: /pets", "path: /cats", "path is '/pets', expected '/cats'"),
        ('a: "1"', 'b: "1"', "query is {'a': '1'}, expected {'b': '1'}"),
        ("x-token: t0", "x-token: t1", "header x-token is 't0', expected 't1'"),
        ("body: {id: 7}}", "body: {id: 8}}", "body is {'id': 7}, expected {'id': 8}"),
        ("body: {id: 7}}", 'body: "{}"}', "expected '{}'"),
        ("method: POST", "verb: POST", "`expect` has no key `verb`"),
        ("    status: 201", "    times: 2", "1 of 2 scripted replies were never asked for"),
    ],
)
def test_tells_what_differs(folder: Path, tmp_path: Path, old: str, new: str, problem: str) -> None:
    (folder / "case.yaml").write_text(CASE.replace(old, new))
    assert problem in "\n".join(judge(folder, tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("stdout", "200 OK\n", "-200 OK\n+201 $SERVER/pets/7"),
        ("report.json", '{"status": "failed"}', '/status is "passed", expected "failed"'),
        ("report.json", '{"steps": []}', "/steps is"),
        ("requests.yaml", "[{method: GET}]", '/0/method is "POST", expected "GET"'),
        ("written/har.json", "{}", "<not written>"),
    ],
)
def test_tells_which_file_differs(
    folder: Path, tmp_path: Path, name: str, content: str, problem: str
) -> None:
    (folder / "written").mkdir()
    (folder / name).write_text(content)
    assert problem in "\n".join(judge(folder, tmp_path))


def test_unscripted_request_fails(folder: Path, tmp_path: Path) -> None:
    (folder / "case.yaml").write_text(CASE[: CASE.index("replies")])
    assert judge(folder, tmp_path) == ["request 1 is not in the script: POST /pets?a=1"]


def test_update_writes_what_is_asked_for(folder: Path, tmp_path: Path) -> None:
    (folder / "report.json").write_text('{"duration": 0, "steps": []}')
    (folder / "requests.yaml").touch()
    case = load(folder)
    result = outcome.run(case, stand_in, tmp_path)
    expected.update(case, result)
    assert expected.differences(case, result) == []
    report = json.loads((folder / "report.json").read_text())
    assert report == {"duration": "<seconds>", "steps": [{"n": 1, "m": 2}]}
    assert "target: /pets?a=1" in (folder / "requests.yaml").read_text()
    assert not (folder / "stdout").exists()


def test_update_gives_a_new_case_its_output(folder: Path, tmp_path: Path) -> None:
    case = load(folder)
    expected.update(case, outcome.run(case, stand_in, tmp_path))
    assert (folder / "stdout").read_text() == STDOUT
    assert not (folder / "stderr").exists()


@pytest.mark.parametrize(
    ("wanted", "actual", "count"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": "<any>"}, {"a": [1]}, 0),
        ({"a": 1}, {}, 1),
        ({"a": 1}, {"a": 1.0}, 1),
        ({"a": 1}, {"a": True}, 1),
        ([1], [1, 2], 1),
        ([{"a": 1}, 2], [{"a": 2, "b": 1}, 3], 2),
    ],
)
def test_beyond(wanted: object, actual: object, count: int) -> None:
    assert len(beyond(wanted, actual)) == count


def test_narrowed() -> None:
    wanted = {"a": [{"b": 0}], "gone": 1, "free": "<any>"}
    actual = {"a": [{"b": 1, "c": 2}], "free": 5, "d": 3}
    assert narrowed(wanted, actual) == {"a": [{"b": 1}], "free": "<any>"}
