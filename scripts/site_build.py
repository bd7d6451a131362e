"""Build the documentation site from docs/ and mkdocs.yml, a folder a version; check its links."""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from site_links import dead_links, external_links, unreachable
from site_stage import PROJECT, stage

LATEST = "latest"
VERSION = re.compile(r"\d+(\.\d+)*")
STAGED = PROJECT / "build" / "site"
# Its links begin at the root of a host, where no version stands.
ABSOLUTE = "404.html"
HELP = {
    "version": "the folder of this version, such as 0.2 (default: latest)",
    "repository": "where the repository can be read: links to files outside docs/ lead there",
    "out": "the folder of all versions (default: site)",
    "external": "ask the hosts of links to other sites, too",
    "serve": "serve the site on this machine until Ctrl-C",
}
ENTRY = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={LATEST}/index.html">
<title>arazzo</title>
<p><a href="{LATEST}/index.html">The documentation of arazzo</a></p>
</html>
"""


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="scripts/site", description=__doc__)
    flag = parser.add_argument
    flag("--version", default=LATEST, type=version, metavar="X.Y", help=HELP["version"])
    flag("--repository", metavar="URL", help=HELP["repository"])
    flag("--out", default=PROJECT / "site", type=Path, metavar="DIR", help=HELP["out"])
    flag("--external", action="store_true", help=HELP["external"])
    flag("--serve", type=int, metavar="PORT", help=HELP["serve"])
    return parser.parse_args()


def version(text: str) -> str:
    """A version that can name a folder."""
    if text != LATEST and not VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"`{text}` is neither `{LATEST}` nor a version, like 0.2")
    return text


def build(staged: Path) -> Path:
    """The pages of a staged folder as HTML; ends the program where a page or a link is wrong."""
    shutil.rmtree(staged / "site", ignore_errors=True)
    zensical = Path(sys.executable).with_name("zensical")
    command = [zensical, "build", "--clean", "--strict", "--config-file", staged / "mkdocs.yml"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode or not (staged / "site" / "index.html").exists():
        raise SystemExit(builder_message(done.stdout.decode(errors="replace")))
    (staged / "site" / ABSOLUTE).unlink(missing_ok=True)
    return staged / "site"


def builder_message(output: str) -> str:
    """What the builder found, without its colours and without the way through its own code."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", output)
    return f"{plain.partition('Traceback (most')[0].rstrip()}\nerror: the site cannot be built"


def publish(pages: Path, site: Path, name: str) -> None:
    """Put built pages into the folder of their version, and renew the list of versions."""
    site.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(site / name, ignore_errors=True)
    shutil.copytree(pages, site / name)
    (site / "versions.json").write_text(json.dumps(versions(site), indent=2) + "\n", "utf-8")
    (site / "index.html").write_text(ENTRY.replace(LATEST, versions(site)[0]["version"]), "utf-8")
    (site / ".nojekyll").touch()


def versions(site: Path) -> list[dict[str, object]]:
    """The versions in a folder, as the menu of the pages reads them: latest, then newest first."""
    names = [one.parent.name for one in site.glob("*/index.html")]
    numbers = sorted(filter(VERSION.fullmatch, names), key=_numbers, reverse=True)
    names = [*filter(LATEST.__eq__, names), *numbers]
    return [{"version": name, "title": name, "aliases": []} for name in names]


def _numbers(name: str) -> list[int]:
    return [int(part) for part in name.split(".")]


def serve(site: Path, port: int) -> None:
    """Serve the site on this machine until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def main() -> None:
    """Stage, build, check, publish."""
    asked = arguments()
    pages = build(stage(STAGED, asked.repository))
    faults = dead_links(pages)
    if asked.external:
        faults += unreachable(external_links(pages))
    if faults:
        raise SystemExit("\n".join([*faults, f"error: {len(faults)} dead links"]))
    publish(pages, asked.out, asked.version)
    count = len([*pages.rglob("*.html")])
    print(f"{asked.out / asked.version}: {count} pages, all links lead somewhere")
    if asked.serve is not None:
        serve(asked.out, asked.serve)


if __name__ == "__main__":
    main()
