"""Lines of bash up to the cursor."""

import pytest

from arazzo_runner.cli.completion.shell_line import split_line

BREAKS = " \t\n\"'@><=;|&(:"


@pytest.mark.parametrize(
    ("line", "words", "cut", "quote"),
    [
        ("arazzo", [""], 0, ""),
        ("arazzo ", [""], 0, ""),
        ("./bin/arazzo run", ["run"], 0, ""),
        ("A=1 B='x y' arazzo run  a", ["run", "a"], 0, ""),
        ("arazzo run 'a b' c\\ d \"e \\\" ' f\" ''", ["run", "a b", "c d", "e \" ' f", ""], 0, ""),
        ("arazzo run --inputs=", ["run", "--inputs="], 9, ""),
        ("arazzo run --inputs=a", ["run", "--inputs=a"], 9, ""),
        ("arazzo run -i a=@b", ["run", "-i", "a=@b"], 2, ""),
        ("arazzo run -i a:", ["run", "-i", "a:"], 2, ""),
        ("arazzo run -i a\\=b", ["run", "-i", "a=b"], 0, ""),
        ("arazzo run -i 'a=b", ["run", "-i", "a=b"], 0, "'"),
        ('arazzo run -i a="b c', ["run", "-i", "a=b c"], 2, '"'),
        ("arazzo run a\\", ["run", "a"], 0, ""),
        ("arazzo run 'a\\", ["run", "a\\"], 0, "'"),
    ],
)
def test_split(line: str, words: list[str], cut: int, quote: str) -> None:
    assert split_line(line, BREAKS) == (words, cut, quote)


def test_breaks_are_those_of_the_shell() -> None:
    assert split_line("arazzo run -i a=b", " ").cut == 0
