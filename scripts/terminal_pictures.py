"""Pictures of a terminal: runs of the tutorial's workflow, drawn as SVG.

The tutorial's API is saved to a folder that is thrown away, its workflow written and run there on a
pseudo-terminal, as a reader of the tutorial would; Rich draws what was printed.
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT: Final = Path(__file__).parents[1]
TUTORIAL: Final = ROOT / "docs" / "tutorial.md"
FOLDER: Final = ROOT / "docs" / "images"
COLUMNS: Final = 96
WRITTEN: Final = "arazzo new openapi.json -o books.arazzo.yaml"
BROKEN: Final = "sed -i 's/statusCode == 204/statusCode == 200/' books.arazzo.yaml"
DESCRIBED: Final = (
    'python -c "import json, books; print(json.dumps(books.app.openapi(), indent=2))"'
    " > openapi.json"
)
# Each picture: what is done before, unseen, and the command that is seen.
PICTURES: Final = {
    "run": ([DESCRIBED, WRITTEN], "arazzo run books.arazzo.yaml --mock"),
    "failure": ([DESCRIBED, WRITTEN, BROKEN], "arazzo run books.arazzo.yaml --mock"),
}
# Readable on a light page and on a dark one: the picture brings its own background.
THEME: Final = TerminalTheme(
    (24, 26, 31),
    (214, 218, 224),
    [
        (24, 26, 31),
        (240, 113, 120),
        (126, 211, 139),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (214, 218, 224),
    ],
)
# Fonts that are installed somewhere, none that is fetched.
FONT: Final = (
    "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace"
)
SVG: Final = f"""<svg xmlns="http://www.w3.org/2000/svg" role="img"
  viewBox="0 0 {{width}} {{height}}">
<title>$ {{{{command}}}}</title>
<style>
.{{unique_id}}-matrix {{{{
  font: {{char_height}}px {FONT};
  line-height: {{line_height}}px;
}}}}
{{styles}}
</style>
<defs>
<clipPath id="{{unique_id}}-clip-terminal">
<rect x="0" y="0" width="{{terminal_width}}" height="{{terminal_height}}"/>
</clipPath>
{{lines}}
</defs>
{{chrome}}
<g transform="translate({{terminal_x}}, {{terminal_y}})">
<g clip-path="url(#{{unique_id}}-clip-terminal)">
{{backgrounds}}
<g class="{{unique_id}}-matrix">
{{matrix}}
</g>
</g>
</g>
</svg>
"""


def tutorial_api() -> str:
    """The file `books.py` of the tutorial."""
    found = re.search(r"```python\n# books.py\n(.*?)```", TUTORIAL.read_text("utf-8"), re.DOTALL)
    if not found:
        raise SystemExit(f"error: {TUTORIAL} has no books.py")
    return found[1]


def terminal_output(command: str, folder: Path) -> str:
    """What a command prints on a terminal, with its colours."""
    outer, inner = pty.openpty()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {
        "PATH": path,
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
        "CI": "true",  # no line that is drawn again
        "LC_ALL": "C.UTF-8",
    }
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=inner,
        stderr=inner,
    ):
        os.close(inner)
        printed = _read_all(outer)
    os.close(outer)
    return printed.decode("utf-8").replace("\r\n", "\n")


def _read_all(terminal: int) -> bytes:
    """All bytes until the other side is closed, which Linux says by an error."""
    printed = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            return printed
        if not piece:
            return printed
        printed += piece


def picture(name: str) -> tuple[str, str]:
    """The text of a picture, and the picture."""
    before, command = PICTURES[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "books.py").write_text(tutorial_api(), encoding="utf-8")
        for one in before:
            terminal_output(one, folder)
        printed = terminal_output(command, folder)
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, legacy_windows=False
    )
    for line in [f"$ \x1b[1m{command}\x1b[0m", *printed.rstrip().split("\n")]:
        console.print(Text.from_ansi(line), no_wrap=True, overflow="ellipsis", crop=True)
    text = console.export_text(clear=False)
    template = SVG.replace("{{command}}", command)
    return text, console.export_svg(
        title="", theme=THEME, code_format=template, unique_id=f"arazzo-{name}"
    )


def main() -> None:
    """Draw all pictures anew."""
    FOLDER.mkdir(exist_ok=True)
    for name in PICTURES:
        _, drawn = picture(name)
        path = FOLDER / f"{name}.svg"
        path.write_text(drawn, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {len(drawn):,} bytes")


if __name__ == "__main__":
    main()
