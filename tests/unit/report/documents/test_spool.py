"""Results of many documents, of which one is in memory at a time."""

from arazzo_runner.executor.result import Status, WorkflowResult
from arazzo_runner.report.documents.spool import SpooledWorkflows
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("a.yaml", "text", "file:///a.yaml"))


def workflow(name):
    return WorkflowResult(name, Status.PASSED, {}, {"x": b"\x00"}, 0.0, (), None, None, PLACE)


def test_the_workflows_come_back_in_order_as_often_as_they_are_asked_for():
    spool = SpooledWorkflows(memory=10)  # so that there is a file
    assert not spool
    assert [*spool] == []
    spool.add([workflow("a"), workflow("b")])
    spool.add([])
    spool.add([workflow("c")])
    for _ in range(2):
        assert [one.workflow_id for one in spool] == ["a", "b", "c"]
    assert len(spool) == 3
    assert spool[-1].workflow_id == "c"
    assert [one.workflow_id for one in spool[1:]] == ["b", "c"]
    spool.close()


def test_two_readers_at_once_do_not_disturb_each_other():
    spool = SpooledWorkflows()
    for name in "abc":
        spool.add([workflow(name)])
    pairs = zip(spool, spool, strict=True)
    assert [(one.workflow_id, other.workflow_id) for one, other in pairs] == [
        ("a", "a"),
        ("b", "b"),
        ("c", "c"),
    ]
    spool.close()
