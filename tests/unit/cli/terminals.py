"""What a program shows on a terminal, read at its other side."""

import os


def read_until(terminal, wanted):
    """All that was shown, up to some text; the program's end is an error."""
    seen = b""
    while wanted not in seen:
        seen += os.read(terminal, 65536)
    return seen


def rest(terminal):
    seen = b""
    try:
        while part := os.read(terminal, 65536):
            seen += part
    except OSError:  # the other side is closed
        pass
    return seen
