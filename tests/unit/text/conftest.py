"""Reading text in one word, for the tables of this room."""

from typing import Any

import pytest

from arazzo_runner.errors import DocumentError
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.parse import DocumentLimits, ParsedText, parse
from arazzo_runner.text.source import SourceFile


class Reader:
    def source(self, text: str, name: str = "a.yaml") -> SourceFile:
        return SourceFile(name, text, f"file:///{name}")

    def parse(self, text: str, name: str = "a.yaml", **limits: int) -> ParsedText:
        return parse(self.source(text, name), DocumentLimits(**limits), Severity.ERROR)

    def value(self, text: str, name: str = "a.yaml") -> Any:
        parsed = self.parse(text, name)
        assert parsed.diagnostics == ()
        return parsed.value

    def refusal(self, text: str, name: str = "a.yaml", **limits: int) -> Diagnostic:
        with pytest.raises(DocumentError) as caught:
            self.parse(text, name, **limits)
        (found,) = caught.value.diagnostics
        return found


@pytest.fixture
def read() -> Reader:
    return Reader()


@pytest.fixture
def without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yaml.__with_libyaml__", False)
