"""What is kept of a row that has ended: its entries of a report, and what a retry has to know."""

from __future__ import annotations

import zlib
from typing import Final

import msgspec
from msgspec import Struct

from arazzo_runner.batch.model import DatabaseError

# Members of reports stand here in the order of reports: what a row has of them costs next to
# nothing. Results that exist were compressed with it, so that it never changes.
_DICTIONARY: Final = (
    b'[["Connection", "keep-alive"], ["Date", "Mon, 01 Jan 2026 00:00:00 GMT"], ["Server",'
    b' "uvicorn"], ["Transfer-Encoding", "chunked"], ["Location", "https://"], ["Cache-Con'
    b'trol", "no-cache"]], "application/json; charset=utf-8" [{"workflow_id": "", "status"'
    b': "passed", "inputs": {"name": ""}, "outputs": {"id": ""}, "duration": 0.1, "ended_b'
    b'y": null, "case": "1", "steps": [{"step_id": "", "status": "passed", "operation": {"'
    b'source": "api", "operation_id": "", "method": "POST", "path": "/{id}"}, "duration": '
    b'0.0, "outputs": {}, "workflow": null, "attempts": [{"request": {"method": "POST", "u'
    b'rl": "https://", "headers": [["Accept", "*/*"], ["Content-Type", "application/json"]'
    b'], "body": null}, "response": {"status": 201, "headers": [["Content-Type", "applicat'
    b'ion/json"], ["Content-Length", ""]], "body": {"id": "", "status": ""}, "duration": 0'
    b'.0}, "error": null, "criteria": [{"kind": "simple", "condition": "$statusCode == 201'
    b'", "context": null, "passed": true, "operands": [{"expression": "$statusCode", "valu'
    b'e": 201}], "error": null, "location": {"file": "", "line": 1, "column": 31, "pointer'
    b'": "/workflows/0/steps/0/successCriteria/0/condition"}}], "checks": [{"kind": "statu'
    b's", "severity": "warn", "passed": true, "message": "status 201 is documented as `201'
    b'`", "pointer": null, "location": null}, {"kind": "content-type", "severity": "warn",'
    b' "passed": true, "message": "`application/json` is documented", "pointer": null, "lo'
    b'cation": null}, {"kind": "schema", "severity": "warn", "passed": true, "message": "t'
    b'he body fits its schema", "pointer": null, "location": null}], "action": null}]}, {"'
    b'step_id": "", "status": "passed", "operation": {"source": "api", "operation_id": "",'
    b' "method": "GET", "path": "/{id}"}, "duration": 0.0, "outputs": {}, "workflow": null'
    b', "attempts": [{"request": {"method": "GET", "url": "https://", "headers": [["Accept'
    b'", "*/*"]], "body": null}, "response": {"status": 200, "headers": [["Content-Type", '
    b'"application/json"], ["Content-Length", ""]], "body": {"id": "", "status": ""}, "dur'
    b'ation": 0.0}, "error": null, "criteria": [{"kind": "simple", "condition": "$statusCo'
    b'de == 200", "context": null, "passed": true, "operands": [{"expression": "$statusCod'
    b'e", "value": 200}], "error": null, "location": {"file": "", "line": 1, "column": 31,'
    b' "pointer": "/workflows/0/steps/0/successCriteria/0/condition"}}], "checks": [{"kind'
    b'": "status", "severity": "warn", "passed": true, "message": "status 200 is documente'
    b'd as `200`", "pointer": null, "location": null}, {"kind": "content-type", "severity"'
    b': "warn", "passed": true, "message": "`application/json` is documented", "pointer": '
    b'null, "location": null}, {"kind": "schema", "severity": "warn", "passed": true, "mes'
    b'sage": "the body fits its schema", "pointer": null, "location": null}], "action": nu'
    b"ll}]}]}]"
)


class RowReport(Struct, frozen=True, array_like=True):
    """``entries`` are JSON: those of ``workflows`` in a report, an array.

    ``doubt`` are the keys of calls in doubt; ``failed`` the steps that did not pass, as the keys
    of their calls begin.
    """

    entries: bytes
    doubt: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def pack_report(report: RowReport) -> bytes:
    """The report as it is kept."""
    packing = zlib.compressobj(6, zdict=_DICTIONARY)
    return packing.compress(msgspec.msgpack.encode(report)) + packing.flush()


def unpack_report(packed: bytes) -> RowReport:
    """The report as it was. Raises DatabaseError."""
    try:
        reading = zlib.decompressobj(zdict=_DICTIONARY)
        return msgspec.msgpack.decode(reading.decompress(packed), type=RowReport)
    except (ValueError, zlib.error):
        raise DatabaseError("is damaged: the result of a row cannot be read") from None
