"""Inputs are JSON values, whatever Python types they come in."""

from datetime import date
from enum import IntEnum, StrEnum
from types import MappingProxyType

import pytest

from arazzo_runner.embed.runner import read_inputs
from arazzo_runner.errors import UsageError
from arazzo_runner.http.uploads import file_body


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (0.5, 0.5),
        ("a", "a"),
        (b"\x00", b"\x00"),
        (bytearray(b"x"), b"x"),
        ((1, [2]), [1, [2]]),
        (MappingProxyType({"a": {"b": ()}}), {"a": {"b": []}}),
        (Colour.RED, "red"),
        (Size.BIG, 3),
    ],
)
def test_values(given, value) -> None:
    read = read_inputs({"x": given})
    assert read == {"x": value}
    assert type(read["x"]) is type(value)


def test_a_file_to_send_stays_one() -> None:
    file = file_body(__file__)
    assert read_inputs({"x": file})["x"] is file


def test_they_are_copies() -> None:
    given = {"x": [1]}
    read = read_inputs(given)
    given["x"].append(2)
    assert read == {"x": [1]}
    assert read_inputs(None) == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1], "`inputs` is a list, and not a mapping of names"),
        ({"x": date(2025, 1, 1)}, "the input `x` is a date, which is not a JSON value"),
        ({"x": [{"y": {1}}]}, "the input `x`, item 0, `y` is a set, which is not a JSON value"),
        ({"x": {1: 2}}, "the input `x` has the key 1, and keys of JSON are strings"),
        ({"x": float("nan")}, "the input `x` is nan, which is not a JSON value"),
    ],
)
def test_what_is_no_json(given, message) -> None:
    with pytest.raises(TypeError) as error:
        read_inputs(given)
    assert str(error.value) == message


def test_a_path_is_a_file_to_send(tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(b"12")
    file = read_inputs({"x": [tmp_path / "a.png"]})["x"][0]
    assert (file.path, file.size, file.media_type) == (str(tmp_path / "a.png"), 2, "image/png")
    with pytest.raises(UsageError, match=r"the input `x`: `.*b` cannot be read: no such file"):
        read_inputs({"x": tmp_path / "b"})
