"""Coroutines without an event loop."""

import types

import pytest

from arazzo_runner.executor.world import run_coroutine


def test_a_coroutine_that_never_suspends_runs_to_its_end():
    async def answer():
        return 42

    assert run_coroutine(answer()) == 42


def test_one_that_suspends_is_told():
    @types.coroutine
    def waits():
        yield

    with pytest.raises(RuntimeError, match="has suspended"):
        run_coroutine(waits())
