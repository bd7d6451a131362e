"""What of a text that is being written may be read from its last readable version."""

import pytest

from arazzo_runner.lsp.completion import complete
from arazzo_runner.lsp.completion.cursor import cursor_at
from arazzo_runner.lsp.draft import differs_in_value
from arazzo_runner.lsp.workspace.line_index import LineIndex
from unit.lsp.project import DOCUMENT, analysis_of, write_project

BEFORE = """steps:
- stepId: a
  operationId: list
  outputs:
    id: $response
  text: |
    one

  flow: {a: b}
  list:
  - one
"""
DATA = {"steps": [{"stepId": "a", "operationId": "list", "outputs": {"id": "$response"}}]}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("operationId: list", "operationId: ┃", True),
        ("operationId: list", "operationId: li┃", True),
        ("operationId: list", "operationId:┃", True),
        ("operationId: list", "operationId: list  ┃", True),
        ("operationId: list", "operationId: 'li┃", True),
        ("stepId: a", "stepId: ┃", True),
        ("id: $response", "id: $response.┃", True),
        ("    one\n\n", "    one\n  operationPath:┃\n", True),  # the line was blank
        ("operationId: list", "operationPath: ┃", False),  # another key
        ("    one\n\n", "    one\n- stepId:┃\n", False),  # another item: the others move
        ("    one\n\n", "    one\n      deep:\n        x:┃\n", False),  # two lines
        ("    one\n\n", "    one\n    x: ┃\n", False),  # in text, which has no members
        ("flow: {a: b}", "flow: {a: ┃}", False),
        ("- one", "- ┃", False),
        ("operationId: list", "operationId: list\n  x: ┃", False),  # one line more
        ("stepId: a\n  operationId: list", "stepId: b\n  operationId: ┃", False),
        ("  - one\n", "  - ┃", False),
    ],
)
def test_a_value_alone_is_told_from_more(old, new, same):
    assert BEFORE.count(old) == 1
    marked = BEFORE.replace(old, new)
    at = marked.index("┃")
    index = LineIndex(marked.replace("┃", ""))
    cursor = cursor_at(index, at)
    is_same = not cursor.is_key and differs_in_value(
        index, cursor.start, cursor.pointer, BEFORE, DATA
    )
    assert is_same is same


def test_a_change_below_the_line_counts(old="operationId: list"):
    index = LineIndex(BEFORE.replace("list\n", "li\n", 1).replace("- one", "- two"))
    cursor = cursor_at(index, index.text.index("li\n") + 2)
    assert not differs_in_value(index, cursor.start, cursor.pointer, BEFORE, DATA)


def test_a_key_that_no_object_has_room_for_is_parsed():
    index = LineIndex("a: 1\n  b:\n")
    assert not differs_in_value(index, 9, ("a", "b"), "a: 1\n\n", {"a": 1})
    assert differs_in_value(index, 9, ("a", "b"), "a: 1\n\n", {"a": {}})


def test_a_value_that_is_typed_is_completed_without_parsing(tmp_path, monkeypatch):
    analysis = analysis_of(write_project(tmp_path))
    text = DOCUMENT.replace("operationId: listPets", "operationId: ", 1)
    index, at = LineIndex(text), DOCUMENT.index("operationId: listPets") + len("operationId: ")
    monkeypatch.setattr(complete, "differs_in_value", lambda *_: False)
    wanted = [one.label for one in complete.completion(index, at, "pets.arazzo.yaml", analysis)]
    monkeypatch.undo()
    monkeypatch.setattr(complete, "draft_data", lambda *_: pytest.fail("the text was parsed"))
    found = [one.label for one in complete.completion(index, at, "pets.arazzo.yaml", analysis)]
    assert found == wanted
    assert "listPets" in found
