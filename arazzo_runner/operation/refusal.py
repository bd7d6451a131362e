"""Why a request could not be built."""

from __future__ import annotations


class RequestRefused(ValueError):
    """A request cannot be built from these values; nothing may be sent.

    ``parameter`` is the name of the parameter that is to blame, None when it is another part;
    ``hint`` is the way out, if there is one.
    """

    def __init__(self, message: str, parameter: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter
        self.hint = hint
