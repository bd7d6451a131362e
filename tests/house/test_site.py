"""The documentation site: every page is in its navigation once, links survive, and dead ones are found."""

import re
import threading
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import site_build
import site_links
import site_stage
import yaml

from house.markdown import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SETTINGS = ROOT / "mkdocs.yml"


class Loader(yaml.SafeLoader):
    """Names of Python's are read as texts."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, tag, node: tag)
SITE = yaml.load(SETTINGS.read_text(encoding="utf-8"), Loader)


def pages_of(entry: Any) -> Iterator[str]:
    """The pages of a part of the navigation."""
    match entry:
        case str():
            yield entry
        case dict():
            for part in entry.values():
                yield from pages_of(part)
        case list():
            for part in entry:
                yield from pages_of(part)


def faults_of(navigation: Any, pages: set[str]) -> dict[str, list[str]]:
    """The pages that are not in a navigation, those that are in it twice, and those that are not there."""
    counts = Counter(pages_of(navigation))
    return {
        "missing": sorted(pages - counts.keys()),
        "duplicate": sorted(page for page, count in counts.items() if count > 1),
        "unknown": sorted(counts.keys() - pages),
    }


def test_every_page_is_in_the_navigation_once() -> None:
    pages = {page.relative_to(DOCS).as_posix() for page in PAGES}
    faults = faults_of(SITE["nav"], pages | set(site_stage.ROOT_PAGES.values()))
    assert faults == {"missing": [], "duplicate": [], "unknown": []}


def test_the_navigation_can_be_wrong() -> None:
    navigation = [{"Home": "a.md"}, {"Guides": [{"More": ["b.md", {"Again": "a.md"}]}, "d.md"]}]
    faults = faults_of(navigation, {"a.md", "b.md", "c.md"})
    assert faults == {"missing": ["c.md"], "duplicate": ["a.md"], "unknown": ["d.md"]}


def test_nothing_comes_from_other_hosts_or_plugins() -> None:
    assert SITE["theme"]["font"] is False
    assert SITE["plugins"] == ["search"]
    assert "site_url" not in SITE


def page_of(path: str, repository: str | None = None) -> site_stage.Page:
    place = site_stage.ROOT_PAGES.get(path, path.removeprefix("docs/"))
    return site_stage.Page(path, place, repository, {"docs/ci.md": "In CI"})


@pytest.mark.parametrize(
    ("page", "link", "alone", "with_repository"),
    [
        ("docs/ci.md", "pytest.md#assertions", "[x](pytest.md#assertions)", None),
        ("docs/ci.md", "https://a.example/b.md", "[x](https://a.example/b.md)", None),
        ("docs/ci.md", "#here", "[x](#here)", None),
        ("docs/ci.md", "../README.md#run", "[x](index.md#run)", None),
        ("docs/ci.md", "../CHANGELOG.md", "[x](project/changelog.md)", None),
        ("docs/ci.md", "../examples/ci", "x", "[x](https://r.example/tree/examples/ci)"),
        ("docs/diagnostics/AZ101.md", "../validate.md", "[x](../validate.md)", None),
        ("docs/diagnostics/AZ101.md", "README.md", "[x](README.md)", None),
        ("CHANGELOG.md", "docs/ci.md#a", "[x](../ci.md#a)", None),
        ("CHANGELOG.md", "SECURITY.md", "[x](security-policy.md)", None),
        ("CHANGELOG.md", "workflows/a.yml", "x", "[x](https://r.example/tree/workflows/a.yml)"),
    ],
)
def test_links_lead_to_their_page_in_the_site(
    page: str, link: str, alone: str, with_repository: str | None
) -> None:
    code = f"`[x]({link})`\n\n```text\n[x]({link})\n```\n"
    text = f"{code}[x]({link}) [`x`]({link})"
    for repository, wanted in (
        (None, alone),
        ("https://r.example/tree/", with_repository or alone),
    ):
        changed = site_stage.site_text(text, page_of(page, repository))
        assert changed == f"{code}{wanted} {re.sub('x', '`x`', wanted, count=1)}"


@pytest.mark.parametrize(
    ("page", "link", "changed"),
    [
        ("docs/pytest.md", "[ci.md](ci.md#downloads)", "[In CI](ci.md#downloads)"),
        ("CHANGELOG.md", "[docs/ci.md](docs/ci.md)", "[In CI](../ci.md)"),
        ("docs/pytest.md", "[jobs in ci.md](ci.md)", "[jobs in ci.md](ci.md)"),
        ("docs/pytest.md", "[mock.md](ci.md)", "[mock.md](ci.md)"),
        ("docs/pytest.md", "[ci](ci.md)", "[ci](ci.md)"),
    ],
)
def test_a_page_is_linked_by_its_title(page: str, link: str, changed: str) -> None:
    assert site_stage.with_links(link, page_of(page)) == changed


def test_pipes_in_code_of_tables_are_not_escaped() -> None:
    text = "a `b\\|c`\n\n| `x\\|y` | z\\|w |\n\n```text\n| `x\\|y` |\n```\n"
    changed = site_stage.site_text(text, page_of("docs/ci.md"))
    assert changed == text.replace("| `x\\|y` | z", "| `x|y` | z")


def list_faults(text: str) -> list[str]:
    """The lines of lists that the builder of the site reads as text: it wants an empty line before a list, and four spaces before an inner one."""
    lines = site_stage.FENCE.sub("", text).splitlines()
    item = re.compile(r"( *)(?:[-*]|\d+\.) ")
    faults = []
    for before, line in pairwise(["", *lines]):
        found = item.match(line)
        begins = before.strip() and not before.startswith(" ") and not item.match(before)
        if found and (begins or len(found[1]) % 4):
            faults.append(line)
    return faults


def test_lists_are_lists_in_the_site_too() -> None:
    faults = {str(page): list_faults(page.read_text(encoding="utf-8")) for page in PAGES}
    assert {page: lines for page, lines in faults.items() if lines} == {}


def test_lists_can_be_wrong() -> None:
    good = "a\n\n- b\n  c\n- d\n    - e\n\n1. f\n2. g\n\n```text\na\n- b\n```\n"
    assert list_faults(good) == []
    assert list_faults("a\n- b\n- c\n\n- d\n  - e\n") == ["- b", "  - e"]


def test_pages_of_the_root_are_staged_beside_those_of_docs(tmp_path: Path) -> None:
    folder = site_stage.stage(tmp_path / "staged", root=ROOT)
    assert (folder / "docs" / "index.md").read_text("utf-8").startswith("# arazzo\n\nAn [Arazzo]")
    assert "](../semantics.md)" in (folder / "docs" / "project" / "changelog.md").read_text("utf-8")
    assert (folder / "docs" / "images" / "run.svg").exists()


BUILT = {
    "index.html": '<h1 id="a">A</h1><a href="sub/page.html#b">x</a><a href="#a">x</a><a href="sub/">x</a>'
    '<img src="a.svg"><a href="https://a.example/#c">x</a><a href="mailto:a@b.example">x</a>',
    "sub/page.html": '<h1 id="b">B</h1><a href="../index.html#a">x</a>',
    "sub/index.html": "",
    "a.svg": "",
}


def built(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_links_of_a_good_site_have_no_fault(tmp_path: Path) -> None:
    assert site_links.dead_links(built(tmp_path, BUILT)) == []
    assert site_links.external_links(tmp_path) == ["https://a.example/"]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("x.html", '<a href="y.html">x</a>', "x.html: `y.html` leads to no page"),
        ("sub/x.html", '<a href="page.html#c">', "sub/x.html: `page.html#c` leads to no such heading"),
        ("x.html", '<a href="#a">x</a>', "x.html: `#a` leads to no such heading"),
        ("x.html", '<img src="b.svg">', "x.html: `b.svg` leads to no page"),
        ("x.html", '<a href="../out.html">', "x.html: `../out.html` leads to no page"),
        ("x.html", '<a href="/index.html">', "x.html: `/index.html` begins at the root of the host"),
        ("x.html", '<script src="https://cdn.example/a.js">', "x.html: `https://cdn.example/a.js` is loaded from another host"),
        ("x.css", "a{background:url(//cdn.example/a.png)}", "x.css: `//cdn.example/a.png` is loaded from another host"),
    ],
)  # fmt: skip
def test_dead_links_are_found(tmp_path: Path, name: str, text: str, fault: str) -> None:
    folder = built(tmp_path / "site", {**BUILT, name: text})
    (tmp_path / "out.html").touch()
    assert site_links.dead_links(folder) == [fault]


class Pages(BaseHTTPRequestHandler):
    """A server with one page."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/page" else 404)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def test_external_links_are_asked_for_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        links = [f"{address}/page", f"{address}/gone", f"{address}/page"]
        assert site_links.unreachable(links) == [f"{address}/gone: HTTP Error 404: Not Found"]
        server.shutdown()


