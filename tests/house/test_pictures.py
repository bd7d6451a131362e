"""The README's pictures show what a run prints today, and need nothing from the network."""

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from case_runner.expected import MEASURED
from house.markdown import ROOT

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "terminal_pictures.py"))
FOLDER, PICTURES, picture = SCRIPT["FOLDER"], SCRIPT["PICTURES"], SCRIPT["picture"]
LINE = re.compile(r"url\(#arazzo-\w+-line-(\d+)\)")


def shown(path: Path) -> str:
    """The text of a picture, line by line and without spaces: a line is several elements."""
    lines: dict[int, str] = {}
    for element in ET.parse(path).iter("{http://www.w3.org/2000/svg}text"):
        number = LINE.fullmatch(element.get("clip-path", ""))
        if number:
            lines[int(number[1])] = lines.get(int(number[1]), "") + (element.text or "")
    return comparable("\n".join(text for _, text in sorted(lines.items())))


def comparable(text: str) -> str:
    lines = MEASURED.sub("<time>", text.replace("\xa0", " ")).split("\n")
    return "\n".join(re.sub(r"\s", "", line) for line in lines if line.strip())


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_show_what_is_printed(name: str) -> None:
    assert shown(FOLDER / f"{name}.svg") == comparable(picture(name)[0])


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_fetched_for_a_picture(name: str) -> None:
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg|localhost)", text) == []
    assert "@import" not in text and "@font-face" not in text
