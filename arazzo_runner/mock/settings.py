"""What a user decides about the mock."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class MockSettings(Struct, frozen=True):
    """``cases`` are the documented status or the name of the example that a step is to get.

    They stand by ``step`` or ``workflow/step``. ``makes_inputs`` generates what is needed and was
    not given; ``is_lenient`` answers requests too that are not as documented. Another ``seed``
    gives other values.
    """

    seed: int = 0
    is_lenient: bool = False
    makes_inputs: bool = True
    cases: Mapping[str, str] = field(default_factory=dict)
