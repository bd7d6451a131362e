"""Find the links of built pages that lead nowhere, and what pages would load from other hosts."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

SECONDS = 20
# Attributes whose content a browser loads by itself.
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
STYLE = re.compile(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')\s]+)")


class Page(HTMLParser):
    """The anchors and links of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = {"", "top"}
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what can be linked to, and what is linked."""
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if LOADED.get(tag) in values:
            self.loaded.append(values[LOADED[tag]])


def dead_links(folder: Path) -> list[str]:
    """What is wrong with the links of the pages in a folder; none may lead out of it."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    faults = [
        f"{path.relative_to(folder.resolve())}: `{link}` {fault}"
        for path, page in pages.items()
        for link in dict.fromkeys([*page.links, *page.loaded])
        if (fault := _fault(path, link, folder.resolve(), pages))
    ]
    return faults + list(_foreign(folder, pages))


def _fault(path: Path, link: str, folder: Path, pages: dict[Path, Page]) -> str:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    if parts.path.startswith("/"):
        return "begins at the root of the host"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(folder) or not target.exists():
        return "leads to no page"
    if target in pages and unquote(parts.fragment) not in pages[target].anchors:
        return "leads to no such heading"
    return ""


def _foreign(folder: Path, pages: dict[Path, Page]) -> Iterator[str]:
    """What is loaded from other hosts: a site without a network is whole."""
    for path, page in pages.items():
        for link in page.loaded:
            if urlsplit(link).netloc:
                yield f"{path.relative_to(folder.resolve())}: `{link}` is loaded from another host"
    for path in sorted(folder.rglob("*.css")):
        for link in STYLE.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(folder)}: `{link}` is loaded from another host"


def external_links(folder: Path) -> list[str]:
    """The addresses of other sites that pages link to, each once."""
    links = {link for path in folder.rglob("*.html") for link in Page(path).links}
    return sorted(link.partition("#")[0] for link in links if link.startswith(("http:", "https:")))


def unreachable(links: Iterable[str]) -> list[str]:
    """The addresses that do not respond with a page, and why."""
    return [f"{link}: {fault}" for link in dict.fromkeys(links) if (fault := _response_fault(link))]


def _response_fault(link: str) -> str:
    request = urllib.request.Request(link, headers={"User-Agent": "arazzo-docs"})  # noqa: S310 - http and https alone
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 - as above
            return ""
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        return str(error)
