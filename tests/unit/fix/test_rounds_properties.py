"""What a fix never does, on all documents that stand in cases of fixes and of invalid documents.

`scripts/fix_properties.py FOLDER` holds the same against any other documents.
"""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from arazzo_runner.retrieve.files import find_documents

PROJECT = Path(__file__).parents[3]
CASES = PROJECT / "tests" / "cases"
DOCUMENTS = find_documents([str(CASES / "fix"), str(CASES / "invalid"), str(CASES / "published")])


def _script() -> ModuleType:
    path = PROJECT / "scripts" / "fix_properties.py"
    spec = importlib.util.spec_from_file_location("fix_properties", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(Path(one).relative_to(CASES)))
def test_fixes_do_no_harm(document: str) -> None:
    assert not list(SCRIPT.broken(document))


def test_there_is_something_to_fix() -> None:
    assert len(DOCUMENTS) > 100


@pytest.mark.parametrize(
    ("after", "problem"),
    [
        ("a: [x] # c\n", "a change outside the edits, at /a"),
        ("a: y # c\nb: 1\n", "a change outside the edits, at /"),
        ("# d\na: y # c\n", "a comment has changed"),
    ],
)
def test_a_change_outside_is_seen(after: str, problem: str) -> None:
    source = SCRIPT.SourceFile("a.yaml", "a: y # c\n", "")
    fixed = SCRIPT.Fixed(source, (), SCRIPT.FixResult(after, ()), SCRIPT.FixResult(after, ()))
    assert problem in list(SCRIPT.find_problems(fixed))


def test_another_text_at_the_second_call_and_one_error_more_are_seen() -> None:
    from arazzo_runner.text.diagnostic import error

    source = SCRIPT.SourceFile("a.yaml", "a: y\n", "")
    once = SCRIPT.FixResult("a: y\n", (error("AZ204", "new"),))
    found = list(
        SCRIPT.find_problems(SCRIPT.Fixed(source, (), once, SCRIPT.FixResult("a: z\n", ())))
    )
    assert [one.partition(":")[0] for one in found] == [
        "a second call changes more",
        "0 errors become 1",
    ]
