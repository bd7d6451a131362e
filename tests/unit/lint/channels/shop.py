"""The events of a shop: an order is placed, and confirmed by a reply."""

EVENTS = """
asyncapi: 3.0.0
info: {title: Events, version: 1.0.0}
servers: {main: {host: broker, protocol: mqtt}}
defaultContentType: application/json
channels:
  orders:
    address: shop/{region}/orders
    parameters: {region: {enum: [eu, us]}}
    messages: {order: {$ref: '#/components/messages/Order'}}
  confirmations:
    address: shop/confirmations
    messages: {confirmation: {$ref: '#/components/messages/Confirmation'}}
  news/all:
    address: shop/news
    messages: {first: {}, second: {payload: {type: string}}}
  parcels:
    address: shop/parcels
    messages:
      parcel: {payload: {schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {}}}
  texts:
    address: shop/texts
    messages: {text: {contentType: text/plain, payload: {type: string}}}
  broken:
    messages: {broken: {payload: {$ref: '#/components/schemas/nowhere'}}}
  malformed: {messages: 7}
operations:
  placeOrder:
    action: receive
    channel: {$ref: '#/channels/orders'}
    reply: {channel: {$ref: '#/channels/confirmations'}}
  confirmed: {action: send, channel: {$ref: '#/channels/confirmations'}}
  refuse: {action: receive, channel: {$ref: '#/channels/confirmations'}, reply: {messages: []}}
  odd: {action: publish, channel: {$ref: '#/channels/orders'}}
components:
  messages:
    Order:
      headers: {type: object, properties: {requestId: {type: string}, X-Shop: {type: string}}}
      correlationId: {location: $message.header#/requestId}
      payload:
        type: object
        required: [article]
        maxProperties: 3
        properties: {article: {type: string}, count: {type: integer}, x: {}, y: {}}
    Confirmation:
      headers: {type: object, properties: {requestId: {type: string}}}
      correlationId: {location: $message.header#/requestId}
      payload:
        type: object
        additionalProperties: false
        properties: {orderId: {type: string}, status: {enum: [done, failed]}, lines: {type: array, items: {type: string}}}
"""
DOCUMENT = """
arazzo: 1.1.0
info: {title: T, version: "1"}
sourceDescriptions:
  - {name: events, url: events.yaml, type: asyncapi}
workflows:
  - workflowId: w
    inputs: {type: object, properties: {id: {type: string}, many: {type: array}}}
    steps:
      - stepId: s
"""


def document_of(step: str, sources: str = "") -> str:
    """A document whose only step has these fields."""
    head = DOCUMENT.replace("workflows:\n", f"{sources}workflows:\n", 1) if sources else DOCUMENT
    return head + "".join(f"        {line}\n" for line in step.strip().splitlines())
