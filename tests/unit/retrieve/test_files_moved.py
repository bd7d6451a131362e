"""Files of a name below a document."""

from pathlib import Path

import pytest

from arazzo_runner.retrieve import files as room
from arazzo_runner.retrieve.files import find_moved


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in (
        "docs/apis/api.yaml",
        "docs/node_modules/x/api.yaml",
        "docs/.git/api.yaml",
        "else/api.yaml",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(name)
    return tmp_path


def test_below_the_document(home: Path) -> None:
    assert list(find_moved(str(home / "docs/a.yaml"), "../old/api.yaml", ())) == [
        {},
        {},
        {"apis/api.yaml": "docs/apis/api.yaml"},
    ]


def test_below_the_folder_that_the_url_names_first(home: Path) -> None:
    first, second, third = find_moved(str(home / "docs/a.yaml"), "../api.yaml", ())
    assert first == {}
    assert second == {
        "apis/api.yaml": "docs/apis/api.yaml",
        "../else/api.yaml": "else/api.yaml",
    }
    assert third == {"apis/api.yaml": "docs/apis/api.yaml"}


def test_the_document_itself_is_never_meant(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text("x")
    assert not any(find_moved(str(tmp_path / "api.yaml"), "old/../gone/api.yaml", ()))


def test_in_a_folder_that_was_named(home: Path) -> None:
    found = find_moved(str(home / "docs/a.yaml"), "api.yaml", (str(home / "else"),))
    assert next(found) == {"../else/api.yaml": "else/api.yaml"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://example.com/api.yaml", "it may just be down"),
        ("", "it has no name"),
        ("other.yaml", "there is none"),
        ("apis/api.yaml", "it is the same place"),
    ],
)
def test_nothing(home: Path, url: str, why: str) -> None:
    assert not any(find_moved(str(home / "docs/a.yaml"), url, ())), why


def test_names_are_spelled_as_references(tmp_path: Path) -> None:
    odd = tmp_path / "a:b" / "my api%.yaml"
    odd.parent.mkdir()
    odd.write_text("x")
    assert {"./a%3Ab/my%20api%25.yaml": "x"} in find_moved(
        str(tmp_path / "a.yaml"), "my%20api%25.yaml", ()
    )


def test_what_cannot_be_read_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, lost = tmp_path / "large" / "api.yaml", tmp_path / "lost" / "api.yaml"
    large.parent.mkdir()
    with large.open("wb") as file:
        file.truncate(room.DESCRIPTION_LIMITS.max_bytes + 1)
    lost.parent.mkdir()
    lost.symlink_to(tmp_path / "nowhere")
    assert not any(find_moved(str(tmp_path / "a.yaml"), "api.yaml", ()))

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError

    large.write_text("x")
    monkeypatch.setattr(Path, "read_text", refuse)
    assert not any(find_moved(str(tmp_path / "a.yaml"), "api.yaml", ()))
