"""The words of a command line before the cursor, read as the command will read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from arazzo_runner.options.model import Option
from arazzo_runner.options.table import options_of

if TYPE_CHECKING:
    from arazzo_runner.cli.completion.document_names import DocumentNames


class Candidate(NamedTuple):
    """A whole word; behind one that ends in `=` more has to follow."""

    value: str
    description: str = ""


class Completion(NamedTuple):
    """Candidates, or paths, which the shell itself completes behind ``prefix``."""

    kind: Literal["words", "files", "folders"] = "words"
    candidates: tuple[Candidate, ...] = ()
    prefix: str = ""


class Typed(NamedTuple):
    """What was typed before the cursor: values by the names of their options.

    ``awaited`` is the option whose value comes next; with ``has_ended`` no flag follows.
    """

    command: str
    arguments: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    awaited: Option | None = None
    has_ended: bool = False

    def document(self) -> DocumentNames:
        """The names of the document on the line, of the workflows that are selected on it."""
        from arazzo_runner.cli.completion.document_names import DocumentNames, read_names

        if not self.arguments:
            return DocumentNames()
        selected = [value for name, value in self.values if name == "workflow"]
        return read_names(self.arguments[0]).of(selected)


def options_by_flag(command: str) -> dict[str, Option]:
    """The options of a command by their flags."""
    options = options_of(command)
    shorts = {f"-{option.short}": option for option in options if option.short}
    return {option.flag: option for option in options} | shorts


def takes_value(option: Option) -> bool:
    """Whether a word follows the flag, or stands in its own."""
    return not option.is_switch and option.kind != "counter"


def read_words(command: str, words: Iterable[str]) -> Typed:
    """Read the words before the cursor as the command will."""
    options = options_by_flag(command)
    typed = Typed(command)
    for word in words:
        typed = _read_word(typed, word, options)
    return typed


def _read_word(typed: Typed, word: str, options: Mapping[str, Option]) -> Typed:
    if typed.awaited is not None:
        pair = (typed.awaited.name, word)
        return typed._replace(awaited=None, values=(*typed.values, pair))
    if typed.has_ended or not word.startswith("-") or word == "-":
        return typed._replace(arguments=(*typed.arguments, word))
    if word == "--":
        return typed._replace(has_ended=True)
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        return _with_flag(typed, options.get(flag), value if equals else None)
    return _read_cluster(typed, word[1:], options)


def _read_cluster(typed: Typed, letters: str, options: Mapping[str, Option]) -> Typed:
    """Read short flags in one word, of which the last may have its value there."""
    for position, letter in enumerate(letters):
        option = options.get(f"-{letter}")
        if option is not None and takes_value(option):
            return _with_flag(typed, option, letters[position + 1 :] or None)
        typed = _with_flag(typed, option, "")
    return typed


def _with_flag(typed: Typed, option: Option | None, value: str | None) -> Typed:
    """With an option; without a value it is the next word, where it takes one."""
    if option is None:
        return typed
    if value is None and takes_value(option):
        return typed._replace(awaited=option)
    return typed._replace(values=(*typed.values, (option.name, value or "")))
