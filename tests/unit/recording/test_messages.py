"""The messages of a recording, held against what steps wait for by now."""

import pytest

from arazzo_runner.asyncapi.model import MessageLocation
from arazzo_runner.executor.world import MessageType, ReceiveCall, TypeMark
from arazzo_runner.recording.messages import type_error
from arazzo_runner.recording.model import RecordedMessage

TYPE = (MessageLocation("$message.payload#/type", "payload", ("type",)),)


def kind(name, *values):
    return MessageType(name, (), (TypeMark(TYPE, values, is_required=True),))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"type": "paid"}', None),
        (b'{"type": "lost"}', None),
        (b'{"type": "sent"}', "the recorded message is `sent`, and the step receives `paid` or `half`"),
        (
            b'{"type": "both"}',
            "the recorded message is one of another type, and the step receives `paid` or `half`",
        ),
    ],
)  # fmt: skip
def test_a_message_of_another_type(payload, expected):
    recorded = RecordedMessage("w/s#1@1", "receive", "s", "c", "a", payload=payload, came_from="a")
    types = (kind("paid", "paid"), kind("half", "half"))
    others = (kind("sent", "sent", "both"), kind("back", "both"))
    call = ReceiveCall("w/s#1@1", "s", "c", "a", None, None, 9.0, (), False, "", types, others)
    error = type_error(recorded, call)
    assert (error and error.message) == expected
    assert error is None or error.code == "differs-from-recording"
