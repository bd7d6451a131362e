"""A step of a channel, as the rules that know steps over HTTP look at it."""

from __future__ import annotations

from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import OperationCall
from arazzo_runner.http_semantics.media_type import is_json
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.schema.descend import SchemaShape, any_shape, shape_of
from arazzo_runner.openapi.schema.shape import schemas_of
from arazzo_runner.openapi.security.schemes import Authorization


def stand_in_call(call: ChannelCall) -> OperationCall:
    """An operation without responses, with the name and the schemas of a channel."""
    name = call.operation.operation_id if call.operation else call.channel.name
    operation = Operation(
        operation_id=name,
        method="",
        path=call.channel.name,
        parameters=(),
        request_body=None,
        responses=(),
        security=None,
        servers=(),
        place=call.channel.place,
        description=call.channel.description.schemas,
    )
    return OperationCall(call.source, operation, "", (), None, Authorization())


def payload_shape(call: ChannelCall) -> SchemaShape | None:
    """What the schemas of all messages say of the payload; None where one says nothing."""
    shapes = list[SchemaShape]()
    for one in call.messages:
        is_text = one.content_type is not None and not is_json(one.content_type)
        if one.payload is None or one.payload.schema is None or is_text:
            return None
        shapes.append(shape_of(schemas_of(one.payload.description), one.payload.schema))
    return any_shape(shapes) if shapes else None
