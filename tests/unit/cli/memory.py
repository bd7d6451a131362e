"""The peak memory of a command, in a process of its own."""

import subprocess
import sys

# The system does not count a child's peak as less than what its parent had when it began it, so
# that a small process in between begins the command.
_MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory(*arguments: str, code: int = 0) -> int:
    """The bytes that `arazzo` with these arguments takes at most; it has to end with ``code``."""
    command = [sys.executable, "-m", "arazzo_runner", *arguments]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command], capture_output=True, text=True, check=True
    )
    ended, peak = map(int, done.stdout.split())
    assert ended == code, done.stderr
    return peak * (1 if sys.platform == "darwin" else 1024)
