"""Lay out what the documentation site is built from: docs/, pages of the root, mkdocs.yml.

In the repository a page may link to any file. In the site, files of which it has no page are named,
or linked to where the repository can be read.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path

PROJECT = Path(__file__).parents[1]
# Pages of the project's root that are pages of the site.
ROOT_PAGES = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security-policy.md",
    "README.md": "index.md",
}
FENCE = re.compile(r"^( *)(```+)[^\n]*\n.*?^ *\2$", re.MULTILINE | re.DOTALL)
# Code stays as it is; the text of a link may have some.
LINK = re.compile(r"`[^`\n]*`|\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
CODE = re.compile(r"`[^`\n]+`")


def stage(folder: Path, repository: str | None = None, root: Path = PROJECT) -> Path:
    """Fill a folder with pages and settings, as the builder of the site reads them."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "docs", folder / "docs")
    shutil.copy(root / "mkdocs.yml", folder)
    docs = [page.relative_to(root).as_posix() for page in (root / "docs").rglob("*.md")]
    own = {page: page.removeprefix("docs/") for page in docs}
    for page, place in {**ROOT_PAGES, **own}.items():
        if place in own.values() and page not in own:
            continue
        path = folder / "docs" / place
        path.parent.mkdir(exist_ok=True)
        text = (root / page).read_text(encoding="utf-8")
        path.write_text(site_text(text, page, place, repository), encoding="utf-8")
    return folder


def site_text(text: str, page: str, place: str, repository: str | None) -> str:
    """The text of a page of the repository as it is at its place in the site; blocks stay."""
    parts = []
    end = 0
    for fence in FENCE.finditer(text):
        prose = with_links(text[end : fence.start()], page, place, repository)
        parts += [with_plain_pipes(prose), fence[0]]
        end = fence.end()
    return "".join([*parts, with_plain_pipes(with_links(text[end:], page, place, repository))])


def with_links(prose: str, page: str, place: str, repository: str | None) -> str:
    """The text with the links that it has at its place in the site."""

    def moved(match: re.Match[str]) -> str:
        if match["target"] is None:
            return match[0]
        target = site_target(match["target"], page, place, repository)
        return f"[{match['text']}]({target})" if target else match["text"]

    return LINK.sub(moved, prose)


def with_plain_pipes(prose: str) -> str:
    """The text with `|` in the code of tables as it is: repositories want it escaped there."""
    return ROW.sub(lambda row: CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), prose)


def site_target(target: str, page: str, place: str, repository: str | None) -> str:
    """Where a link of a page leads in the site; empty where the site has nothing of the kind."""
    if re.match(r"[a-z][a-z+.-]*:|#", target):
        return target
    path, mark, fragment = target.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    here = posixpath.dirname(place) or "."
    if path in ROOT_PAGES:
        return posixpath.relpath(ROOT_PAGES[path], here) + mark + fragment
    if path.startswith("docs/"):
        return posixpath.relpath(path.removeprefix("docs/"), here) + mark + fragment
    return f"{repository.rstrip('/')}/{path}{mark}{fragment}" if repository else ""
