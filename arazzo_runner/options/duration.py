"""A duration with its text, for messages about it."""

from __future__ import annotations


class TypedDuration(float):
    """Seconds; ``text`` is what was typed, such as ``50ms``."""

    text: str

    def __new__(cls, seconds: float, text: str) -> TypedDuration:
        """Keep the text beside the number."""
        duration = super().__new__(cls, seconds)
        duration.text = text
        return duration

    def __getnewargs__(self) -> tuple[float, str]:  # type: ignore[override]
        """What a copy is made of, in another process too."""
        return float(self), self.text


def typed_duration(seconds: float) -> str:
    """The duration as it was typed; seconds where it came from a program."""
    return seconds.text if isinstance(seconds, TypedDuration) else f"{seconds:g}s"
