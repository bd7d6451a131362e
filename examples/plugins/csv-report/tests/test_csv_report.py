from arazzo_csv_report import CsvReport

INNER = {"workflow_id": "inner", "steps": [
    {"step_id": "b", "status": "failed", "duration": 0.25, "workflow": None}]}  # fmt: skip
OUTER = {"workflow_id": "a,b", "steps": [
    {"step_id": "a", "status": "failed", "duration": 1.0, "workflow": INNER}]}  # fmt: skip


def test_lines():
    assert b"".join(CsvReport().pieces({"workflows": [OUTER]})).decode().splitlines() == [
        "workflow,step,status,seconds",
        '"a,b",a,failed,1.000',
        "inner,b,failed,0.250",
    ]
