"""A duration with its text."""

import pickle

from arazzo_runner.options.model import TypedDuration, typed_duration


def test_the_text_is_kept():
    typed = TypedDuration(0.05, "50ms")
    assert (typed, typed_duration(typed)) == (0.05, "50ms")
    assert typed_duration(pickle.loads(pickle.dumps(typed))) == "50ms"
    assert typed_duration(0.05) == "0.05s"
