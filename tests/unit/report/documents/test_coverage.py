"""What several documents have covered together."""

from arazzo_runner.report.coverage.measure import Coverage, StatusCoverage, WorkflowBranches
from arazzo_runner.report.documents.coverage import merge_coverages
from arazzo_runner.report.traversal import OperationName


def name(source, path):
    return OperationName(source, None, "GET", path)


def coverage(source, returned, not_returned, unexercised=(), undocumented=()):
    status = StatusCoverage(name(source, "/a"), returned, not_returned, undocumented)
    left = tuple(name(source, path) for path in unexercised)
    return Coverage(1, 2, left, (status,), (WorkflowBranches("w", 1, (), ()),))


def test_an_operation_of_one_description_is_covered_by_any_document():
    merged = merge_coverages(
        [
            ("1.yaml", {"one": "hash"}, coverage("one", (), ("200", "404"), ["/a", "/b"])),
            ("2.yaml", {"two": "hash"}, coverage("two", ("404",), ("200",), ["/b"], ("500",))),
        ]
    )
    assert (merged.exercised, merged.total) == (1, 2)
    assert merged.unexercised == (name("one", "/b"),)
    (status,) = merged.statuses
    assert (status.exercised, status.unexercised, status.undocumented) == (
        ("404",),
        ("200",),
        ("500",),
    )
    assert [one.document for one in merged.workflows] == ["1.yaml", "2.yaml"]


def test_operations_of_two_descriptions_of_one_name_are_two():
    merged = merge_coverages(
        [
            ("1.yaml", {"api": "hash"}, coverage("api", ("200",), ())),
            ("2.yaml", {"api": "other"}, coverage("api", (), ("200",), ["/a"])),
        ]
    )
    assert (merged.exercised, merged.total) == (1, 2)
    assert len(merged.statuses) == 2


def test_nothing_ran():
    merged = merge_coverages([])
    assert (merged.exercised, merged.total) == (0, 0)