def test_what_the_builder_found_is_shown_without_its_own_way() -> None:
    output = (
        "\x1b[33mWarning:\x1b[0m no page\n1 issue found\nTraceback (most recent call last):\n  x"
    )
    message = site_build.builder_message(output)
    assert message == "Warning: no page\n1 issue found\nerror: the site cannot be built"


def test_versions_stand_beside_each_other(tmp_path: Path) -> None:
    pages = built(tmp_path / "pages", BUILT)
    site = tmp_path / "site"
    site_build.publish(pages, site, "0.9")
    assert "url=0.9/index.html" in (site / "index.html").read_text("utf-8")
    for name in ("0.10", "latest", "0.9"):
        site_build.publish(pages, site, name)
    (site / "notes").mkdir()
    names = [one["version"] for one in yaml.safe_load((site / "versions.json").read_text("utf-8"))]
    assert names == ["latest", "0.10", "0.9"]
    assert "url=latest/index.html" in (site / "index.html").read_text("utf-8")
    assert (site / "0.10" / "sub" / "page.html").exists()


@pytest.mark.parametrize("text", ["../x", "", "v1", "1.0/..", "1..0"])
def test_a_version_names_a_folder(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        site_build.version(text)
    assert [site_build.version(one) for one in ("0.2", "10.0.1", "latest")] == ["0.2", "10.0.1", "latest"]  # fmt: skip
