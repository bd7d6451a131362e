"""Twilio Event Streams: sends signed batches of CloudEvents to a webhook."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from wire.studio import ACCOUNT, FLOW, TOKEN

ENDED = "com.twilio.studio.flow.execution.ended"
STARTED = "com.twilio.studio.flow.execution.started"
STEP_ENDED = "com.twilio.studio.flow.step.ended"


def event(execution: str, number: int, kind: str = ENDED) -> dict[str, Any]:
    """An event as Twilio sends it; ``number`` makes its id."""
    return {
        "specversion": "1.0",
        "type": kind,
        "source": "AB00000000000000000000000000000001",
        "id": f"NO{number:032x}",
        "dataschema": "https://events-schemas.twilio.com/Studio.FlowExecutionEvent/2",
        "datacontenttype": "application/json",
        "time": "2025-01-01T00:00:01.000Z",
        "data": {
            "execution_sid": execution,
            "account_sid": ACCOUNT,
            "flow_sid": FLOW,
            "contact_channel_address": "+15558675310",
            "status": "ended",
            "ended_reason": f"FLOW_END_{number}",
            "date_created": "2025-01-01T00:00:00.000Z",
            "date_updated": "2025-01-01T00:00:01.000Z",
            "started_by": f"CA{number:032x}",
            "flow_revision": 1,
        },
    }


@dataclass(slots=True)
class EventStreams:
    """A sink at a URL; ``public`` is that URL as Twilio knows it, which it signs."""

    url: str
    public: str
    token: str = TOKEN
    statuses: list[int] = field(default_factory=list)

    def send(self, *events: dict[str, Any], content_type: str = "application/json") -> None:
        """Send a batch, and keep the status of the response."""
        body = json.dumps(list(events)).encode()
        query = "?bodySHA256=" + hashlib.sha256(body).hexdigest()
        signed = hmac.new(self.token.encode(), (self.public + query).encode(), "sha1").digest()
        headers = {
            "Content-Type": content_type,
            "X-Twilio-Signature": base64.b64encode(signed).decode(),
        }
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        try:
            connection.request("POST", parts.path + query, body, headers)
            response = connection.getresponse()
            self.statuses.append(response.status)
            assert response.read() == b""
        finally:
            connection.close()


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port that no other program gets, and that a server may bind all the same."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
