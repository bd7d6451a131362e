"""What ran, on its way from a worker of pytest-xdist to the process that writes the reports."""

from __future__ import annotations

import pickle
from io import BytesIO
from typing import Any

from arazzo_runner.openapi.model import ApiDescription


class _Packer(pickle.Pickler):
    """Leaves out what only its own process can have: API descriptions look things up lazily."""

    def reducer_override(self, obj: Any) -> Any:
        """Nothing in place of an API description; no report asks the one behind an operation."""
        if isinstance(obj, ApiDescription):
            return _omitted_description, ()
        return NotImplemented


def _omitted_description() -> None:
    """Stands where an API description was."""


def pack(value: Any) -> bytes:
    """A value as bytes."""
    data = BytesIO()
    _Packer(data).dump(value)
    return data.getvalue()


def unpack(data: bytes) -> Any:
    """The value of bytes that came from a worker of this very run."""
    return pickle.loads(data)  # noqa: S301 - a worker runs the same code as its controller
