"""Sockets: errors by their number, abrupt ends, and event loops that watch them."""

from __future__ import annotations

import os
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


def socket_error(code: int) -> OSError:
    """The error of a number that a socket reports (SO_ERROR), in the words of the system."""
    if sys.platform == "win32":
        import ctypes

        return ctypes.WinError(code)
    else:
        return OSError(code, os.strerror(code))


def abrupt_end() -> bytes:
    """The value of SO_LINGER by which closing a connection resets it."""
    return struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)


def selector_loop() -> asyncio.AbstractEventLoop:
    """A new event loop that can watch sockets of others (``add_reader``).

    Clients of MQTT and PostgreSQL need it; the one that asyncio takes on Windows cannot.
    """
    import asyncio

    return asyncio.SelectorEventLoop() if sys.platform == "win32" else asyncio.new_event_loop()
