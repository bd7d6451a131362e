"""`scripts/mutate`: which changes it makes, and that what no test notices is shown."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[2]


def _script() -> ModuleType:
    path = PROJECT / "scripts" / "mutants.py"
    spec = importlib.util.spec_from_file_location("mutants", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module  # where dataclasses look for their annotations
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a == b", ["a != b"]),
        ("a < b <= c", ["a <= b <= c", "a < b < c"]),
        ("(a := b) > c", ["(a := b) >= c"]),
        ("a is not b", ["a is b"]),
        ("a not  in b", ["a in b"]),
        ("a and b and c", ["a or b and c", "a and b or c"]),
        ("x = not a", ["x = (a)"]),
        ("x = True", ["x = False"]),
        ("x = 8", ["x = (8 + 1)"]),
        ("x = min(a, b)", ["x = max(a, b)"]),
        ("x = a if b else c", ["x = a if (not (b)) else c"]),
        ("x = [a for a in b if a]", ["x = [a for a in b if (not (a))]"]),
        ("while a: b", ["while (not (a)): b"]),
        ("if a == b: c", ["if a != b: c"]),
        ("if not a: b", ["if (a): b"]),
        ("for a in b:\n    if a: continue", ["for a in b:\n    if (not (a)): continue", "for a in b:\n    if False: continue"]),
        ("close()", ["pass"]),
        ("with lock: a", ["if True: a"]),
        ("with lock as x: a", []),
        ("ü = a == 'ü'; c == d", ["ü = a != 'ü'; c == d", "ü = a == 'ü'; c != d"]),
        ("x = 'text'", []),
        ("x = 1.5", []),
        # What does nothing at run time.
        ("assert a == b", []),
        ("assert_never(a)", []),
        ("if TYPE_CHECKING:\n    x = 1", []),
        ("x: Literal[1] = a", []),
        ("class A(Struct, frozen=True): pass", []),
        ("def f(a: Literal[1], b: bool = True) -> Literal[2]: pass", ["def f(a: Literal[1], b: bool = False) -> Literal[2]: pass"]),
    ],
)  # fmt: skip
def test_mutants(source, expected) -> None:
    data = source.encode()
    assert [one.applied(data).decode() for one in SCRIPT.mutants(data)] == expected


def test_what_no_test_notices_is_shown(tmp_path) -> None:
    """A project of its own: one condition is tested, the other one is not."""
    files = {
        "scripts/mutants.py": (PROJECT / "scripts" / "mutants.py").read_text(encoding="utf-8"),
        "pytest.ini": "[pytest]\naddopts = -p no:arazzo -p no:asyncio\n",
        "arazzo_runner/__init__.py": "",
        "arazzo_runner/room/__init__.py": "",
        "arazzo_runner/room/size.py": "def is_small(n):\n    return n < 3\n\ndef is_big(n):\n    return n > 3\n",
        "tests/unit/room/test_size.py": "from arazzo_runner.room.size import is_big, is_small\n\n"
        "def test():\n    assert is_small(2) and not is_small(3)\n    assert is_big(9) and not is_big(0)\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "scripts/mutants.py", "room/size.py:1-5", "--limit", "60"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    *_, first, second, summary = ran.stdout.splitlines()
    assert first == "arazzo_runner/room/size.py:5: `>` → `>=` in `n > 3`"
    assert second == "arazzo_runner/room/size.py:5: `3` → `3 + 1`"
    assert summary == "room/size.py: 4 mutants: 2 killed, 0 timed out, 2 survived"
    assert (ran.returncode, ran.stderr) == (1, "")
    assert (tmp_path / "arazzo_runner/room/size.py").read_text(encoding="utf-8") == files[
        "arazzo_runner/room/size.py"
    ]
