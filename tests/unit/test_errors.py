"""What is said of files that cannot be opened."""

from pathlib import Path

import pytest

from arazzo_runner.errors import system_words


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (PermissionError(13, "Permission denied"), "permission denied"),
        (OSError("The pipe is closed"), "the pipe is closed"),
        (OSError(), "unknown error"),
        (ValueError("open: embedded null character in path"), "embedded null byte"),
    ],
)
def test_system_words(reason: OSError | ValueError, expected: str) -> None:
    assert system_words(reason) == expected


def test_a_path_with_a_nul_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="null") as reason:
        Path("a\0b").read_bytes()
    assert system_words(reason.value) == "embedded null byte"
