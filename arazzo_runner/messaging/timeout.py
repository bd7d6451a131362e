"""What to say when the time of a step is up: that nothing came, and what else did."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from arazzo_runner.executor.world import ReceiveCall
from arazzo_runner.messaging.mailbox import Mailbox
from arazzo_runner.messaging.match import correlation_text, event_type, type_of
from arazzo_runner.messaging.model import BrokerError, Delivery

MAX_NAMED: Final = 3
"""Of the messages that came and were not it."""
MAX_LENGTH: Final = 100
"""Characters of a type or a correlation id."""


def timeout_error(call: ReceiveCall, seconds: float, box: Mailbox) -> BrokerError:
    """Why there is no message for a step: none was it of those that its mailbox has."""
    wanted = "" if call.correlation is None else f" with `{call.correlation.value}`"
    message = f"no message{wanted} was received from `{call.channel}` within {seconds:g} s"
    *notes, last = _box_notes(call, box)
    listed = ", ".join([*notes, f"and {last}" if notes else last])
    return BrokerError("timeout", f"{message}: {listed}", _timeout_hint(call, box))


def _box_notes(call: ReceiveCall, box: Mailbox) -> Iterator[str]:
    """What came all the same, and why it was not it."""
    others = box.size - box.retained
    number = "1 other was" if others == 1 else f"{others} others were" if others else "no other was"
    yield f"{number} received{_listing(call, box, others)}"
    if box.retained:
        yield f"{_count_text(box.retained)} retained from before the run"
    if box.repeated:
        yield f"{_count_text(box.repeated)} repeated"
    for reason, count in box.refusals.items():
        yield f"{_count_text(count)} refused ({reason})"
    if box.dropped:
        yield f"{_count_text(box.dropped)} dropped since too many had to be kept"


def _count_text(number: int) -> str:
    return "1 was" if number == 1 else f"{number:,} were"


def _timeout_hint(call: ReceiveCall, box: Mailbox) -> str | None:
    if call.timeout is None:
        return "the step has no `timeout` (milliseconds), so that of `--timeout` counts"
    return None if box.size else "raise the `timeout` of the step if it may take longer"


def _listing(call: ReceiveCall, box: Mailbox, others: int) -> str:
    """The first of the others in brackets, each by its type and its correlation id."""
    came = (one for one in box.messages() if not one.is_retained)
    named = [text for one in islice(came, MAX_NAMED) if (text := _brief(one, call))]
    if not named:
        return ""
    more = [f"{others - len(named):,} more"] if others > len(named) else []
    *first, last = [*named, *more]
    return f" ({', '.join(first)} and {last})" if first else f" ({last})"


def _brief(delivery: Delivery, call: ReceiveCall) -> str:
    kind = type_of(delivery, call)
    name = kind.name if kind is not None else event_type(delivery, call) or delivery.type_name
    what = _quoted(name) if name else "one"
    if call.correlation is None:
        return what if name else ""
    text = correlation_text(delivery, call)
    return f"{what} without a correlation id" if text is None else f"{what} with {_quoted(text)}"


def _quoted(text: str) -> str:
    """A text as it is, or none of it: a secret that is cut short could not be masked."""
    is_short = len(text) <= MAX_LENGTH
    return f"`{text}`" if is_short else f"a text of {len(text):,} characters"
