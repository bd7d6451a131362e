"""The little of Markdown that the documentation's tests need: fenced blocks, links, headings."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])
# The examples of the diagnostics are run where they come from, by test_explanations.py.
WRITTEN = ROOT / "docs" / "diagnostics"
# Pages whose blocks are one session, from the first to the last: test_sessions.py.
SESSIONS = (ROOT / "README.md", ROOT / "docs" / "tutorial.md", ROOT / "docs" / "mock.md")

FENCE = re.compile(
    r"(?P<skip><!-- not run: .+? -->\n+)?"
    r"^(?P<indent> *)```(?P<kind>\w+)[^\n]*\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; one behind `<!-- not run: why -->` is not among them."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(kind: str) -> list[Block]:
    """All blocks of a kind that can be tested, each by itself."""
    pages = [page for page in PAGES if WRITTEN not in page.parents and page not in SESSIONS]
    return [block for page in pages for block in page_blocks(page) if block.kind == kind]


def page_blocks(page: Path) -> list[Block]:
    """The blocks of a page that can be tested, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, match.start("kind")) + 1, match["kind"], _dedented(match))
        for match in FENCE.finditer(text)
        if not match["skip"]
    ]


def _dedented(match: re.Match[str]) -> str:
    return re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE)


def links(page: Path) -> list[str]:
    """The targets of the links outside blocks that stay within the project."""
    prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
    targets = [match["target"] for match in LINK.finditer(prose)]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def headings(page: Path) -> list[str]:
    """The texts of the page's headings."""
    return HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The fragments that lead to the page's headings."""
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings(page)}


def flags(page: Path) -> set[str]:
    """The flags of our own commands that the prose names: `--flag` or `arazzo … --flag`."""
    spans = re.findall(r"`((?:arazzo |--)[^`]*)`", FENCE.sub("", page.read_text(encoding="utf-8")))
    return {flag for span in spans for flag in re.findall(r"--[a-z][a-z0-9-]*", span)}
