"""What a batch keeps of the flags that it was started with."""

import pytest

from arazzo_runner.cli.batch.contents import limits_of
from arazzo_runner.options.batch import SUBMITTED
from unit.cli.batch.batches import Batches
from unit.cli.journal.things import WORKFLOW


def test_the_limits_of_documents_are_kept() -> None:
    assert (
        limits_of({"max_document_size": 7, **dict.fromkeys(SUBMITTED[1:])})["max_document_size"]
        == 7
    )


REQUIRED = WORKFLOW.replace(
    "type: object\n      prop", "type: object\n      required: [name]\n      prop"
)


@pytest.mark.parametrize("rows", ["id\n1\n2\n", "id,name\n1,\n2,\n", "id,name\n1,a\n2,\n"])
def test_an_input_that_is_missing_is_named_with_its_line(batches: Batches, rows: str) -> None:
    (batches.folder / "w.yaml").write_text(REQUIRED)
    (batches.folder / "rows.csv").write_text(rows)
    code, out, err = batches.arazzo("start", "w.yaml", "--cases", "rows.csv")
    assert (code, out) == (2, "")
    wrong = [at for at, line in enumerate(rows.splitlines(), 1) if not line.endswith(("name", "a"))]
    lines = [one for one in wrong if one > 1]
    for line in lines:
        message = "workflow `make`: the required input `name` is missing"
        assert f"error[AZ902]: rows.csv:{line}: {message}" in err
    assert err.count("error[AZ902]") == len(lines) > 0
