"""Errors that a process of its own hands back are those that it raised."""

import pickle

import pytest

from arazzo_runner.errors import ArazzoError, DocumentError, InputError, UsageError, WorkflowFailed
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.source import Place, SourceFile

PLACE = Place(SourceFile("a.yaml", "a: 1\n", "file:///a.yaml"), ("a",))
FINDINGS = (error("AZ103", "malformed", PLACE), error("AZ907", "lost"))


@pytest.mark.parametrize("kind", [DocumentError, UsageError, InputError])
def test_findings_travel(kind: type[DocumentError | UsageError]) -> None:
    travelled = pickle.loads(pickle.dumps(kind(*FINDINGS)))
    assert type(travelled) is kind
    assert str(travelled) == "malformed\nlost"
    assert [one.code for one in travelled.diagnostics] == ["AZ103", "AZ907"]
    assert travelled.diagnostics[0].place.pointer == ("a",)


@pytest.mark.parametrize("raised", [WorkflowFailed("failed", 3), ArazzoError("bug")])
def test_others_travel(raised: ArazzoError) -> None:
    travelled = pickle.loads(pickle.dumps(raised))
    assert (type(travelled), travelled.args, vars(travelled)) == (
        type(raised),
        raised.args,
        vars(raised),
    )
