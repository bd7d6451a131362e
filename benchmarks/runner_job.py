"""So many runs of the three-step job by one `Runner`; prints what the process holds, as it goes.

A line for each tenth: runs so far, resident memory in KiB, open descriptors, objects.
"""

import gc
import sys
from pathlib import Path

import arazzo_runner as arazzo

STUDIO = "workflows/twilio-studio-trigger-execution-track-steps-workflow.yml"


def resident() -> int:
    """Resident memory in KiB; 0 where the system has no `/proc`."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def main(url: str, flow: str, runs: int) -> None:
    document = Path(__file__).parent.parent / STUDIO
    inputs = {"flowSid": flow, "to": "+15558675310", "from": "+15017122661"}
    scheme = {"accountSid_authToken": {"username": "AC0", "password": "secret"}}
    with arazzo.Runner(server=url, credentials={"studioApi": scheme}) as runner:
        for number in range(1, runs + 1):
            runner.run(document, inputs=inputs).raise_for_status()
            if number % max(1, runs // 10) == 0:
                gc.collect()
                print(number, resident(), descriptors(), len(gc.get_objects()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
