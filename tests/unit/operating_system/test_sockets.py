import ctypes
import socket
import struct
import sys
from errno import ECONNREFUSED

import pytest

from arazzo_runner.operating_system.sockets import (
    abrupt_end,
    selector_loop,
    socket_error,
)


@pytest.mark.skipif(sys.platform == "win32", reason="the numbers are others there")
def test_an_error_by_its_number():
    assert isinstance(socket_error(ECONNREFUSED), ConnectionRefusedError)


def test_an_error_in_the_words_of_windows(windows, monkeypatch):
    monkeypatch.setattr(ctypes, "WinError", lambda code: OSError(code, "refused"), raising=False)
    assert socket_error(10061).strerror == "refused"


def test_two_short_numbers_on_windows(windows):
    assert abrupt_end() == struct.pack("HH", 1, 0)


@pytest.mark.parametrize("system", [sys.platform, "win32"])
def test_a_loop_that_watches_sockets(monkeypatch, system):
    monkeypatch.setattr(sys, "platform", system)
    loop = selector_loop()
    one, other = socket.socketpair()
    with one, other:
        loop.add_reader(one.fileno(), loop.stop)
        other.send(b"x")
        loop.run_forever()
        loop.remove_reader(one.fileno())
    loop.close()
