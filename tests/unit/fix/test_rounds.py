"""Mending until nothing is left to mend, and never at the price of a new error."""

from collections.abc import Callable, Sequence

import pytest

from arazzo_runner.fix import rounds as room
from arazzo_runner.fix.rounds import ROUNDS, FixResult, SelectFixes, fix_rounds, refused_fixes
from arazzo_runner.text.diagnostic import Diagnostic, Severity, error, warning
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.parse import parse
from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import Edit, Fix, change_text, replace_text

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
        lambda place, text: [
            warning(f"AZ{100 + len(text)}", text, place, fix=replace_text(place, text + "x"))
        ],
    )
    assert done.text == f"a: {'x' * (1 + ROUNDS)}\n"


def test_a_fix_that_leaves_its_finding_behind_is_none() -> None:
    done = mended(
        "a: x\n",
        lambda place, text: [warning("AZ119", text, place, fix=replace_text(place, text + "x"))],
    )
    assert (done.text, codes(done.left), done.mended) == ("a: x\n", ["AZ119"], ())


OTHER = Place(SourceFile("b.yaml", "", "file:///b.yaml"), ("b",))


@pytest.mark.parametrize(
    ("code", "make", "fix", "new", "text"),
    [
        ("AZ204", error, replace_text, error("AZ301", "new", OTHER), "a: x\n"),  # hidden behind it
        ("AZ204", error, replace_text, error("AZ301", "new"), "a: x\n"),
        ("AZ204", error, change_text, error("AZ301", "new", OTHER), "a: X\n"),  # against a guess
        ("AZ204", error, change_text, warning("AZ301", "new", OTHER), "a: X\n"),
        ("AZ204", error, replace_text, warning("AZ301", "new", OTHER), "a: x\n"),
        ("AZ204", error, replace_text, error("AZ117", "new", OTHER), "a: X\n"),
        ("AZ204", error, replace_text, error("AZ204", "new", OTHER), "a: X\n"),
        ("AZ119", warning, replace_text, error("AZ301", "new", OTHER), "a: X\n"),  # hid nothing
        ("AZ304", error, replace_text, error("AZ310", "new", OTHER), "a: X\n"),
    ],
)
def test_a_new_finding_elsewhere(
    code: str,
    make: Callable[..., Diagnostic],
    fix: Callable[..., Fix],
    new: Diagnostic,
    text: str,
) -> None:
    def rule(place: Place, text: str) -> list[Diagnostic]:
        return [new] if text == "x" else [make(code, "old", place, fix=fix(place, "x"))]

    assert mended("a: X\n", rule).text == text


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda place: error("AZ301", "new", place), "a: X\n"),
        (lambda place: warning("AZ210", "new", place), "a: X\n"),
        (lambda place: warning("AZ210", "new", place, fix=change_text(place, "y")), "a: X\n"),
        (lambda place: warning("AZ119", "new", place, fix=replace_text(place, "y")), "a: y\n"),
        (lambda place: Diagnostic("AZ505", Severity.HINT, "new", place), "a: x\n"),
        (lambda place: error("AZ301", "new", place.key()), "a: x\n"),
    ],
)
def test_a_new_finding_at_the_place(make: Callable[[Place], Diagnostic], text: str) -> None:
    def rule(place: Place, text: str) -> list[Diagnostic]:
        if text == "X":
            return [error("AZ204", "old", place, fix=replace_text(place, "x"))]
        return [make(place)] if text == "x" else []

    assert mended("a: X\n", rule).text == text


@pytest.mark.parametrize(
    ("code", "fix", "text"),
    [
        ("AZ204", replace_text, "a: X\n"),
        ("AZ201", replace_text, "a: x\n"),
        ("AZ201", change_text, "a: X\n"),
    ],
)
def test_two_errors_for_one(code: str, fix: Callable[..., Fix], text: str) -> None:
    """What is wrong with the use of a description can be told once it is there."""

    def rule(place: Place, text: str) -> list[Diagnostic]:
        if text == "X":
            return [error(code, "old", place, fix=fix(place, "x"))]
        return [error("AZ301", "one", OTHER), error("AZ302", "two", OTHER)]

    assert mended("a: X\n", rule).text == text


@pytest.mark.parametrize(("is_still_there", "text"), [(False, "a: x\n"), (True, "a: X\n")])
def test_an_error_in_other_words_is_no_new_one(is_still_there: bool, text: str) -> None:
    """`requires a and b` becomes `requires b`."""
    here, old = error("AZ313", "requires b", OTHER), error("AZ313", "requires a and b", OTHER)

    def rule(place: Place, text: str) -> list[Diagnostic]:
        if text == "x":
            return [here, old] if is_still_there else [here]
        return [old, warning("AZ314", "old", place, fix=change_text(place, "x"))]

    assert mended("a: X\n", rule).text == text


def test_another_key_is_another_place() -> None:
    def judge(source: SourceFile) -> Sequence[Diagnostic]:
        data = parse(source, LIMITS, Severity.ERROR).value
        place = Place(source, (next(iter(data)),))
        fix = Fix((Edit(place.key(), "b"),), is_safe=True)
        if "a" in data:
            return [error("AZ110", "a", place.key(), fix=fix)]
        return [error("AZ112", "b", place), error("AZ113", "b", place.key())] * ("c" in data)

    source = SourceFile("a.yaml", "a: 1\n", "file:///a.yaml")
    assert fix_rounds(source, judge, list, LIMITS).text == "b: 1\n"
    source = SourceFile("a.yaml", "a: 1\nc: 1\n", "file:///a.yaml")
    assert fix_rounds(source, judge, list, LIMITS).text == source.text


def test_refused_are_those_that_do_harm_and_no_others() -> None:
    def rule(place: Place, text: str) -> list[Diagnostic]:
        fix = change_text if text in ("B", "C") else replace_text
        return (
            [error("AZ117", text, place)]
            if text in ("b", "d")
            else [error("AZ204", text, place, fix=fix(place, text.lower()))] * text.isupper()
        )

    def judge(source: SourceFile) -> Sequence[Diagnostic]:
        data = parse(source, LIMITS, Severity.ERROR).value
        return [found for name in data for found in rule(Place(source, (name,)), data[name])]

    source = SourceFile("a.yaml", "a: A\nb: B\nc: C\nd: D\ne: e\n", "file:///a.yaml")
    no_good = refused_fixes(source, judge(source), judge, LIMITS)
    assert sorted(one.message for one in no_good) == ["B", "D"]
    harmless = SourceFile("a.yaml", "a: A\nc: C\n", "file:///a.yaml")
    assert not refused_fixes(harmless, judge(harmless), judge, LIMITS)


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


@pytest.mark.parametrize(
    ("code", "is_hint", "has_fix", "text"),
    [
        ("AZ306", False, False, "X"),
        ("AZ310", False, False, "X"),
        ("AZ310", True, False, "x"),
        ("AZ310", False, True, "y"),
        ("AZ302", False, False, "x"),
    ],
)
def test_a_value_that_stays_wrong_is_not_respelled(
    code: str, is_hint: bool, has_fix: bool, text: str
) -> None:
    def rule(place: Place, value: str) -> list[Diagnostic]:
        fix = replace_text(place, "y") if has_fix and value == "x" else None
        severity = Severity.HINT if is_hint else Severity.WARNING
        wrong = Diagnostic(code, severity, "wrong", place, fix=fix)
        spelled = warning("AZ119", "spelling", place, fix=replace_text(place, "x"))
        return [*([spelled] if value == "X" else []), *([wrong] if value != "y" else [])]

    assert mended("a: X\n", rule).text == f"a: {text}\n"
