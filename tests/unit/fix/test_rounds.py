"""Mending until nothing is left to mend, and never at the price of a new error."""

from collections.abc import Callable, Sequence

import pytest

from arazzo_runner.fix import rounds as room
from arazzo_runner.fix.rounds import ROUNDS, FixResult, SelectFixes, fix_rounds
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error, warning
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import parse
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import change_text, replace_text

LIMITS = DocumentLimits()
Rule = Callable[[Place, str], Sequence[Diagnostic]]


def mended(text: str, rule: Rule, takes: SelectFixes = list) -> FixResult:
    """`rule` says what is wrong with the string in each field."""

    def judge(source: SourceFile) -> Sequence[Diagnostic]:
        data = parse(source, LIMITS, Severity.ERROR).value
        return [found for name in data for found in rule(Place(source, (name,)), data[name])]

    return fix_rounds(SourceFile("a.yaml", text, "file:///a.yaml"), judge, takes, LIMITS)


def codes(findings: Sequence[Diagnostic]) -> list[str]:
    return [one.code for one in findings]


def lower(place: Place, text: str) -> list[Diagnostic]:
    return (
        []
        if text.islower()
        else [error("AZ204", text, place, fix=replace_text(place, text.lower()))]
    )


def test_nothing_to_mend() -> None:
    assert mended("a: x\n", lower) == FixResult("a: x\n", ())


def test_everything_at_once() -> None:
    done = mended("a: X # one\nb: 'Y'\n", lower)
    assert (done.text, codes(done.mended), done.left) == ("a: x # one\nb: 'y'\n", ["AZ204"] * 2, ())


def test_what_is_not_taken_is_left() -> None:
    done = mended("a: X\n", lower, lambda _: ())
    assert (done.text, codes(done.left), done.mended) == ("a: X\n", ["AZ204"], ())


def test_what_comes_to_light_is_mended_in_turn() -> None:
    def rule(place: Place, text: str) -> list[Diagnostic]:
        following = {"X": "Y", "Y": "z"}.get(text)
        return (
            [
                error(
                    "AZ110" if text == "X" else "AZ204",
                    text,
                    place,
                    fix=replace_text(place, following),
                )
            ]
            if following
            else []
        )

    assert mended("a: X\n", rule).text == "a: z\n"


def test_rounds_are_bounded() -> None:
    done = mended(
        "a: x\n",
        lambda place, text: [warning("AZ119", text, place, fix=replace_text(place, text + "x"))],
    )
    assert done.text == f"a: {'x' * (1 + ROUNDS)}\n"


@pytest.mark.parametrize(
    ("code", "make", "new", "text"),
    [
        ("AZ204", error, "AZ301", "a: x\n"),  # hidden behind it
        ("AZ204", error, "AZ117", "a: X\n"),
        ("AZ204", error, "AZ204", "a: X\n"),
        ("AZ119", warning, "AZ301", "a: X\n"),  # hid nothing
        ("AZ304", error, "AZ310", "a: X\n"),
    ],
)
def test_a_new_error(code: str, make: Callable[..., Diagnostic], new: str, text: str) -> None:
    def rule(place: Place, text: str) -> list[Diagnostic]:
        return (
            [error(new, "new", place)]
            if text == "x"
            else [make(code, "old", place, fix=change_text(place, "x"))]
        )

    assert mended("a: X\n", rule).text == text


def test_one_that_does_harm_keeps_nobody_from_being_mended() -> None:
    def rule(place: Place, text: str) -> list[Diagnostic]:
        return [error("AZ117", text, place)] if text in ("b", "d") else lower(place, text)

    done = mended("a: A\nb: B\nc: C\nd: D\n", rule)
    assert done.text == "a: a\nb: B\nc: c\nd: D\n"
    assert [one.message for one in done.left] == ["B", "D"]


def test_trials_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "TRIALS", 1)

    def rule(place: Place, text: str) -> list[Diagnostic]:
        return [error("AZ117", text, place)] if text == "b" else lower(place, text)

    assert mended("a: A\nb: B\n", rule).text == "a: A\nb: B\n"


def test_of_two_fixes_for_one_place_that_do_harm_with_another() -> None:
    def rule(place: Place, text: str) -> list[Diagnostic]:
        if text == "b":
            return [error("AZ117", text, place)]
        return (
            [*lower(place, text), warning("AZ119", text, place, fix=replace_text(place, "z"))]
            if text.isupper()
            else []
        )

    assert mended("a: A\nb: B\n", rule).text in ("a: z\nb: z\n", "a: a\nb: z\n")


def test_other_documents_are_left() -> None:
    other = Place(SourceFile("b.yaml", "a: X\n", "file:///b.yaml"), ("a",))
    done = mended(
        "a: x\n",
        lambda _place, _text: [
            error("AZ204", "X", other, fix=replace_text(other, "x")),
            error("AZ103", "no"),
        ],
    )
    assert (done.text, codes(done.left)) == ("a: x\n", ["AZ204", "AZ103"])


def test_a_fix_that_cannot_be_spelled_is_left() -> None:
    done = mended(
        "a: 'X'\n", lambda place, text: [error("AZ204", text, place, fix=replace_text(place, "\n"))]
    )
    assert (done.text, codes(done.left)) == ("a: 'X'\n", ["AZ204"])
