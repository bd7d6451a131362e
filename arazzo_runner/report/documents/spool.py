"""Results as bytes: of many documents in a temporary file, of a worker of pytest-xdist on its way.

A report reads the results of one document at a time, so that memory does not grow with their
number.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import IO, Any, overload

from arazzo_runner.executor.result import WorkflowResult
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.text.source import SourceFile


class _Packer(pickle.Pickler):
    """Leaves out what only its own process can have: API descriptions look things up lazily."""

    def reducer_override(self, obj: Any) -> Any:
        """The name and place of an API description: reports ask no more of it."""
        if isinstance(obj, ApiDescription):
            file = SourceFile(obj.source.name, "", obj.source.uri)
            return ApiDescription, (obj.version, obj.title, obj.api_version, None, file, {})
        return NotImplemented


def pack(value: Any) -> bytes:
    """A value as bytes."""
    data = BytesIO()
    _Packer(data, pickle.HIGHEST_PROTOCOL).dump(value)
    return data.getvalue()


def unpack(data: bytes) -> Any:
    """The value of bytes that :func:`pack` has made in this very run."""
    return pickle.loads(data)  # noqa: S301 - only this program has had them


class SpooledWorkflows(Sequence[WorkflowResult]):
    """Results of workflows, in a file of nobody else; whoever goes through them reads a part.

    ``memory`` is how many bytes are kept before there is a file.
    """

    def __init__(self, memory: int = 4 * 2**20) -> None:
        from tempfile import SpooledTemporaryFile

        self._file: IO[bytes] = SpooledTemporaryFile(memory)  # noqa: SIM115 - it lives as long
        self._parts: list[tuple[int, int, int]] = []
        self._count = 0

    def add(self, workflows: Sequence[WorkflowResult]) -> None:
        """Put the results of one document behind those that are there."""
        data = pack(tuple(workflows))
        start = self._file.seek(0, 2)
        self._file.write(data)
        self._parts.append((start, len(data), len(workflows)))
        self._count += len(workflows)

    def close(self) -> None:
        """Give the file up."""
        self._file.close()

    def __len__(self) -> int:
        """How many workflows there are."""
        return self._count

    def __iter__(self) -> Iterator[WorkflowResult]:
        """The workflows, those of one document in memory at a time."""
        for start, size, count in self._parts:
            if count:
                yield from self._read(start, size)

    @overload
    def __getitem__(self, index: int) -> WorkflowResult: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[WorkflowResult]: ...
    def __getitem__(self, index: int | slice) -> WorkflowResult | Sequence[WorkflowResult]:
        """One of the workflows, or some."""
        return tuple(self)[index]

    def _read(self, start: int, size: int) -> tuple[WorkflowResult, ...]:
        self._file.seek(start)
        found: tuple[WorkflowResult, ...] = unpack(self._file.read(size))
        return found
