"""Files of ``--env-file``, held against what python-dotenv says of them."""

from io import StringIO

import click
import pytest
from dotenv import dotenv_values

from arazzo_runner.cli.options.environment import read_env_file


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("K=abc", "abc"),
        ("K = abc ", "abc"),
        ("export K=abc", "abc"),
        ("K=abc # note", "abc"),
        ("K=abc# note", "abc# note"),
        ("K=a#b", "a#b"),
        ("K=a b # c # d", "a b"),
        ('K="abc#1" # x', "abc#1"),
        ("K='abc # 1' # x", "abc # 1"),
        ('K="abc\n123"', "abc\n123"),
        (r'K="a\nb\"c"', 'a\nb"c'),
        (r"K='a\nb\'c'", r"a\nb'c"),
        ("K=", ""),
        ('K=""', ""),
        ("K=# note", "# note"),
        ("K= # note", ""),
        ("# K=no\n\nK=yes", "yes"),
        ("K=1\nK=2", "2"),
        ("A=1\nK=${A}$A", "${A}$A"),
        ("K=a=b==", "a=b=="),
        ("\ufeffK=abc", "abc"),
        ("K=abc\r\n", "abc"),
    ],
)
def test_values(text, value, tmp_path):
    file = tmp_path / "x.env"
    file.write_bytes(text.encode())
    assert read_env_file(str(file))["K"] == value
    known = dotenv_values(stream=StringIO(text.removeprefix("\ufeff")), interpolate=False)
    assert known == read_env_file(str(file))


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("K", 1, "is not NAME=VALUE"),
        ("\n\nK v", 3, "is not NAME=VALUE"),
        ("A=1\n=v", 2, "is not NAME=VALUE"),
        ('A=1\n\nK="abc" 1', 3, "has a quote that is not closed, or text after the closing one"),
        ("K='abc", 1, "has a quote that is not closed, or text after the closing one"),
    ],
)
def test_lines_that_are_none(text, line, why, tmp_path):
    file = tmp_path / "x.env"
    file.write_text(text)
    with pytest.raises(click.BadParameter) as caught:
        read_env_file(str(file))
    assert caught.value.message == f"line {line} of `{file}` {why}"
