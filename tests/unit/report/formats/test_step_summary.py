import pytest

from arazzo_runner.executor.result import Status
from arazzo_runner.report.formats.step_summary import LIMIT, append_summary
from arazzo_runner.report.secrets import Masker


@pytest.mark.parametrize("before", [None, b"", b"theirs\n"])
def test_the_report_is_appended(build, tmp_path, before):
    path = tmp_path / "summary"
    if before is not None:
        path.write_bytes(before)
    append_summary(path, build.report(), Masker())
    written = path.read_bytes()
    assert written.startswith((before or b"") + b"## workflows/studio.arazzo.yaml\n")
    assert b"| create |" in written


def test_what_github_would_not_show_is_told_in_brief(build, tmp_path):
    path = tmp_path / "summary"
    path.write_bytes(b"x" * (LIMIT - 300))
    failed = build.workflow(build.failed_step(), status=Status.FAILED)
    append_summary(path, build.report(build.run(failed), 1), Masker())
    written = path.read_bytes()[LIMIT - 300 :]
    assert b"too long" in written
    assert len(written) < 300
