import pytest

from arazzo_runner.report.safe_text import SafeText
from arazzo_runner.report.secrets import Masker
from arazzo_runner.report.terminal.style import TextStyle, output_lines, value_lines

LONG = "x" * 100


def look(**changes):
    return TextStyle(SafeText(Masker(["hunter22"])), width=60, **changes)


def test_a_value_takes_a_line():
    values = {"a": 1, "\x1b": "hunter22", "long": LONG}
    assert value_lines(values, look()) == [
        "a = 1",
        r'\x1b = "***"',
        'long = "' + "x" * 39 + "…",
    ]


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ([1, 2], ["it = [1, 2]"]),
        (LONG, [f'it = "{LONG}"']),
        ("y" * 2000, ['it = "' + "y" * 998 + "…"]),
        ([LONG, 1], ["it = [", '  "' + "x" * 46 + "…", "  1", "]"]),
        (
            {"a": LONG, "hunter22": None},
            ["it = {", '  "a": "' + "x" * 41 + "…", '  "***": null', "}"],
        ),
        (
            [{"number": n} for n in range(22)],
            ["it = [", *(f'  {{"number": {n}}}' for n in range(20)), "  … and 2 more", "]"],
        ),
    ],
)
def test_an_output_that_a_line_cannot_hold_is_spread(value, lines):
    assert output_lines({"it": value}, look()) == lines


def test_with_bodies_outputs_are_whole():
    outputs = {"it": {"a": LONG, "b": ["hunter22", b"\xff"]}, "c": None}
    assert output_lines(outputs, look(verbosity="bodies")) == [
        "it = {",
        f'  "a": "{LONG}",',
        '  "b": [',
        '    "***",',
        "    {",
        '      "encoding": "base64",',
        '      "data": "/w=="',
        "    }",
        "  ]",
        "}",
        "c = null",
    ]
