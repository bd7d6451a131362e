"""Lay out what the documentation site is built from: docs/, pages of the root, mkdocs.yml.

In the repository a page may link to any file. In the site, files of which it has no page are named,
or linked to where the repository can be read.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

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
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


class Page(NamedTuple):
    """A page of the repository, by its path there, and its place in the site.

    ``repository`` is where files can be read that are not in the site, ``titles`` are those of all
    pages by their paths in the repository.
    """

    path: str
    place: str
    repository: str | None
    titles: Mapping[str, str]


def stage(folder: Path, repository: str | None = None, root: Path = PROJECT) -> Path:
    """Fill a folder with pages and settings, as the builder of the site reads them."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "docs", folder / "docs")
    shutil.copy(root / "mkdocs.yml", folder)
    docs = [page.relative_to(root).as_posix() for page in root.glob("docs/**/*.md")]
    texts = {path: (root / path).read_text(encoding="utf-8") for path in [*ROOT_PAGES, *docs]}
    titles = {page: TITLE.search(text)[1] for page, text in texts.items()}
    for path, text in texts.items():
        if path == "README.md":  # docs/index.md stands in its place
            continue
        page = Page(path, ROOT_PAGES.get(path, path.removeprefix("docs/")), repository, titles)
        file = folder / "docs" / page.place
        file.parent.mkdir(exist_ok=True)
        file.write_text(site_text(text, page), encoding="utf-8")
    return folder


def site_text(text: str, page: Page) -> str:
    """The text of a page of the repository as it is at its place in the site; blocks stay."""
    parts = []
    end = 0
    for fence in FENCE.finditer(text):
        prose = with_links(text[end : fence.start()], page)
        parts += [with_plain_pipes(prose), fence[0]]
        end = fence.end()
    return "".join([*parts, with_plain_pipes(with_links(text[end:], page))])


def with_links(prose: str, page: Page) -> str:
    """The text with the links that it has at its place in the site."""

    def moved(match: re.Match[str]) -> str:
        if match["target"] is None:
            return match[0]
        text = link_text(match["text"], match["target"], page)
        target = site_target(match["target"], page)
        return f"[{text}]({target})" if target else text

    return LINK.sub(moved, prose)


def with_plain_pipes(prose: str) -> str:
    """The text with `|` in the code of tables as it is: repositories want it escaped there."""
    return ROW.sub(lambda row: CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), prose)


def link_text(text: str, target: str, page: Page) -> str:
    """The text of a link; in the site the name of a file is that of a page, its title."""
    path = in_repository(target.partition("#")[0], page)
    return page.titles.get(path, text) if path.endswith(text) and text.endswith(".md") else text


def site_target(target: str, page: Page) -> str:
    """Where a link of a page leads in the site; empty where the site has nothing of the kind."""
    if re.match(r"[a-z][a-z+.-]*:|#", target):
        return target
    path, mark, fragment = target.partition("#")
    path = in_repository(path, page)
    here = posixpath.dirname(page.place) or "."
    if path in ROOT_PAGES:
        return posixpath.relpath(ROOT_PAGES[path], here) + mark + fragment
    if path.startswith("docs/"):
        return posixpath.relpath(path.removeprefix("docs/"), here) + mark + fragment
    return f"{page.repository.rstrip('/')}/{path}{mark}{fragment}" if page.repository else ""


def in_repository(path: str, page: Page) -> str:
    """The path in the repository of what a page links to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page.path), path))
