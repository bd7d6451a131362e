import sys

import pytest


@pytest.fixture
def windows(monkeypatch):
    """What asks for the system hears that it is Windows; the libraries have chosen before."""
    monkeypatch.setattr(sys, "platform", "win32")
