"""What the sections let run: the command line, scripts beside this one, and a server for both."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import Contender

HERE = Path(__file__).parent
STUDIO = HERE.parent / "workflows" / "twilio-studio-trigger-execution-track-steps-workflow.yml"
FLOW_INPUTS = {"flowSid": "FW" + "a" * 32, "to": "+15558675310", "from": "+15017122661"}
STUDIO_CREDENTIALS = {
    "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_USERNAME": "AC0",
    "ARAZZO_AUTH_STUDIOAPI_ACCOUNTSID_AUTHTOKEN_PASSWORD": "secret",
}
ARAZZO = str(Path(sys.executable).parent / "arazzo")


@contextmanager
def serving() -> Iterator[str]:
    """The URL of a server in a process of its own."""
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def script(name: str, file: str, *arguments: str) -> Contender:
    return Contender(name, [sys.executable, str(HERE / file), *arguments])


def running(name: str, document: Path, url: str, *flags: str) -> Contender:
    """A quiet run of a document, with room for 100,000 steps."""
    command = [ARAZZO, "run", str(document), "--server", url, "--max-steps", "100000", "-q"]
    return Contender(name, [*command, *flags])
