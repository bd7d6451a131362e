"""AsyncAPI descriptions are among the documents of a recording, with what they refer to."""

from pathlib import Path

import arazzo_runner as arazzo
from arazzo_runner.recording.documents import documents_of
from arazzo_runner.recording.run import digests

DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: '1'}
sourceDescriptions:
  - {name: events, url: events.yaml, type: asyncapi}
  - {name: shop, url: shop.yaml, type: openapi}
workflows:
  - workflowId: look
    steps: [{stepId: s, operationId: $sourceDescriptions.shop.list}]
  - workflowId: tell
    steps: [{stepId: s, operationId: $sourceDescriptions.events.tell, action: send}]
"""
EVENTS = """
asyncapi: 3.0.0
info: {title: E, version: '1'}
channels: {c: {messages: {m: {$ref: 'messages.yaml#/m'}}}}
operations: {tell: {action: receive, channel: {$ref: '#/channels/c'}}}
"""
SHOP = """
openapi: 3.1.0
info: {title: S, version: '1'}
servers: [{url: https://shop.example}]
paths: {/: {get: {operationId: list, responses: {'200': {description: ok}}}}}
"""


def test_descriptions_of_channels_are_recorded(tmp_path: Path) -> None:
    for name, text in (("events", EVENTS), ("shop", SHOP), ("messages", "m: {payload: true}")):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    description = arazzo.load_text(DOCUMENT, base=tmp_path)
    assert description.workflows["tell"].errors == ()
    names = {uri.rpartition("/")[2] for uri in documents_of(description).by_uri}
    assert names >= {"events.yaml", "messages.yaml", "shop.yaml"}
    assert set(digests(description)) == {
        "document",
        "sourceDescriptions.events",
        "sourceDescriptions.shop",
    }
